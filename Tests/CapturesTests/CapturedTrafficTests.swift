import Captures
import DeviceProfiles
import Readings
import Testing

@Suite("Captured traffic") struct CapturedTrafficTests {
    private func traffic(_ recording: Recording) throws -> CapturedTraffic { try CapturedTraffic(recording.bytes) }

    private func frames(_ device: Observation?) -> [String] {
        (device?.items ?? []).map { item in
            switch item.content {
            case .frame(let uuid, let bytes): "\(uuid) \(bytes.hex)"
            case .advertisement(let advert): advert.serviceData.map { "\($0.key)=\($0.value.hex)" }.joined()
            }
        }
    }

    @Test("Adverts are read in every form of recording", arguments: [Recording.Form.plain, .typed, .monitor])
    func forms(_ form: Recording.Form) throws {
        var recording = Recording(form)
        recording.wait(1500)
        recording.advert(Recording.weighing)
        recording.connect()
        recording.discover()
        recording.attribute([0x1D, 0x11, 0x00, 0x1E, 0x80], received: true)
        let heard = try traffic(recording)
        #expect(heard.devices.count == 1)
        #expect(heard.devices.first?.address?.description == Recording.address)
        #expect(frames(heard.devices.first) == ["181d=22583ee207070110111e", "2a35 1e80"])
        #expect(heard.devices.first?.items.first?.receivedAt?.rfc3339() == "2026-03-02T06:00:01.500Z")
        #expect(heard.refused == [])
        #expect(heard.failure == nil)
    }

    @Test("The name in a scan response belongs to the device that advertised") func scanResponse() throws {
        var recording = Recording()
        recording.advert(Recording.weighing)
        recording.advert([9, 0x09] + Array("MI_SCALE".utf8))
        #expect(try traffic(recording).devices.map(\.name) == ["MI_SCALE"])
    }

    @Test("An extended advert comes in pieces, and is one") func extended() throws {
        func report(_ status: UInt8, _ data: ArraySlice<UInt8>) -> [UInt8] {
            [0x0D, 1, status << 5, 0, 1] + Recording.device.reversed() + [1, 1, 3, 0x7F, 0xC4, 0, 0] + [UInt8](repeating: 0, count: 7)
                + [UInt8(data.count)] + data
        }
        var recording = Recording()
        recording.event(0x3E, report(1, Recording.weighing.prefix(7)))
        recording.event(0x3E, report(0, Recording.weighing.dropFirst(7)))
        #expect(frames(try traffic(recording).devices.first) == ["181d=22583ee207070110111e"])
        // What was not heard to its end is none.
        recording.event(0x3E, report(1, Recording.weighing.prefix(7)))
        recording.event(0x3E, report(2, []))
        let heard = try traffic(recording)
        #expect(frames(heard.devices.first).count == 1)
        #expect(heard.refused.map(\.code) == [.brokenAdvert])
    }

    @Test("What a characteristic's handle means comes from the discovery in the capture, and holds for the next connection") func discovery() throws {
        var recording = Recording()
        recording.connect()
        recording.attribute([0x1B, 0x11, 0x00, 0xAA], received: true)
        recording.discover()
        // The host asks on behind the last declaration, and there is none.
        recording.attribute([0x08, 0x11, 0x00, 0xFF, 0xFF, 0x03, 0x28], received: false)
        recording.attribute([0x01, 0x08, 0x11, 0x00, 0x0A], received: true)
        recording.attribute([0x1B, 0x11, 0x00, 0xBB], received: true)
        recording.event(0x05, [0, 1, 0, 0x13])
        recording.connect(2)
        recording.attribute([0x1B, 0x11, 0x00, 0xCC], received: true, on: 2)
        let heard = try traffic(recording)
        #expect(frames(heard.devices.first) == ["2a35 bb", "2a35 cc"])
        #expect(heard.refused.map(\.code) == [.unknownHandle])
        #expect(heard.refused.map(\.count) == [1])
    }

    @Test("A device that is discovered anew has the new handles alone") func rediscovery() throws {
        var recording = Recording()
        recording.connect()
        recording.discover(at: 0x11)
        recording.discover(at: 0x21)
        recording.attribute([0x1B, 0x11, 0x00, 0xAA], received: true)
        recording.attribute([0x1B, 0x21, 0x00, 0xBB], received: true)
        #expect(frames(try traffic(recording).devices.first) == ["2a35 bb"])
    }

    @Test("Values that are read count, long ones as a whole, and the device's name is no frame") func reads() throws {
        var recording = Recording()
        recording.connect()
        recording.discover(0x2A24, at: 0x11)
        recording.attribute([0x08, 0x12, 0x00, 0xFF, 0xFF, 0x03, 0x28], received: false)
        recording.attribute([0x09, 7, 0x20, 0, 0x02, 0x21, 0, 0x00, 0x2A], received: true)
        recording.attribute([0x0A, 0x11, 0x00], received: false)
        recording.attribute([0x0B] + Array("HEM-".utf8), received: true)
        recording.attribute([0x0C, 0x11, 0x00, 0x04, 0x00], received: false)
        recording.attribute([0x0D] + Array("7142T2".utf8), received: true)
        recording.attribute([0x0A, 0x21, 0x00], received: false)
        recording.attribute([0x0B] + Array("cuff".utf8), received: true)
        // Asked for by its type, nobody need know the handle.
        recording.attribute([0x08, 0x01, 0x00, 0xFF, 0xFF, 0x38, 0x2A], received: false)
        recording.attribute([0x09, 3, 0x99, 0x00, 0x01], received: true)
        let device = try traffic(recording).devices.first
        #expect(frames(device) == ["2a24 \(Array("HEM-7142T2".utf8).hex)", "2a38 01"])
        #expect(device?.name == "cuff")
    }

    @Test("A message in pieces is put together, and pieces that belong to nothing are counted") func pieces() throws {
        var recording = Recording()
        recording.connect()
        recording.discover()
        recording.data(1, [0x06, 0, 4, 0, 0x1B, 0x11], received: true)
        recording.data(1, [0x00, 0x01], received: true, begins: false)
        recording.data(1, [0x02, 0x03], received: true, begins: false)
        recording.data(1, [0x09], received: true, begins: false)
        recording.data(1, [0x06, 0, 4, 0, 0x1B], received: true)
        recording.data(1, [0x04, 0, 4, 0, 0x1B, 0x11, 0x00, 0x07], received: true)
        let heard = try traffic(recording)
        #expect(frames(heard.devices.first) == ["2a35 010203", "2a35 07"])
        #expect(heard.refused.map(\.code) == [.brokenData])
        #expect(heard.refused.map(\.count) == [2])
    }

    @Test("What the host writes and what it tells of its own is not taken for the device's word") func directions() throws {
        var recording = Recording()
        recording.connect()
        recording.discover()
        recording.attribute([0x12, 0x11, 0x00, 0x01], received: false)
        recording.attribute([0x1B, 0x11, 0x00, 0x02], received: false)
        recording.attribute([0x0B, 0x03], received: false)
        recording.attribute([0x0A, 0x11, 0x00], received: true)
        #expect(try traffic(recording).devices.isEmpty)
    }
}
