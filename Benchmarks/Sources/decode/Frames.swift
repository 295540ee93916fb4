/// Blood-pressure frames, one behind the other in one piece of memory, as a driver would hold them.
struct Frames {
    /// Flags of the eight shapes: all fields or none, mmHg or kPa, with and without time, pulse, user and status.
    static let shapes: [UInt8] = [0x1E, 0x1F, 0x00, 0x02, 0x04, 0x06, 0x16, 0x0E]

    private(set) var bytes: [UInt8] = []
    private(set) var starts = [0]

    var count: Int { starts.count - 1 }

    mutating func append(_ frame: [UInt8]) {
        bytes += frame
        starts.append(bytes.count)
    }

    static func frame(_ flags: UInt8) -> [UInt8] {
        // 120/80, mean 93; 2026-11-21 02:30:15; pulse 72.2; user 1; irregular pulse
        var frame: [UInt8] = [flags, 0x78, 0x00, 0x50, 0x00, 0x5D, 0x00]
        if flags & 0x02 != 0 { frame += [0xEA, 0x07, 11, 21, 2, 30, 15] }
        if flags & 0x04 != 0 { frame += [0xD2, 0xF2] }
        if flags & 0x08 != 0 { frame += [1] }
        if flags & 0x10 != 0 { frame += [4, 0] }
        return frame
    }

    static var measured: Frames {
        shapes.reduce(into: Frames()) { $0.append(frame($1)) }
    }

    /// Each shape at every length, and `many` with some bytes changed: what both decoders must agree on.
    static func altered(_ many: Int) -> Frames {
        var frames = Frames()
        for shape in shapes {
            let whole = frame(shape)
            for length in 0...whole.count { frames.append(Array(whole[..<length])) }
            frames.append(whole + [0])
        }
        var state: UInt64 = 42
        func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let telling: [UInt8] = [0x00, 0x01, 0x02, 0x07, 0x08, 0x7F, 0x80, 0xFE, 0xFF, 0x0C, 0x1E, 0x3B]
        for _ in 0..<many {
            var altered = frame(shapes[random(below: shapes.count)])
            for _ in 0...random(below: 3) {
                altered[random(below: altered.count)] =
                    random(below: 2) == 0 ? telling[random(below: telling.count)] : UInt8(random(below: 256))
            }
            frames.append(altered)
        }
        return frames
    }
}
