import Captures
import DeviceProfiles
import Readings
import Testing

@Suite("What a listener says") struct ListenerLineTests {
    private func refusal(_ line: String) -> String? {
        do throws(BadInput) {
            _ = try ListenerLine(Array(line.utf8))
            return nil
        } catch {
            return error.code.rawValue
        }
    }

    @Test("Every line is read as it was written", arguments: [
        #"{"listener":"F0:00:00:00:00:01","form":1}"#, #"{"state":"listening"}"#, #"{"state":"no-adapter","detail":"it was pulled out"}"#,
        #"{"lost":17}"#, #"{"address":"F0:F1:F2:00:30:01"}"#,
        #"{"name":"MI_SCALE","address":"F0:F1:F2:00:30:01","services":["181d"],"serviceData":{"181d":"22583e"},"manufacturerData":{"0157":"00"}}"#,
    ])
    func roundTrip(_ text: String) throws {
        #expect(try ListenerLine(Array(text.utf8)).text == text)
    }

    @Test("What is no line is refused by its reason", arguments: [
        ("", "not-json"), ("[]", "wrong-shape"), ("{}", "none"), ("{\"lost\":0}", "wrong-shape"), ("{\"lost\":-4}", "wrong-shape"),
        ("{\"lost\":99999999999999999999}", "wrong-shape"), ("{\"lost\":1.5}", "wrong-shape"), ("{\"lost\":1,\"why\":2}", "unknown-key"),
        (#"{"listener":"hci0","form":1}"#, "bad-address"), (#"{"listener":"F0:00:00:00:00:01","form":2}"#, "wrong-shape"),
        (#"{"listener":"F0:00:00:00:00:01"}"#, "wrong-shape"), (#"{"state":"fine"}"#, "wrong-shape"),
        (#"{"address":"F0"}"#, "bad-address"), (#"{"address":"F0:F1:F2:00:30:01","frames":["00"],"characteristic":"2a35"}"#, "unknown-key"),
        (#"{"address":"F0:F1:F2:00:30:01","receivedAt":"2020-01-01T00:00:00Z"}"#, "unknown-key"),
        (#"{"address":"F0:F1:F2:00:30:01","serviceData":{"181d":"2"}}"#, "bad-hex"),
    ])
    func refused(_ line: String, _ code: String) {
        #expect((refusal(line) ?? "none") == code)
    }

    @Test("A detail cannot begin another line of the log") func detail() throws {
        let line = try ListenerLine(Array(#"{"state":"adapter-off","detail":"a\nb\u001b[31m"}"#.utf8))
        #expect(line == .state(.adapterOff, detail: "a b [31m"))
    }

    @Test("The longest advertisement fits into a line, whatever is in it") func longest() throws {
        // Names of control characters are the longest as JSON.
        let structures = (0..<6).flatMap { _ in [255, 0x09] + [UInt8](repeating: 1, count: 254) }
        var overhearing = Overhearing()
        let pieces = stride(from: 0, to: structures.count, by: 229).map { Array(structures[$0..<min($0 + 229, structures.count)]) }
        var heard: [Observation] = []
        for (index, piece) in pieces.enumerated() {
            heard += overhearing.take(extended(piece, isLast: index == pieces.count - 1)[...])
        }
        let text = ListenerLine.heard(try #require(heard.first)).text
        #expect(text.utf8.count > 1000 && text.utf8.count <= ListenerLine.mostBytes)
        #expect(try ListenerLine(Array(text.utf8)).text == text)
    }

    @Test("Adverts are overheard in the old form and, piece by piece, in the extended one") func overheard() {
        var overhearing = Overhearing()
        let legacy = [0x3E, UInt8(12 + Recording.weighing.count), 0x02, 1, 3, 1] + Recording.device.reversed() + [UInt8(Recording.weighing.count)]
            + Recording.weighing + [0xC4]
        let first = overhearing.take(legacy[...])
        #expect(first.map(\.address?.description) == [Recording.address])
        #expect(overhearing.take(extended(Array(Recording.weighing.prefix(7)), isLast: false)[...]) == [])
        let second = overhearing.take(extended(Array(Recording.weighing.dropFirst(7)), isLast: true)[...])
        #expect(second.map(\.items) == first.map(\.items) && first.first?.items.count == 1)
        #expect(overhearing.broken == 0)
    }

    @Test("Broken events and adverts are counted, and what is begun and never ended does not grow") func broken() {
        var overhearing = Overhearing()
        for event: [UInt8] in [[], [0x3E], [0x3E, 9, 2, 1], [0x3E, 2, 2, 255]] { #expect(overhearing.take(event[...]) == []) }
        #expect(overhearing.broken == 4)
        for number in 0..<10_000 {
            let address: [UInt8] = [0xC0, 0, 0, 0, UInt8(number >> 8), UInt8(number & 255)]
            #expect(overhearing.take(extended([3, 0x16], isLast: false, from: address)[...]) == [])
        }
        #expect(overhearing.take(extended([0xFF], isLast: true)[...]) == [])
        #expect(overhearing.broken == 5)
    }

    @Test("Whatever byte of an event or of a line is another one, it is read or refused, and nothing else") func otherBytes() {
        let events = [extended(Array(Recording.weighing), isLast: true), extended([3, 0x16, 0x1D], isLast: false)]
        let lines = [#"{"listener":"F0:00:00:00:00:01","form":1}"#, #"{"address":"F0:F1:F2:00:30:01","serviceData":{"181d":"22583e"}}"#, #"{"lost":17}"#]
        var read = 0, refused = 0
        for (event, place) in events.flatMap({ event in event.indices.map { (event, $0) } }) {
            for byte: UInt8 in [0, 1, 0x7F, 0x80, 0xFF, event[place] ^ 1] {
                var event = event, overhearing = Overhearing()
                event[place] = byte
                read += overhearing.take(event[...]).count
                refused += overhearing.broken
                _ = overhearing.take(event[..<place])
            }
        }
        for (line, place) in lines.flatMap({ line in line.utf8.indices.map { (Array(line.utf8), line.utf8.distance(from: line.utf8.startIndex, to: $0)) } }) {
            for byte: UInt8 in [0, 0x0A, 0x22, 0x39, 0x5C, 0x7D, 0xFF] {
                var line = line
                line[place] = byte
                if (try? ListenerLine(line)) == nil { refused += 1 } else { read += 1 }
            }
        }
        #expect(read > 100 && refused > 500)
    }

    @Test("The gateway's answer is a number", arguments: [("{\"taken\":250}", 250), ("{\"taken\":-1}", nil), ("{}", nil), ("x", nil)] as [(String, Int?)])
    func answer(_ line: String, _ count: Int?) { #expect(ListenerLine.taken(in: Array(line.utf8)) == count) }

    /// LE Extended Advertising Report, set 3. Core Specification vol. 4 part E 7.7.65.13.
    private func extended(_ data: [UInt8], isLast: Bool, from address: [UInt8] = Recording.device) -> [UInt8] {
        let report = [0x0D, 1, isLast ? 0 : 1 << 5, 0, 1] + address.reversed() + [1, 1, 3, 0x7F, 0xC4, 0, 0] + [UInt8](repeating: 0, count: 7)
            + [UInt8(data.count)] + data
        return [0x3E, UInt8(report.count)] + report
    }
}
