import Readings
import StrictYAML

extension ConversationReader {
    /// The first word of a step says what it is.
    private static let verbs = [
        "subscribe", "read", "write", "ask", "expect", "listen", "pause", "for-each", "clock", "records", "consent", "delete", "driver",
    ]

    mutating func steps(_ nodes: [YAMLNode], number: String) throws(YAMLProblem) -> [ConversationPlan.Step] {
        var steps: [ConversationPlan.Step] = []
        for (index, node) in nodes.enumerated() { steps.append(try step(node, number: "\(number)\(index + 1)")) }
        return steps
    }

    private mutating func step(_ node: YAMLNode, number: String) throws(YAMLProblem) -> ConversationPlan.Step {
        let map = try node.map()
        guard let (verb, key) = map.keys.first else { throw node.problem("an empty step") }
        guard Self.verbs.contains(verb) else {
            let hint = Spelling.nearest(verb, among: Self.verbs).map { "did you mean '\($0)'?" }
                ?? "begin a step with one of: \(Self.verbs.joined(separator: ", "))"
            throw key.problem("no step '\(verb)'; \(hint)")
        }
        guard !isOver else { throw key.problem("never reached: the conversation ends before this, when the device hangs up") }
        let object = try map.required(verb)
        let kind: ConversationPlan.Kind
        switch verb {
        case "subscribe": kind = try subscribe(map, object)
        case "read":
            try map.only(["read", "optional"])
            kind = .read(try characteristic(object))
            hasReceived = true
        case "write":
            try map.only(["write", "to", "most", "pieces", "optional"])
            kind = .write(try write(map, "write"))
        case "ask": kind = try ask(map)
        case "expect":
            try map.only(["expect", "from", "refuses", "within", "keep", "clock", "optional"])
            kind = .expect(try expectation(map, to: nil, verb: "expect"))
        case "listen": kind = .listen(try listening(map, object))
        case "pause":
            try map.only(["pause", "optional"])
            kind = .pause(try object.span())
        case "for-each": kind = .forEach(try loop(map, object, number: number))
        case "clock": kind = .clock(try clock(map, object))
        case "records": kind = .records(try records(map, object))
        case "consent":
            try map.only(["consent", "within", "optional"])
            kind = .consent(try heard(object), within: try limit(map, "consent"))
            waits = true
        case "driver": kind = try driver(map, object)
        default: kind = try delete(map, key)
        }
        let what = object.kind == .scalar && verb != "for-each" ? (try? (map.optional("to") ?? object).text()) ?? "" : ""
        return ConversationPlan.Step(
            kind: kind, words: "step \(number), \(verb)\(what.isEmpty ? "" : " \(what)")",
            isOptional: try map.optional("optional")?.bool() ?? false)
    }

    private mutating func driver(_ map: YAMLMap, _ node: YAMLNode) throws(YAMLProblem) -> ConversationPlan.Kind {
        try map.only(["driver", "within", "tries", "optional"])
        guard try node.text() == "asks" else { throw node.problem("what of the driver? write 'driver: asks'") }
        guard plan.driver != nil else { throw node.problem("this profile has no driver that asks of its own") }
        waits = true
        return .driver(within: try limit(map, "driver"), tries: try tries(map))
    }

    private func tries(_ map: YAMLMap) throws(YAMLProblem) -> Int {
        guard let node = map.optional("tries") else { return 1 }
        let tries = try node.int()
        guard (1...10).contains(tries) else { throw node.problem("try 1 to 10 times") }
        return tries
    }

    private mutating func subscribe(_ map: YAMLMap, _ node: YAMLNode) throws(YAMLProblem) -> ConversationPlan.Kind {
        try map.only(["subscribe", "optional"])
        var all: [BluetoothUUID] = []
        for node in try node.listOrSingle() { all.append(try characteristic(node)) }
        guard !all.isEmpty else { throw node.problem("subscribe to what?") }
        subscribed.formUnion(all)
        return .subscribe(all)
    }

    private mutating func ask(_ map: YAMLMap) throws(YAMLProblem) -> ConversationPlan.Kind {
        try map.only(["ask", "to", "most", "pieces", "expect", "from", "refuses", "within", "tries", "keep", "clock", "optional"])
        let readsClock = map.optional("clock") != nil
        let write = try self.write(map, map.required("ask"), tellingTime: readsClock)
        let expectation = try expectation(map, to: map.optional("to"), verb: "ask")
        return .ask(write, expectation, tries: try tries(map))
    }

