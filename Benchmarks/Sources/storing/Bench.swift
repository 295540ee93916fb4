import CRows
import Glibc
import Readings
import Store

/// `storing FOLDER MOST`: what a reading costs beside 1000, 100 000 and MOST that are stored, by the product and by plain C on the
/// same file in turns; bytes written, size, and the year of one person for a chart. As rows of tables.
@main
struct Bench {
    private struct Cost {
        /// Microseconds.
        var cpu: Double
        var wall: Double
        var bytes: Double
    }

    static func main() async throws {
        guard CommandLine.arguments.count == 3, let most = Int(CommandLine.arguments[2]) else { throw Complaint("usage: storing FOLDER MOST") }
        var first: (c: Cost, ours: Cost)?
        print("| readings stored | plain C, CPU | vitalgate, CPU | ratio | C, with the disk | vitalgate, with the disk | written for each |")
        print("|---|---|---|---|---|---|---|")
        for size in [1000, 100_000, most] {
            let path = CommandLine.arguments[1] + "/\(size).db"
            let store = try Store(path: path)
            guard let rows = crows_open(path) else { throw Complaint("\(path): no database") }
            defer { crows_close(rows) }
            // One that was filled before is taken as it is.
            if crows_count(rows) < size { crows_fill(rows, crows_count(rows), size) }
            var stored = crows_count(rows)
            let (c, ours) = try costs(rows, Ward(store: store), &stored)
            if first == nil { first = (c, ours) }
            print("| \(size) | \(micro(c.cpu)) | \(micro(ours.cpu)) | \(times(ours.cpu / c.cpu)) | \(micro(c.wall)) | \(micro(ours.wall)) | \(kilo(ours.bytes)) |")
            guard size == most, let first else { continue }
            print("\ncost of a reading beside \(most) over that beside 1000: C \(times(c.cpu / first.c.cpu)), vitalgate \(times(ours.cpu / first.ours.cpu)) (CPU), "
                + "\(times(ours.wall / first.ours.wall)) (with the disk)")
            stored = try rest(store, rows, path, stored)
            try await year(store, stored)
        }
    }

    private static func rest(_ store: Store, _ rows: OpaquePointer, _ path: String, _ number: Int) throws -> Int {
        var stored = number
        let alone = try cost(of: 50) { try Ward(store: store).append(from: stored + $0, count: 1) }
        stored += 50
        print("a reading in a transaction of its own: \(kilo(alone.bytes)) written, \(micro(alone.wall))")
        crows_check(rows)
        let bytes = Double(try size(of: path))
        print("\(Int(bytes / Double(stored))) bytes for a reading, \(Int(bytes / Double(stored))) MB for a million")
        return stored
    }

    /// In turns, so that a busy neighbour is busy for both: of ten rounds the median.
    private static func costs(_ rows: OpaquePointer, _ ward: Ward, _ stored: inout Int) throws -> (Cost, Cost) {
        var (c, ours): ([Cost], [Cost]) = ([], [])
        for _ in 0..<10 {
            let from = stored
            c.append(try cost(of: 5, each: 20) { crows_append(rows, from + $0 * 20, 20) })
            ours.append(try cost(of: 5, each: 20) { try ward.append(from: from + 100 + $0 * 20, count: 20) })
            stored += 200
        }
        return (median(c), median(ours))
    }

    private static func cost(of transactions: Int, each: Int = 1, _ body: (Int) throws -> Void) throws -> Cost {
        let (cpu, wall, bytes) = (seconds(CLOCK_PROCESS_CPUTIME_ID), seconds(CLOCK_MONOTONIC), try written())
        for index in 0..<transactions { try body(index) }
        let readings = Double(transactions * each)
        return Cost(
            cpu: (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e6 / readings, wall: (seconds(CLOCK_MONOTONIC) - wall) * 1e6 / readings,
            bytes: (try written() - bytes) / readings)
    }

    private static func median(_ costs: [Cost]) -> Cost {
        func middle(_ value: (Cost) -> Double) -> Double { costs.map(value).sorted()[costs.count / 2] }
        return Cost(cpu: middle(\.cpu), wall: middle(\.wall), bytes: costs.map(\.bytes).reduce(0, +) / Double(costs.count))
    }

    private static func year(_ store: Store, _ stored: Int) async throws {
        let end = Ward.time(stored)
        for turn in ["first", "again"] {
            let begin = seconds(CLOCK_MONOTONIC)
            let points = try await store.course(
                of: Ward.person(17), .bloodPressure, from: Instant(milliseconds: end.milliseconds - 365 * 86_400_000), to: end)
            print("the year of one person, \(points.count) readings, \(turn): \(micro((seconds(CLOCK_MONOTONIC) - begin) * 1e6))")
        }
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What this process has had written to the disk; zero on a disk in memory.
    private static func written() throws -> Double {
        guard let file = fopen("/proc/self/io", "r") else { throw Complaint("/proc/self/io cannot be read") }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        while fgets(&line, 200, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("write_bytes: ") { return Double(text.dropFirst(13).prefix { $0.isNumber }) ?? 0 }
        }
        return 0
    }

    private static func size(of path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Complaint("\(path): is not there") }
        return Int(status.st_size)
    }

    private static func tenths(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
    private static func micro(_ number: Double) -> String { number < 1000 ? "\(tenths(number)) µs" : "\(tenths(number / 1000)) ms" }
    private static func kilo(_ number: Double) -> String { "\(tenths(number / 1000)) kB" }
    private static func times(_ ratio: Double) -> String { "\((ratio * 100).rounded() / 100) ×" }
}

struct Complaint: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
