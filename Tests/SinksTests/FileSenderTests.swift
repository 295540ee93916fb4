import Alarms
import Foundation
import GatewayTesting
import Testing

@testable import Sinks

/// Lines on the disk, whole ones, each at least once.
struct FileSenderTests {
    let folder = TemporaryFolder()
    var path: String { folder.path + "/readings.jsonl" }

    private let one = Delivery(sequence: 1, .reading(pressure))
    private let two = Delivery(sequence: 2, .reading(glucose))
    private let three = Delivery(sequence: 3, .alarm(alarm(.raised)))

    private func line(_ delivery: Delivery) -> String { delivery.content.payload(gateway: "vg-0123abcd") + "\n" }
    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func `each delivery is appended as a line`() async throws {
        let sender = FileSender(path: path, gateway: "vg-0123abcd")
        #expect(await sender.send([one, two]) == [.accepted, .accepted])
        #expect(await sender.send([three]) == [.accepted])
        #expect(try text(path) == line(one) + line(two) + line(three))
    }

    @Test func `only its owner may read the file`() async throws {
        _ = await FileSender(path: path, gateway: "vg-0123abcd").send([one])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `a file that was moved away is made anew`() async throws {
        let sender = FileSender(path: path, gateway: "vg-0123abcd")
        _ = await sender.send([one])
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        _ = await sender.send([two])
        #expect(try text(path + ".1") == line(one))
        #expect(try text(path) == line(two))
    }

    @Test func `a path that cannot be written is tried again, with a sentence`() async {
        let sender = FileSender(path: folder.path + "/nowhere/readings.jsonl", gateway: "vg-0123abcd")
        let reason = "\(folder.path)/nowhere/readings.jsonl cannot be opened: No such file or directory"
        #expect(await sender.send([one, two]) == [.retry(reason), .retry(reason)])
        let onFolder = FileSender(path: folder.path, gateway: "vg-0123abcd")
        #expect(await onFolder.send([one]) == [.retry("\(folder.path) cannot be opened: Is a directory")])
    }

    @Test func `half a line that a power cut left is cut off before the next`() async throws {
        try folder.write(line(one) + line(two).dropLast(40), to: "readings.jsonl")
        let sender = FileSender(path: path, gateway: "vg-0123abcd")
        #expect(await sender.send([two]) == [.accepted])
        #expect(try text(path) == line(one) + line(two))
    }

    @Test func `a file of half a line only is begun anew`() async throws {
        try folder.write(String(line(one).dropLast(40)), to: "readings.jsonl")
        #expect(await FileSender(path: path, gateway: "vg-0123abcd").send([two]) == [.accepted])
        #expect(try text(path) == line(two))
    }

    @Test func `half a line longer than any block is cut off whole`() async throws {
        try folder.write(line(one) + String(repeating: "x", count: 10_000), to: "readings.jsonl")
        #expect(await FileSender(path: path, gateway: "vg-0123abcd").send([two]) == [.accepted])
        #expect(try text(path) == line(one) + line(two))
    }

    @Test func `a pipe is refused, for nobody knows what its reader took`() async throws {
        let made = mkfifo(path, 0o600)
        try #require(made == 0)
        #expect(await FileSender(path: path, gateway: "vg-0123abcd").send([one]) == [.retry("\(path) is no plain file")])
    }

    @Test func `a device is written to as it is`() async throws {
        #expect(await FileSender(path: "/dev/null", gateway: "vg-0123abcd").send([one]) == [.accepted])
        #expect(await FileSender(path: "/dev/full", gateway: "vg-0123abcd").send([one])
            == [.retry("/dev/full cannot be written: No space left on device")])
    }

    @Test func `a disk that fills in the middle of a line keeps none of it`() async {
        // In a process of its own, whose files may not grow beyond 1500 bytes.
        await #expect(processExitsWith: .success) { () async throws in
            let folder = TemporaryFolder()
            let path = folder.path + "/readings.jsonl"
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1500, rlim_max: rlim_t.max)
            let isLimited = setrlimit(__rlimit_resource_t(1), &limit) == 0  // RLIMIT_FSIZE
            #expect(isLimited)
            let sender = FileSender(path: path, gateway: "vg-0123abcd")
            let reading = Delivery(sequence: 1, .reading(pressure))
            let first = await sender.send([reading])
            let second = await sender.send([reading, reading])
            let kept = try String(contentsOfFile: path, encoding: .utf8)
            #expect(first == [.accepted])
            #expect(second == Array(repeating: .retry("\(path) cannot be written: File too large"), count: 2))
            #expect(kept == reading.content.payload(gateway: "vg-0123abcd") + "\n")
            limit.rlim_cur = 1 << 20
            _ = setrlimit(__rlimit_resource_t(1), &limit)
            let third = await sender.send([reading, reading])
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(third == [.accepted, .accepted] && lines.count == 3)
            withExtendedLifetime(folder) {}
        }
    }
}
