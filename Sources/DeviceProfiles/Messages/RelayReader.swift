import Readings
import StrictYAML

/// Reads what a profile says of the messages of an MQTT bridge.
enum RelayReader {
    static func relay(_ node: YAMLNode, readings: YAMLNode?) throws(YAMLProblem) -> Relay {
        let map = try node.map()
        try map.only(["custody", "topics", "words", "form", "joins", "device", "adverts", "drops", "broadcast"])
        let topics = try items(map.required("topics"), topic)
        guard !topics.isEmpty else { throw map.problem("give at least one topic") }
        var relay = Relay(topics: topics, custody: try map.required("custody").word(of: Relay.Custody.self), form: .json)
        if let form = map.optional("form") { relay.form = try form.word(of: Relay.Form.self) }
        relay.words = try words(map.optional("words"), of: topics)
        for topic in topics {
            for ending in topic.endings where relay.words[ending] == nil {
                throw map.problem("'{…}_{\(ending)}' needs the words that \(ending) may be: write 'words: { \(ending): [...] }'")
            }
        }
        let reader = MessageReader(captures: Set(topics.flatMap(\.names)))
        if let adverts = map.optional("adverts") { relay.adverts = try reader.adverts(adverts) }
        if let device = map.optional("device") { relay.device = try reader.device(device) }
        relay.drops = try items(map.optional("drops")) { node throws(YAMLProblem) in try node.text() }
        relay.isBroadcast = try map.optional("broadcast")?.bool() ?? false
        if let readings { relay.readings = try reader.readings(readings, drops: relay.drops) }
        if let joins = map.optional("joins") { relay.join = try join(joins, names: reader.captures) }
        try check(relay, map)
        return relay
    }

    /// What does not go together.
    private static func check(_ relay: Relay, _ map: YAMLMap) throws(YAMLProblem) {
        if relay.form == .rawFrames {
            for key in ["adverts", "device", "joins", "drops", "broadcast"] where map.optional(key) != nil {
                throw map.problem("'raw-frames' are read as they are: leave '\(key)' out")
            }
            if !relay.readings.isEmpty { throw map.problem("'raw-frames' are read by the profile of the device: leave 'readings' out") }
            return
        }
        guard relay.adverts != nil || !relay.readings.isEmpty else {
            throw map.problem("describe its 'adverts' or its 'readings', or write 'form: raw-frames'")
        }
        guard relay.readings.isEmpty == (relay.device == nil) else {
            throw map.problem(
                relay.device == nil ? "say which 'device' the readings are of" : "'device' is for readings; 'adverts' have an address")
        }
        guard (relay.form == .scalar) == (relay.join != nil) else {
            throw map.problem("'form: scalar' and 'joins' belong together: one value for each topic, joined to an object")
        }
        if relay.form == .scalar, relay.adverts != nil { throw map.problem("a scalar is no advertisement: leave 'adverts' out") }
    }

    private static func topic(_ node: YAMLNode) throws(YAMLProblem) -> TopicPattern {
        let text = try node.text()
        do throws(TopicPattern.Mistake) {
            return try TopicPattern(text)
        } catch {
            throw node.problem(sentence(error))
        }
    }

    private static func sentence(_ mistake: TopicPattern.Mistake) -> String {
        switch mistake {
        case .filter: "no MQTT topic filter: '+' stands for a whole level, '#' for the last ones"
        case .capture(let level): "'\(level)' is no named level: write '{device}' or '{device}_{value}' for the whole of it"
        case .twice(let name): "two levels are called '\(name)'"
        }
    }

    private static func words(_ node: YAMLNode?, of topics: [TopicPattern]) throws(YAMLProblem) -> [String: [String]] {
        guard let map = try node?.map() else { return [:] }
        let names = Set(topics.flatMap(\.names)).sorted()
        try map.only(names)
        var words: [String: [String]] = [:]
        for (name, node) in map.members {
            let list = try items(node) { node throws(YAMLProblem) in try node.text() }
            guard !list.isEmpty else { throw node.problem("give at least one word, or leave '\(name)' out") }
            words[name] = list
        }
        return words
    }

    private static func join(_ node: YAMLNode, names: Set<String>) throws(YAMLProblem) -> Relay.Join {
        let map = try node.map()
        try map.only(["at", "within"])
        let levels = try map.required("at")
        let at = try items(levels) { node throws(YAMLProblem) in
            let name = try node.text()
            guard names.contains(name) else {
                throw node.problem("no level of the topics is called '\(name)'" + MessageReader.hint(name, names))
            }
            return name
        }
        guard !at.isEmpty else { throw levels.problem("name the levels of the topic that say which value it is") }
        let within = try map.required("within")
        let text = try within.text()
        guard text.hasSuffix(" s"), let seconds = Int(digits: text.dropLast(2)), (1...600).contains(seconds) else {
            throw within.problem("write a time from '1 s' to '600 s'")
        }
        return Relay.Join(at: at, within: Int64(seconds) * 1000)
    }
}
