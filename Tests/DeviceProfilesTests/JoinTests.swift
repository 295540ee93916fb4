import DeviceProfiles
import Readings
import Testing

/// Frames that find each other: what waits, for how long, and what comes of it.
@Suite struct JoinTests {
    private static let frames = """
        weight: { from: a, fields: [ { name: id, type: u8 }, { name: w, type: u8 }, { name: more, type: u8, bits: { yes: 0 } } ] }
        extra: { from: b, fields: [ { name: id, type: u8 }, { name: ohm, type: u8 }, { name: note, type: u8, codes: { 1: barefoot, 9: shod } } ] }
        """

    private func assembly(_ join: String, _ rest: String = "") throws -> Assembly {
        let values = "weight: { field: w, unit: kg }, impedance: { field: extra.ohm, unit: Ohm }"
        let bench = try Bench(JoinTests.frames, """
            body-weight:
              values: { \(values) }
              number: id
              marks: [extra.note]
              with: { frame: extra, \(join) }
              \(rest)
            """)
        return Assembly(of: bench.profile)
    }

    private let byID = "by: [id], when: more.yes, within: 10 s"
    private let whole = "weight 80 kg; impedance 200 Ohm; number 7; barefoot"

    @Test("Whichever comes first waits for the other") func order() throws {
        var one = try assembly(byID)
        #expect(try one.feed("a", "07 50 01") == ["waiting for extra"])
        #expect(try one.feed("b", "07 C8 01") == [whole])
        #expect(one.isIdle)
        var other = try assembly(byID)
        #expect(try other.feed("b", "07 C8 01") == ["waiting for weight"])
        #expect(try other.feed("a", "07 50 01") == [whole])
        #expect(other.isIdle)
    }

    @Test("The completing frame tells which frame went into it") func tickets() throws {
        var assembly = try assembly(byID)
        let first = assembly.take(try Bench.content("a", "07 50 01"))
        let ticket = try #require(first.outcomes[0].ticket)
        let second = assembly.take(try Bench.content("b", "07 C8 01"))
        #expect(second.outcomes.map(\.ticket) == [nil])
        #expect(second.joined.map(\.ticket) == [ticket])
        #expect(second.settled == [])
    }

    @Test("A frame that says that nothing follows waits for nothing") func unwanted() throws {
        var assembly = try assembly(byID)
        #expect(try assembly.feed("a", "07 50 00") == ["weight 80 kg; number 7"])
        #expect(assembly.isIdle)
    }

    @Test("Only what is equal is joined, and each finds its own") func keys() throws {
        var assembly = try assembly(byID)
        #expect(try assembly.feed("a", "07 50 01") == ["waiting for extra"])
        #expect(try assembly.feed("a", "08 51 01") == ["waiting for extra"])
        #expect(try assembly.feed("b", "09 01 01") == ["waiting for weight"])
        #expect(try assembly.feed("b", "08 64 01") == ["weight 81 kg; impedance 100 Ohm; number 8; barefoot"])
        #expect(try assembly.feed("b", "07 C8 01") == [whole])
        #expect(try assembly.feed("a", "09 52 01") == ["weight 82 kg; impedance 1 Ohm; number 9; barefoot"])
    }

    @Test("Without a key the next such frame is the one") func keyless() throws {
        var assembly = try assembly("within: 10 s")
        #expect(try assembly.feed("a", "07 50 00") == ["waiting for extra"])
        #expect(try assembly.feed("b", "99 C8 01") == [whole])
        #expect(try assembly.feed("b", "99 C8 01") == ["waiting for weight"])
    }

    @Test("What never finds its other half goes out alone when its time is up, and says so") func timeout() throws {
        var assembly = try assembly(byID)
        #expect(try assembly.feed("a", "07 50 01", at: 1000) == ["waiting for extra"])
        #expect(assembly.deadline == 11_000)
        #expect(assembly.overdue(at: 10_999) == [])
        #expect(assembly.overdue(at: 11_000).map(\.outcome.words) == ["weight 80 kg; number 7; unjoined"])
        #expect(assembly.isIdle && assembly.deadline == nil)
        #expect(try assembly.feed("b", "07 C8 01", at: 12_000) == ["waiting for weight"])
        #expect(assembly.overdue(at: 22_000).map(\.outcome) == [.incomplete(missing: "weight", isError: false)])
    }

