import Testing

@testable import Readings

struct DeviceIDTests {
    @Test(arguments: [
        "C8:47:8C:C0:95:89", "c8:47:8c:c0:95:89", "C8-47-8C-C0-95-89", "C8478CC09589", "c8478cc09589", "C8:47-8c:C0-95:89",
    ])
    func `every way to write an address means the same device`(text: String) {
        #expect(DeviceID(address: text)?.description == "C8:47:8C:C0:95:89")
        #expect(DeviceID(address: text)?.compact == "C8478CC09589")
    }

    @Test(arguments: [
        "", "C8:47:8C:C0:95", "C8:47:8C:C0:95:89:00", "C8:47:8C:C0:95:8", "C8:47:8C:C0:95:8G", ":C8:47:8C:C0:95:89",
        "C8:47:8C:C0:95:89:", "C8::47:8C:C0:95:89", "C:847:8C:C0:95:89", "C847:8CC0:9589", "C8 47 8C C0 95 89", "C8:478C:C0:95:89",
        " C8478CC09589", "C8478CC0958", "C8:47:8C:C0:95:8９",
    ])
    func `anything else is refused`(text: String) {
        #expect(DeviceID(address: text) == nil)
    }

    @Test func `devices have an order`() {
        #expect(DeviceID(address: "00:00:00:00:00:0A")! < DeviceID(address: "00:00:00:00:00:B0")!)
    }
}

struct ReadingIdentityTests {
    let device = DeviceID(address: "C8:47:8C:C0:95:89")!
    let time = CivilTime(iso: "2021-04-11T16:19:01")!

    private func weight(_ text: String, _ unit: Unit = .kilogram) -> Reading.Value {
        Reading.Value("weight", Quantity(ExactDecimal(text)!, unit), Kind.bodyWeight.vital("weight")!)
    }

    private func identity(
        _ kind: Kind = .bodyWeight, deviceTime: CivilTime? = nil, recordTime: CivilTime? = nil, number: Int? = nil, user: Int? = nil,
        unclocked: ReadingIdentity.Unclocked = .burst(boot: "c2f0b1d4-0a1b-4000-8000-1234567890ab", nanoseconds: 73_001)
    ) -> String {
        let reading = Reading(
            kind, [weight("79.8")], deviceTime: deviceTime, recordTime: recordTime, number: number, user: user)
        return ReadingIdentity(of: reading, from: device, unclocked: unclocked).description
    }

    @Test func `the text is device, kind, time, number and slot`() {
        #expect(identity(deviceTime: time) == "C8478CC09589.body-weight.20210411T161901")
        #expect(identity(deviceTime: time, user: 2) == "C8478CC09589.body-weight.20210411T161901.u2")
        #expect(identity(.bloodGlucose, deviceTime: time, number: 17) == "C8478CC09589.blood-glucose.20210411T161901.n17")
        #expect(identity(.bloodGlucose, number: 17, user: 1) == "C8478CC09589.blood-glucose.n17.u1")
    }

    @Test func `the record's own time counts, not the time with the user's offset`() {
        #expect(identity(deviceTime: CivilTime(iso: "2021-04-11T18:19:01"), recordTime: time)
            == "C8478CC09589.body-weight.20210411T161901")
    }

    @Test func `without clock and number the publisher's stamp or this gateway's burst stands in`() {
        #expect(identity() == "C8478CC09589.body-weight.bc2f0b1d4-73001")
        #expect(identity(unclocked: .stamped(Instant(milliseconds: 1_718_452_800_000))) == "C8478CC09589.body-weight.r1718452800000")
    }

    @Test func `a contradiction stands beside what it contradicts`() {
        let identity = ReadingIdentity("C8478CC09589.body-weight.20210411T161901")
        #expect(identity.contradicted == nil)
        #expect(identity.contradiction(2).description == "C8478CC09589.body-weight.20210411T161901~2")
        #expect(identity.contradiction(2).contradicted == identity)
    }

    @Test func `values do not count`() {
        let heavier = Reading(.bodyWeight, [weight("99")], deviceTime: time)
        let unclocked = ReadingIdentity.Unclocked.stamped(Instant(milliseconds: 0))
        #expect(ReadingIdentity(of: heavier, from: device, unclocked: unclocked).description
            == "C8478CC09589.body-weight.20210411T161901")
    }

    private func recurrence(_ values: [Reading.Value], after stored: [(String, String, Unit)]?, revision: Int = 1) -> Recurrence {
        ReadingIdentity.recurrence(of: values, after: stored.map { known in
            ReadingIdentity.StoredValues(revision: revision, values: known.map { name, text, unit in
                ReadingIdentity.StoredValues.Value(name, Quantity(ExactDecimal(text)!, unit))
            })
        })
    }

    @Test func `new, duplicate, completing and contradicting`() {
        let impedance = Reading.Value("impedance", Quantity(ExactDecimal(512), .ohm), Kind.bodyWeight.vital("impedance")!)
        #expect(recurrence([weight("79.8")], after: nil) == .new)
        #expect(recurrence([weight("79.8")], after: [("weight", "79.8", .kilogram)]) == .duplicate)
        #expect(recurrence([weight("79.80")], after: [("weight", "79.8", .kilogram)]) == .duplicate)
        #expect(recurrence([weight("79.8")], after: [("weight", "79.8", .kilogram), ("impedance", "512", .ohm)]) == .duplicate)
        #expect(recurrence([weight("79.8"), impedance], after: [("weight", "79.8", .kilogram)], revision: 3) == .completes(revision: 4))
        #expect(recurrence([weight("79.9")], after: [("weight", "79.8", .kilogram)]) == .conflict)
        #expect(recurrence([weight("79.8", .jin)], after: [("weight", "79.8", .kilogram)]) == .conflict)
        #expect(recurrence([weight("79.9"), impedance], after: [("weight", "79.8", .kilogram)]) == .conflict)
        // Each says what the other does not: neither completes the other.
        #expect(recurrence([impedance], after: [("weight", "79.8", .kilogram)]) == .conflict)
    }
}
