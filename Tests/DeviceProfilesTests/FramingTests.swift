@testable import DeviceProfiles
import StrictYAML
import Testing

/// What comes of notifications, in every way of cutting them.
@Suite struct FramingTests {
    @Test("Each form makes frames of what comes, and counts what fits nothing", arguments: [
        // framing, what comes, the frames, bytes dropped
        ("starts-with: \"55 AA\", length: { at: 2, type: u8, plus: 4 }", ["55AA0101FF"], ["55AA0101FF"], 0),
        ("starts-with: \"55 AA\", length: { at: 2, type: u8, plus: 4 }", ["55AA0201", "02FF55", "AA00FF"], ["55AA020102FF", "55AA00FF"], 0),
        ("starts-with: \"55 AA\", length: { at: 2, type: u8, plus: 4 }", ["0055AA00FF1155AA00EE"], ["55AA00FF", "55AA00EE"], 2),
        ("starts-with: \"55 AA\", length: { at: 2, type: u8, plus: 4 }", ["5555AA00FF"], ["55AA00FF"], 1),
        // A length that leads beyond all frames is no start.
        ("starts-with: A5, length: { at: 1, type: u16 }, most: 16", ["A5FFFFA50400EE"], ["A50400EE"], 3),
        ("starts-with: A5, length: { at: 1, type: u16-be }", ["A500", "04EE"], ["A50004EE"], 0),
        // A length within its own head neither.
        ("starts-with: A5, length: { at: 1, type: u8 }", ["A501A503EE"], ["A503EE"], 2),
        ("starts-with: A5, length: { at: 1, type: u8, plus: -1 }", ["A504EE"], ["A504EE"], 0),
        ("length: { at: 0, type: u8 }", ["03010204", "AABBCC02", "00"], ["030102", "04AABBCC", "0200"], 0),
        ("starts-with: \"FF 44\", size: 4", ["FF4401", "02FF44", "0304"], ["FF440102", "FF440304"], 0),
        ("starts-with: \"FF 44|FE\", size: 3", ["FF44010044FE0203"], ["FF4401", "FE0203"], 2),
        ("ends-with: \"0D 0A\"", ["3132", "0D", "0A33", "0D0A0D0A"], ["3132", "33"], 0),
        ("ends-with: \"0D 0A\"", ["310D320D0D0A"], ["310D320D"], 0),
        ("ends-with: \"0D 0A\", most: 3", ["313233340D0A350D0A"], ["35"], 4),
        ("ends-with: \"0D 0A\", most: 3", ["3132330D0A"], ["313233"], 0),
        ("ends-with: \"0A\", starts-with: \"24\"", ["310A24320A"], ["2432"], 1),
        ("sync-bit: 7, size: 3", ["8001", "0280", "03"], ["800102"], 0),
        ("sync-bit: 7, size: 3", ["0180010280", "8103", "048182"], ["800102", "810304"], 3),
        ("chunks: 2", ["01020304", "05"], ["0102", "0304"], 1),
        ("chunks: 2, starts-with: A5", ["A501A502", "B60102"], ["A501", "A502", "B60102"], 0),
        ("segments: { first: 0, last: 1, counter: 2..7 }", ["03AA"], ["AA"], 0),
        ("segments: { first: 0, last: 1, counter: 2..7 }", ["01AA", "04BB", "0ACC", "01AA"], ["AABBCC"], 0),
        // One was lost, and the rest of it fits nothing up to the next first.
        ("segments: { first: 0, last: 1, counter: 2..7 }", ["01AA", "08BB", "0ECC", "11DD", "16EE"], ["DDEE"], 5),
        ("segments: { first: 0, last: 1, counter: 2..7 }", ["FDAA", "02BB"], ["AABB"], 0),
        ("segments: { first: 0, last: 1 }", ["01AA", "00BB", "02CC"], ["AABBCC"], 0),
        ("segments: { first: 0, last: 1 }", ["00AA", "01BB", "01CC", "02DD"], ["CCDD"], 3),
        ("segments: { first: 0, last: 1 }, most: 2", ["01AA", "00BB", "00CC", "02DD", "03EE"], ["EE"], 5),
        ("parts: { index: 0, from: 1, count: 2, keep: 2.. }", ["01FFAABB", "02FFCC"], ["AABBCC"], 0),
        ("parts: { index: 0, from: 1, count: 2, keep: 2.. }", ["02FFCC", "01FFAA", "01FFBB", "02FFCC"], ["BBCC"], 4),
        ("parts: { index: 0, count: 2 }", ["00AA", "01BB"], ["AABB"], 0),
        ("parts: { index: 0, count: 1 }", ["00AA", "00BB"], ["AA", "BB"], 0),
        ("starts-with: E7, parts: { index: 2, from: 1, count-at: 1, keep: 3..-2 }", ["E70201AA00", "E801", "E70202BB00"], ["E801", "AABB"], 0),
        ("parts: { index: 1, from: 1, count-at: 0 }", ["0301AA", "0202BB", "0303CC"], [], 7),
        ("parts: { index: 1, from: 1, count-at: 0 }", ["0001AA", "FF"], [], 4),
        ("parts: { index: 0, count: 2, keep: 1..2 }", ["00AABBCC", "01DD", "00AABB"], [], 4),
    ] as [(String, [String], [String], Int)])
    func forms(form: String, values: [String], frames: [String], dropped: Int) throws {
        let framing = try framing(form)
        var buffer = FramingBuffer()
        var found: [String] = []
        for value in values { found += buffer.take(try #require([UInt8](hex: value)), by: framing, at: nil).map { $0.hex.uppercased() } }
        #expect(found == frames)
        #expect(buffer.dropped == dropped)
    }

    @Test("Where the values are cut makes no difference to a stream", arguments: [
        ("starts-with: \"55 AA\", length: { at: 2, type: u8, plus: 4 }", stream), ("starts-with: \"55 AA\", size: 5", stream),
        ("ends-with: \"0D 0A\"", stream), ("sync-bit: 7, size: 5", stream), ("length: { at: 1, type: u8 }", "0003010204AABB000300FF01020304"),
    ])
    func cuts(form: String, hex: String) throws {
        let framing = try framing(form)
        let stream = try #require([UInt8](hex: hex))
        var whole = FramingBuffer()
        let frames = whole.take(stream, by: framing, at: nil)
        #expect(frames.count >= 2)
        for first in 0...stream.count {
            for second in first...stream.count {
                var buffer = FramingBuffer()
                var found: [[UInt8]] = []
                for range in [0..<first, first..<second, second..<stream.count] { found += buffer.take(Array(stream[range]), by: framing, at: nil) }
                #expect(found == frames)
                #expect(buffer.dropped == whole.dropped)
            }
        }
    }

    @Test("A frame that was begun is dropped after the silence, and not before") func silence() throws {
        let framing = try framing("starts-with: A5, size: 4, within: 2 s")
        let begun: [UInt8] = [0xA5, 1], rest: [UInt8] = [2, 3]
        func frames(_ first: Int64?, _ second: Int64?) -> (Int, Int) {
            var buffer = FramingBuffer()
            _ = buffer.take(begun, by: framing, at: first)
            return (buffer.take(rest, by: framing, at: second).count, buffer.dropped)
        }
        #expect(frames(1000, 3000) == (1, 0))
        #expect(frames(1000, 3001) == (0, 4))
        #expect(frames(nil, 9000) == (1, 0))
        #expect(frames(1000, nil) == (1, 0))
        #expect(frames(9000, 1000) == (1, 0))
        #expect(frames(.min, .max) == (1, 0) || frames(.min, .max) == (0, 4))
    }

    @Test("Random bytes, huge lengths and frames without an end fill no memory and harm nobody", arguments: [
        "starts-with: \"5? A?\", length: { at: 2, type: u24, plus: 64 }", "length: { at: 0, type: u16-be, plus: -64 }", "starts-with: \"??\", size: 64",
        "ends-with: \"0D 0A\"", "ends-with: \"41 41 42\", starts-with: 41", "sync-bit: 7, size: 64", "chunks: 7", "segments: { first: 0, last: 1, counter: 2..7 }",
        "segments: { first: 6, last: 7 }", "parts: { index: 0, count-at: 1 }", "parts: { index: 3, from: 255, count: 64, keep: 1..-3 }",
    ])
    func hostile(form: String) throws {
        let framing = try framing(form + ", most: 64")
        var state: UInt64 = 20_261_127
        func random(below limit: UInt64) -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return (state >> 33) % limit
        }
        var buffer = FramingBuffer()
        for round in 0..<20_000 {
            // Few letters, so that starts, ends and pieces do come up; and now and then one flood.
            let letters: [UInt8] = [0x0D, 0x0A, 0x41, 0x42, 0x55, 0xA5, 0x00, 0x01, 0x02, 0x03, 0x05, 0x40, 0x80, 0xFF]
            let count = round % 5000 == 0 ? 5000 : random(below: 30)
            let value = (0..<count).map { _ in
                random(below: 4) == 0 ? UInt8(random(below: 256)) : letters[Int(random(below: UInt64(letters.count)))]
            }
            for frame in buffer.take(value, by: framing, at: Int64(round)) { #expect(frame.count <= 64 && !frame.isEmpty || frame.isEmpty && framing.startsWith == nil) }
            #expect(buffer.held <= 64 + 67)
        }
    }

    @Test("What is written wrongly of a framing is told", arguments: [
        ("{}", "say one of: size, length, ends-with, sync-bit, chunks, segments, parts"),
        ("{ size: 5, chunks: 5 }", "say one of: size, length, ends-with, sync-bit, chunks, segments, parts"),
        ("{ chunk: 5 }", "unknown key 'chunk'; did you mean 'chunks'?"),
        ("{ size: 5 }", "a size needs 'starts-with', or write chunks"),
        ("{ starts-with: A5, size: 0 }", "write a number from 1 to 1024"),
        ("{ starts-with: A5, size: 9, most: 8 }", "write a number from 1 to 8"),
        ("{ sync-bit: 8, size: 5 }", "write a number from 0 to 7"),
        ("{ sync-bit: 7 }", "the key 'size' is missing"),
        ("{ sync-bit: 7, size: 5, starts-with: A5 }", "a sync-bit is the start: leave 'starts-with' out"),
        ("{ ends-with: \"\" }", "no bytes: write pairs of hex digits in quotes"),
        ("{ starts-with: A, size: 5 }", "no bytes: write pairs of hex digits in quotes, '?' for any half byte, '|' between alternatives"),
        ("{ length: { at: 2, type: u32 } }", "a length is u8, u16, u16-be, u24 or u24-be"),
        ("{ length: { at: 65, type: u8 } }", "write a number from 0 to 64"),
        ("{ length: { at: 0, type: u8, plus: 65 } }", "write a number from -64 to 64"),
        ("{ segments: { first: 0, last: 0 } }", "first, last and counter are different bits"),
        ("{ segments: { first: 0, last: 1, counter: 1..7 } }", "first, last and counter are different bits"),
        ("{ segments: { first: 0, last: 1, counter: 2..8 } }", "write the bits of the counter, such as 2..7"),
        ("{ parts: { index: 0 } }", "say 'count' or 'count-at', one of them"),
        ("{ parts: { index: 0, count: 2, count-at: 1 } }", "say 'count' or 'count-at', one of them"),
        ("{ parts: { index: 0, count: 2, keep: 2 } }", "write what to keep of each part, such as 2.. or 4..-2"),
        ("{ parts: { index: 0, count: 2, keep: 4..2 } }", "write what to keep of each part, such as 2.. or 4..-2"),
        ("{ chunks: 5, within: 2 }", "write a time such as 2 s, 500 ms or 3 min"),
        ("{ chunks: 5, within: 2 h }", "write a time such as 2 s, 500 ms or 3 min"),
        ("{ chunks: 5, most: 4097 }", "'most' is 1 to 4096 bytes"),
    ])
    func mistakes(text: String, sentence: String) throws {
        #expect { try Framing.read(YAMLNode.load("\(text)\n", file: "f.yaml")) } throws: { error in
            let problem = error as? YAMLProblem
            return problem?.message.contains(sentence) == true && problem?.line == 1
        }
    }

    private static let stream = "0055AA0101FF 55AA0355AA0102 0D0A81010203 0D0A 8102030405 310D0D0A 55AA00FF 55"

    private func framing(_ form: String) throws -> Framing { try Framing.read(YAMLNode.load("{ \(form) }\n", file: "f.yaml")) }
}
