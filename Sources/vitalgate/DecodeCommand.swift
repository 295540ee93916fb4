import ArgumentParser
import DeviceProfiles
import Gateway
import Glibc

struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Decode frames: JSON lines on standard input, one JSON line in answer to each.",
        discussion: """
            {"id":"1","name":"MI SCALE2","serviceData":{"181d":"22583ee207070110111e"}}
            {"id":"2","characteristic":"2a35","frames":["167c0056006100e807060f11111b33000000"]}
            {"id":"3","topic":"home/gw/BTtoMQTT/AABBCCDDEEFF","payload":"{…}"}
            Refused frames are answers: exit status 1 only if a line was no JSON.
            """)

    @Flag(help: "Offer the input also to every profile that could read it by its bytes alone.")
    var allProfiles = false

    @OptionGroup var profiles: ProfileOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let set = try ProfileFolders.load(shipped: profiles.folder, further: profiles.further)
        let decoder = DecodeLine(profiles: set, offersToAll: allProfiles)
        var number = 0
        var sawOther = false
        for line in InputLines(file: 0) {
            number += 1
            let (answer, isJSON) = decoder.answer(line, number: number)
            Terminal.out(answer)
            if !isJSON { sawOther = true }
        }
        if sawOther { throw ExitCode(1) }
    }
}

/// Lines of a file descriptor, without their newline; a last line needs none.
struct InputLines: Sequence, IteratorProtocol {
    let file: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    init(file: Int32) { self.file = file }

    mutating func next() -> [UInt8]? {
        var searched = start
        while true {
            if let end = newline(from: searched) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            searched = buffer.count
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return Array(buffer[start...])
            }
            searched -= start
            buffer.removeFirst(start)
            start = 0
            fill()
        }
    }

    private func newline(from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            return memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start).map { UnsafeRawPointer($0) - base }
        }
    }

    private mutating func fill() {
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { room in
            var count = 0
            repeat { count = read(file, room.baseAddress, room.count) } while count < 0 && errno == EINTR
            if count > 0 {
                buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
            } else {
                isAtEnd = true
            }
        }
    }
}
