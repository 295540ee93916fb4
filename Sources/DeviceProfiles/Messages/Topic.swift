/// An MQTT topic filter (MQTT 5, 4.7): `+` stands for one level, a last `#` for all that follow.
package struct TopicFilter: Sendable, Hashable, CustomStringConvertible {
    package let description: String
    // As bytes: a topic is compared as it is, without normalising Unicode (4.7.3).
    private let levels: [[UInt8]]

    /// nil where the wildcards stand in places where MQTT does not allow them, and for an empty filter.
    package init?(_ text: String) {
        let levels = TopicFilter.levels(text)
        for (index, level) in levels.enumerated() where level != TopicFilter.one {
            let isLastAll = level == TopicFilter.all && index == levels.count - 1
            guard isLastAll || !level.contains(where: { TopicFilter.one.contains($0) || TopicFilter.all.contains($0) }) else { return nil }
        }
        guard !text.isEmpty, text.utf8.count <= 65_535, !text.utf8.contains(0) else { return nil }
        description = text
        self.levels = levels
    }

    package func matches(_ topic: String) -> Bool {
        let names = TopicFilter.levels(topic)
        // A wildcard at the front does not reach the broker's own topics.
        if topic.utf8.first == UInt8(ascii: "$"), levels.first == TopicFilter.all || levels.first == TopicFilter.one { return false }
        for (index, level) in levels.enumerated() {
            if level == TopicFilter.all { return true }
            guard index < names.count, level == TopicFilter.one || level == names[index] else { return false }
            // `a/#` covers `a` too.
            if index == names.count - 1, levels.count == names.count + 1, levels.last == TopicFilter.all { return true }
        }
        return levels.count == names.count
    }

    /// Whether several clients share what it brings, one of them each message (MQTT 5, 4.8.2): `$share/group/filter`.
    package var isShared: Bool {
        guard levels.count >= 3, levels[0] == Array("$share".utf8), !levels[1].isEmpty else { return false }
        return !levels[1].contains { TopicFilter.one.contains($0) || TopicFilter.all.contains($0) } && (levels.count > 3 || !levels[2].isEmpty)
    }

    /// How much it says of a topic, level by level: a name says more than `+`, and `+` more than `#`.
    var precision: [Int] { levels.map { $0 == TopicFilter.all ? 0 : $0 == TopicFilter.one ? 1 : 2 } }

    private static let one = Array("+".utf8)
    private static let all = Array("#".utf8)

    private static func levels(_ text: String) -> [[UInt8]] {
        text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Array($0) }
    }
}
