@testable import DeviceProfiles
import Foundation
import Readings
import StrictYAML
import Testing

/// Bytes that nobody promised to be good, offered to every profile wherever it listens.
@Suite struct HostileFrameTests {
    @Test("No frame cut short gives a reading, where its layout says how long it is") func prefixesOfRigid() throws {
        var cuts = 0
        for sample in try Sample.all() where sample.isReading && sample.isRigid {
            for count in sample.bytes.indices {
                cuts += 1
                guard case .readings(let readings) = sample.decode(Array(sample.bytes.prefix(count))) else { continue }
                Issue.record("\(sample.profile.name): \(sample.bytes.prefix(count).hex) of \(sample.bytes.hex) reads \(readings)")
            }
        }
        #expect(cuts > 1500)
    }

    @Test("Where its layout leaves room, a frame cut short is refused, or reads as less: no value that the whole frame has not")
    func prefixesOfOthers() throws {
        var cuts = 0
        for sample in try Sample.all() where sample.isReading && !sample.isRigid {
            guard case .readings(let whole) = sample.decode(sample.bytes) else { continue }
            for count in sample.bytes.indices {
                let outcome = sample.decode(Array(sample.bytes.prefix(count)))
                cuts += 1
                guard case .readings(let readings) = outcome else { continue }
                for less in readings where !whole.contains(where: { $0.kind == less.kind && less.values.allSatisfy($0.values.contains) }) {
                    Issue.record("\(sample.profile.name): \(sample.bytes.prefix(count).hex) reads \(less)")
                }
                #expect(readings.count <= whole.count)
            }
        }
        #expect(cuts > 500)
    }

    private static let tails: [[UInt8]] = [[0], [0xFF], [0, 0], Array(repeating: 0x11, count: 20)]

    @Test("No frame with more bytes behind it gives a reading, where its layout says how long it is") func trailingOfRigid() throws {
        var refused = 0
        for sample in try Sample.all() where sample.isReading && sample.isRigid {
            for tail in HostileFrameTests.tails {
                guard case .readings(let readings) = sample.decode(sample.bytes + tail) else { refused += 1; continue }
                Issue.record("\(sample.profile.name): \((sample.bytes + tail).hex) reads \(readings)")
            }
        }
        #expect(refused > 400)
    }

    @Test("Where its layout leaves room, more bytes behind a frame refuse it, or change nothing of what it reads")
    func trailingOfOthers() throws {
        var tried = 0
        for sample in try Sample.all() where sample.isReading && !sample.isRigid {
            guard case .readings(let whole) = sample.decode(sample.bytes) else { continue }
            for tail in HostileFrameTests.tails {
                tried += 1
                guard case .readings(let readings) = sample.decode(sample.bytes + tail) else { continue }
                // What repeats to the end may repeat once more; what was read before is read again.
                for before in whole where !readings.contains(before) {
                    Issue.record("\(sample.profile.name): \((sample.bytes + tail).hex) does not read \(before)")
                }
            }
        }
        #expect(tried > 100)
    }

    @Test("A frame with any bit turned over is refused, or reads as something that can be") func flips() throws {
        let ears = try Ears()
        let samples = try Sample.all()
        for sample in samples {
            for bit in 0..<sample.bytes.count * 8 {
                var bytes = sample.bytes
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                ears.hear(sample.source(bytes))
            }
        }
        #expect(samples.count > 500)
    }

    @Test("Twenty thousand random frames harm nobody") func random() throws {
        let ears = try Ears()
        let samples = try Sample.all()
        let sources = Dictionary(grouping: samples) { Ears.place($0.source([])) }.sorted { $0.key < $1.key }.compactMap(\.value.first)
        #expect(sources.count >= 50)
        var dice = Dice(seed: 20_261_121)
        for round in 0..<20_000 {
            ears.hear(sources[round % sources.count].source(dice.bytes(dice.next(below: 26))))
        }
    }

    @Test("Twenty thousand frames with a few random bytes in them harm nobody") func mutations() throws {
        let ears = try Ears()
        let samples = try Sample.all()
        var dice = Dice(seed: 4711)
        var readings = 0
        for _ in 0..<20_000 {
            let sample = samples[dice.next(below: samples.count)]
            var bytes = sample.bytes
            for _ in 0...dice.next(below: 3) where !bytes.isEmpty {
                bytes[dice.next(below: bytes.count)] = UInt8(truncatingIfNeeded: dice.next())
            }
            readings += ears.hear(sample.source(bytes))
        }
        // Else the dice would show nothing about readings.
        #expect(readings > 1000)
    }

    @Test("A frame longer than any radio sends harms nobody") func long() throws {
        let ears = try Ears()
        let samples = Dictionary(grouping: try Sample.all()) { Ears.place($0.source([])) }.values.compactMap(\.first)
        for sample in samples { ears.hear(sample.source(sample.bytes + Array(repeating: 0xA5, count: 100_000))) }
    }
}

/// All profiles, each asked only about what comes from where it listens.
private final class Ears {
    private let profiles: [Profile]
    private var readers: [String: [Profile]] = [:]

    init() throws { profiles = try ShippedProfiles.set().profiles }

    /// Where on the air content stands, without its bytes.
    static func place(_ content: Observation.Content) -> String {
        switch content {
        case .frame(let uuid, _): "\(uuid)"
        case .advertisement(let advert):
            "data \(advert.serviceData.keys.map(\.description).sorted()) company \(advert.manufacturerData.keys.sorted())"
        }
    }

    /// Counts the readings of all who listen there; each must be one that could be told to somebody.
    @discardableResult
    func hear(_ content: Observation.Content) -> Int {
        let place = Ears.place(content)
        let readers = self.readers[place] ?? profiles.filter { $0.reads(Observation(items: [Observation.Item(content)])) }
        self.readers[place] = readers
        return readers.reduce(0) { $0 + expectSane($1, content) }
    }

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

    /// Whether its layout says how long it is.
    var isRigid: Bool { profile.isRigid(source(bytes)) }

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
