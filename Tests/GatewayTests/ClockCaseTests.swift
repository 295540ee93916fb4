import ExactJSON
import Foundation
import Gateway
import Readings
import Testing

/// One case of `Tests/Catalogue/clocks.jsonl`: what a device, a relay and the gateway knew of the time, and what follows.
struct ClockCase: Sendable, CustomTestStringConvertible {
    let because: String
    let place: Place
    let evidence: TimeEvidence
    let expected: String

    var testDescription: String { because }

    private static let keys: Set<String> = [
        "because", "zone", "says", "utc", "ago", "heard", "arrived", "retained", "synchronised", "clock", "previous", "at",
        "quality", "doubt", "refused",
    ]

    static let all = Result {
        try String(contentsOfFile: Ward.folder("Tests/Catalogue/clocks.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { try ClockCase(JSON(parsing: String($0))) }
    }

    init(_ json: JSON) throws {
        let known = try #require(json.object).members.map(\.0)
        #expect(Set(known).subtracting(ClockCase.keys) == [], "a key that nobody reads")
        func instant(_ json: JSON?) throws -> Instant? {
            try (json?.string).map { text in try #require(Instant(rfc3339: text), "\(text)") }
        }
        func number(_ json: JSON?) -> Int? { (json?.number).flatMap { Int($0) } }
        because = try #require(json["because"]?.string)
        place = try #require(Place(identifier: json["zone"]?.string ?? ""))
        evidence = TimeEvidence(
            said: try (json["says"]?.string).map { try #require(CivilTime(iso: $0)) }, isUTC: json["utc"]?.bool ?? false,
            ago: number(json["ago"]), heard: try instant(json["heard"]), arrived: try #require(try instant(json["arrived"])),
            isSynchronised: json["synchronised"]?.bool ?? true, isRetained: json["retained"]?.bool ?? false,
            clock: ClockHistory(try (json["clock"]?.array ?? []).map { read in
                ClockHistory.Measurement(
                    at: try #require(try instant(read["at"])), ahead: Int64(try #require(number(read["ahead"]))) * 1000,
                    wasSet: try #require(read["set"]?.bool))
            }),
            previous: try instant(json["previous"]))
        if let code = json["refused"]?.string {
            expected = code
        } else {
            let words = [json["at"]?.string, json["quality"]?.string, json["doubt"]?.string]
            expected = words.compactMap { $0 }.joined(separator: " ")
        }
    }

    var judged: String {
        do throws(ImplausibleTime) {
            let measured = try evidence.judged(in: place)
            let words = [measured.instant.rfc3339(), measured.quality.rawValue, measured.doubt?.rawValue]
            return words.compactMap { $0 }.joined(separator: " ")
        } catch {
            return error.code
        }
    }
}

struct ClockCaseTests {
    @Test func `every case of clocks, zones and drift ends as it must`() throws {
        let cases = try ClockCase.all.get()
        #expect(cases.count >= 40)
        #expect(Set(cases.map(\.because)).count == cases.count, "each case has a reason of its own")
        for one in cases { #expect(one.judged == one.expected, "\(one.because)") }
    }

    @Test func `the cases use every word there is`() throws {
        let ends = Set(try ClockCase.all.get().flatMap { $0.expected.split(separator: " ").map(String.init) })
        // Nothing that is passed on is dated by an unset clock: that word is of the decode contract.
        let words = TimeQuality.allCases.filter { $0 != .unset }.map(\.rawValue) + TimeDoubt.allCases.map(\.rawValue)
            + ["clock-unset", "clock-in-future", "retained-without-time"]
        #expect(ends.isSuperset(of: words), "\(Set(words).subtracting(ends))")
    }

    @Test func `the drift of a clock is told in parts in a million`() {
        func at(_ text: String) -> Instant { Instant(rfc3339: text)! }
        let month = ClockHistory([
            .init(at: at("2026-10-31T12:00:00Z"), ahead: -7_200_000, wasSet: true),
            .init(at: at("2026-11-30T12:00:00Z"), ahead: -60_000, wasSet: false),
        ])
        // A minute in 2 592 000 seconds.
        #expect(month.drift.map { ($0 * 100).rounded() / 100 } == -23.15)
        #expect(ClockHistory(Array(month.measurements.prefix(1))).drift == nil)
        #expect(ClockHistory().ahead(said: at("2026-11-30T12:00:00Z"), arrived: at("2026-11-30T12:00:10Z")) == nil)
    }
}
