import DeviceProfiles
import Readings
import Store

/// What is remembered of continuous signals: the minutes that go on, and how settled each signal is. It holds no samples; those
/// are on the disk with each commit, and after a restart all of this is told from them again.
struct Streams: Sendable {
    /// Who says it, through whom, and how far our claim reaches for that.
    struct Key: Hashable, Sendable {
        var source: String
        var device: DeviceID
        var profile: String
        var custody: Custody

        init(_ record: FrameRecord) {
            (source, device, custody) = (record.source, record.device, record.custody)
            profile = record.profile ?? ""
        }
    }

    struct Slot: Hashable, Sendable {
        var key: Key
        /// When the minute began.
        var minute: Instant
    }

    /// Of frames that are a minute, see `StreamLine`.
    static let format = "stream"
    /// Milliseconds without a frame after which a minute ends before its time.
    static let silence: Int64 = Settling.silence
    /// Milliseconds that a minute waits for what is on its way when it is over.
    static let grace: Int64 = 2000

    var minutes: [Slot: OpenMinute] = [:]
    /// nil of a key of which nothing came since the start.
    var settling: [Key: [Kind: Settling]] = [:]

    /// When the first of all is overdue; milliseconds, monotonic.
    var deadline: Int64? { minutes.values.map(\.deadline).min() }

    func knows(_ device: DeviceID) -> Bool { settling.keys.contains { $0.device == device } }

    mutating func endSessions(of device: DeviceID, from source: String) {
        for key in settling.keys where key.device == device && key.source == source { settling[key] = [:] }
    }

    /// Puts what came in this transaction on the disk with it: one row for each minute that goes on.
    mutating func write(to transaction: borrowing IntakeTransaction) throws {
        for slot in minutes.keys { try minutes[slot]?.write(to: transaction) }
    }

    static func minute(of instant: Instant) -> Instant {
        let rest = instant.milliseconds % 60_000
        return Instant(milliseconds: instant.milliseconds - (rest < 0 ? rest + 60_000 : rest))
    }
}

/// A minute of one stream that goes on.
struct OpenMinute: Sendable {
    let row: Int64
    /// Of its first frame.
    var record: FrameRecord
    let minute: Instant
    private(set) var tally = MinuteTally()
    /// How many pieces of it lie in the store.
    private var pieces: Int
    private var piece = ""
    private var items = 0
    /// Whether a relay says when it heard its frames.
    private(set) var isHeard = false
    /// Milliseconds, monotonic.
    private var due: Int64
    private var last: Int64

    init(row: Int64, record: FrameRecord, minute: Instant, pieces: Int, due: Int64, last: Int64) {
        self.row = row
        self.record = record
        self.minute = minute
        self.pieces = pieces
        self.due = due
        self.last = last
    }

    /// When it ends: when it is over, or nothing came for long.
    var deadline: Int64 { min(due, last + Streams.silence) }

    /// When it was, for identities.
    var time: ReadingIdentity.StreamTime {
        record.arrived.isSynchronised ? .minute(minute) : .boot(record.arrived.boot, nanoseconds: record.arrived.monotonic)
    }

    /// When its summary was measured: as a frame that arrived when the minute began, by a clock that was right then.
    var arrivedAt: Instant { record.arrived.isSynchronised && !isHeard ? minute : record.arrivedAt }

    func offset(at monotonic: UInt64) -> Int64 {
        Int64(clamping: monotonic / 1_000_000) - Int64(clamping: record.arrived.monotonic / 1_000_000)
    }

    /// When a line of it was sampled.
    func instant(of line: StreamLine) -> Instant {
        line.item.receivedAt ?? Instant(milliseconds: record.arrivedAt.milliseconds + line.offset)
    }

    /// Counts a frame and what it says.
    /// - Returns: the samples that count.
    mutating func take(_ outcomes: [DecodeOutcome], at instant: Instant, heard: Instant?, by profile: Profile) -> [Reading] {
        tally.countFrame()
        if heard != nil { isHeard = true }
        var valid: [Reading] = []
        for outcome in outcomes {
            guard case .readings(let readings) = outcome else {
                tally.drop(outcome.code ?? outcome.name)
                continue
            }
            for reading in readings {
                guard reading.isContinuous else { tally.note(reading); continue }
                let period = profile.pace(of: reading.kind)?.period ?? 1000
                if tally.take(reading, at: instant.milliseconds - minute.milliseconds, period: period) { valid.append(reading) }
            }
        }
        return valid
    }

    mutating func keep(_ line: StreamLine, at monotonic: UInt64) {
        piece += line.text
        items += 1
        last = max(last, Int64(clamping: monotonic / 1_000_000))
    }

    mutating func write(to transaction: borrowing IntakeTransaction) throws {
        guard items > 0 else { return }
        try transaction.append(piece: Array(piece.utf8), items: items, place: pieces, to: row)
        (piece, items, pieces) = ("", 0, pieces + 1)
    }

    /// Takes in again what is in the store of it, and tells nothing of it.
    mutating func replay(
        _ body: [UInt8], by profile: Profile, key: [UInt8]?, _ heard: (_ sample: Reading, _ at: Instant) -> Void
    ) {
        var assemblies = Assemblies()
        for line in StreamLine.all(in: body) {
            let at = Int64(clamping: record.arrived.monotonic / 1_000_000) + line.offset
            let step = assemblies.take(line.item.content, of: record.device, by: profile, key: key, at: at)
            let instant = instant(of: line)
            for sample in take(step.outcomes.map(\.outcome), at: instant, heard: line.item.receivedAt, by: profile) { heard(sample, instant) }
        }
    }
}
