import Alarms
import DeviceProfiles
import Foundation
import Readings
import StrictYAML

extension Configuration {
    /// Reads a configuration. An unknown key, a wrong type or an impossible value names the file, the line and what to write.
    package static func read(_ text: String, file: String) throws(YAMLProblem) -> Configuration {
        let map = try YAMLNode.load(text, file: file).map()
        try map.only(["store", "storage", "place", "clock", "profiles", "sources", "bluetooth", "sinks", "alarms", "log"])
        let bluetooth = try map.optional("bluetooth").map { node throws(YAMLProblem) in try BluetoothSettings(node) }
        // Readings have to come from somewhere.
        let sourcesNode = try bluetooth == nil ? map.required("sources") : map.optional("sources")
        let sources = try sourcesNode.map { node throws(YAMLProblem) in try unique(node, named: \.name, source) } ?? []
        return Configuration(
            storePath: try storePath(map.optional("store")),
            storage: try map.optional("storage").map { node throws(YAMLProblem) in try StorageSettings(node) } ?? StorageSettings(),
            place: try place(map.optional("place")),
            clock: try clock(map.optional("clock")),
            profileFolders: try texts(map.optional("profiles")),
            sources: sources.compactMap { if case .broker(let source) = $0 { source } else { nil } },
            listeners: sources.compactMap { if case .listener(let listener) = $0 { listener } else { nil } },
            bluetooth: bluetooth,
            sinks: try unique(map.required("sinks"), named: \.name, sink),
            alarms: try alarms(map.optional("alarms")),
            logLevel: try logLevel(map.optional("log")))
    }

    private static func storePath(_ node: YAMLNode?) throws(YAMLProblem) -> String {
        let fallback = (ProcessInfo.processInfo.environment["STATE_DIRECTORY"] ?? "/var/lib/vitalgate") + "/vitalgate.db"
        guard let map = try node?.map() else { return fallback }
        try map.only(["path"])
        return try map.optional("path")?.text() ?? fallback
    }

    private static func place(_ node: YAMLNode?) throws(YAMLProblem) -> Place {
        guard let map = try node?.map() else { return Place(.current) }
        try map.only(["zone"])
        let zone = try map.required("zone")
        guard let place = Place(identifier: try zone.text()) else {
            throw zone.problem("no time zone '\(try zone.text())'; write one such as Asia/Shanghai or Europe/Berlin")
        }
        return place
    }

    private static func clock(_ node: YAMLNode?) throws(YAMLProblem) -> ClockTrust {
        guard let map = try node?.map() else { return .auto }
        try map.only(["trust"])
        let trust = try map.required("trust")
        switch try trust.text() {
        case "auto": return .auto
        case "always": return .always
        case let path where path.hasPrefix("/"): return .file(path)
        default: throw trust.problem("'auto', 'always', or the path of a file that is there while the clock is right")
        }
    }

    private enum Origin {
        case broker(Source)
        case listener(Listener)

        var name: String {
            switch self {
            case .broker(let source): source.name
            case .listener(let listener): listener.name
            }
        }
    }

    private static func source(_ node: YAMLNode) throws(YAMLProblem) -> Origin {
        let map = try node.map()
        try map.only(["name", "mqtt", "listener"])
        let name = try name(map)
        guard name != BluetoothSettings.source else {
            throw try map.required("name").problem("'\(name)' is what the ledger calls this machine's own radio: take another name")
        }
        switch (map.optional("mqtt"), map.optional("listener")) {
        case (let node?, nil): return .broker(try broker(node, name))
        case (nil, let node?): return .listener(try listener(node, name))
        default: throw node.problem("a source is either 'mqtt' or 'listener'")
        }
    }

    private static func listener(_ node: YAMLNode, _ name: String) throws(YAMLProblem) -> Listener {
        let map = try node.map()
        try map.only(["socket"])
        let folder = ProcessInfo.processInfo.environment["RUNTIME_DIRECTORY"] ?? "/run/vitalgate"
        guard let node = map.optional("socket") else { return Listener(name: name, socket: folder + "/adverts") }
        let path = try node.text()
        guard path.hasPrefix("/"), LocalAddress(path) != nil else {
            throw node.problem("write the whole path of a local socket, of at most \(LocalAddress.mostBytes) bytes")
        }
        return Listener(name: name, socket: path)
    }

