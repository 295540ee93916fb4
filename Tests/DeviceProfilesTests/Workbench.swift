import DeviceProfiles
import Readings
import Testing

/// A made-up profile of one frame on characteristic 2A9D. Whatever field is called `value` is told as a weight in kg,
/// for a weight may be any number; `user`, `number`, `time`, `flags` mean themselves.
struct Workbench {
    let profile: Profile

    init(_ fields: String..., frame: String = "", reading: String = "", each: String = "1", more: String = "") throws {
        let text = """
            profile: test/bench
            title: A bench
            source: these tests
            match: { services: ["181D"] }
            characteristics:
              c: { service: "181D", uuid: "2A9D" }
            frames:
              f:
                from: c
                \(frame)
                fields: [ \(fields.joined(separator: ", ")) ]
            \(more)
            readings:
              body-weight:
                values: { weight: { field: value, unit: kg, each: \(each) } }
                \(reading)
            vectors:
              - { name: a, source: computed, f: "", fails: "" }
              - { name: b, source: computed, f: "", reads: [ { kind: body-weight, measured-at: arrival } ] }
            """
        let set = try ProfileSet([ProfileSet.Source(path: "test/bench", file: "bench.yaml", text: text)])
        profile = try #require(set["test/bench"])
    }

    func decode(_ hex: String) throws -> DecodeOutcome {
        let bytes = try #require([UInt8](hex: hex), "\(hex)")
        return profile.decode(.frame(try #require(BluetoothUUID("2a9d")), bytes))
    }

    /// The one reading that comes of these bytes.
    func reading(_ hex: String) throws -> Reading {
        guard case .readings(let readings) = try decode(hex), readings.count == 1 else {
            throw Unexpected(description: "\(hex): \(try decode(hex))")
        }
        return readings[0]
    }

    /// Its weight as reported, in digits.
    func value(_ hex: String) throws -> String {
        try #require(try reading(hex).value("weight")).reported.value.text
    }

    /// Why there is no reading.
    func refusal(_ hex: String) throws -> String? { try decode(hex).detail }

    struct Unexpected: Error, CustomStringConvertible {
        var description: String
    }
}
