import DeviceProfiles
import StrictYAML
import Testing

@testable import Drivers

@Suite("Drivers that ask") struct AskingTests {
    private static let map = "{ record: plain, size: 14, users: [0x02E8, 0x0400], slots: 5, seconds: 6, block: 44, access: ACCESS }"
    private static let unlock = "b305b680-aee7-11e1-a730-0002a5d5c51b"

    private func memory(_ access: String) throws -> any AskingDriver {
        let settings = "maps: [\(Self.map.replacing("ACCESS", with: access))]"
        return try #require(try driver("omron-memory", settings: settings) as? any AskingDriver)
    }

    private func hear(_ packet: OmronPacket, _ memory: inout any AskingDriver) throws {
        _ = try memory.unwrap(frame(OmronTests.answers[0], packet.encoded.hex), of: nil, key: nil)
    }

    @Test("Every record of every user is asked for, in blocks, between the session's beginning and its end") func order() throws {
        var memory = try memory("bond")
        var asked: [OmronPacket] = []
        while let question = try memory.question(key: nil) {
            let packet = try OmronPacket(question.bytes)
            asked.append(packet)
            switch packet.kind {
            case .begin: try hear(OmronPacket(.begun, size: 0x10), &memory)
            case .read:
                try hear(OmronPacket(.data, address: packet.address, size: packet.size, bytes: [UInt8](repeating: 0xFF, count: Int(packet.size))), &memory)
            default: try hear(OmronPacket(.ended), &memory)
            }
            try #require(asked.count < 20)
        }
        #expect(asked.map(\.kind) == [.begin, .read, .read, .read, .read, .end])
        #expect(asked.dropFirst().dropLast().map(\.address) == [0x2E8, 0x314, 0x400, 0x42C])
        #expect(asked.dropFirst().dropLast().map(\.size) == [44, 26, 44, 26])
    }

