/// A pseudonym: which person, without saying who. 1 to 32 of `a-z 0-9 -`, e.g. `bed-7` or `p-3f9a`.
package struct PersonID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let description: String

    /// nil for anything but a pseudonym's letters: blanks and capitals look like a name, and names stay out of the data.
    package init?(_ text: String) {
        guard (1...32).contains(text.utf8.count), text.utf8.allSatisfy(PersonID.belongs), text.first != "-" else { return nil }
        description = text
    }

    private static func belongs(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    package static func < (left: PersonID, right: PersonID) -> Bool { left.description < right.description }
}
