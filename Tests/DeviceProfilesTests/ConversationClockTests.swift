import DeviceProfiles
import Readings
import Testing

/// Clocks are read before they are set, and their offset is told.
@Suite("Clocks in conversations") struct ConversationClockTests {
    /// 2026-11-21 08:30:00 at +01:00, a Saturday.
    private let now = ConversationContext(now: Instant(rfc3339: "2026-11-21T08:30:00+01:00") ?? Instant(milliseconds: 0), secondsFromUTC: 3600)

    @Test("An offset is handed out as found, then the clock is set and read back") func readSetRead() async throws {
        let bench = try TalkBench("""
            steps:
              - { clock: clock, as: current-time, set: when-off 30 s }
            """)
        let off = try await bench.run([
            "? clock: EA 07 0B 15 07 1C 1E 06 00 00", "> clock: EA 07 0B 15 08 1E 00 06 00 01", "? clock: EA 07 0B 15 08 1E 01 06 00 00",
        ], in: now)
        #expect(off.failure == nil && off.rest.isEmpty)
        #expect(off.events == ["clock found -3690 s", "clock set 1 s"])
        let near = try await bench.run(["? clock: EA 07 0B 15 08 1E 1E 06 00"], in: now)
        #expect(near.failure == nil && near.events == ["clock found 30 s"])
        let unset = try await bench.run(["? clock: 00 00 00 00 00 00 00 00 00 00", "> clock: EA 07 0B 15 08 1E 00 06 00 01", "? clock: EA 07 0B 15 08 1E 00 06 00 00"], in: now)
        #expect(unset.events == ["clock found unset", "clock set 0 s"])
        #expect(try await bench.run(["? clock: EA 07"], in: now).failure == "step 1, clock clock: expected a clock, but ea07 is none: too short")
    }

    @Test("Seconds are UTC unless they are said to be local, and may stand in an answer") func seconds() async throws {
        // 2026-11-21T07:30:00Z is 848561400 seconds after 2000 and 1795246200 after 1970; the last midnight there was 23:00 UTC.
        let bench = try TalkBench("""
            steps:
              - subscribe: port
              - { ask: "20", to: command, expect: "30", from: port, within: 2 s, clock: { at: 1, as: seconds-2000:u32-le } }
              - { write: "21 {seconds-2000:u32-le}", to: command }
              - { write: "22 {seconds-1970:u32-be} {local-seconds-1970:u32-be}", to: command }
              - { write: "23 {midnight-1970:u32-be}", to: command }
            """)
        let outcome = try await bench.run([
            "> command: 20", "< port: 30 F8 04 94 32", "> command: 21 F8 04 94 32", "> command: 22 6B 01 48 78 6B 01 56 88", "> command: 23 6B 00 D0 F0",
        ], in: now)
        #expect(outcome.events == ["port: 30f8049432", "clock found 0 s"])
        #expect(outcome.failure == nil && outcome.rest.isEmpty, "\(outcome.failure ?? "")")
    }

    @Test("Time that passes in silences is time that the clock is set to") func passing() async throws {
        let bench = try TalkBench("""
            steps:
              - { pause: 90 s }
              - { write: "{year-2000} {month} {day} {hour} {minute} {second} {weekday}", to: command }
              - { write: "{year-2000:bcd} {minute:bcd} {hour:digits} {utc-hour} {year:u16-be}", to: command }
            """)
        let outcome = try await bench.run(["> command: 1A 0B 15 08 1F 1E 06", "> command: 26 31 30 38 07 07 EA"], in: now)
        #expect(outcome.failure == nil && outcome.rest.isEmpty, "\(outcome.failure ?? "")")
    }
}
