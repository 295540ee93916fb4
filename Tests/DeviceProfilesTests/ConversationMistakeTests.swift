import DeviceProfiles
import Testing

struct TalkMistake: Sendable, CustomTestStringConvertible {
    var text: String
    var line: Int
    var sentence: String

    /// - Parameter line: of the conversation, from 1.
    init(_ text: String, _ sentence: String, at line: Int) { (self.text, self.sentence, self.line) = (text, sentence, line) }

    var testDescription: String { sentence }
}

/// A step behind a subscription to `port`, on line 3.
private func wrong(_ step: String, _ sentence: String) -> TalkMistake {
    TalkMistake("steps:\n  - subscribe: port\n  - \(step)", sentence, at: 3)
}

/// Every mistake in a conversation has its own sentence, at its own line.
@Suite("Mistakes in conversations") struct ConversationMistakeTests {
    @Test("A step says what it does, to whom, and for how long", arguments: [
        wrong("{ wirte: \"01\", to: command }", "no step 'wirte'; did you mean 'write'?"),
        wrong("{ to: command, write: \"01\" }", "no step 'to'; begin a step with one of: subscribe, read, write"),
        wrong("{ write: \"01\" }", "the key 'to' is missing"),
        wrong("{ write: \"01\", to: comand }", "no characteristic 'comand'; did you mean 'command'?"),
        wrong("{ write: \"01\", to: elsewhere }", "no characteristic 'elsewhere'; known here: port, command, control"),
        wrong("{ subscribe: prt }", "no characteristic 'prt'; did you mean 'port'?"),
        wrong("{ subscribe: [] }", "subscribe to what?"),
        wrong("{ read: ports }", "no characteristic 'ports'; did you mean 'port'?"),
        wrong("{ expect: wieght, within: 2 s }", "no frame 'wieght'; did you mean 'weight'?"),
        wrong("{ expect: nothing-like-it, within: 2 s }", "no frame 'nothing-like-it'; name one of: weight, stop, packet, heard; or write bytes in quotes"),
        wrong("{ expect: heard, within: 2 s }", "'heard' is advertised: a conversation hears characteristics only"),
        wrong("{ expect: \"06\", within: 2 s }", "bytes from where? add 'from: CHARACTERISTIC', or name a frame"),
        wrong("{ expect: \"06\", from: unread, within: 2 s }", "nothing subscribes to 'unread' before this: the device would not say it"),
        wrong("{ expect: \"0\", from: port, within: 2 s }", "no bytes: write pairs of hex digits in quotes"),
        wrong("{ expect: weight }", "'expect' without 'within' would wait for ever: say how long, such as 'within: 2 s'"),
        wrong("{ ask: \"01\", to: command, expect: weight }", "'ask' without 'within' would wait for ever: say how long, such as 'within: 2 s'"),
        wrong("{ ask: \"01\", to: command, within: 2 s }", "the key 'expect' is missing"),
        wrong("{ ask: \"01\", to: command, expect: weight, within: 2 s, tries: 0 }", "try 1 to 10 times"),
        wrong("{ ask: \"01\", to: command, expect: weight, within: 2 }", "no span of time: write 500 ms, 2 s, 5 min or 1 h"),
        wrong("{ pause: 0 s }", "no span of time: write 500 ms, 2 s, 5 min or 1 h"),
        wrong("{ pause: 99999999999999999999 h }", "no span of time: write 500 ms, 2 s, 5 min or 1 h"),
        wrong("{ pause: 2 days }", "no span of time: write 500 ms, 2 s, 5 min or 1 h"),
        wrong("{ consent: user, within: 5 s }", "nothing subscribes to 'user' before this: the device would not say it"),
        wrong("{ consent: port }", "'consent' without 'within' would wait for ever: say how long, such as 'within: 2 s'"),
    ])
    func step(_ mistake: TalkMistake) { expect(mistake) }

    @Test("A conversation must come to an end", arguments: [
        wrong("{ listen: always }", "this never ends: add 'until' (disconnect, silence 3 s, or a frame), or a 'limit' for the conversation"),
        wrong("{ listen: always, until: [] }", "this never ends: add 'until'"),
        wrong("{ listen: 5 s, until: silence }", "how long a silence? write 'silence 3 s'"),
        wrong("{ listen: 5 s, until: stopp }", "no frame 'stopp'; did you mean 'stop'?"),
        TalkMistake("steps:\n  - { listen: always, until: disconnect }\n  - { pause: 1 s }", "never reached: the conversation ends before this", at: 3),
        TalkMistake("limit: 1 min\nsteps:\n  - { listen: always }\n  - { pause: 1 s }", "never reached: the conversation ends before this", at: 4),
        TalkMistake("steps: []", "a conversation without steps says nothing: give at least one", at: 1),
        TalkMistake("limit: 1 min", "the key 'steps' is missing", at: 1),
    ])
    func end(_ mistake: TalkMistake) { expect(mistake) }

