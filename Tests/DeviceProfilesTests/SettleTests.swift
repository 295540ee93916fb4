import DeviceProfiles
import Readings
import Testing

/// Readings that are sent again and again until they are final.
@Suite struct SettleTests {
    private func assembly(_ settles: String, _ rest: String = "") throws -> Assembly {
        let bench = try Bench("""
            live: { from: a, starts-with: "01", fields: [ { skip: 1 }, { name: w, type: u8 }, { name: s, type: u8, bits: { moving: 0 } } ] }
            stop: { from: a, starts-with: "02", fields: [ { skip: 1 } ] }
            """, """
            body-weight:
              values: { weight: { field: w, unit: kg } }
              waits-for: [not s.moving]
              settles: \(settles)
              \(rest)
            """)
        return Assembly(of: bench.profile)
    }

    @Test("Of equal values the last that is asked for counts, and then none until it changes") func equal() throws {
        var assembly = try assembly("{ equal: weight, frames: 3 }")
        var words: [String] = []
        for hex in ["015000", "015000", "015000", "015000", "015100", "015000", "015000", "015000"] { words += try assembly.feed("a", hex) }
        let waiting = "waiting for 3 equal weight"
        #expect(words == [waiting, waiting, "weight 80 kg", "ignored for weight unchanged", waiting, waiting, waiting, "weight 80 kg"])
        #expect(assembly.isIdle)
    }

    @Test("A field may be what is equal") func equalField() throws {
        var assembly = try assembly("{ equal: s, frames: 2 }")
        #expect(try assembly.feed("a", "015000") == ["waiting for 2 equal s"])
        #expect(try assembly.feed("a", "015100") == ["weight 81 kg"])
    }

    @Test("A frame that is not final begins the count again") func brokenRun() throws {
        var assembly = try assembly("{ equal: weight, frames: 2 }")
        #expect(try assembly.feed("a", "015000") == ["waiting for 2 equal weight"])
        #expect(try assembly.feed("a", "015001") == ["waiting for not s.moving"])
        #expect(try assembly.feed("a", "015000") == ["waiting for 2 equal weight"])
        #expect(try assembly.feed("a", "015000") == ["weight 80 kg"])
    }

    @Test("After half a minute without a frame, the same value is a new measurement") func nextMorning() throws {
        var assembly = try assembly("{ equal: weight, frames: 1 }")
        #expect(try assembly.feed("a", "015000", at: 0) == ["weight 80 kg"])
        #expect(try assembly.feed("a", "015000", at: 30_000) == ["ignored for weight unchanged"])
        #expect(try assembly.feed("a", "015000", at: 60_001) == ["weight 80 kg"])
    }

    @Test("The last before the frame that stops it counts") func stop() throws {
        var assembly = try assembly("{ on: stop }")
        #expect(try assembly.feed("a", "02") == [""].map { _ in "the profile reads nothing in this" })
        #expect(try assembly.feed("a", "015000") == ["waiting for stop"])
        #expect(try assembly.feed("a", "015100") == ["then waiting for stop", "waiting for stop"])
        #expect(try assembly.feed("a", "015200") == ["then waiting for stop", "waiting for stop"])
        #expect(try assembly.feed("a", "02") == ["weight 82 kg"])
        #expect(try assembly.feed("a", "02") == ["the profile reads nothing in this"])
        #expect(try assembly.feed("a", "015300", at: 0) == ["waiting for stop"])
        #expect(assembly.overdue(at: 600_000).map(\.outcome) == [.waiting(for: "stop")])
        #expect(assembly.isIdle)
    }

    @Test("The last before a silence counts") func silence() throws {
        var assembly = try assembly("{ silence: 3 s }")
        #expect(try assembly.feed("a", "015000", at: 0) == ["waiting for silence"])
        #expect(try assembly.feed("a", "015100", at: 2999) == ["then waiting for silence", "waiting for silence"])
        #expect(assembly.overdue(at: 5998) == [])
        #expect(try assembly.feed("a", "015200", at: 5999) == ["then weight 81 kg", "waiting for silence"])
        #expect(assembly.finish().map(\.outcome.words) == ["weight 82 kg"])
        #expect(assembly.isIdle)
    }

