/// An MQTT topic filter (MQTT 5, 4.7): `+` stands for one level, a last `#` for all that follow.
package struct TopicFilter: Sendable, Hashable, CustomStringConvertible {
    package let description: String
    private let levels: [Level]

    /// A name as bytes: a topic is compared as it is, without normalising Unicode (4.7.3).
    private enum Level: Sendable, Hashable {
        case name([UInt8])
        case one
        case all
    }

    /// nil where the wildcards stand in places where MQTT does not allow them, and for an empty filter.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= 65_535, !text.utf8.contains(0) else { return nil }
        var levels: [Level] = []
        for level in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            // Nothing stands behind `#`.
            guard levels.last != .all else { return nil }
            switch Array(level) {
            case Array("+".utf8): levels.append(.one)
            case Array("#".utf8): levels.append(.all)
            case let name:
                guard !name.contains(UInt8(ascii: "+")), !name.contains(UInt8(ascii: "#")) else { return nil }
                levels.append(.name(name))
            }
        }
        description = text
        self.levels = levels
    }

    package func matches(_ topic: String) -> Bool {
        var topic = topic
        return topic.withUTF8 { matches($0) }
    }

    private func matches(_ topic: UnsafeBufferPointer<UInt8>) -> Bool {
        // A wildcard at the front does not reach the broker's own topics.
        if topic.first == UInt8(ascii: "$"), first == nil { return false }
        var start = 0
        for index in levels.indices {
            if case .all = levels[index] { return true }
            guard start <= topic.count else { return false }
            let end = topic[start...].firstIndex(of: UInt8(ascii: "/")) ?? topic.count
            if case .name(let name) = levels[index], !topic[start..<end].elementsEqual(name) { return false }
            // `a/#` covers `a` too.
            if end == topic.count, index == levels.count - 2, levels[index + 1] == .all { return true }
            start = end + 1
        }
        return start == topic.count + 1
    }

    /// The name that every topic of it begins with; nil where that may be any.
    var first: [UInt8]? {
        if case .name(let name) = levels[0] { name } else { nil }
    }

    /// Whether several clients share what it brings, one of them each message (MQTT 5, 4.8.2): `$share/group/filter`.
    package var isShared: Bool {
        guard levels.count >= 3, levels[0] == .name(Array("$share".utf8)), case .name(let group) = levels[1], !group.isEmpty else { return false }
        return levels.count > 3 || levels[2] != .name([])
    }

    /// How much it says of a topic, level by level: a name says more than `+`, and `+` more than `#`.
    var precision: [Int] {
        levels.map { level in
            switch level {
            case .name: 2
            case .one: 1
            case .all: 0
            }
        }
    }
}