    private mutating func expectation(
        _ map: YAMLMap, to: YAMLNode?, verb: String
    ) throws(YAMLProblem) -> ConversationPlan.Expectation {
        let node = try map.required("expect")
        let from = map.optional("from") ?? to
        var expectation = ConversationPlan.Expectation(
            awaited: try awaited(node, from: from), words: try node.text(), within: try limit(map, verb))
        expectation.refusal = try map.optional("refuses").map { node throws(YAMLProblem) in try awaited(node, from: from) }
        expectation.keeps = try keeps(map.optional("keep"))
        try keep(map.optional("keep"))
        expectation.clock = try map.optional("clock").map { node throws(YAMLProblem) in try clockField(node) }
        if expectation.clock != nil { hasReadClock = true }
        hasReceived = true
        waits = true
        return expectation
    }

    private func limit(_ map: YAMLMap, _ verb: String) throws(YAMLProblem) -> Duration {
        guard let within = map.optional("within") else {
            throw map.problem("'\(verb)' without 'within' would wait for ever: say how long, such as 'within: 2 s'")
        }
        return try within.span()
    }

    private func heard(_ node: YAMLNode) throws(YAMLProblem) -> BluetoothUUID {
        let uuid = try characteristic(node)
        guard subscribed.contains(uuid) else {
            throw node.problem("nothing subscribes to '\(try node.text())' before this: the device would not say it")
        }
        return uuid
    }

    private mutating func listening(_ map: YAMLMap, _ node: YAMLNode) throws(YAMLProblem) -> ConversationPlan.Listening {
        try map.only(["listen", "until", "from", "optional"])
        var listening = ConversationPlan.Listening()
        let isForEver = try node.text() == "always"
        if !isForEver { listening.limit = try node.span() }
        for node in try map.optional("until")?.listOrSingle() ?? [] {
            let text = try node.text()
            if !node.isQuoted, text == "disconnect" {
                listening.endsWithDisconnection = true
            } else if !node.isQuoted, text.hasPrefix("silence") {
                guard let silence = Duration(spoken: text.dropFirst(7)) else { throw node.problem("how long a silence? write 'silence 3 s'") }
                listening.silence = silence
            } else {
                listening.until.append(try awaited(node, from: map.optional("from")))
            }
        }
        guard !isForEver || plan.limit != nil || listening.silence != nil || listening.endsWithDisconnection || !listening.until.isEmpty else {
            throw node.problem("this never ends: add 'until' (disconnect, silence 3 s, or a frame), or a 'limit' for the conversation")
        }
        if isForEver, listening.silence == nil, listening.until.isEmpty { isOver = true }
        hasReceived = true
        waits = true
        return listening
    }

    private mutating func loop(_ map: YAMLMap, _ node: YAMLNode, number: String) throws(YAMLProblem) -> ConversationPlan.Loop {
        try map.only(["for-each", "in", "most", "until", "from", "do", "optional"])
        let name = try node.text()
        guard !TemplateReader.words.contains(name), slots.keeps[name] == nil, slots.loops[name] == nil else {
            throw node.problem("'\(name)' has a meaning of its own: take another name")
        }
        let (first, last) = try bounds(map)
        var loop = ConversationPlan.Loop(name: name, first: first, last: last, body: [])
        if case .kept(let name, _) = last { loop.keptType = slots.keeps[name]?.type }
        if let until = map.optional("until") {
            if !until.isQuoted, try until.text() == "silence" {
                loop.endsWithSilence = true
            } else {
                loop.until = try awaited(until, from: map.optional("from"))
            }
        }
        slots.loops[name] = switch last {
        case .number(let last): last
        case .kept(_, let most): most
        }
        defer { slots.loops[name] = nil }
        let body = try map.required("do").list()
        guard !body.isEmpty else { throw map.problem("'for-each' with nothing to do") }
        loop.body = try steps(body, number: "\(number).")
        return loop
    }

