import DeviceProfiles
import StrictYAML
import Testing

@testable import Drivers

@Suite("Omron memory") struct OmronTests {
    static let settings = """
        maps:
          - { models: [HEM-7322T, HEM-7322T-D], record: packed14, size: 14, users: [0x02AC, 0x0824], slots: 100, seconds: 7, block: 56, access: key }
          - { models: [HEM-7142T2], record: vital14, size: 14, users: [0x02E8], slots: 14, seconds: 6, block: 44, access: token }
        """
    static let answers = [
        "49123040-aee8-11e1-a74d-0002a5d5c51b", "4d0bf320-aee8-11e1-a0d9-0002a5d5c51b",
        "5128ce60-aee8-11e1-b84b-0002a5d5c51b", "560f1420-aee8-11e1-8184-0002a5d5c51b",
    ]

    /// An answer with memory, as the device sends it.
    private func answer(at address: UInt16, _ memory: String) -> [UInt8] {
        OmronPacket(.data, address: address, size: UInt8(bytes(memory).count), bytes: bytes(memory)).encoded
    }

    private func opened(_ model: String?) throws -> any Driver {
        var memory = try driver("omron-memory", settings: Self.settings)
        if let model { #expect(try memory.unwrap(frame("2A24", Array(model.utf8).hex), of: nil, key: nil) == []) }
        return memory
    }

    @Test("Requests are those of the public sources", arguments: [
        ("0800000000100018", OmronPacket(.begin, size: 0x10), "userx14/omblepy: open the session"),
        ("0801000098100081", OmronPacket(.read, address: 0x98, size: 0x10), "eigger/hass-omron test_rx_notification_handling.py"),
        ("080100026026004d", OmronPacket(.read, address: 0x260, size: 0x26), "userx14/omblepy README.md"),
        ("08010002c02000eb", OmronPacket(.read, address: 0x2C0, size: 0x20), "oliexdev/openScale OmronLibTest.kt"),
        ("080f000000000007", OmronPacket(.end), "userx14/omblepy: close the session"),
    ])
    func requests(_ expected: String, _ packet: OmronPacket, _ source: String) throws {
        #expect(packet.encoded.hex == expected, "\(source)")
        #expect(try OmronPacket(bytes(expected)).kind == packet.kind)
    }

    @Test("Answers are understood: the session is open, and closed") func sessionAnswers() throws {
        // eigger/hass-omron: byte 5 tells 16 bytes, and the packet has none.
        #expect(try OmronPacket(bytes("0880000000100098")) == OmronPacket(.begun, size: 0x10))
        #expect(try OmronPacket(bytes("088f000000000087")) == OmronPacket(.ended))
    }

    @Test("A record comes out with its user, whole packet on one channel") func oneChannel() throws {
        var memory = try opened("HEM-7142T2")
        // eigger/hass-omron test_record_parsers.py, HEM-7142T2 slot 13 (captured record; the packet around it is computed)
        let packet = answer(at: 0x2E8 + 13 * 14, "6558541a331ade1800004c00ba00")
        let frames = try memory.unwrap(.frame(try #require(BluetoothUUID(Self.answers[0])), packet), of: nil, key: nil)
        #expect(told(frames) == ["vital14: 016558541a331ade1800004c00ba00"])
    }

    @Test("Four channels, in any order, and records that end in the next answer") func fourChannels() throws {
        var memory = try opened("HEM-7322T-D")
        // eigger/hass-omron test_record_parsers.py, HEM-7600T-E slot 23 (captured record)
        let record = "5b781a4819d71b42000014006996"
        // 40 bytes: one record, one that was never written, and 12 of the next.
        let first = answer(at: 0x0824, record + "ffffffffffffffffffffffffffff" + record.prefix(24))
        #expect(first.count == 48)
        var frames: [UnwrappedFrame] = []
        for channel in [1, 0, 2] {
            let piece = Array(first[channel * 16..<channel * 16 + 16])
            frames += try memory.unwrap(frame(Self.answers[channel], piece.hex), of: nil, key: nil) ?? []
        }
        #expect(told(frames) == ["packed14: 02\(record)"])
        let rest = answer(at: 0x0824 + 40, String(record.suffix(4)))
        #expect(told(try memory.unwrap(frame(Self.answers[0], rest.hex), of: nil, key: nil)) == ["packed14: 02\(record)"])
    }

    @Test("Slots never written, and memory that is not there, are no records", arguments: [
        "ffffffffffffffffffffffffffff", "0000000000000000000000000000",
    ])
    func empty(_ slot: String) throws {
        var memory = try opened("HEM-7142T2")
        #expect(try memory.unwrap(frame(Self.answers[0], answer(at: 0x2E8, slot).hex), of: nil, key: nil) == [])
        let absent = OmronPacket(.data, address: 0x2E8, size: 0x2C).encoded
        #expect(try memory.unwrap(frame(Self.answers[0], absent.hex), of: nil, key: nil) == [])
    }

    @Test("Seconds above 59 count as 59, and nothing else of the record changes") func seconds() throws {
        var memory = try opened("HEM-7142T2")
        let packet = answer(at: 0x2E8, "6558541a331aff1800004c00ba00")
        #expect(told(try memory.unwrap(frame(Self.answers[0], packet.hex), of: nil, key: nil)) == ["vital14: 016558541a331afb1800004c00ba00"])
    }

    @Test("Bytes outside of all records belong to nobody") func outside() throws {
        var memory = try opened("HEM-7142T2")
        let clock = answer(at: 0x028C, "c8a80000000000001a06120e3509ee00")
        #expect(try memory.unwrap(frame(Self.answers[0], clock.hex), of: nil, key: nil) == [])
    }

    @Test("Without the model, and of a model without a map, nothing is read") func models() throws {
        var memory = try opened(nil)
        let packet = answer(at: 0x2E8, "6558541a331ade1800004c00ba00")
        #expect(throws: DecodeFailure.notUnderstood("the model number was not read, so nobody knows what stands where")) {
            try memory.unwrap(frame(Self.answers[0], packet.hex), of: nil, key: nil)
        }
        #expect(throws: DecodeFailure.notUnderstood("no memory map is known for the model 'HEM-7322'")) {
            try memory.unwrap(frame("2A24", Array("HEM-7322\u{0}".utf8).hex), of: nil, key: nil)
        }
    }

    @Test("Damaged anywhere, cut or turned, no record comes out") func damaged() throws {
        let packet = answer(at: 0x2E8, "6558541a331ade1800004c00ba00")
        let outcomes = try mangled(frame(Self.answers[0], packet.hex), by: { try opened("HEM-7142T2") }, of: nil, key: nil)
        for frames in outcomes { #expect(frames ?? [] == []) }
        var memory = try opened("HEM-7142T2")
        for hex in ["", "00", "07", "ff", "41" + String(repeating: "00", count: 64)] {
            _ = try? memory.unwrap(frame(Self.answers[0], hex), of: nil, key: nil)
        }
        #expect(told(try memory.unwrap(frame(Self.answers[0], packet.hex), of: nil, key: nil))?.count == 1)
    }

    @Test("Each mistake in the settings has its sentence", arguments: [
        ("nothing: 1", "unknown key 'nothing'"),
        ("maps: []", "name at least one map"),
        ("maps: [{ record: a, size: 4, users: [0], slots: 1, seconds: 7, block: 16, access: key }]", "'size' is 8 to 64"),
        ("maps: [{ record: a, size: 14, users: [0], slots: 0, seconds: 7, block: 16, access: key }]", "'slots' is 1 to 1000"),
        ("maps: [{ record: a, size: 14, users: [0], slots: 1, seconds: 7, block: 64, access: key }]", "'block' is 8 to 56"),
        ("maps: [{ record: a, size: 14, users: [0], slots: 1, seconds: 14, block: 16, access: key }]", "'seconds' is 0 to 13"),
        ("maps: [{ record: a, size: 14, users: [], slots: 1, seconds: 7, block: 16, access: key }]", "1 to 4 users"),
        ("maps: [{ record: a, size: 14, users: [0xFFF8], slots: 1, seconds: 7, block: 16, access: key }]", "leave the 64 KiB of memory"),
        ("maps: [{ record: a, size: 14, users: [0, 16], slots: 2, seconds: 7, block: 16, access: key }]", "the users' records overlap: 2 of 14 bytes are 28"),
        ("maps: [{ record: a, size: 14, users: [0], slots: 1, seconds: 7, block: 16, access: free }]", "unknown access 'free'; known here: key, token, bond"),
        ("maps: [{ record: a, size: 14, users: [0], slots: 1, seconds: 7, block: 16 }]", "the key 'access' is missing"),
        ("maps: [{ models: [A, A], record: a, size: 14, users: [0], slots: 1, seconds: 7, block: 16, access: key }]", "a second map for 'A'"),
        (
            "maps: [{ record: a, size: 14, users: [0], slots: 1, seconds: 7, block: 16, access: key }, { record: a, size: 14, users: [0], slots: 1, seconds: 7, block: 16, access: key }]",
            "with several maps, each says its 'models'"
        ),
    ])
    func mistakes(_ text: String, _ sentence: String) throws {
        let problem = try #require(throws: YAMLProblem.self) { try driver("omron-memory", settings: text) }
        #expect(problem.message.contains(sentence), "\(problem)")
    }

    @Test("A driver without settings refuses them, and one with settings asks for them") func settingsAtAll() throws {
        for name in ["mibeacon", "bthome"] {
            let problem = try #require(throws: YAMLProblem.self) { try driver(name, settings: "a: 1") }
            #expect(problem.message == "the driver '\(name)' has no settings; leave 'settings' out")
        }
        let problem = try #require(throws: YAMLProblem.self) { try driver("omron-memory") }
        #expect(problem.message == "the driver 'omron-memory' needs 'settings' with 'maps'")
    }
}
