/// The members of a JSON object in the order written; no key stands twice.
///
/// Keys are compared byte by byte, as RFC 8259 8.3 has it, and not by Swift's `==` on strings: that one
/// normalises Unicode first, which a hostile key makes take quadratic time.
package struct JSONObject: Sendable {
    package private(set) var members: [(key: String, value: JSON)] = []

    package init() {}

    /// A key given again replaces the value given first, in its place.
    package init(_ members: [(String, JSON)]) {
        self.members.reserveCapacity(members.count)
        for (key, value) in members { self[key] = value }
    }

    /// For the reader, which has already seen to it that no key stands twice.
    init(distinct members: [(key: String, value: JSON)]) {
        self.members = members
    }

    package var keys: [String] { members.map(\.key) }

    /// Setting a new key appends it; setting nil removes the member.
    package subscript(key: String) -> JSON? {
        get {
            members.first { $0.key.hasSameBytes(as: key) }?.value
        }
        set {
            let index = members.firstIndex { $0.key.hasSameBytes(as: key) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((key, value))
            case (nil, nil): break
            }
        }
    }

    /// The same keys with other values, in time proportional to their number.
    package func mapMembers(_ transform: (String, JSON) -> JSON) -> JSONObject {
        JSONObject(distinct: members.map { ($0.key, transform($0.key, $0.value)) })
    }

    /// Sets the member if there is something to say, and leaves the object alone if not.
    package mutating func add(_ key: String, _ value: JSON?) {
        if let value { self[key] = value }
    }
}

extension JSONObject: Hashable {
    package static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.members.elementsEqual(other.members) { $0.key.hasSameBytes(as: $1.key) && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(members.count)
        for (key, value) in members {
            hasher.combine(ByteKey(text: key))
            hasher.combine(value)
        }
    }
}
