import CFrame
import CMalloc
@testable import DeviceProfiles
import Glibc

/// `decode PROFILE.yaml FRAMES`: nanoseconds of CPU for a frame, and mallocs, as rows of a table.
@main
struct Decode {
    static func main() throws {
        guard CommandLine.arguments.count == 3, let frames = Int(CommandLine.arguments[2]) else {
            throw Complaint("usage: decode PROFILE.yaml FRAMES")
        }
        let path = CommandLine.arguments[1]
        let source = ProfileSet.Source(path: "bluetooth-sig/blood-pressure", file: path, text: try text(of: path))
        let profile = try ProfileSet([source]).profiles[0]
        let contestants = Contestants(
            frame: profile.frames[0].frame, reading: profile.frames[0].readings[0], profile: profile)
        try agree(contestants)
        try measure(contestants, frames)
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

    private static func text(of path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw Complaint("\(path): cannot be read") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

struct Complaint: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
