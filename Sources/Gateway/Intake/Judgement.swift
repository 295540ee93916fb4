import Readings
import Store

/// Whether and when a reading was measured, as far as anybody can say: one rule for what comes in, what is restamped and what
/// is decoded again.
struct Judgement: Equatable {
    private(set) var measuredAt: MeasuredAt?
    private(set) var quarantine: ReadingRecord.Quarantine?
    private(set) var clockAhead: Int64?

    /// - Parameters:
    ///   - arrived: when its frame arrived, as far as is known by now.
    ///   - isSynchronised: whether that is known to be right.
    init(
        _ reading: Reading, of device: DeviceID, heard: Instant?, arrived: Instant, isSynchronised: Bool, isRetained: Bool,
        in place: Place, _ transaction: borrowing IntakeTransaction
    ) throws {
        var evidence = TimeEvidence(
            said: reading.deviceTime, isUTC: reading.isUTC, ago: reading.secondsAgo, heard: heard, arrived: arrived,
            isSynchronised: isSynchronised, isRetained: isRetained)
        if let said = reading.deviceTime {
            evidence.clock = try transaction.clockHistory(of: device)
            if !reading.isUTC, case .twice = place.offset(at: said), let number = reading.number {
                // Only in that hour the records before it are looked at.
                let hour = CivilTime(secondsSince1970: said.secondsSince1970 - 7200)...CivilTime(secondsSince1970: said.secondsSince1970 + 7200)
                evidence.previous = try transaction.measured(
                    before: number, by: device, reading.kind, from: hour.lowerBound, to: hour.upperBound)
            }
        }
        do throws(ImplausibleTime) {
            let measuredAt = try evidence.judged(in: place)
            self.measuredAt = measuredAt
            if let said = reading.deviceTime, !evidence.clock.measurements.isEmpty, measuredAt.quality != .device {
                let shown = Instant(said, secondsFromUTC: reading.isUTC ? 0 : place.secondsFromUTC(at: said))
                clockAhead = evidence.clock.ahead(said: shown, arrived: arrived)?.milliseconds
            }
        } catch {
            quarantine = ReadingRecord.Quarantine(code: error.code, detail: error.detail)
            return
        }
        quarantine = reading.implausible.map { ReadingRecord.Quarantine(code: $0.code, detail: $0.detail) }
    }
}
