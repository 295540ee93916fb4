import Readings
import StrictYAML

/// Reads what a profile says of places in a message: devices, advertisements, readings.
struct MessageReader {
    /// The named levels of the topics.
    let captures: Set<String>

    // MARK: Places

    /// One path or several, of which the first that is there counts.
    func paths(_ node: YAMLNode?, depth: Int = 1) throws(YAMLProblem) -> [MessagePath] {
        var paths: [MessagePath] = []
        for node in try node?.listOrSingle() ?? [] { paths.append(try path(node, depth: depth)) }
        return paths
    }

    private func path(_ node: YAMLNode, depth: Int) throws(YAMLProblem) -> MessagePath {
        let text = try node.text()
        guard let path = MessagePath(text) else { throw node.problem(MessagePath.mistake(text)) }
        try check(path, node, depth: depth)
        return path
    }

    func check(_ path: MessagePath, _ node: YAMLNode, depth: Int) throws(YAMLProblem) {
        if case .topic(let name) = path.start, !captures.contains(name) {
            throw node.problem("no level of the topics is called '\(name)'" + MessageReader.hint(name, captures))
        }
        if case .element(let up) = path.start, up > depth { throw node.problem("'\(path.text)' leads out of the message") }
        for key in path.keys where PersonalFields.contains(key) {
            throw node.problem("'\(key)' is about a person: it is dropped, and nothing may be read from it")
        }
    }

    func elements(_ node: YAMLNode?) throws(YAMLProblem) -> [MessageElements] {
        var places: [MessageElements] = []
        for node in try node?.listOrSingle() ?? [] {
            guard let place = MessageElements(try node.text()) else {
                throw node.problem("no place of elements: write 'a.list[]', 'a.object{}', 'a.b' or '.'")
            }
            places.append(place)
        }
        return places.isEmpty ? [.whole] : places
    }

    static func hint(_ word: String, _ known: some Sequence<String>) -> String {
        let known = known.sorted()
        if let near = Spelling.nearest(word, among: known) { return "; did you mean '\(near)'?" }
        return known.isEmpty ? "; none has a name" : "; known here: \(known.joined(separator: ", "))"
    }

    // MARK: Devices and advertisements

    func device(_ node: YAMLNode) throws(YAMLProblem) -> Relay.DeviceRule {
        let map = try node.map()
        if let address = map.optional("address") {
            try map.only(["address"])
            return .address(try paths(address, depth: 9))
        }
        try map.only(["namespace", "id", "channel", "is"])
        let namespace = try map.required("namespace")
        let name = try namespace.text()
        guard DeviceID(namespace: name, id: "x") != nil else {
            throw namespace.problem("a namespace has 1 to 24 letters a-z, digits and dashes")
        }
        guard let fixed = map.optional("is") else {
            return .named(
                namespace: name, try paths(map.required("id"), depth: 9), channel: try paths(map.optional("channel"), depth: 9))
        }
        try map.only(["namespace", "is"])
        guard let device = DeviceID(namespace: name, id: try fixed.text()) else {
            throw fixed.problem("an id has 1 to 64 letters, digits, points, dashes and underscores")
        }
        return .fixed(device)
    }

    func adverts(_ node: YAMLNode) throws(YAMLProblem) -> Relay.Adverts {
        let map = try node.map()
        try map.only(["each", "address", "name", "service-data", "manufacturer-data", "structures", "received-at"])
        let each = try elements(map.optional("each"))
        let depth = each.map(\.depth).max() ?? 0
        var adverts = Relay.Adverts(elements: each, address: try paths(map.required("address"), depth: depth))
        adverts.name = try paths(map.optional("name"), depth: depth)
        if let data = try map.optional("service-data")?.map() {
            try data.only(["uuid", "bytes"])
            adverts.serviceUUID = try paths(data.required("uuid"), depth: depth)
            adverts.serviceBytes = try paths(data.required("bytes"), depth: depth)
        }
        adverts.manufacturerBytes = try paths(map.optional("manufacturer-data"), depth: depth)
        adverts.structures = try paths(map.optional("structures"), depth: depth)
        adverts.receivedAt = try map.optional("received-at").map { node throws(YAMLProblem) in try time(node, depth: depth) }
        guard !(adverts.serviceBytes + adverts.manufacturerBytes + adverts.structures).isEmpty else {
            throw map.problem("give 'service-data', 'manufacturer-data' or 'structures', or there is nothing to read")
        }
        return adverts
    }

    // MARK: Times

    func time(_ node: YAMLNode, depth: Int) throws(YAMLProblem) -> MessageReading.Time {
        let map = try node.map()
        try map.only(["path", "as", "zone"])
        let written = try map.required("as")
        var forms: [MessageTimeForm] = []
        for node in try written.listOrSingle() { forms.append(try form(node)) }
        guard !forms.isEmpty else { throw written.problem("say how the time is written") }
        let zone = try map.optional("zone").map { node throws(YAMLProblem) in try node.word(of: MessageReading.Time.Zone.self) }
        return MessageReading.Time(paths: try paths(map.required("path"), depth: depth), forms: forms, zone: zone)
    }

    private func form(_ node: YAMLNode) throws(YAMLProblem) -> MessageTimeForm {
        let text = try node.text()
        switch text {
        case "unix-seconds": return .seconds
        case "unix-milliseconds": return .milliseconds
        case "rfc3339": return .rfc3339
        case "iso": return .iso
        default:
            if let pattern = TimePattern(text) { return .pattern(pattern) }
            let known = ["unix-seconds", "unix-milliseconds", "rfc3339", "iso"]
            let hint = Spelling.nearest(text, among: known).map { "did you mean '\($0)'?" }
            throw node.problem(
                "'\(text)' is no time; " + (hint ?? "write \(known.joined(separator: ", ")), or parts such as 'DD/MM/YYYY hh:mm:ss'"))
        }
    }
}
