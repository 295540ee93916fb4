import Readings
import StrictYAML

/// Reads and checks the conversation of a profile. Runs after inheritance: it names the profile's characteristics and frames.
struct ConversationReader {
    let characteristics: [(name: String, uuid: BluetoothUUID)]
    let frames: ConversationFrames
    var plan = ConversationPlan()
    /// What a later write may use.
    var slots = TemplateReader()
    /// What has happened before the step that is being read.
    var subscribed: Set<BluetoothUUID> = []
    var hasReceived = false
    var hasReadClock = false
    var hasClockStep = false
    /// Whether some step waits, so that what the device says of its own is answered.
    var waits = false
    /// The conversation is over before the step that is being read.
    var isOver = false

    static func read(
        _ node: YAMLNode, characteristics: [(name: String, uuid: BluetoothUUID)], frames: ConversationFrames,
        driver: (any AskingDriver)? = nil
    ) throws(YAMLProblem) -> ConversationPlan {
        var reader = ConversationReader(characteristics: characteristics, frames: frames)
        reader.plan.frames = frames
        reader.plan.driver = driver
        try reader.read(node.map())
        return reader.plan
    }

    private mutating func read(_ map: YAMLMap) throws(YAMLProblem) {
        try map.only(["bond", "pace", "limit", "steps", "answers", "keep-alive"])
        if let node = map.optional("bond") { try readBond(node) }
        if let node = map.optional("pace") { try readPace(node.map()) }
        plan.limit = try map.optional("limit")?.span()
        let answers = try map.optional("answers")?.list() ?? []
        // Answers come at any time: what they keep, every step may use.
        for answer in answers { try keep(answer.map().optional("keep")) }
        let steps = try map.required("steps").list()
        guard !steps.isEmpty else { throw map.problem("a conversation without steps says nothing: give at least one") }
        hasClockStep = steps.contains { (try? $0.map().keys.first?.name) == "clock" }
        plan.steps = try self.steps(steps, number: "")
        for node in answers { plan.answers.append(try answer(node)) }
        if let first = answers.first, !waits {
            throw first.problem("nothing here waits, so this is never answered: add a 'listen' step")
        }
        if let node = map.optional("keep-alive") { plan.keepAlive = try keepAlive(node) }
    }

    private mutating func readBond(_ node: YAMLNode) throws(YAMLProblem) {
        guard node.kind == .map else {
            plan.bond = try node.word(of: ConversationPlan.Bond.self)
            return
        }
        let map = try node.map()
        try map.only(["when", "passkey"])
        plan.bond = try map.required("when").word(of: ConversationPlan.Bond.self)
        guard let passkey = map.optional("passkey") else { return }
        let text = try passkey.text()
        if text == "shown" { plan.passkey = .shown; return }
        guard passkey.isQuoted, text.utf8.count == 6, text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = UInt32(text) else {
            throw passkey.problem("a passkey is 'shown' on the device, or six digits in quotes")
        }
        plan.passkey = .fixed(number)
    }

    private mutating func readPace(_ map: YAMLMap) throws(YAMLProblem) {
        try map.only(["rest", "writes", "again"])
        plan.rest = try map.optional("rest")?.span()
        plan.pace = try map.optional("writes")?.span()
        plan.again = try map.optional("again")?.span()
    }

    private mutating func keepAlive(_ node: YAMLNode) throws(YAMLProblem) -> ConversationPlan.KeepAlive {
        let map = try node.map()
        try map.only(["write", "to", "every", "most"])
        guard let every = map.optional("every") else {
            throw map.problem("how often? add 'every', such as 'every: 1 s'")
        }
        return ConversationPlan.KeepAlive(write: try write(map, "write"), every: try every.span())
    }

    private mutating func answer(_ node: YAMLNode) throws(YAMLProblem) -> ConversationPlan.Answer {
        let map = try node.map()
        try map.only(["on", "from", "keep", "clock", "write", "to", "most", "times"])
        let on = try map.required("on")
        // Without `from`, an answer goes back to where the question came from.
        let awaited = try self.awaited(on, from: map.optional("from") ?? map.optional("to"))
        var answer = ConversationPlan.Answer(on: awaited, words: "the answer to \(try on.text())")
        answer.keeps = try keeps(map.optional("keep"))
        answer.clock = try map.optional("clock").map { node throws(YAMLProblem) in try clockField(node) }
        answer.times = try map.optional("times").map { node throws(YAMLProblem) in
            let times = try node.int()
            guard times > 0 else { throw node.problem("how often at most? 1 or more; leave it out for always") }
            return times
        }
        if let writes = map.optional("write") {
            slots.hasEcho = true
            defer { slots.hasEcho = false }
            for node in try writes.listOrSingle() { answer.writes.append(try write(map, node, tellingTime: answer.clock != nil)) }
        }
        guard !answer.writes.isEmpty || !answer.keeps.isEmpty || answer.clock != nil else {
            throw node.problem("an answer that does nothing: give 'write', 'keep' or 'clock'")
        }
        return answer
    }
}
