import DeviceProfiles
import Readings
import Testing

/// Stored records: none lost, none deleted that was not committed.
@Suite("Stored records") struct ConversationRecordTests {
    private func bench(_ more: String = "") throws -> TalkBench {
        try TalkBench("""
            steps:
              - subscribe: [port, control]
              - { records: control, of: port, number-at: 1, within: 10 s\(more) }
            """)
    }

    private func context(last: UInt16? = nil, mayDelete: Bool = false) -> ConversationContext {
        ConversationContext(now: Instant(milliseconds: 0), lastRecord: last, mayDelete: mayDelete)
    }

    @Test("All records are reported, and the response ends them") func report() async throws {
        let outcome = try await bench().run(["> control: 01 01", "< port: 00 07 00", "< port: 00 08 00", "< control: 06 00 01 01"])
        #expect(outcome.failure == nil && outcome.rest.isEmpty)
        // The control point's own words are no records.
        #expect(outcome.events == ["port: 000700", "port: 000800"])
        #expect(try await bench().run(["> control: 01 01", "< control: 06 00 01 06"]).failure == nil)
    }

    @Test("New records are those behind the last committed one") func new() async throws {
        let bench = try bench(", ask-for: new")
        #expect(try await bench.run(["> control: 01 03 01 08 00", "< control: 06 00 01 06"], in: context(last: 7)).failure == nil)
        #expect(try await bench.run(["> control: 01 01", "< control: 06 00 01 06"]).failure == nil)
        // Behind the last number there is none: the counter begins anew.
        #expect(try await bench.run(["> control: 01 01", "< control: 06 00 01 06"], in: context(last: .max)).failure == nil)
    }

    @Test("A refusal and a silence break off") func refusals() async throws {
        #expect(try await bench().run(["> control: 01 01", "< control: 06 00 01 0A"]).failure
            == "step 2, records control: expected the end of the records, but the device said 0600010a")
        #expect(try await bench().run(["> control: 01 01", "< port: 00 07 00", "silence"]).failure
            == "step 2, records control: expected the end of the records within 10 s, but nothing of it came")
    }

    @Test("Fewer records than were counted are missed; those that come late are waited for") func counting() async throws {
        let bench = try bench(", count: true")
        let asked = ["> control: 04 01", "< control: 05 00 02 00", "> control: 01 01", "< port: 00 07 00"]
        #expect(try await bench.run(asked + ["< control: 06 00 01 01", "silence"]).reason == .recordsMissing(counted: 2, came: 1))
        let late = try await bench.run(asked + ["< control: 06 00 01 01", "< port: 00 08 00"])
        #expect(late.failure == nil && late.rest.isEmpty)
        // The same record twice is one.
        #expect(try await bench.run(asked + ["< port: 00 07 00", "< control: 06 00 01 01", "silence"]).reason == .recordsMissing(counted: 2, came: 1))
        #expect(try await bench.run(["> control: 04 01", "< control: 05 00 00 00"]).failure == nil)
        #expect(try await bench.run(["> control: 04 01", "< control: 06 00 04 06"]).failure == nil)
    }

    @Test("Exactly the committed records are deleted, by their numbers, and only where the gateway may") func deleting() async throws {
        let bench = try bench(", delete: after-commit")
        let told = ["> control: 04 01", "< control: 05 00 02 00", "> control: 01 01", "< port: 00 07 01", "< port: 00 09 01", "< control: 06 00 01 01"]
        #expect(try await bench.run(told).failure == nil)
        let deleted = try await bench.run(told + ["> control: 02 04 01 07 01 09 01", "< control: 06 00 02 01"], in: context(mayDelete: true))
        #expect(deleted.failure == nil && deleted.rest.isEmpty)
        for broken in 0...1 {
            let failed = try await bench.run(told + ["> control: 02 04 01 07 01 09 01"], in: context(mayDelete: true), failingAt: broken)
            #expect(failed.reason == .notRecorded(because: "DiskFull()"))
            #expect(failed.rest.last == .writes(try TalkBench.uuid("control"), [2, 4, 1, 7, 1, 9, 1]))
        }
        let short = ["> control: 04 01", "< control: 05 00 01 00", "> control: 01 01", "< port: 00 07", "< control: 06 00 01 01", "silence"]
        #expect(try await bench.run(short, in: context(mayDelete: true)).reason == .recordsMissing(counted: 1, came: 0))
    }

    @Test("Without numbers all are deleted, but only if none was added meanwhile") func deletingAll() async throws {
        let bench = try TalkBench("""
            steps:
              - subscribe: [port, control]
              - { records: control, of: port, within: 10 s, delete: after-commit }
            """)
        let told = ["> control: 04 01", "< control: 05 00 01 00", "> control: 01 01", "< port: 00", "< control: 06 00 01 01", "> control: 04 01"]
        let deleted = try await bench.run(told + ["< control: 05 00 01 00", "> control: 02 01", "< control: 06 00 02 01"], in: context(mayDelete: true))
        #expect(deleted.failure == nil && deleted.rest.isEmpty)
        #expect(try await bench.run(told + ["< control: 05 00 02 00"], in: context(mayDelete: true)).reason == .recordsMissing(counted: 2, came: 1))
    }

    @Test("Several records in one value are counted by their sizes") func sized() async throws {
        let bench = try bench(", each: sized, count: true")
        let asked = ["> control: 04 01", "< control: 05 00 02 00", "> control: 01 01"]
        #expect(try await bench.run(asked + ["< port: 04 01 00 00 04 02 00 00", "< control: 06 00 01 01"]).failure == nil)
        #expect(try await bench.run(asked + ["< port: 04 01 00 00 05 02 00 00", "< control: 06 00 01 01", "silence"]).reason == .recordsMissing(counted: 2, came: 0))
    }
}
