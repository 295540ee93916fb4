import CFrame
import CMalloc
@testable import DeviceProfiles
import Glibc

/// `decode PROFILES FRAMES`: nanoseconds of CPU for a frame of each kind, and mallocs, as rows of a table.
@main
struct Decode {
    static func main() throws {
        guard CommandLine.arguments.count == 3, let frames = Int(CommandLine.arguments[2]) else {
            throw Complaint("usage: decode PROFILES FRAMES")
        }
        let files = try ProfileFiles(in: CommandLine.arguments[1])
        let set = try ProfileSet(files.sources)
        guard let profile = set["bluetooth-sig/blood-pressure"], let frame = profile.frames.first(where: { $0.frame.name == "measurement" })
        else { throw Complaint("there is no measurement of blood pressure") }
        let contestants = Contestants(frame: frame.frame, reading: frame.readings[0].compiled, profile: profile)
        try agree(contestants)
        try measure(contestants, frames)
        let kinds = [
            try ProtocolKind("a scale's advertisement, fixed layout", "xiaomi/mi-body-composition-scale", in: set) { weighing_decode($0, $1, $2) },
            try ProtocolKind("an oximeter's frame with a sum", "viatom/fe-oximeter", in: set) { fingertip_decode($0, $1, $2) },
            try ProtocolKind("an oximeter's frame with a CRC-8", "lepu/pc-60fw", in: set) { crc_decode($0, $1, $2) },
            try ProtocolKind("a heart rate with intervals that repeat", "bluetooth-sig/heart-rate", in: set) { beats_decode($0, $1, $2) },
        ]
        for kind in kinds { try kind.agree() }
        for kind in kinds { try measure(kind, frames / 4) }
        try measure(Bridge(set: set), frames / 40)
        try measure(Crowd(set), frames / 10, of: set.profiles.count)
    }

    private static func measure(_ kind: ProtocolKind, _ count: Int) throws {
        let frames = kind.measured
        var (hand, flat, named) = (Double.infinity, Double.infinity, Double.infinity)
        var check = 0
        for _ in 0..<11 {
            hand = min(hand, nanoseconds(for: count) { check &+= kind.runC(frames, rounds: count) })
            flat = min(flat, nanoseconds(for: count) { check &-= kind.runFlat(frames, rounds: count) })
            named = min(named, nanoseconds(for: count / 10) { _ = kind.runNamed(rounds: count / 10) })
        }
        guard check == 0 else { throw Complaint("\(kind.title): the two decoders did not do the same") }
        print("| \(kind.title), to flat values | \(ns(hand)) | \(ns(flat)) | \(times(flat / hand)) | |")
        print("| … to readings with names and codes | \(ns(hand)) | \(ns(named)) | \(times(named / hand)) | |")
    }

    private static func measure(_ bridge: Bridge, _ count: Int) throws {
        try bridge.agree()
        var (hand, named) = (Double.infinity, Double.infinity)
        for _ in 0..<11 {
            hand = min(hand, nanoseconds(for: count) { _ = bridge.runC(rounds: count) })
            named = min(named, nanoseconds(for: count) { _ = bridge.runNamed(rounds: count) })
        }
        print("| a bridge's JSON to a reading (C: cJSON) | \(ns(hand)) | \(ns(named)) | \(times(named / hand)) | |")
    }

    private static func measure(_ crowd: Crowd, _ count: Int, of profiles: Int) throws {
        var (hand, all) = (Double.infinity, Double.infinity)
        var check = 0
        for _ in 0..<11 {
            hand = min(hand, nanoseconds(for: count) { check &+= crowd.runC(rounds: count) })
            all = min(all, nanoseconds(for: count) { check &+= crowd.runMatch(rounds: count) })
        }
        guard check == 0 else { throw Complaint("somebody wants an advertisement that nobody wants") }
        print("| an advertisement that none of \(profiles) profiles wants | \(ns(hand)) | \(ns(all)) | \(times(all / hand)) | ≤ 1 µs |")
    }

    /// A comparison means something only between two that give the same answer.
    private static func agree(_ contestants: Contestants) throws {
        let frames = Frames.altered(100_000)
        for index in 0..<frames.count {
            let bytes = Array(frames.bytes[frames.starts[index]..<frames.starts[index + 1]])
            let (hand, flat) = (contestants.resultOfC(bytes), contestants.resultOfFlat(bytes))
            guard hand == flat else { throw Complaint("\(bytes.hex): C says \(hand), the profile says \(flat)") }
        }
    }

    private static func measure(_ contestants: Contestants, _ count: Int) throws {
        let frames = Frames.measured
        let contents = Frames.shapes.map { Observation.Content.frame(BluetoothUUID("2a35")!, Frames.frame($0)) }
        // In turns, so that a busy neighbour is busy for all; the best of each counts.
        var (hand, flat, named) = (Double.infinity, Double.infinity, Double.infinity)
        var check = 0
        for _ in 0..<11 {
            hand = min(hand, nanoseconds(for: count) { check &+= contestants.runC(frames, rounds: count) })
            flat = min(flat, nanoseconds(for: count) { check &-= contestants.runFlat(frames, rounds: count) })
            named = min(named, nanoseconds(for: count / 20) { _ = contestants.runNamed(contents, rounds: count / 20) })
        }
        guard check == 0 else { throw Complaint("the two decoders did not do the same") }
        let flatMallocs = mallocs(for: 1000) { _ = contestants.runFlat(frames, rounds: 1000) }
        let namedMallocs = mallocs(for: 1000) { _ = contestants.runNamed(contents, rounds: 1000) }

        print("| decode a blood-pressure frame to flat values | \(ns(hand)) | \(ns(flat)) | \(times(flat / hand)) | ≤ 3 × |")
        print("| … memory requests for it | 0 | \(tenths(flatMallocs)) | | 0 |")
        print("| decode it to a reading with names and codes | \(ns(hand)) | \(ns(named)) | \(times(named / hand)) | |")
        print("| … memory requests for it | 0 | \(tenths(namedMallocs)) | | |")
    }

    private static func nanoseconds(for count: Int, _ body: () -> Void) -> Double {
        let start = cpuTime()
        body()
        return (cpuTime() - start) / Double(count)
    }

    private static func mallocs(for count: Int, _ body: () -> Void) -> Double {
        let before = malloc_count()
        body()
        return Double(malloc_count() - before) / Double(count)
    }

    private static func cpuTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    private static func tenths(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
    private static func ns(_ number: Double) -> String { "\(tenths(number)) ns" }
    private static func times(_ ratio: Double) -> String { "\(tenths(ratio)) ×" }
}

struct Complaint: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
