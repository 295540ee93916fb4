import DeviceProfiles
import Readings
import Testing

/// How a conversation goes, step by step.
@Suite("Conversations") struct ConversationTests {
    @Test("A question is answered, recorded, and the next follows") func asking() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { ask: "51 {sum8}", to: command, expect: weight, within: 2 s }
              - { write: "50", to: command }
            """)
        let good = try await bench.run(["> command: 51 51", "< port: A1 05 A6", "> command: 50"])
        #expect(good.failure == nil && good.rest.isEmpty)
        #expect(good.events == ["port: a105a6"])
    }

    @Test("An answer that does not come, or comes broken, names the step, what was expected and what came") func unanswered() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { ask: "51", to: command, expect: weight, refuses: stop, within: 2 s }
            """)
        #expect(try await bench.run(["> command: 51", "silence"]).failure
            == "step 2, ask command: expected weight within 2 s, but nothing of it came")
        let broken = try await bench.run(["> command: 51", "< port: A1 05 00"])
        #expect(broken.failure == "step 2, ask command: expected weight, but a10500 is none: checksum of weight")
        // It is for the decoder to refuse, and for the ledger to count.
        #expect(broken.events == ["port: a10500"])
        #expect(try await bench.run(["> command: 51", "< port: A2"]).failure == "step 2, ask command: expected weight, but the device said a2")
        #expect(try await bench.run(["> command: 51", "disconnect"]).reason == .link(.disconnected))
    }

    @Test("A question may be asked again") func tries() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { ask: "51", to: command, expect: weight, within: 2 s, tries: 3 }
            """)
        let outcome = try await bench.run(["> command: 51", "silence", "> command: 51", "< port: A1 05 00", "> command: 51", "< port: A1 05 A6"])
        #expect(outcome.failure == nil && outcome.rest.isEmpty)
        #expect(outcome.events == ["port: a10500", "port: a105a6"])
    }

    @Test("What came before a question is no answer to it, and is recorded all the same") func staleAnswers() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { ask: "51", to: command, expect: weight, within: 2 s }
            """)
        let outcome = try await bench.run(["< port: A1 01 A2", "> command: 51", "< port: A1 05 A6"])
        #expect(outcome.failure == nil && outcome.rest.isEmpty)
        #expect(outcome.events == ["port: a101a2", "port: a105a6"])
    }

    @Test("A loop counts up, and ends when the first question of a round stays unanswered") func loops() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - for-each: record
                in: 0..9
                until: silence
                do:
                  - { ask: "25 {record:u16-le}", to: command, expect: weight, within: 2 s }
                  - { ask: "26 {record:u16-be}", to: command, expect: stop, within: 2 s }
              - { write: "50", to: command }
            """)
        let whole = ["> command: 25 00 00", "< port: A1 01 A2", "> command: 26 00 00", "< port: A2", "> command: 25 01 00"]
        let outcome = try await bench.run(whole + ["silence", "> command: 50"])
        #expect(outcome.failure == nil && outcome.rest.isEmpty)
        // Half a record is not the end of the records.
        let half = try await bench.run(whole + ["< port: A1 01 A2", "> command: 26 00 01", "silence"])
        #expect(half.failure == "step 2.2, ask command, record 1: expected stop within 2 s, but nothing of it came")
    }

    @Test("A loop ends at a frame, and takes its end from a number that the device told") func loopEnds() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { ask: "27", to: command, expect: "77", from: port, within: 2 s, keep: { count: { at: 1, type: u16-le } } }
              - for-each: record
                in: 1..count
                most: 3
                until: stop
                do:
                  - { ask: "B3 {record}", to: command, expect: weight, within: 2 s }
            """)
        let counted = try await bench.run(["> command: 27", "< port: 77 01 00", "> command: B3 01", "< port: A1 01 A2"])
        #expect(counted.failure == nil && counted.rest.isEmpty)
        let stopped = try await bench.run(["> command: 27", "< port: 77 03 00", "> command: B3 01", "< port: A2"])
        #expect(stopped.failure == nil && stopped.rest.isEmpty)
        let none = try await bench.run(["> command: 27", "< port: 77 00 00"])
        #expect(none.failure == nil && none.rest.isEmpty)
        let tooMany = try await bench.run(["> command: 27", "< port: 77 04 00"])
        #expect(tooMany.failure == "step 3, for-each: expected count up to 3, but 0400 is none: it is 4")
        let short = try await bench.run(["> command: 27", "< port: 77 01"])
        #expect(short.failure == "step 2, ask command: expected count, but 7701 is none: too short")
    }

    @Test("Listening ends with a frame, a silence, its time or the device, and takes all that comes") func listening() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { listen: 60 s, until: [disconnect, silence 5 s, stop] }
              - { write: "50", to: command }
            """)
        let stopped = try await bench.run(["< port: A1 01 A2", "silence 4000", "< port: A1 02 A3", "silence 4000", "< port: A2", "> command: 50"])
        #expect(stopped.failure == nil && stopped.rest.isEmpty)
        #expect(stopped.events == ["port: a101a2", "port: a102a3", "port: a2"])
        #expect(stopped.elapsed == .seconds(8))
        let quiet = try await bench.run(["< port: A1 01 A2", "silence 5000", "> command: 50"])
        #expect(quiet.failure == nil && quiet.rest.isEmpty)
        let gone = try await bench.run(["< port: A1 01 A2", "disconnect"])
        #expect(gone.failure == nil && gone.rest == [.disconnect])
        let long = (0..<15).flatMap { _ in ["< port: A1 01 A2", "silence 4000"] }
        let timely = try await bench.run(long + ["> command: 50"])
        #expect(timely.failure == nil && timely.rest.isEmpty)
        #expect(timely.elapsed == .seconds(60))
    }

    @Test("The limit of the whole ends a listening well, and breaks off anything else") func limits() async throws {
        let bench = try TalkBench("""
            limit: 10 s
            steps:
              - subscribe: port
              - { expect: weight, within: 60 s }
              - { listen: always }
            """)
        #expect(try await bench.run(["silence"]).failure == "step 2, expect weight: not done within 10 s")
        let outcome = try await bench.run(["< port: A1 01 A2", "silence"])
        #expect(outcome.failure == nil && outcome.elapsed == .seconds(10))
    }

    @Test("An optional step is passed over where the device cannot or will not, and never where the link is lost") func optional() async throws {
        let bench = try TalkBench("""
            steps:
              - { subscribe: [clock, port], optional: true }
              - { write: "02 {user}", to: user, optional: true }
              - { ask: "51", to: command, expect: weight, within: 2 s, optional: true }
              - { write: "50", to: command }
            """)
        let outcome = try await bench.run(["> command: 51 ! 03", "> command: 50"], missing: ["clock"])
        #expect(outcome.failure == nil && outcome.rest.isEmpty)
        let known = ConversationContext(now: Instant(milliseconds: 0), user: 3)
        #expect(try await bench.run(["> user: 02 03", "> command: 51", "silence", "> command: 50"], in: known).failure == nil)
        #expect(try await bench.run(["> user: 02 03", "> command: 51", "disconnect"], in: known).reason == .link(.disconnected))
    }

    @Test("A step that is not optional says what it lacks") func lacking() async throws {
        let bench = try TalkBench("""
            steps:
              - { write: "02 {user}", to: user }
            """)
        #expect(try await bench.run([]).failure == "step 1, write user: needs a user slot")
        #expect(try await bench.run([], in: ConversationContext(now: Instant(milliseconds: 0), user: 1), missing: ["user"]).failure
            == "step 1, write user: the device has no characteristic 2a9f")
    }

    @Test("Answers come only after the commit, the first that fits, and never to a broken frame") func answers() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { listen: 60 s, until: [stop] }
            answers:
              - { on: "12", from: port, keep: { protocol: 2 }, write: ["13 {protocol} {sum8}", "14 {echo 1..2}"], to: command }
              - { on: weight, write: "F1 {protocol} {echo 1}", to: command }
              - { on: "A?", from: port, write: "99", to: command }
            """)
        let outcome = try await bench.run([
            "< port: 12 11 FF", "> command: 13 FF 12", "> command: 14 11 FF", "< port: A1 05 A6", "> command: F1 FF 05",
            "< port: A1 05 00", "< port: A3", "> command: 99", "< port: A2", "> command: 99",
        ])
        #expect(outcome.failure == nil && outcome.rest.isEmpty)
        let uncommitted = try await bench.run(["< port: 12 11 FF", "> command: 13 FF 12"], failingAt: 0)
        #expect(uncommitted.reason == .notRecorded(because: "DiskFull()"))
        #expect(uncommitted.rest.count == 1)
        let early = try await bench.run(["< port: A1 05 A6"])
        #expect(early.failure == "step 2, listen 60 s, the answer to weight: needs 'protocol', which the device has not told")
    }

    @Test("A frame in several pieces answers a question when it is whole; bytes in quotes are a value as it came") func framing() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: stream
              - { ask: "51", to: command, expect: packet, within: 2 s, keep: { kind: 2 } }
              - { ask: "52 {kind}", to: command, expect: "55 03", from: stream, within: 2 s }
              - { listen: 10 s }
            answers:
              - { on: packet, write: "F1 {echo 2}", to: command }
            """)
        let outcome = try await bench.run([
            "> command: 51", "< stream: 55 03", "< stream: 07 00 5F 55", "> command: F1 07", "> command: 52 07", "< stream: 03", "silence",
        ])
        #expect(outcome.events == ["stream: 5503", "stream: 07005f55", "stream: 03"])
        #expect(outcome.failure == "step 3, ask command: expected 55 03 within 2 s, but nothing of it came")
        let two = try await bench.run([
            "> command: 51", "< stream: 55 03 01 00 59 55 03 02 00 5A", "> command: F1 01", "> command: F1 02", "> command: 52 01",
            "< stream: 55 03 09", "silence 1000", "< stream: 00 00", "silence",
        ])
        // The last packet's sum is wrong: it is recorded and not answered.
        #expect(two.failure == nil && two.rest.isEmpty)
        #expect(two.events.count == 3)
    }

    @Test("An answer may be given once, and read a clock before it sets it") func once() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: clock
              - { listen: 10 s }
            answers:
              - { on: "", from: clock, times: 1, clock: { as: current-time }, write: "{current-time}", to: clock }
            """)
        let outcome = try await bench.run([
            "< clock: B2 07 01 01 00 00 05 04 00 00", "> clock: B2 07 01 01 00 00 00 04 00 01", "< clock: B2 07 01 01 00 00 00 04 00 00", "silence",
        ])
        #expect(outcome.failure == nil && outcome.rest.isEmpty)
        #expect(outcome.events == ["clock found 5 s"])
    }

    @Test("Keep-alives go out on time, whatever else is said") func keepAlive() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { listen: 5 s, until: [stop] }
            keep-alive: { write: "00 01 D9", to: command, every: 2 s }
            """)
        let outcome = try await bench.run([
            "silence 1500", "< port: A1 01 A2", "silence 500", "> command: 00 01 D9", "silence 2000", "> command: 00 01 D9", "silence 1000",
        ])
        #expect(outcome.failure == nil && outcome.rest.isEmpty)
        #expect(outcome.elapsed == .seconds(5))
    }

    @Test("The pace is kept: a rest before the first step, and between two writes") func pace() async throws {
        let bench = try TalkBench("""
            pace: { rest: 100 ms, writes: 50 ms, again: 5 min }
            steps:
              - { write: "01", to: command }
              - { pause: 20 ms }
              - { write: "02", to: command }
            """)
        let outcome = try await bench.run(["> command: 01", "> command: 02"])
        #expect(outcome.failure == nil && outcome.elapsed == .milliseconds(150))
        #expect(bench.plan.again == .seconds(300))
    }

    @Test("A long write is cut into pieces") func pieces() async throws {
        let bench = try TalkBench("""
            steps:
              - { write: "01 02 03 04 05 {sum8}", to: command, pieces: 4 }
            """)
        let outcome = try await bench.run(["> command: 01 02 03 04", "> command: 05 0F"])
        #expect(outcome.failure == nil && outcome.rest.isEmpty)
    }

    @Test("Bonds are made as the profile says") func bonds() async throws {
        func bonds(_ bond: String, wantsBond: Bool = false) async throws -> (String?, [BondTerms]) {
            let outcome = try await TalkBench("bond: \(bond)\nsteps:\n  - subscribe: port").run([], wantsBond: wantsBond)
            return (outcome.failure, outcome.bonds)
        }
        #expect(try await bonds("never").1 == [])
        #expect(try await bonds("never", wantsBond: true).0 == "step 1, subscribe port: the device wants a bond for fff1")
        #expect(try await bonds("if-asked").1 == [])
        #expect(try await bonds("if-asked", wantsBond: true) == (nil, [BondTerms()]))
        #expect(try await bonds("required").1 == [BondTerms()])
        #expect(try await bonds("each-time").1 == [BondTerms(anew: true)])
        #expect(try await bonds("{ when: required, passkey: \"000123\" }").1 == [BondTerms(passkey: .fixed(123))])
        #expect(try await bonds("{ when: required, passkey: shown }").1 == [BondTerms(passkey: .shown)])
    }

    @Test("Consent is given with slot and code, or refused") func consent() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: user
              - { consent: user, within: 5 s }
            """)
        let context = ConversationContext(now: Instant(milliseconds: 0), user: 2, consent: 1234)
        #expect(try await bench.run(["> user: 02 02 D2 04", "< user: 20 02 01"], in: context).failure == nil)
        #expect(try await bench.run(["> user: 02 02 D2 04", "< user: 20 02 05"], in: context).failure
            == "step 2, consent user: expected consent, but the device said 200205")
        #expect(try await bench.run([]).failure == "step 2, consent user: needs a user slot")
    }

    @Test("Nothing is deleted unless the gateway may, and then only behind the commit") func deletion() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { ask: "51", to: command, expect: weight, within: 2 s }
              - { delete: "02 01 12", to: command }
            """)
        let asked = ["> command: 51", "< port: A1 01 A2"]
        #expect(try await bench.run(asked).failure == nil)
        let may = ConversationContext(now: Instant(milliseconds: 0), mayDelete: true)
        let deleted = try await bench.run(asked + ["> command: 02 01 12"], in: may)
        #expect(deleted.failure == nil && deleted.rest.isEmpty)
        let failed = try await bench.run(asked + ["> command: 02 01 12"], in: may, failingAt: 0)
        #expect(failed.rest.count == 1 && failed.reason == .notRecorded(because: "DiskFull()"))
    }

    @Test("A session keeps nothing of the one before") func sessions() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { listen: 60 s, until: [stop] }
              - { write: "13 {protocol}", to: command }
            answers:
              - { on: "12", from: port, keep: { protocol: 1 } }
            """)
        #expect(try await bench.run(["< port: 12 07", "< port: A2", "> command: 13 07"]).failure == nil)
        #expect(try await bench.run(["< port: A2"]).failure == "step 3, write command: needs 'protocol', which the device has not told")
    }
}
