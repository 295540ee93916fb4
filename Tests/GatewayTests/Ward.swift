import Alarms
import DeviceProfiles
import Foundation
import Gateway
import GatewayTesting
import MQTT
import Readings
import Testing

@testable import Store

let cuff = DeviceID(address: "00:11:22:33:44:55")!
let scale = DeviceID(address: "00:11:22:33:44:11")!
let noon = "2026-11-21T12:00:00Z"

/// An intake with a real store, the shipped profiles and a clock that stands at `noon`.
final class Ward {
    let folder = TemporaryFolder()
    let store: Store
    let clock: ManualClock
    let events = RecordedEvents()
    private var intake: Intake
    private(set) var profiles: ProfileSet
    private let place: Place
    private let watch: Watch
    private var packets: UInt16 = 0

    /// - Parameter profiles: further profile files, by where they stand below their folder.
    init(
        zone: String = "Asia/Shanghai", now: String = noon, limits: [String: Limits] = [:], profiles: [String: String] = [:],
        set: ProfileSet? = nil, enrolled: [DeviceID] = [cuff, scale]
    ) async throws {
        clock = ManualClock(now)
        store = try Store(path: folder.path + "/vitalgate.db")
        for (name, text) in profiles { try folder.write(text, to: "profiles/\(name).yaml") }
        let loaded = try set ?? (profiles.isEmpty ? try Ward.shipped.get() : try ProfileFolders.load(
            shipped: Ward.folder("device-profiles"), further: [folder.path + "/profiles"]))
        place = try #require(Place(identifier: zone))
        self.profiles = loaded
        watch = Watch(limits: limits, active: try await store.activeEpisodes())
        intake = Intake(
            profiles: loaded, store: store, clocks: clock.clocks, place: place, watch: watch, bell: Bell(), observer: events.observer)
        for device in enrolled { try await store.enroll(device) }
    }

    static let shipped = Result { try ProfileFolders.load(shipped: folder("device-profiles")) }

    /// A folder of the repository.
    static func folder(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../\(name)").standardized.path
    }

    /// What the gateway does by itself from time to time.
    func fileOverdue() { intake.fileOverdue() }

    /// Another intake on the same store, which remembers nothing.
    func restart() {
        intake = Intake(
            profiles: profiles, store: store, clocks: clock.clocks, place: place, watch: watch, bell: Bell(), observer: events.observer)
    }

    /// Writes these profile files, takes away those without text, and has the intake take what is there then.
    @discardableResult
    func reload(_ files: [String: String?] = [:]) throws -> Changeover {
        for (name, text) in files {
            if let text { try folder.write(text, to: "profiles/\(name).yaml") } else {
                try FileManager.default.removeItem(atPath: "\(folder.path)/profiles/\(name).yaml")
            }
        }
        let loaded = try ProfileFolders.load(shipped: Ward.folder("device-profiles"), further: FileManager.default.fileExists(atPath: folder.path + "/profiles") ? [folder.path + "/profiles"] : [])
        let change = try intake.adopt(loaded)
        profiles = loaded
        return change
    }

    // MARK: What comes in

    @discardableResult
    func take(
        _ messages: ReceivedMessage..., from source: String = "ward", over connection: Int64 = 1, resumed: Bool = false
    ) -> BatchVerdict {
        intake.take(messages, from: source, over: SourceConnection(number: connection, isResumed: resumed))
    }

    /// In one transaction.
    @discardableResult
    func take(all messages: [ReceivedMessage], from source: String = "ward") -> BatchVerdict {
        intake.take(messages, from: source, over: SourceConnection(number: 1, isResumed: false))
    }

    func hungUp(_ device: DeviceID, from source: String = "ward") { _ = intake.hungUp(device, from: source) }

    /// A message of the topic for raw frames, with a packet number of its own unless it is given one.
    func raw(
        _ json: String, to topic: String = "vitalgate/raw/ward-3", qos: Int = 1, packet: UInt16? = nil, retained: Bool = false
    ) -> ReceivedMessage {
        packets = packets == .max ? 1 : packets + 1
        return ReceivedMessage(
            topic: topic, payload: Array(json.utf8), qos: qos, isRetained: retained, packetID: qos > 0 ? packet ?? packets : 0)
    }