    @Test("A loop has an end", arguments: [
        wrong("{ for-each: n, in: 0.., do: [ pause: 1 s ] }", "'for-each' without an end could go on for ever: write the last, such as 0..9, and 'until: silence'"),
        wrong("{ for-each: n, do: [ pause: 1 s ] }", "the key 'in' is missing"),
        wrong("{ for-each: n, in: 9, do: [ pause: 1 s ] }", "from where to where? write 0..9, or 1..NAME with a number that an answer keeps"),
        wrong("{ for-each: n, in: 9..1, do: [ pause: 1 s ] }", "a loop counts up, and at most to 65535"),
        wrong("{ for-each: n, in: 0..65536, do: [ pause: 1 s ] }", "a loop counts up, and at most to 65535"),
        wrong("{ for-each: n, in: 0..count, most: 5, do: [ pause: 1 s ] }", "nothing before this keeps 'count'"),
        wrong("{ for-each: n, in: 0..9, do: [] }", "'for-each' with nothing to do"),
        wrong("{ for-each: user, in: 0..9, do: [ pause: 1 s ] }", "'user' has a meaning of its own: take another name"),
        wrong("{ for-each: n, in: 0..9, do: [ { for-each: n, in: 0..9, do: [ pause: 1 s ] } ] }", "'n' has a meaning of its own: take another name"),
        wrong("{ for-each: n, in: 0..300, do: [ { write: \"{n}\", to: command } ] }", "'n' counts to 300, which does not fit u8"),
        TalkMistake(
            "steps:\n  - subscribe: port\n  - { expect: weight, within: 1 s, keep: { n: { at: 1, type: u16-le } } }\n  - { for-each: i, in: 1..n, do: [ pause: 1 s ] }",
            "the device says how many: add 'most', or it could go on for ever", at: 4),
        TalkMistake(
            "steps:\n  - subscribe: port\n  - { expect: weight, within: 1 s, keep: { n: 1..2 } }\n  - { for-each: i, in: 1..n, most: 5, do: [ pause: 1 s ] }",
            "'n' is kept as bytes: keep it as a number, { at: 1, type: u16-le }", at: 4),
    ])
    func loop(_ mistake: TalkMistake) { expect(mistake) }

    @Test("Nothing is deleted before it is committed", arguments: [
        TalkMistake("steps:\n  - { delete: \"02 01 12\", to: command }", "nothing was received before this delete: what is deleted must first be committed", at: 2),
        wrong("{ delete: \"02 01 12\", to: command }", "nothing was received before this delete: what is deleted must first be committed"),
        wrong("{ write: \"02 01\", to: control }", "this deletes records: write 'records' with 'delete: after-commit'"),
        TalkMistake(
            "steps:\n  - subscribe: [port, control]\n  - { records: control, of: port, within: 9 s, delete: now }",
            "a record is deleted only after it is committed: write 'delete: after-commit'", at: 3),
        TalkMistake(
            "steps:\n  - subscribe: [port, control]\n  - { records: control, of: port, within: 9 s, ask-for: new }",
            "which are new is told by their numbers: add 'number-at', such as 'number-at: 1'", at: 3),
        TalkMistake(
            "steps:\n  - subscribe: [port, control]\n  - { records: control, of: port, within: 9 s, ask-for: some }",
            "ask for 'all' records, or only 'new' ones", at: 3),
        TalkMistake("steps:\n  - subscribe: [port, control]\n  - { records: control, of: port }", "'records' without 'within' would wait for ever", at: 3),
        wrong("{ records: control, of: port, within: 9 s }", "nothing subscribes to 'control' before this"),
    ])
    func deletion(_ mistake: TalkMistake) { expect(mistake) }

    @Test("What is written can be written", arguments: [
        wrong("{ write: 01, to: command }", "write the bytes in quotes, or YAML may take them for a number"),
        wrong("{ write: \"\", to: command }", "nothing to write"),
        wrong("{ write: \"0\", to: command }", "'0' is no bytes: write pairs of hex digits, and slots as {user}"),
        wrong("{ write: \"01 {user\", to: command }", "a '{' without its '}'"),
        wrong("{ write: \"{usr}\", to: command }", "nothing fills '{usr}'; did you mean 'user'?"),
        wrong("{ write: \"{protocol}\", to: command }", "nothing fills '{protocol}'; it is no slot, and no step before this keeps or counts it"),
        wrong("{ write: \"{}\", to: command }", "'{}' is no slot"),
        wrong("{ write: \"{user:u16}\", to: command }", "'u16' in which order? write u16-le or u16-be"),
        wrong("{ write: \"{user:i8}\", to: command }", "unknown type 'i8'; write one of: u8, u16-le"),
        wrong("{ write: \"{consent}\", to: command }", "a consent code goes to 9999: write {consent:u16-le} or {consent:u16-be}"),
        wrong("{ write: \"{year}\", to: command }", "a year needs two bytes: {year:u16-le} or {year:u16-be}; or write {year-2000}"),
        wrong("{ write: \"{seconds-1980:u32-le}\", to: command }", "seconds since when? seconds-1900, seconds-1970"),
        wrong("{ write: \"{seconds-1970}\", to: command }", "write {seconds-1970:u32-le} or {seconds-1970:u32-be}: seconds need four bytes"),
        wrong("{ write: \"{date-time:u8}\", to: command }", "{date-time} has its own length: leave the type out"),
        wrong("{ write: \"{user 1}\", to: command }", "'{user 1}' is no slot: only 'echo' and sums take a second word"),
        wrong("{ write: \"{sum8}\", to: command }", "{sum8} covers no bytes: it stands behind what it sums up"),
        wrong("{ write: \"01 {sum8 from 1}\", to: command }", "{sum8} covers no bytes: it stands behind what it sums up"),
        wrong("{ write: \"01 {sum8 1}\", to: command }", "write {sum8} over all bytes before it, or {sum8 from 1}"),
        wrong("{ write: \"{echo 1}\", to: command }", "{echo} repeats bytes of what is being answered: it belongs under 'answers'"),
        wrong("{ write: \"\(String(repeating: "00 ", count: 21))\", to: command }", "21 bytes, but one write carries 20: add 'pieces: 20' to cut it, or 'most' if the device takes more"),
        wrong("{ write: \"\(String(repeating: "00 ", count: 513))\", to: command, pieces: 20 }", "513 bytes, but one write carries 512"),
        wrong("{ write: \"01\", to: command, most: 0 }", "a write carries 1 to 512 bytes"),
        wrong("{ write: \"01\", to: command, pieces: 21 }", "a piece has 1 to 20 bytes"),
    ])
    func template(_ mistake: TalkMistake) { expect(mistake) }

