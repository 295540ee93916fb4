import Testing

@testable import Readings

struct CivilTimeTests {
    /// From `date -u -d @N`, GNU coreutils.
    @Test(arguments: [
        ("1970-01-01T00:00:00", 0), ("1969-12-31T23:59:59", -1), ("1969-12-31T00:00:00", -86_400),
        ("1900-01-01T00:00:00", -2_208_988_800), ("1900-02-28T23:59:59", -2_203_891_201), ("1900-03-01T00:00:00", -2_203_891_200),
        ("1999-12-31T23:59:59", 946_684_799), ("2000-02-29T12:00:00", 951_825_600), ("2000-03-01T00:00:00", 951_868_800),
        ("2001-09-09T01:46:40", 1_000_000_000), ("2018-07-01T16:17:30", 1_530_461_850), ("2024-02-29T00:00:00", 1_709_164_800),
        ("2038-01-19T03:14:08", 2_147_483_648), ("2100-02-28T23:59:59", 4_107_542_399), ("2100-03-01T00:00:00", 4_107_542_400),
        ("9999-12-31T23:59:59", 253_402_300_799), ("0001-01-01T00:00:00", -62_135_596_800),
    ])
    func `seconds and dates agree both ways`(text: String, seconds: Int) throws {
        let time = try #require(CivilTime(iso: text))
        #expect(time.secondsSince1970 == seconds)
        #expect(CivilTime(secondsSince1970: seconds) == time)
        #expect(time.text == text)
    }

    @Test(arguments: [
        (2023, 2, 29, 0, 0, 0), (1900, 2, 29, 0, 0, 0), (2100, 2, 29, 0, 0, 0), (2024, 2, 30, 0, 0, 0), (2024, 4, 31, 0, 0, 0),
        (2024, 0, 1, 0, 0, 0), (2024, 13, 1, 0, 0, 0), (2024, 1, 0, 0, 0, 0), (2024, 1, 32, 0, 0, 0), (0, 1, 1, 0, 0, 0),
        (10_000, 1, 1, 0, 0, 0), (2024, 1, 1, 24, 0, 0), (2024, 1, 1, 0, 60, 0), (2024, 1, 1, 0, 0, 60), (2024, 1, 1, -1, 0, 0),
    ])
    func `what no calendar has is refused`(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        #expect(CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second) == nil)
    }

    @Test(arguments: ["2024-1-01T00:00:00", "2024-01-01 00:00:00", "2024-01-01T00:00", "2024-01-01T00:00:00Z", "20240101T000000", ""])
    func `other ways to write a time are refused`(text: String) {
        #expect(CivilTime(iso: text) == nil)
    }

    @Test func `a user's offset moves over midnight, month and leap day`() {
        #expect(CivilTime(iso: "2024-02-28T23:30:00")!.adding(minutes: 60).text == "2024-02-29T00:30:00")
        #expect(CivilTime(iso: "2024-03-01T00:00:00")!.adding(minutes: -1).text == "2024-02-29T23:59:00")
        #expect(CivilTime(iso: "2023-12-31T23:59:59")!.adding(minutes: 1).text == "2024-01-01T00:00:59")
    }

    @Test func `the compact form has no separators, and times have an order`() {
        #expect(CivilTime(iso: "2018-07-01T16:17:30")!.compact == "20180701T161730")
        #expect(CivilTime(iso: "2018-07-01T16:17:30")! < CivilTime(iso: "2018-07-01T16:17:31")!)
    }
}

struct InstantTests {
    @Test(arguments: [
        ("2026-11-21T08:30:00Z", 1_795_249_800_000), ("2026-11-21T16:30:00+08:00", 1_795_249_800_000),
        ("2026-11-21T04:00:00-04:30", 1_795_249_800_000), ("2026-11-21T08:30:00.5Z", 1_795_249_800_500),
        ("2026-11-21T08:30:00.123456789Z", 1_795_249_800_123), ("2026-11-21T08:30:00z", 1_795_249_800_000),
        ("1969-12-31T23:59:59.999Z", -1), ("2024-06-15T00:30:00+01:00", 1_718_407_800_000),
    ] as [(String, Int64)])
    func `RFC 3339 is read`(text: String, milliseconds: Int64) {
        #expect(Instant(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-21T08:30:00", "2026-11-21 08:30:00Z", "2026-11-21T08:30Z", "2026-11-21T08:30:00.Z", "2026-11-21T08:30:00+8:00",
        "2026-11-21T08:30:00+0800", "2026-11-21T08:30:00+24:00", "2026-11-21T08:30:00+08:60", "2026-11-21T08:30:00 08:00",
        "2026-11-21T08:30:00Z ", "2026-11-21T08:30:00ZZ", "2026-13-21T08:30:00Z", "2026-02-29T08:30:00Z", "1795249800",
        "2026-11-21T08:30:00.5", "2026-11-21T08:30:00+0a:00", "２026-11-21T08:30:00Z", "2026-11-21T08:30:00+08:0٣",
        "2026-11-21T08:30:00+08:000",
    ])
    func `anything else is refused`(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test(arguments: [
        (1_795_249_800_000, 0, "2026-11-21T08:30:00Z"), (1_795_249_800_000, 28_800, "2026-11-21T16:30:00+08:00"),
        (1_795_249_800_000, -16_200, "2026-11-21T04:00:00-04:30"), (1_795_249_800_050, 0, "2026-11-21T08:30:00.050Z"),
        (-1, 0, "1969-12-31T23:59:59.999Z"), (-86_400_000, 0, "1969-12-31T00:00:00Z"),
    ] as [(Int64, Int, String)])
    func `RFC 3339 is written`(milliseconds: Int64, offset: Int, text: String) {
        #expect(Instant(milliseconds: milliseconds).rfc3339(secondsFromUTC: offset) == text)
    }
}