    private func bounds(_ map: YAMLMap) throws(YAMLProblem) -> (UInt32, ConversationPlan.Loop.Last) {
        let node = try map.required("in")
        let ends = try node.text().split(separator: ".", omittingEmptySubsequences: false)
        let advice = "from where to where? write 0..9, or 1..NAME with a number that an answer keeps"
        guard ends.count == 3, ends[1].isEmpty, let first = UInt32(ends[0]) else { throw node.problem(advice) }
        guard !ends[2].isEmpty else {
            throw node.problem("'for-each' without an end could go on for ever: write the last, such as \(first)..\(first + 9), and 'until: silence'")
        }
        if let last = UInt32(ends[2]) {
            guard first <= last, last <= UInt16.max else { throw node.problem("a loop counts up, and at most to \(UInt16.max)") }
            return (first, .number(last))
        }
        let name = String(ends[2])
        guard let keep = slots.keeps[name] else { throw node.problem("nothing before this keeps '\(name)'; \(advice)") }
        guard keep.type != nil, keep.type != .bcd, keep.type != .digits else {
            throw node.problem("'\(name)' is kept as bytes: keep it as a number, { at: \(keep.first), type: u16-le }")
        }
        guard let most = map.optional("most") else {
            throw node.problem("the device says how many: add 'most', or it could go on for ever")
        }
        guard let bound = UInt32(exactly: try most.int()), first <= bound, bound <= UInt16.max else {
            throw most.problem("a loop counts up, and at most to \(UInt16.max)")
        }
        return (first, .kept(name, most: bound))
    }

    private mutating func clock(_ map: YAMLMap, _ node: YAMLNode) throws(YAMLProblem) -> ConversationPlan.ClockStep {
        try map.only(["clock", "as", "zone", "set", "write-only", "optional"])
        var clock = ConversationPlan.ClockStep(characteristic: try characteristic(node), layout: try clockLayout(map))
        clock.isWriteOnly = try map.optional("write-only")?.bool() ?? false
        if let set = map.optional("set") {
            let text = try set.text()
            switch text {
            case "never": clock.setting = .never
            case "always": clock.setting = .always
            default:
                guard text.hasPrefix("when-off"), let span = Duration(spoken: text.dropFirst(8)) else {
                    throw set.problem("set it when? 'always', 'never', or 'when-off 30 s'")
                }
                clock.setting = .whenOff(span)
            }
        }
        guard !clock.isWriteOnly || clock.setting == .always else { throw node.problem("a clock that cannot be read can only be set: add 'set: always'") }
        hasReadClock = true
        return clock
    }

    private mutating func records(_ map: YAMLMap, _ node: YAMLNode) throws(YAMLProblem) -> RecordAccess {
        try map.only(["records", "of", "ask-for", "number-at", "filter", "each", "count", "delete", "within", "optional"])
        var access = RecordAccess(control: try heard(node), of: try heard(map.required("of")), within: try limit(map, "records"))
        if let node = map.optional("ask-for") {
            guard let isNew = ["all": false, "new": true][try node.text()] else { throw node.problem("ask for 'all' records, or only 'new' ones") }
            access.asksForNew = isNew
        }
        access.numberAt = try map.optional("number-at").map { node throws(YAMLProblem) in try offset(node) }
        if let node = map.optional("filter") {
            guard let filter = UInt8(exactly: try node.int()) else { throw node.problem("a filter type is one byte") }
            access.filter = filter
        }
        if let node = map.optional("each") {
            guard try node.text() == "sized" else { throw node.problem("records come one a value; or write 'each: sized' where each has its size in front") }
            access.isSized = true
        }
        access.counts = try map.optional("count")?.bool() ?? false
        if let node = map.optional("delete") {
            guard try node.text() == "after-commit" else {
                throw node.problem("a record is deleted only after it is committed: write 'delete: after-commit'")
            }
            access.deletes = true
            access.counts = true
        }
        guard !access.asksForNew || access.numberAt != nil else {
            throw map.problem("which are new is told by their numbers: add 'number-at', such as 'number-at: 1'")
        }
        hasReceived = true
        waits = true
        return access
    }

    private mutating func delete(_ map: YAMLMap, _ key: YAMLNode) throws(YAMLProblem) -> ConversationPlan.Kind {
        try map.only(["delete", "to", "most", "pieces", "expect", "from", "refuses", "within", "optional"])
        guard hasReceived else {
            throw key.problem("nothing was received before this delete: what is deleted must first be committed")
        }
        let write = try write(map, "delete")
        guard map.optional("expect") != nil else { return .delete(write, nil) }
        return .delete(write, try expectation(map, to: map.optional("to"), verb: "delete"))
    }
}
