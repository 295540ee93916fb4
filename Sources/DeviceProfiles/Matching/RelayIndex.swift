/// Which bridges publish under a topic. Every filter stands under the first level that it asks for, so that few are looked at.
struct RelayIndex: Sendable {
    private struct Entry: Sendable {
        var filter: TopicFilter
        var precision: [Int]
        /// Index into the profiles of the set.
        var profile: Int
    }

    private var byFirst: [[UInt8]: [Entry]] = [:]
    private var ofAnyFirst: [Entry] = []

    init(_ profiles: [Profile]) {
        for (index, profile) in profiles.enumerated() {
            for filter in profile.relay?.topics.map(\.filter) ?? [] {
                let entry = Entry(filter: filter, precision: filter.precision, profile: index)
                if let first = filter.first { byFirst[first, default: []].append(entry) } else { ofAnyFirst.append(entry) }
            }
        }
    }

    /// The profiles whose filters name the topic most precisely, in their order.
    func most(precise topic: String) -> [Int] {
        let first = Array(topic.utf8.prefix { $0 != UInt8(ascii: "/") })
        var found: [Int] = []
        var best: [Int] = []
        for entry in (byFirst[first] ?? []) + ofAnyFirst where entry.filter.matches(topic) {
            if found.isEmpty || best.lexicographicallyPrecedes(entry.precision) {
                (found, best) = ([entry.profile], entry.precision)
            } else if entry.precision == best, !found.contains(entry.profile) {
                found.append(entry.profile)
            }
        }
        return found.sorted()
    }
}