struct MeasuredAtTests {
    struct Offset: PlaceZone {
        var seconds = 0
        func offset(at local: CivilTime) -> WallOffset { .once(seconds) }
    }

    let arrived = Instant(rfc3339: "2024-06-15T12:00:00Z")!

    private func judge(
        _ said: String?, heard: String? = nil, retained: Bool = false, zone: Int = 0
    ) throws(ImplausibleTime) -> MeasuredAt {
        try TimeEvidence(
            said: said.flatMap { CivilTime(iso: $0) }, heard: heard.flatMap { Instant(rfc3339: $0) }, arrived: arrived,
            isRetained: retained
        ).judged(in: Offset(seconds: zone))
    }

    @Test func `the device's own time is taken in the zone of the place`() throws {
        #expect(try judge("2024-06-15T11:59:00") == MeasuredAt(Instant(rfc3339: "2024-06-15T11:59:00Z")!, .device))
        #expect(try judge("2024-06-15T19:59:00", zone: 28_800) == MeasuredAt(Instant(rfc3339: "2024-06-15T11:59:00Z")!, .device))
        #expect(try judge("2024-06-15T06:59:00", zone: -18_000) == MeasuredAt(Instant(rfc3339: "2024-06-15T11:59:00Z")!, .device))
        // Old records are as good as new ones.
        #expect(try judge("2010-01-02T00:00:00").quality == .device)
        #expect(try judge("2020-01-02T00:00:00", retained: true).quality == .device)
    }

    @Test func `without a time of its own it was measured when it arrived, unless it was retained`() throws {
        #expect(try judge(nil) == MeasuredAt(arrived, .arrival))
        #expect(throws: ImplausibleTime.retainedWithoutTime) { try judge(nil, retained: true) }
    }

    @Test func `the relay's time stands in for that of a device that tells none, and is believed no more`() throws {
        #expect(try judge(nil, heard: "2024-06-15T11:00:00Z", retained: true, zone: 28_800)
            == MeasuredAt(Instant(rfc3339: "2024-06-15T11:00:00Z")!, .arrival))
        #expect(try judge("2024-06-15T10:00:00", heard: "2024-06-15T11:00:00Z").instant == Instant(rfc3339: "2024-06-15T10:00:00Z"))
        #expect(throws: ImplausibleTime.clockUnset(said: CivilTime(iso: "1970-01-01T00:01:00")!)) {
            try judge(nil, heard: "1970-01-01T00:01:00Z")
        }
        #expect(throws: ImplausibleTime.inTheFuture(said: CivilTime(iso: "2024-06-16T12:00:00")!, seconds: 86_400)) {
            try judge(nil, heard: "2024-06-16T12:00:00Z")
        }
    }

    @Test(arguments: ["1970-01-01T00:00:12", "2000-01-01T00:00:00", "2009-12-31T23:59:59"])
    func `a clock that was never set is not believed`(said: String) {
        #expect(throws: ImplausibleTime.clockUnset(said: CivilTime(iso: said)!)) { try judge(said) }
    }

    @Test(arguments: ["2010-01-01T00:00:00", "2021-01-01T23:59:59"])
    func `a clock that begins with a year long past was never set`(said: String) {
        #expect(throws: ImplausibleTime.clockWokeUp(said: CivilTime(iso: said)!)) { try judge(said) }
        #expect(ImplausibleTime.clockWokeUp(said: CivilTime(iso: said)!).code == "clock-unset")
    }

    @Test func `ten minutes ahead are believed, and not a second more`() throws {
        #expect(try judge("2024-06-15T12:10:00").instant == Instant(rfc3339: "2024-06-15T12:10:00Z"))
        #expect(throws: ImplausibleTime.inTheFuture(said: CivilTime(iso: "2024-06-15T12:10:01")!, seconds: 601)) {
            try judge("2024-06-15T12:10:01")
        }
    }

    @Test func `each refusal has a code and says what to do`() {
        let time = CivilTime(iso: "2024-06-15T20:00:00")!
        #expect(ImplausibleTime.clockUnset(said: time).code == "clock-unset")
        #expect(ImplausibleTime.inTheFuture(said: time, seconds: 28_800).code == "clock-in-future")
        #expect(ImplausibleTime.retainedWithoutTime.code == "retained-without-time")
        #expect(ImplausibleTime.inTheFuture(said: time, seconds: 28_800).detail.contains("2024-06-15T20:00:00, 8 h after"))
        #expect(ImplausibleTime.inTheFuture(said: time, seconds: 660).detail.contains("11 min after"))
        #expect(ImplausibleTime.inTheFuture(said: time, seconds: 864_000).detail.contains("10 days after"))
    }
}