    @Test("A clock is read before it is set", arguments: [
        TalkMistake("steps:\n  - { write: \"{date-time}\", to: command }\n  - { clock: clock, as: current-time }", "this sets a clock that is read later: read it first, or its offset is lost", at: 2),
        wrong("{ clock: clock, as: date }", "no clock is written so: current-time, date-time, or seconds-2000:u32-le"),
        wrong("{ clock: clock, as: seconds-1999:u32-le }", "no clock is written so: current-time, date-time, or seconds-2000:u32-le"),
        wrong("{ clock: clock }", "the key 'as' is missing"),
        wrong("{ clock: clock, as: date-time, zone: berlin }", "a device's clock shows 'local' time or 'utc'"),
        wrong("{ clock: clock, as: date-time, set: sometimes }", "set it when? 'always', 'never', or 'when-off 30 s'"),
        wrong("{ clock: clock, as: date-time, write-only: true }", "a clock that cannot be read can only be set: add 'set: always'"),
    ])
    func clock(_ mistake: TalkMistake) { expect(mistake) }

    @Test("Answers and keep-alives are for something that waits", arguments: [
        TalkMistake("steps:\n  - subscribe: port\nanswers:\n  - { on: weight, write: \"01\", to: command }", "nothing here waits, so this is never answered: add a 'listen' step", at: 4),
        TalkMistake("steps:\n  - subscribe: port\n  - { listen: 5 s }\nanswers:\n  - { on: weight }", "an answer that does nothing: give 'write', 'keep' or 'clock'", at: 5),
        TalkMistake("steps:\n  - subscribe: port\n  - { listen: 5 s }\nanswers:\n  - { on: weight, write: \"{echo}\", to: command }", "say which bytes to repeat: {echo 2} or {echo 1..3}", at: 5),
        TalkMistake("steps:\n  - subscribe: port\n  - { listen: 5 s }\nanswers:\n  - { on: weight, write: \"01\", to: command, times: 0 }", "how often at most? 1 or more; leave it out for always", at: 5),
        TalkMistake("steps:\n  - subscribe: port\n  - { listen: 5 s }\nanswers:\n  - { on: weight, keep: { user: 1 } }", "'user' has a meaning of its own: take another name", at: 5),
        TalkMistake("steps:\n  - subscribe: port\n  - { listen: 5 s }\nanswers:\n  - { on: weight, keep: { id: one } }", "which bytes? write 2, or 1..3", at: 5),
        TalkMistake("steps:\n  - pause: 5 s\nkeep-alive: { write: \"01\", to: command }", "how often? add 'every', such as 'every: 1 s'", at: 3),
        TalkMistake("bond: sometimes\nsteps:\n  - pause: 5 s", "unknown word 'sometimes'; write one of: never, if-asked, required, each-time", at: 1),
        TalkMistake("bond: { when: required, passkey: 123456 }\nsteps:\n  - pause: 5 s", "a passkey is 'shown' on the device, or six digits in quotes", at: 1),
        TalkMistake("pase: 5 s\nsteps:\n  - pause: 5 s", "unknown key 'pase'; did you mean 'pace'?", at: 1),
    ])
    func around(_ mistake: TalkMistake) { expect(mistake) }

    @Test("A conversation without a mistake loads") func rightOne() {
        #expect(problems(of: [TalkBench.source("steps:\n  - subscribe: port\n  - { listen: always, until: disconnect }")]) == [])
    }

    private func expect(_ mistake: TalkMistake) {
        let found = problems(of: [TalkBench.source(mistake.text)])
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("talk.yaml:\(mistake.line + 2): ") == true, "\(found)")
        #expect(found.first?.contains(mistake.sentence) == true, "\(found)")
    }
}
