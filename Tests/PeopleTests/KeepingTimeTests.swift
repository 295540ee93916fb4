import People
import Readings
import Testing

struct KeepingTimeTests {
    @Test(arguments: [
        ("2y", "P2Y", "2022-06-15T12:00:00Z"), ("P1Y6M", "P1Y6M", "2022-12-15T12:00:00Z"), ("18m", "P18M", "2022-12-15T12:00:00Z"),
        ("90d", "P90D", "2024-03-17T12:00:00Z"), ("6W", "P6W", "2024-05-04T12:00:00Z"), ("p1y1m1w1d", "P1Y1M1W1D", "2023-05-07T12:00:00Z"),
    ])
    func `a time is read as people and as ISO 8601 write it, and ends by the calendar`(text: String, said: String, begin: String) throws {
        let time = try #require(KeepingTime(text))
        #expect(time.description == said)
        #expect(KeepingTime(said) == time)
        #expect(time.begin(at: Instant(rfc3339: "2024-06-15T12:00:00Z")!).rfc3339() == begin)
    }

    @Test func `on a day that the month has not it ends with the month`() throws {
        #expect(try #require(KeepingTime("1m")).begin(at: Instant(rfc3339: "2024-03-31T00:00:00Z")!).rfc3339() == "2024-02-29T00:00:00Z")
        #expect(try #require(KeepingTime("1y")).begin(at: Instant(rfc3339: "2024-02-29T06:00:00Z")!).rfc3339() == "2023-02-28T06:00:00Z")
    }

    @Test(arguments: ["", "P", "2", "y", "2x", "0d", "-1y", "1d1y", "1y1y", "99999999999y", "201y", "90000d", "2 y", "PT1H", "١y", "1.5y"])
    func `anything else is none`(text: String) {
        #expect(KeepingTime(text) == nil)
    }

    @Test func `before all calendars nothing is older`() throws {
        let first = Instant(rfc3339: "1970-01-01T00:00:00Z")!
        #expect(try #require(KeepingTime("200y")).begin(at: first).rfc3339() == "1770-01-01T00:00:00Z")
        #expect(try #require(KeepingTime("200y")).begin(at: Instant(milliseconds: -60_000_000_000_000)).milliseconds == .min)
    }
}