    @Test("What is overdue ends before the next frame is looked at") func overdueFirst() throws {
        var assembly = try assembly(byID)
        _ = try assembly.feed("a", "07 50 01", at: 0)
        #expect(try assembly.feed("b", "07 C8 01", at: 10_000) == ["then weight 80 kg; number 7; unjoined", "waiting for weight"])
    }

    @Test("A reading that cannot do without the other frame is incomplete") func required() throws {
        var assembly = try assembly("by: [id], required: true, within: 1 s")
        #expect(try assembly.feed("a", "07 50 01", at: 0) == ["waiting for extra"])
        #expect(assembly.overdue(at: 1000).map(\.outcome) == [.incomplete(missing: "extra", isError: false)])
    }

    @Test("At the end nothing is left waiting") func finish() throws {
        var assembly = try assembly(byID)
        _ = try assembly.feed("a", "07 50 01")
        _ = try assembly.feed("b", "08 C8 01")
        #expect(assembly.finish().map(\.outcome.words) == ["weight 80 kg; number 7; unjoined", "missing weight"])
        #expect(assembly.isIdle)
    }

    @Test("A frame by itself gives its reading, marked") func alone() throws {
        let bench = try assembly(byID).profile
        #expect(bench.decode(try Bench.content("a", "07 50 01")).words == "weight 80 kg; number 7; unjoined")
    }

    @Test("Conditions on the other frame are asked when it is there") func conditions() throws {
        var assembly = try assembly(byID, "ignores: [extra.note is shod]\n  waits-for: [more.yes]")
        #expect(try assembly.feed("a", "07 50 00") == ["waiting for more.yes"])
        #expect(try assembly.feed("a", "07 50 01") == ["waiting for extra"])
        #expect(try assembly.feed("b", "07 C8 09") == ["ignored for extra.note is shod"])
        #expect(assembly.isIdle)
    }

    @Test("What one device sends is never joined to what another sent") func devices() throws {
        var (one, other) = (try assembly(byID), try assembly(byID))
        _ = try one.feed("a", "07 50 01")
        #expect(try other.feed("b", "07 C8 01") == ["waiting for weight"])
        #expect(try one.feed("b", "07 64 01") == ["weight 80 kg; impedance 100 Ohm; number 7; barefoot"])
    }

    @Test("At most 64 frames wait; of more, the oldest ends as if its time were up") func bound() throws {
        var assembly = try assembly(byID)
        for id in 0..<64 { #expect(try assembly.feed("a", [UInt8(id), 0x50, 1].hex, at: 0) == ["waiting for extra"]) }
        let step = assembly.take(try Bench.content("a", "40 50 01"), at: 0)
        #expect(step.outcomes.map(\.outcome.words) == ["waiting for extra"])
        #expect(step.settled.map(\.outcome.words) == ["weight 80 kg; number 0; unjoined"])
        for id in 65..<1000 { _ = try assembly.feed("b", [UInt8(id & 255), 0, 0].hex, at: 0) }
        #expect(assembly.finish().count <= 64)
    }

    @Test("Two frames may be joined to one") func two() throws {
        let bench = try Bench("""
            w: { from: a, starts-with: "01", fields: [ { skip: 1 }, { name: w, type: u8 } ] }
            x: { from: a, starts-with: "02", fields: [ { skip: 1 }, { name: h, type: u8 } ] }
            y: { from: a, starts-with: "03", fields: [ { skip: 1 }, { name: i, type: u8 } ] }
            """, """
            body-weight:
              values: { weight: { field: w, unit: kg }, height: { field: x.h, unit: cm }, impedance: { field: y.i, unit: Ohm } }
              with: [ { frame: x, within: 5 s }, { frame: y, within: 5 s } ]
            """)
        var assembly = Assembly(of: bench.profile)
        #expect(try assembly.feed("a", "03 64") == ["waiting for w"])
        #expect(try assembly.feed("a", "01 50") == ["waiting for x"])
        #expect(try assembly.feed("a", "02 B4") == ["weight 80 kg; height 180 cm; impedance 100 Ohm"])
        #expect(try assembly.feed("a", "01 50", at: 0) == ["waiting for x"])
        #expect(try assembly.feed("a", "02 B4", at: 1) == ["waiting for y"])
        let ends = assembly.finish()
        #expect(ends.map(\.outcome.words) == ["weight 80 kg; height 180 cm; unjoined"])
        // What was joined ends with it.
        #expect(ends.map(\.earlier.count) == [1])
    }
}
