import CFrame
@testable import DeviceProfiles
import Readings

/// One kind of protocol: a shipped profile of it, whose vectors are the frames, and the same by hand in C.
struct ProtocolKind {
    typealias ByHand = @convention(c) (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<kind_readings>?) -> Int32

    let title: String
    let profile: Profile
    let byHand: ByHand
    private let port: Profile.Port
    /// What the vectors say that gives readings.
    let frames: [Observation.Content]
    private let all: [[UInt8]]

    init(_ title: String, _ name: String, in set: ProfileSet, _ byHand: @escaping ByHand) throws {
        guard let profile = set[name], let port = profile.ports.first else { throw Complaint("there is no profile \(name)") }
        (self.title, self.profile, self.byHand, self.port) = (title, profile, byHand, port)
        let items = profile.vectors.filter { !$0.isSequence }.flatMap(\.observation.items).map(\.content)
            .filter { ProtocolKind.bytes(of: $0, at: port.source) != nil }
        frames = items.filter { !profile.decode($0).readings.isEmpty }
        all = items.compactMap { ProtocolKind.bytes(of: $0, at: port.source) }
        guard !frames.isEmpty else { throw Complaint("\(name) has no vector that reads") }
    }

    private static func bytes(of content: Observation.Content, at source: FrameSource) -> [UInt8]? {
        switch (source, content) {
        case (.characteristic(let uuid), .frame(let from, let bytes)): from == uuid ? bytes : nil
        case (.serviceData(let uuid), .advertisement(let advert)): advert.serviceData[uuid]
        default: nil
        }
    }

    /// The bytes of the frames, as often as needed to be eight.
    var measured: Frames {
        var measured = Frames()
        for index in 0..<8 { measured.append(ProtocolKind.bytes(of: frames[index % frames.count], at: port.source) ?? []) }
        return measured
    }

    @inline(never)
    func runC(_ frames: Frames, rounds: Int) -> Int {
        var out = kind_readings()
        var sum = 0
        frames.bytes.withUnsafeBufferPointer { bytes in
            for round in 0..<rounds {
                let start = frames.starts[round % 8]
                sum &+= Int(byHand(bytes.baseAddress! + start, frames.starts[round % 8 + 1] - start, &out))
            }
        }
        return sum
    }

    @inline(never)
    func runFlat(_ frames: Frames, rounds: Int) -> Int {
        var fields = Fields()
        var out = DecodedReading()
        var sum = 0
        let bytes = frames.bytes.span.bytes
        for round in 0..<rounds {
            decode(bytes.extracting(frames.starts[round % 8]..<frames.starts[round % 8 + 1]), &fields, &out) { _, _ in sum &+= 1 }
        }
        return sum
    }

    @inline(never)
    func runNamed(rounds: Int) -> Int {
        var sum = 0
        for round in 0..<rounds { sum &+= profile.decode(frames[round % 8 % frames.count]).readings.count }
        return sum
    }

    /// What `Profile.decode` does for a frame, without names.
    @inline(__always)
    private func decode(
        _ bytes: RawSpan, _ fields: inout Fields, _ out: inout DecodedReading, _ body: (CompiledReading, DecodedReading) -> Void
    ) {
        guard let index = port.frames.first(where: { profile.frames[$0].frame.fits(bytes) }) else { return }
        let frame = profile.frames[index]
        do throws(DecodeFailure) {
            if frame.frame.repeats {
                try frame.frame.runEach(bytes, into: &fields) { fields in
                    for home in frame.readings where home.compiled.isRepeated {
                        if case .reading = home.compiled.read(&fields, into: &out) { body(home.compiled, out) }
                    }
                }
            } else {
                try frame.frame.run(bytes, into: &fields)
            }
        } catch {
            return
        }
        for home in frame.readings where !home.compiled.isRepeated {
            if case .reading = home.compiled.read(&fields, into: &out) { body(home.compiled, out) }
        }
    }

    /// A comparison means something only between two that give the same answer: on all vectors, whole, cut and altered.
    func agree() throws {
        var altered = all
        for frame in all { for length in 0..<frame.count { altered.append(Array(frame[..<length])) } }
        var state: UInt64 = 7
        for _ in 0..<50_000 {
            var frame = all[Int(state >> 33) % all.count]
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            if !frame.isEmpty { frame[Int(state >> 40) % frame.count] = UInt8(truncatingIfNeeded: state >> 20) }
            // Every other one with its sum put right, or hardly any would be looked into.
            if state >> 50 & 1 == 0, let last = frame.indices.last, let sum = sum(of: frame.dropLast()) { frame[last] = sum }
            altered.append(frame)
        }
        var count = 0
        for frame in altered {
            let (hand, flat) = (byC(frame), byProfile(frame))
            guard hand == flat else { throw Complaint("\(profile.name), \(frame.hex): C says \(hand), the profile says \(flat)") }
            if !hand.isEmpty { count += 1 }
        }
        guard count > altered.count / 20 else { throw Complaint("\(profile.name): only \(count) of \(altered.count) frames read") }
    }

    private func sum(of payload: ArraySlice<UInt8>) -> UInt8? {
        switch profile.name {
        case "viatom/fe-oximeter": payload.reduce(0, &+)
        case "lepu/pc-60fw": payload.reduce(UInt8(0)) { crc, byte in
            (0..<8).reduce(crc ^ byte) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x8C : crc >> 1 }
        }
        default: nil
        }
    }

    /// Each reading as its values and its time.
    private func byC(_ frame: [UInt8]) -> [[Int64]] {
        var out = kind_readings()
        let count = Int(frame.withUnsafeBufferPointer { byHand($0.baseAddress, frame.count, &out) })
        return withUnsafeBytes(of: &out.readings) { bytes in
            bytes.bindMemory(to: kind_reading.self).prefix(count).map(ProtocolKind.numbers)
        }
    }

    private static func numbers(of reading: kind_reading) -> [Int64] {
        var reading = reading
        let count = Int(reading.count)
        var numbers: [Int64] = []
        withUnsafeBytes(of: &reading.values) { bytes in
            for value in bytes.bindMemory(to: kind_value.self).prefix(count) {
                numbers += [Int64(value.value), value.mantissa, Int64(value.exponent)]
            }
        }
        return numbers + [reading.time]
    }

    private func byProfile(_ frame: [UInt8]) -> [[Int64]] {
        var fields = Fields()
        var out = DecodedReading()
        var readings: [[Int64]] = []
        decode(frame.span.bytes, &fields, &out) { _, reading in
            var numbers: [Int64] = []
            for index in 0..<reading.count {
                let value = reading.values[index]
                numbers += [Int64(value.value), value.mantissa, Int64(value.exponent)]
            }
            readings.append(numbers + [reading.time])
        }
        return readings
    }
}