    @Test("The same again before the silence is no other reading") func sameAgain() throws {
        var assembly = try assembly("{ silence: 3 s }")
        _ = try assembly.feed("a", "015000", at: 0)
        let step = assembly.take(try Bench.content("a", "015000"), at: 2000)
        #expect(step.settled == [] && step.outcomes.map(\.ticket) == [nil])
        #expect(assembly.overdue(at: 3000) == [])
        #expect(assembly.overdue(at: 5000).map(\.outcome.words) == ["weight 80 kg"])
    }

    @Test("A reading that settles by equal values may be joined") func settledAndJoined() throws {
        let bench = try Bench("""
            w: { from: a, fields: [ { name: w, type: u8 } ] }
            x: { from: b, fields: [ { name: i, type: u8 } ] }
            """, """
            body-weight:
              values: { weight: { field: w, unit: kg }, impedance: { field: x.i, unit: Ohm } }
              settles: { equal: weight, frames: 2 }
              with: { frame: x, within: 5 s }
            """)
        var assembly = Assembly(of: bench.profile)
        #expect(try assembly.feed("a", "50") == ["waiting for 2 equal weight"])
        #expect(try assembly.feed("a", "50") == ["waiting for x"])
        #expect(try assembly.feed("b", "64") == ["weight 80 kg; impedance 100 Ohm"])
        #expect(try assembly.feed("a", "50") == ["ignored for weight unchanged"])
    }
}

/// Notifications that are parts of frames, or several at once.
@Suite struct PartsTests {
    private func assembly() throws -> Assembly {
        Assembly(of: try Bench(
            "f: { from: c, fields: [ { skip: 2 }, { name: w, type: u8 } ] }", "body-weight: { values: { weight: { field: w, unit: kg } } }").profile)
    }

    @Test("A part waits for the rest, and went into what the rest became") func parts() throws {
        var assembly = try assembly()
        let first = assembly.take(try Bench.content("c", "AA 03"))
        #expect(first.outcomes.map(\.outcome) == [.waiting(for: "the rest of the frame")])
        let second = assembly.take(try Bench.content("c", "50"))
        #expect(second.outcomes.map(\.outcome.words) == ["weight 80 kg"])
        #expect(second.joined.map(\.ticket) == first.outcomes.compactMap(\.ticket))
        #expect(assembly.isIdle)
    }

    @Test("One notification may bring several frames") func several() throws {
        var assembly = try assembly()
        #expect(try assembly.feed("c", "AA0350 AA0351 AA03") == ["weight 80 kg", "weight 81 kg"])
        #expect(try assembly.feed("c", "52") == ["weight 82 kg"])
    }

    @Test("What begins no frame is refused") func nothing() throws {
        var assembly = try assembly()
        #expect(try assembly.feed("c", "01 02 03 04 05") == ["no frame begins with 01020304"])
        #expect(assembly.isIdle)
    }

    @Test("The rest that never comes is missed when its time is up") func noRest() throws {
        var assembly = try assembly()
        #expect(try assembly.feed("c", "AA", at: 0) == ["waiting for the rest of the frame"])
        #expect(try assembly.feed("c", "03", at: 1000) == ["waiting for the rest of the frame"])
        #expect(assembly.overdue(at: 3000).map(\.outcome) == [DecodeOutcome](repeating: .incomplete(missing: "the rest of the frame", isError: false), count: 2))
        #expect(try assembly.feed("c", "AA0350", at: 4000) == ["weight 80 kg"])
    }

    @Test("More bytes than a characteristic holds are refused unread") func tooLong() throws {
        var assembly = try assembly()
        #expect(try assembly.feed("c", String(repeating: "AA", count: 513)) == ["length 513, but the layout ends at 512"])
    }
}
