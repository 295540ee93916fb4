@testable import DeviceProfiles
import Foundation
import Readings
import StrictYAML
import Testing

/// Bytes that nobody promised to be good, offered to every profile wherever it listens.
@Suite struct HostileFrameTests {
    @Test("No frame cut short gives a reading") func prefixes() throws {
        var cuts = 0
        for sample in try Sample.all() where sample.isReading {
            for count in sample.bytes.indices {
                let outcome = sample.decode(Array(sample.bytes.prefix(count)))
                cuts += 1
                if case .readings(let readings) = outcome {
                    Issue.record("\(sample.profile.name): \(sample.bytes.prefix(count).hex) reads \(readings)")
                }
            }
        }
        #expect(cuts > 300)
    }

    @Test("More bytes behind a frame refuse it, or are ignored where its layout says so and change nothing") func trailing() throws {
        var refused = 0
        for sample in try Sample.all() where sample.isReading {
            guard case .readings(let whole) = sample.decode(sample.bytes) else { continue }
            for tail in [[0], [0xFF], [0, 0], Array(repeating: 0x11, count: 20)] as [[UInt8]] {
                guard case .readings(let readings) = sample.decode(sample.bytes + tail) else { refused += 1; continue }
                // What repeats to the end may repeat once more; what was read before is read again.
                for (before, after) in zip(whole, readings) where before != after {
                    Issue.record("\(sample.profile.name): \((sample.bytes + tail).hex) reads \(after), not \(before)")
                }
            }
        }
        #expect(refused > 500)
    }

    @Test("A frame with any bit turned over is refused, or reads as something that can be") func flips() throws {
        let profiles = try ShippedProfiles.set().profiles
        let samples = try Sample.all()
        for sample in samples {
            for bit in 0..<sample.bytes.count * 8 {
                var bytes = sample.bytes
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                for profile in profiles { expectSane(profile, sample.source(bytes)) }
            }
        }
        #expect(samples.count > 70)
    }

    @Test("Twenty thousand random frames harm nobody") func random() throws {
        let profiles = try ShippedProfiles.set().profiles
        let samples = try Sample.all()
        let sources = Array(Dictionary(grouping: samples) { "\($0.source([]))" }.values.compactMap(\.first))
        #expect(sources.count >= 6)
        var dice = Dice(seed: 20_261_121)
        for _ in 0..<20_000 {
            let bytes = dice.bytes(dice.next(below: 26))
            for source in sources {
                for profile in profiles { expectSane(profile, source.source(bytes)) }
            }
        }
    }

    @Test("Twenty thousand frames with a few random bytes in them harm nobody") func mutations() throws {
        let profiles = try ShippedProfiles.set().profiles
        let samples = try Sample.all()
        var dice = Dice(seed: 4711)
        var readings = 0
        for _ in 0..<20_000 {
            let sample = samples[dice.next(below: samples.count)]
            var bytes = sample.bytes
            for _ in 0...dice.next(below: 3) where !bytes.isEmpty {
                bytes[dice.next(below: bytes.count)] = UInt8(truncatingIfNeeded: dice.next())
            }
            for profile in profiles { readings += expectSane(profile, sample.source(bytes)) }
        }
        // Else the dice would show nothing about readings.
        #expect(readings > 1000)
    }

    @Test("An advertisement longer than any radio sends harms nobody") func long() throws {
        for sample in try Sample.all() {
            for profile in try ShippedProfiles.set().profiles {
                #expect(expectSane(profile, sample.source(sample.bytes + Array(repeating: 0xA5, count: 100_000))) == 0)
            }
        }
    }

    /// Counts the readings, each of which must be one that could be told to somebody.
    @discardableResult
    private func expectSane(_ profile: Profile, _ content: Observation.Content) -> Int {
        guard case .readings(let readings) = profile.decode(content) else { return 0 }
        for reading in readings {
            if let fault = reading.fault { Issue.record("\(profile.name): \(fault) of \(content)") }
        }
        return readings.count
    }
}

extension Reading {
    /// What cannot be in a reading, whatever was sent; nil if nothing.
    fileprivate var fault: String? {
        if values.isEmpty { return "no value" }
        if Set(values.map(\.name)).count != values.count { return "a value twice" }
        for value in values {
            for quantity in [value.reported, value.canonical] {
                // Digits, one point, a sign: no word that stands for an error. 2^32 with 9 decimals or zeros is the widest.
                let text = quantity.value.text
                let isPlain = text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
                if !isPlain || text.count > 24 { return "the value \(text)" }
            }
            if value.canonical.unit != value.vital.unit { return "\(value.reported.text) in \(value.canonical.unit)" }
            if kind.vital(value.name) == nil { return "a value \(value.name)" }
        }
        for time in [deviceTime, recordTime].compactMap(\.self) where CivilTime(iso: time.text) != time { return "the time \(time.text)" }
        if let user, !(0...254).contains(user) { return "the user \(user)" }
        if let number, !(0...65_535).contains(number) { return "the number \(number)" }
        if let qualifier, !kind.qualifiers.contains(qualifier) { return "the word \(qualifier)" }
        if Set(marks).count != marks.count { return "a mark twice" }
        return nil
    }
}

/// A vector's bytes, and the place on the air where its profile listens for them.
private struct Sample {
    var profile: Profile
    var bytes: [UInt8]
    var isReading: Bool
    var source: @Sendable ([UInt8]) -> Observation.Content

    func decode(_ bytes: [UInt8]) -> DecodeOutcome { profile.decode(source(bytes)) }

    /// Of vectors that are one frame by itself, without a key.
    static func all() throws -> [Sample] {
        try ShippedProfiles.set().profiles.filter { !$0.isRelay }.flatMap { profile in
            profile.vectors.filter { !$0.isSequence && $0.talk == nil && $0.key == nil }.flatMap { vector in
                let isReading = if case .reads = vector.expectation { true } else { false }
                return vector.observation.items.flatMap { item -> [Sample] in
                    switch item.content {
                    case .frame(let uuid, let bytes):
                        [Sample(profile: profile, bytes: bytes, isReading: isReading) { .frame(uuid, $0) }]
                    case .advertisement(let advert):
                        advert.serviceData.map { uuid, bytes in
                            Sample(profile: profile, bytes: bytes, isReading: isReading) { .advertisement(Advertisement(serviceData: [uuid: $0])) }
                        } + advert.manufacturerData.map { company, bytes in
                            Sample(profile: profile, bytes: bytes, isReading: isReading) { .advertisement(Advertisement(manufacturerData: [company: $0])) }
                        }
                    }
                }
            }
        }
    }
}

/// Xorshift, 64 bits: the same throws on every machine.
private struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func next(below limit: Int) -> Int { Int(next() >> 33) % limit }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 24) } }
}

extension ArraySlice<UInt8> {
    fileprivate var hex: String { Array(self).hex }
}
