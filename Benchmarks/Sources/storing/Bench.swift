import CRows
import Glibc
import Readings
import Store

/// `storing FOLDER MOST`: what a reading costs beside 1000, 100 000 and MOST that are stored, by the product and by plain C on the
/// same file in turns; bytes written, size, and the year of one person for a chart. As rows of tables.
@main
struct Bench {
    struct Cost {
        /// Microseconds.
        var cpu: Double
        var wall: Double
        var bytes: Double
    }

    static func main() async throws {
        guard CommandLine.arguments.count == 3, let most = Int(CommandLine.arguments[2]) else { throw Complaint("usage: storing FOLDER MOST") }
        let houses = try [1000, 100_000, most].map { try House(CommandLine.arguments[1] + "/\($0).db", of: $0) }
        // All in turns, so that a busy neighbour is busy for each: of the rounds the median.
        for _ in 0..<20 { for house in houses { try house.round() } }
        print("| readings stored | plain C, CPU | vitalgate, CPU | ratio | C, with the disk | vitalgate, with the disk | written for each |")
        print("|---|---|---|---|---|---|---|")
        for house in houses {
            let (c, ours) = (median(house.c), median(house.ours))
            print("| \(house.size) | \(micro(c.cpu)) | \(micro(ours.cpu)) | \(times(ours.cpu / c.cpu)) | \(micro(c.wall)) | \(micro(ours.wall)) | \(kilo(ours.bytes)) |")
        }
        let (few, many) = (houses[0], houses[2])
        func growth(_ costs: KeyPath<House, [Cost]>, _ value: (Cost) -> Double) -> String {
            times(value(median(many[keyPath: costs])) / value(median(few[keyPath: costs])))
        }
        print("\ncost of a reading beside \(most) over that beside 1000: CPU \(growth(\.ours, \.cpu)) (C \(growth(\.c, \.cpu))), "
            + "with the disk \(growth(\.ours, \.wall)) (C \(growth(\.c, \.wall)))")
        try rest(many)
        try await year(many.store, many.stored)
    }

    /// A database that is filled, and what was measured beside its readings.
    final class House {
        let size: Int
        let path: String
        let store: Store
        let rows: OpaquePointer
        var stored: Int
        private(set) var c: [Cost] = []
        private(set) var ours: [Cost] = []

        /// One that was filled before is taken as it is.
        init(_ path: String, of size: Int) throws {
            (self.path, self.size) = (path, size)
            store = try Store(path: path)
            guard let rows = crows_open(path) else { throw Complaint("\(path): no database") }
            if crows_count(rows) < size { crows_fill(rows, crows_count(rows), size) }
            self.rows = rows
            stored = crows_count(rows)
        }

        deinit { crows_close(rows) }

        func round() throws {
            let from = stored
            c.append(try cost(of: 5, each: 20) { crows_append(rows, from + $0 * 20, 20) })
            ours.append(try cost(of: 5, each: 20) { try Ward(store: store).append(from: from + 100 + $0 * 20, count: 20) })
            stored += 200
        }
    }

    private static func rest(_ house: House) throws {
        let alone = try cost(of: 50) { try Ward(store: house.store).append(from: house.stored + $0, count: 1) }
        house.stored += 50
        print("a reading in a transaction of its own: \(kilo(alone.bytes)) written, \(micro(alone.wall))")
        crows_check(house.rows)
        let bytes = try size(of: house.path) / house.stored
        print("\(bytes) bytes for a reading, \(bytes) MB for a million")
    }

    static func cost(of transactions: Int, each: Int = 1, _ body: (Int) throws -> Void) throws -> Cost {
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
        var (points, took): (Int, [Double]) = (0, [])
        for _ in 0..<21 {
            let begin = seconds(CLOCK_MONOTONIC)
            points = try await store.course(
                of: Ward.person(17), .bloodPressure, from: Instant(milliseconds: end.milliseconds - 365 * 86_400_000), to: end).count
            took.append((seconds(CLOCK_MONOTONIC) - begin) * 1e6)
        }
        print("the year of one person, \(points) readings: \(micro(took[0])) at first, then \(micro(took.dropFirst().sorted()[10]))")
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
