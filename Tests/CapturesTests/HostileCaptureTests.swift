import Captures
import Testing

@Suite("Hostile captures") struct HostileCaptureTests {
    @Test("What is no capture is refused with the byte where it is none", arguments: [
        ([], "not-a-capture", 0), (Array("btsnoop".utf8), "not-a-capture", 0), (Array("{\"id\":1}".utf8), "not-a-capture", 0),
        (Array("btsnoop\0".utf8) + [0, 0], "cut-short", 10), (Recording(version: 2).bytes, "unknown-version", 8),
        (Array("btsnoop\0".utf8) + Recording.big(1) + Recording.big(1003), "unknown-form", 12),
    ] as [([UInt8], String, Int)])
    func refused(_ bytes: [UInt8], _ code: String, _ offset: Int) {
        #expect { try CapturedTraffic(bytes) } throws: { error in
            let failure = error as? CaptureFailure
            return failure?.code == code && failure?.offset == offset && "\(error)".hasPrefix("byte \(offset): ")
        }
    }

    @Test("A capture that breaks off is read to there, wherever that is") func cutShort() throws {
        var recording = Recording()
        recording.advert(Recording.weighing)
        let first = recording.bytes.count
        recording.advert(Recording.weighing)
        for length in 16...recording.bytes.count {
            let traffic = try CapturedTraffic(Array(recording.bytes.prefix(length)))
            let whole = length == 16 || length == first || length == recording.bytes.count
            #expect((traffic.failure == nil) == whole, "\(length)")
            #expect(traffic.packets == (length < first ? 0 : length < recording.bytes.count ? 1 : 2), "\(length)")
            if let failure = traffic.failure {
                #expect(failure.code == "cut-short" && (16...length).contains(failure.offset), "\(length): \(failure)")
            }
        }
    }

    @Test("A record that claims gigabytes is refused before anything is reserved for it") func huge() throws {
        var recording = Recording()
        recording.advert(Recording.weighing)
        let offset = recording.bytes.count
        let bytes = recording.bytes + [UInt8](repeating: 0xFF, count: 24)
        let traffic = try CapturedTraffic(bytes)
        #expect(traffic.packets == 1)
        #expect(traffic.failure == CaptureFailure(.hugeRecord(.max), at: offset + 4))
    }

    @Test("A record of which only the beginning was kept is counted") func shortened() throws {
        var recording = Recording()
        recording.add([0x3E, 4, 2], flags: [.monitor: 3], type: 4, original: 40)
        let traffic = try CapturedTraffic(recording.bytes)
        #expect(traffic.refused == [CapturedTraffic.Refused(code: .shortened, count: 1, offset: 40)])
    }

    @Test("Every packet that is shorter than it says is counted, with the byte of the first", arguments: [
        ([0x3E, 9, 2, 1], CapturedTraffic.Refused.Code.brokenEvent), ([0x3E], .brokenEvent), ([], .brokenEvent),
        ([0x3E, 2, 2, 255], .brokenEvent), ([0x05, 1, 0], .brokenEvent), ([0x3E, 2, 1, 0], .brokenEvent),
        ([0x3E, 14, 2, 1, 0, 1, 1, 2, 3, 4, 5, 6, 3, 9, 1, 0, 0], .brokenEvent),
    ] as [([UInt8], CapturedTraffic.Refused.Code)])
    func shortEvents(_ event: [UInt8], _ code: CapturedTraffic.Refused.Code) throws {
        var recording = Recording()
        recording.add(event, flags: [.monitor: 3], type: 4)
        recording.add(event, flags: [.monitor: 3], type: 4)
        #expect(try CapturedTraffic(recording.bytes).refused == [CapturedTraffic.Refused(code: code, count: 2, offset: 40)])
    }

    @Test("Structures of an advert that lead beyond its end make no device") func brokenAdvert() throws {
        var recording = Recording()
        recording.advert([9, 0x16, 0x1D])
        let traffic = try CapturedTraffic(recording.bytes)
        #expect(traffic.devices.isEmpty)
        #expect(traffic.refused.map(\.code) == [.brokenAdvert])
    }

    @Test("Data of a connection that nobody saw begin is counted, and so are messages shorter than their kind") func strangeData() throws {
        var recording = Recording()
        recording.attribute([0x1B, 0x11, 0x00, 0xAA], received: true, on: 7)
        recording.connect()
        for message: [UInt8] in [[], [0x1B, 0x11], [0x23, 0x11, 0x00, 0x09, 0x00, 0x01]] { recording.attribute(message, received: true) }
        recording.attribute([0x08, 0x01], received: false)
        recording.data(1, [0x01], received: true)
        let traffic = try CapturedTraffic(recording.bytes)
        #expect(traffic.refused.map(\.code) == [.unknownConnection, .brokenMessage])
        #expect(traffic.refused.map(\.count) == [1, 4])
    }

    @Test("A capture with any byte changed is read or refused, and never brings the reader down") func changedBytes() throws {
        var recording = Recording()
        recording.advert(Recording.weighing)
        recording.connect()
        recording.discover()
        recording.attribute([0x1D, 0x11, 0x00, 0x1E, 0x80], received: true)
        for index in recording.bytes.indices {
            for value: UInt8 in [0x00, 0x01, 0x7F, 0x80, 0xFF] {
                var bytes = recording.bytes
                bytes[index] = value
                guard let traffic = try? CapturedTraffic(bytes) else {
                    #expect(index < 16)
                    continue
                }
                #expect(traffic.packets <= 5)
            }
        }
    }
}
