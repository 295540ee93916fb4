/// An MQTT topic filter (MQTT 5, 4.7): `+` stands for one level, a last `#` for all that follow.
package struct TopicFilter: Sendable, Hashable, CustomStringConvertible {
    package let description: String
    private let levels: [Substring]

    /// nil where the wildcards stand in places where MQTT does not allow them, and for an empty filter.
    package init?(_ text: String) {
        let levels = text.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in levels.enumerated() where level.utf8.count > 1 || level == "#" {
            guard !level.contains("+"), !level.contains("#") || (level == "#" && index == levels.count - 1) else { return nil }
        }
        guard !text.isEmpty, text.utf8.count <= 65_535, !text.utf8.contains(0) else { return nil }
        description = text
        self.levels = levels
    }

    package func matches(_ topic: String) -> Bool {
        let names = topic.split(separator: "/", omittingEmptySubsequences: false)
        // A wildcard at the front does not reach the broker's own topics.
        if topic.hasPrefix("$"), levels.first == "#" || levels.first == "+" { return false }
        for (index, level) in levels.enumerated() {
            if level == "#" { return true }
            guard index < names.count, level == "+" || level == names[index] else { return false }
            // `a/#` covers `a` too.
            if index == names.count - 1, levels.count == names.count + 1, levels.last == "#" { return true }
        }
        return levels.count == names.count
    }
}