    @Test("An answer that is damaged, of another address or of another size leaves the question open") func stays() throws {
        var memory = try memory("bond")
        try hear(OmronPacket(.begun, size: 0x10), &memory)
        let question = try memory.question(key: nil)
        var damaged = OmronPacket(.data, address: 0x2E8, size: 44, bytes: [UInt8](repeating: 0xFF, count: 44)).encoded
        damaged[10] ^= 1
        #expect(throws: DecodeFailure.badChecksum(frame: "packet")) {
            try memory.unwrap(frame(OmronTests.answers[0], damaged.hex), of: nil, key: nil)
        }
        try hear(OmronPacket(.data, address: 0x314, size: 44, bytes: [UInt8](repeating: 0xFF, count: 44)), &memory)
        try hear(OmronPacket(.data, address: 0x2E8, size: 26, bytes: [UInt8](repeating: 0xFF, count: 26)), &memory)
        try hear(OmronPacket(.ended), &memory)
        #expect(question != nil)
        #expect(try memory.question(key: nil) == question)
    }

    @Test("A key opens, or is refused; without one nothing is asked") func keys() throws {
        var memory = try memory("key")
        let key = [UInt8](0..<16)
        #expect(throws: DecodeFailure.noKey) { try memory.question(key: nil) }
        #expect(throws: DecodeFailure.wrongKey) { try memory.question(key: [1, 2, 3]) }
        #expect(try memory.question(key: key)?.bytes == [0x01] + key)
        #expect(try memory.unwrap(frame(Self.unlock, "8100"), of: nil, key: key) == [])
        #expect(try memory.question(key: key)?.bytes.hex == "0800000000100018")
        var other = try self.memory("key")
        _ = try other.unwrap(frame(Self.unlock, "8101"), of: nil, key: key)
        #expect(throws: DecodeFailure.wrongKey) { try other.question(key: key) }
    }

    @Test("The token must be said back as it was told") func token() throws {
        for (answer, isAccepted) in [("910076677401", true), ("910076677402", false), ("9101", false)] {
            var memory = try memory("token")
            let question = try memory.question(key: nil)
            #expect(question?.bytes.hex == "1176677401" + String(repeating: "00", count: 15))
            _ = try memory.unwrap(frame(Self.unlock, answer), of: nil, key: nil)
            if isAccepted {
                #expect(try memory.question(key: nil)?.bytes.hex == "0800000000100018")
            } else {
                #expect(throws: DecodeFailure.wrongKey) { try memory.question(key: nil) }
            }
        }
    }

    /// A profile with one small memory.
    private func profile(driver: String = "omron-memory", step: String, talk: String) -> ProfileSet.Source {
        ProfileSet.Source(path: "test/memory", file: "memory.yaml", text: """
            profile: test/memory
            title: A memory
            source: none
            match: { names: { prefix: [TEST] } }
            characteristics:
              request: { service: "FE4A", uuid: "db5b55e0-aee7-11e1-965e-0002a5d5c51b" }
              answer:  { service: "FE4A", uuid: "\(OmronTests.answers[0])" }
            driver: \(driver)
            \(driver == "omron-memory" ? "settings: { maps: [{ record: plain, size: 14, users: [0x02E8], slots: 1, seconds: 6, block: 44, access: bond }] }" : "")
            frames:
              plain: { from: { object: plain }, fields: [ { skip: 1 }, { name: systolic, type: u8 }, { name: diastolic, type: u8 } ], tail: ignored }
            readings:
              blood-pressure:
                values: { systolic: { field: systolic, unit: mmHg }, diastolic: { field: diastolic, unit: mmHg } }
            conversation:
              limit: 1 min
              steps:
                - subscribe: answer
                - \(step)
            vectors:
              - name: a talk
                source: computed
                talk: \(talk)
                reads: [ { kind: blood-pressure, systolic: 101 mmHg, diastolic: 88 mmHg, measured-at: arrival } ]
              - name: nothing
                source: computed
                notifications: ["answer: 08 80 00 00 00 10 00 98"]
                because: the profile reads nothing in this
            """)
    }

    private static let begin = #""> request: 08 00 00 00 00 10 00 18", "< answer: 08 80 00 00 00 10 00 98""#
    private static let read = #""> request: 08 01 00 02 E8 0E 00 ED""#
    private static let end = #""> request: 08 0F 00 00 00 00 00 07", "< answer: 08 8F 00 00 00 00 00 87""#
    private static let record = "16 81 00 02 E8 0E 65 58 54 1A 33 1A DE 18 00 00 4C 00 BA 00 00"

    /// With the XOR that makes it whole.
    private static func answer(_ xor: String) -> String { "\"< answer: \(record) \(xor)\"" }

    @Test("A question is asked again when its answer is damaged, and again when there is none") func again() async throws {
        let xor = [bytes(Self.record).reduce(0, ^)].hex
        let damaged = [bytes(Self.record).reduce(0, ^) ^ 1].hex
        let talk = "[\(Self.begin), \(Self.read), \(Self.answer(damaged)), \"silence\", \(Self.read), \"silence\", \(Self.read), \(Self.answer(xor)), \(Self.end)]"
        let set = try ProfileSet([profile(step: "{ driver: asks, within: 1 s, tries: 3 }", talk: talk)], drivers: DriverKind.all)
        let check = await TalkCheck(set)
        #expect(check.problems.map(\.description) == [] && check.talkCount == 1)
    }

    @Test("A question that stays unanswered breaks the conversation off, and says which") func silence() async throws {
        let talk = """
            { breaks: "step 2, driver asks: expected block 1 of 1 of the memory within 1 s, but nothing of it came",
              lines: [\(Self.begin), \(Self.read), "silence", \(Self.read), "silence"] }
            """
        let set = try ProfileSet([profile(step: "{ driver: asks, within: 1 s, tries: 2 }", talk: talk)], drivers: DriverKind.all)
        let check = await TalkCheck(set)
        #expect(check.problems.map(\.description) == [])
    }

    @Test("Each mistake in the step has its sentence", arguments: [
        ("omron-memory", "{ driver: listens, within: 1 s }", "what of the driver? write 'driver: asks'"),
        ("omron-memory", "{ driver: asks }", "'driver' without 'within' would wait for ever: say how long, such as 'within: 2 s'"),
        ("omron-memory", "{ driver: asks, within: 1 s, tries: 0 }", "try 1 to 10 times"),
        ("mibeacon", "{ driver: asks, within: 1 s }", "this profile has no driver that asks of its own"),
    ])
    func mistakes(_ driver: String, _ step: String, _ sentence: String) throws {
        let problems = try #require(throws: ProfileSet.Problems.self) {
            try ProfileSet([profile(driver: driver, step: step, talk: "[\(Self.begin)]")], drivers: DriverKind.all)
        }
        #expect(problems.problems.map(\.message) == [sentence])
    }
}
