import Readings
import StrictYAML

/// A conversation in a vector: its script, and the world that it was held in.
struct VectorTalk: Sendable {
    var script: TalkScript
    var context: ConversationContext
    /// How the conversation breaks off, where it does.
    var breaks: String?
    var node: YAMLNode

    /// What the device sent and the profile may read, in order.
    var items: [Observation.Content]
}

/// Reads `talk:` of a vector.
struct TalkReader {
    let characteristics: [(name: String, uuid: BluetoothUUID)]
    /// Whose values the profile reads.
    let frames: Set<BluetoothUUID>

    init(of definition: ProfileDefinition) {
        characteristics = definition.characteristics.map { ($0.name, $0.uuid) }
        frames = definition.readCharacteristics
    }

    func talk(_ node: YAMLNode) throws(YAMLProblem) -> VectorTalk {
        var context = ConversationContext(now: Instant(milliseconds: 0))
        var script = TalkScript([])
        var breaks: String?
        let lines: [YAMLNode]
        if node.kind == .list {
            lines = try node.list()
        } else {
            let map = try node.map()
            try map.only(["now", "user", "consent", "address", "key", "last-record", "may-delete", "missing", "wants-bond", "breaks", "lines"])
            try read(map, into: &context)
            for node in try map.optional("missing")?.list() ?? [] { script.missing.insert(try characteristic(node, try node.text())) }
            script.wantsBond = try map.optional("wants-bond")?.bool() ?? false
            breaks = try map.optional("breaks")?.text()
            lines = try map.required("lines").list()
        }
        guard !lines.isEmpty else { throw node.problem("a talk without lines: write what is said, '> port: 01' and '< port: 02'") }
        for node in lines { script.lines.append(try line(node)) }
        let items = script.lines.compactMap { line -> Observation.Content? in
            switch line {
            case .sends(let uuid, let bytes), .reads(let uuid, let bytes): frames.contains(uuid) ? .frame(uuid, bytes) : nil
            default: nil
            }
        }
        return VectorTalk(script: script, context: context, breaks: breaks, node: node, items: items)
    }

    private func read(_ map: YAMLMap, into context: inout ConversationContext) throws(YAMLProblem) {
        if let node = map.optional("now") {
            let text = try node.text()
            guard let now = Instant(rfc3339: text), let local = CivilTime(iso: text.prefix(19)) else {
                throw node.problem("no moment: write \"2026-11-21T08:30:00+01:00\"")
            }
            context.now = now
            context.secondsFromUTC = local.secondsSince1970 - Int(now.milliseconds / 1000)
        }
        context.user = try map.optional("user").map { node throws(YAMLProblem) in try number(node, of: UInt8.self) }
        context.consent = try map.optional("consent").map { node throws(YAMLProblem) in try number(node, of: UInt16.self) }
        context.lastRecord = try map.optional("last-record").map { node throws(YAMLProblem) in try number(node, of: UInt16.self) }
        context.mayDelete = try map.optional("may-delete")?.bool() ?? false
        context.bindKey = try map.optional("key")?.bytes()
        if let node = map.optional("address") {
            guard let address = DeviceID(address: try node.text()) else { throw node.problem("no address: write \"00:11:22:33:44:55\"") }
            context.address = address
        }
    }

    private func number<Number: FixedWidthInteger>(_ node: YAMLNode, of type: Number.Type) throws(YAMLProblem) -> Number {
        guard let number = Number(exactly: try node.int()) else { throw node.problem("write a number up to \(Number.max)") }
        return number
    }

    private func characteristic(_ node: YAMLNode, _ name: some StringProtocol) throws(YAMLProblem) -> BluetoothUUID {
        if let found = characteristics.first(where: { $0.name == name }) { return found.uuid }
        let names = characteristics.map(\.name)
        let hint = Spelling.nearest(String(name), among: names).map { "did you mean '\($0)'?" } ?? "known here: \(names.joined(separator: ", "))"
        throw node.problem("no characteristic '\(name)'; \(hint)")
    }

    /// `> port: 51 25`, `> port: 51 25 ! 80`, `< port: …`, `? port: …`, `silence`, `silence 2 s`, `clock found -90 s`, `disconnect`
    private func line(_ node: YAMLNode) throws(YAMLProblem) -> TalkScript.Line {
        let text = try node.text()
        let words = text.split(separator: " ", maxSplits: 1)
        let rest = words.count == 2 ? words[1] : ""
        switch words.first {
        case "disconnect" where rest.isEmpty: return .disconnect
        case "silence" where rest.isEmpty: return .silence(nil)
        case "silence":
            guard let span = Duration(spoken: rest) else { throw node.problem("how long a silence? write 'silence 3 s'") }
            return .silence(span)
        case "clock": return try clock(rest, node)
        case ">", "<", "?":
            let parts = rest.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw node.problem("write the characteristic and its bytes, '\(words[0]) port: 01 02'") }
            let uuid = try characteristic(node, parts[0])
            let ends = parts[1].split(separator: "!", omittingEmptySubsequences: false)
            guard let bytes = [UInt8](hex: ends[0]) else { throw node.problem("no bytes: write pairs of hex digits") }
            if ends.count == 2, words[0] == ">", let code = [UInt8](hex: ends[1]), code.count == 1 {
                return .refuses(uuid, bytes, code: code[0])
            }
            guard ends.count == 1 else { throw node.problem("a refusal is one error code behind what is written, '> port: 01 ! 80'") }
            return words[0] == ">" ? .writes(uuid, bytes) : words[0] == "<" ? .sends(uuid, bytes) : .reads(uuid, bytes)
        default:
            throw node.problem("a line of a talk begins with '>' (written), '<' (sent), '?' (read), silence, clock or disconnect")
        }
    }

    private func clock(_ text: Substring, _ node: YAMLNode) throws(YAMLProblem) -> TalkScript.Line {
        let words = text.split(separator: " ")
        guard let stage = words.first.flatMap({ ClockOffset.Stage(rawValue: String($0)) }) else {
            throw node.problem("write 'clock found -90 s', 'clock found unset' or 'clock set 0 s'")
        }
        if words.count == 2, words[1] == "unset" { return .clock(stage, seconds: nil) }
        guard words.count == 3, words[2] == "s", let seconds = Int(words[1]) else {
            throw node.problem("how far off? write 'clock \(stage.rawValue) -90 s'")
        }
        return .clock(stage, seconds: seconds)
    }
}