    private static func broker(_ broker: YAMLNode, _ name: String) throws(YAMLProblem) -> Source {
        let settings = try broker.map()
        try settings.only(BrokerSettings.keys + ["topics"])
        let topicsNode = try settings.required("topics")
        var topics: [String] = []
        for node in try topicsNode.list() {
            let text = try node.text()
            guard let filter = TopicFilter(text) else {
                throw node.problem("no MQTT topic filter: '+' stands for a whole level, '#' for the last ones")
            }
            guard !text.hasPrefix("$share") || filter.isShared else {
                throw node.problem("a shared subscription is written '$share/GROUP/FILTER', the group without wildcards")
            }
            topics.append(text)
        }
        guard !topics.isEmpty else { throw topicsNode.problem("a source without topics hears nothing") }
        return Source(name: name, broker: try BrokerSettings(settings), topics: topics)
    }

    private static func sink(_ node: YAMLNode) throws(YAMLProblem) -> Sink {
        let map = try node.map()
        try map.only(["name", "mqtt", "file"])
        let name = try name(map)
        switch (map.optional("mqtt"), map.optional("file")) {
        case (let broker?, nil):
            let settings = try broker.map()
            try settings.only(BrokerSettings.keys + ["prefix"])
            let prefix = try settings.optional("prefix").map(prefix) ?? "vitalgate"
            return Sink(name: name, receiver: .mqtt(try BrokerSettings(settings), prefix: prefix))
        case (nil, let file?):
            let settings = try file.map()
            try settings.only(["path"])
            return Sink(name: name, receiver: .file(path: try settings.required("path").text()))
        default:
            throw node.problem("a sink is either 'mqtt' or 'file'")
        }
    }

    /// The first levels of a topic; what MQTT could not carry would make a dead letter of every reading.
    private static func prefix(_ node: YAMLNode) throws(YAMLProblem) -> String {
        let prefix = try node.text()
        let isTopic = !prefix.isEmpty && prefix.utf8.count <= 256 && !prefix.hasPrefix("$") && !prefix.hasSuffix("/")
        guard isTopic, !prefix.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") }) else {
            throw node.problem("a topic prefix has no wildcards and does not begin with '$' or end with '/'")
        }
        return prefix
    }

    /// Names stand in the ledger and in client ids for years: short, and of plain letters.
    private static func name(_ map: YAMLMap) throws(YAMLProblem) -> String {
        let node = try map.required("name")
        let name = try node.text()
        let isPlain = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "-")
        }
        guard isPlain, (1...32).contains(name.utf8.count) else {
            throw node.problem("a name has 1 to 32 of the characters a-z, 0-9 and '-'")
        }
        return name
    }

    private static func unique<Item>(
        _ node: YAMLNode, named name: (Item) -> String, _ read: (YAMLNode) throws(YAMLProblem) -> Item
    ) throws(YAMLProblem) -> [Item] {
        var items: [Item] = []
        for node in try node.list() {
            let item = try read(node)
            guard !items.contains(where: { name($0) == name(item) }) else {
                throw node.problem("a second '\(name(item))': names are used once")
            }
            items.append(item)
        }
        return items
    }

    private static func texts(_ node: YAMLNode?) throws(YAMLProblem) -> [String] {
        var texts: [String] = []
        for node in try node?.list() ?? [] { texts.append(try node.text()) }
        return texts
    }

    private static func logLevel(_ node: YAMLNode?) throws(YAMLProblem) -> LogLevel {
        guard let map = try node?.map() else { return .info }
        try map.only(["level"])
        guard let level = map.optional("level") else { return .info }
        guard let known = LogLevel(rawValue: try level.text()) else {
            throw level.problem("the levels are: \(LogLevel.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return known
    }
}
