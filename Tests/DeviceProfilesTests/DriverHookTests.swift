import DeviceProfiles
import Readings
import StrictYAML
import Testing

/// What a profile makes of the frames that a driver unwraps.
@Suite struct DriverHookTests {
    /// Content `FF key n…`: each further byte is a frame of the object `one`, counted up. Remembers how many there were.
    private struct Opener: Driver {
        var count: UInt8 = 0

        mutating func unwrap(
            _ content: Observation.Content, of device: DeviceID?, key: [UInt8]?
        ) throws(DecodeFailure) -> [UnwrappedFrame]? {
            guard case .frame(_, let bytes) = content, bytes.first == 0xFF else { return nil }
            guard let key else { throw .noKey }
            guard bytes.count > 1, bytes[1] == key[0] else { throw .wrongKey }
            var frames: [UnwrappedFrame] = []
            for byte in bytes.dropFirst(2) {
                count += 1
                frames.append(UnwrappedFrame(object: byte == 0 ? "unheard of" : "one", bytes: [byte, count]))
            }
            return frames
        }
    }

    private static let kinds = [DriverKind(name: "opener") { settings throws(YAMLProblem) in
        try settings?.only(["speed"])
        return Opener()
    }]

    private let frames = """
        one: { from: { object: one }, fields: [ { name: w, type: u8 }, { name: n, type: u8 } ] }
        plain: { from: a, fields: [ { name: p, type: u8 } ] }
        """
    private let readings = """
        body-weight: { values: { weight: { field: w, unit: kg } }, number: n }
        body-temperature: { values: { temperature: { field: p, unit: Cel } } }
        """

    private func assembly() throws -> Assembly {
        Assembly(of: try Bench(frames, readings, head: "driver: opener", drivers: DriverHookTests.kinds).profile)
    }

    @Test("Unwrapped frames are read by the object they are, and what a driver remembers is one device's") func unwrapped() throws {
        var (one, other) = (try assembly(), try assembly())
        func feed(_ assembly: inout Assembly, _ hex: String) throws -> [String] {
            assembly.take(try Bench.content("a", hex), key: [7]).outcomes.map(\.outcome.words)
        }
        #expect(try feed(&one, "FF 07 50 51") == ["weight 80 kg; number 1", "weight 81 kg; number 2"])
        #expect(try feed(&one, "FF 07 52") == ["weight 82 kg; number 3"])
        #expect(try feed(&other, "FF 07 52") == ["weight 82 kg; number 1"])
        #expect(try feed(&one, "FF 07 00") == ["the profile reads nothing in this"])
        #expect(try feed(&one, "FF 07") == ["the profile reads nothing in this"])
    }

    @Test("What is none of the driver's is read as it is") func plain() throws {
        var assembly = try assembly()
        #expect(try assembly.feed("a", "25") == ["temperature 37 Cel"])
    }

    @Test("What the driver refuses is refused under its own code") func refused() throws {
        var assembly = try assembly()
        let missing = assembly.take(try Bench.content("a", "FF 07 50")).outcomes.map(\.outcome)
        #expect(missing == [.rejected(.noKey)])
        #expect(missing.map(\.code) == ["no-key"])
        #expect(assembly.take(try Bench.content("a", "FF 08 50"), key: [7]).outcomes.map(\.outcome.code) == ["wrong-key"])
        #expect(DecodeFailure.notUnderstood("a new version").code == "not-understood")
        #expect(DecodeFailure.notUnderstood("a new version").detail == "a new version")
    }

    @Test("A driver's name and settings are checked", arguments: [
        ("driver: openr", "no driver is called 'openr'; did you mean 'opener'?"), ("driver: sesame", "no driver is called 'sesame'; the drivers are: opener"),
        ("driver: opener\nsettings: { sped: 1 }", "unknown key 'sped'; did you mean 'speed'?"), ("settings: { speed: 1 }", "'settings' are those of a driver: give 'driver'"),
    ])
    func mistakes(head: String, sentence: String) {
        #expect(Bench.problems(frames, readings, head: head, drivers: DriverHookTests.kinds) == [sentence])
    }

    @Test("Where there are no drivers, that is told") func none() {
        #expect(Bench.problems(frames, readings, head: "driver: opener") == ["no driver is called 'opener'; there are none here"])
    }
}