    /// What a cuff notifies, in a message.
    func cuffed(
        _ frame: String, _ more: String = "", from device: DeviceID = cuff, packet: UInt16? = nil, retained: Bool = false
    ) -> ReceivedMessage {
        raw(
            #"{"address":"\#(device)","services":["1810"],"characteristic":"2a35","frames":["\#(frame)"]\#(more)}"#,
            packet: packet, retained: retained)
    }

    /// What a body composition scale advertises, as OpenMQTTGateway passes it on.
    func advertised(_ serviceData: String) -> ReceivedMessage {
        raw(
            #"{"id":"\#(scale)","servicedata":"\#(serviceData)","servicedatauuid":"181b"}"#,
            to: "home/OMG/BTtoMQTT/001122334411", qos: 0)
    }

    // MARK: What became of it

    /// The fates of all frames, oldest first, each with its code.
    func fates() async throws -> [String] {
        try await store.recentFrames(limit: 10_000).reversed().map { frame in
            frame.record.fate.rawValue + (frame.record.code.map { ": \($0)" } ?? "")
        }
    }

    /// How often each reason was counted.
    func tallies() async throws -> [String: Int] {
        try await Dictionary(store.tallies().map { ($0.code, $0.count) }, uniquingKeysWith: +)
    }

    /// All readings, oldest first.
    func readings() async throws -> [StoredReading] {
        try await store.readings(limit: 10_000).reversed()
    }

    func latest() async throws -> StoredReading { try await #require(store.readings(limit: 1).first) }

    func latestFrame() async throws -> FrameRecord { try await #require(store.recentFrames(limit: 1).first).record }

    func journal(_ lane: Lane = .bulk) async throws -> [JournalEntry] {
        try await store.entries(of: lane, after: 0, limit: 10_000)
    }

    /// What every test ends with: all that came in is accounted for.
    func expectBalance(_ location: SourceLocation = #_sourceLocation) async throws {
        #expect(try await store.ledger().differences == [], sourceLocation: location)
    }
}

extension Store {
    func enroll(_ device: DeviceID, profile: String? = nil, keyFile: String? = nil) throws {
        try enroll(EnrolledDevice(
            id: device, name: "bed 3", profile: profile, enrolledAt: Instant(rfc3339: noon)!, enrolledBy: "a test", keyFile: keyFile))
    }

    func refuseWrites(_ refuses: Bool) throws { try database.run(script: "PRAGMA query_only = \(refuses)") }

    /// Everything into the one file.
    func writeOut() throws { try database.run(script: "PRAGMA wal_checkpoint(TRUNCATE)") }

    func limitPages(to count: Int) throws { try database.run(script: "PRAGMA max_page_count = \(count)") }
}

extension StoredReading {
    /// `systolic 124 mmHg, diastolic 86 mmHg`
    var said: String { reading.values.map { "\($0.name) \($0.reported.text)" }.joined(separator: ", ") }

    var measured: String? { measuredAt.map { "\($0.instant.rfc3339()) \($0.quality.rawValue)" } }
}

/// Frames of a cuff that keeps to the Bluetooth SIG. From blood-pressure.yaml, which says where each comes from.
enum CuffFrame {
    /// 124/86, mean 97, pulse 51, 2024-06-15T17:17:27.
    static let normal = "167c0056006100e807060f11111b33000000"
    /// 190/125, mean 146, pulse 88, 2026-11-20T08:30:00, user 2, irregular pulse.
    static let crisis = "1ebe007d009200ea070b14081e00580002" + "0400"
    /// 72/51, mean 60, no time.
    static let clockless = "00480033003c00"
    /// The display showed an error: every value is NaN.
    static let failed = "16ff07ff07ff07e8070617" + "0e230aff070000"

    /// One with a time and without pulse: 120/80, mean 93 unless told; of a lower systolic the others are lower too.
    static func at(_ iso: String, systolic: UInt8 = 120) -> String {
        let time = CivilTime(iso: iso)!
        let bytes = [
            2, systolic, 0, systolic > 93 ? 80 : systolic / 2, 0, systolic > 93 ? 93 : systolic - systolic / 4, 0, UInt8(time.year & 255), UInt8(time.year >> 8), UInt8(time.month), UInt8(time.day),
            UInt8(time.hour), UInt8(time.minute), UInt8(time.second),
        ]
        return bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// Broadcasts of a body composition scale: 72.45 kg at 2022-02-14T16:41:58.
enum ScaleAdvert {
    static let weight = "0224e607020e10293a00009a38"
    static let withImpedance = "0226e607020e10293af7019a38"
}
