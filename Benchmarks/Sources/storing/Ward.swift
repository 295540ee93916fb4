import People
import Readings
import Store

/// The same readings as crows.c writes, by the store of the product: a thousand cuffs in turns, each every hour and a half.
struct Ward {
    private static let devices = (0..<1000).map { DeviceID(address: "00112233" + hex($0 / 256) + hex($0 % 256))! }

    let store: Store

    static func device(_ number: Int) -> DeviceID { devices[number % devices.count] }

    /// Each cuff is one person's.
    static func person(_ number: Int) -> PersonID { PersonID("p-\(number % devices.count)")! }

    static func time(_ number: Int) -> Instant { Instant(milliseconds: (1_717_200_000 + Int64(number / devices.count) * 5400) * 1000) }

    func append(from number: Int, count: Int) throws {
        try store.intake { transaction in
            transaction.received(source: "ward", count: count)
            for number in number..<number + count { try append(number, &transaction) }
        }
    }

    private func append(_ number: Int, _ transaction: inout IntakeTransaction) throws {
        let device = Ward.device(number)
        let at = Ward.time(number)
        let reading = Reading(
            .bloodPressure, Ward.values, deviceTime: CivilTime(secondsSince1970: Int(at.milliseconds / 1000)))
        let identity = ReadingIdentity(of: reading, from: device, unclocked: .stamped(at))
        let standing = try transaction.standing(of: reading.values, under: identity)
        let row = try transaction.append(FrameRecord(
            source: "ward", format: "mqtt/raw-frames", topic: "vitalgate/raw/ward", device: device, profile: "bluetooth-sig/blood-pressure",
            profileVersion: "0123456789abcdef",
            arrived: Arrival(wall: at, monotonic: UInt64(number) * 1000, boot: "01234567-89ab-cdef-0123-456789abcdef"),
            custody: .acknowledged, connection: 1, packetID: UInt16(number % 65535 + 1), place: 0,
            body: Array(#"{"address":"\#(device)","characteristic":"2a35","frames":["167c0056006100e807060f11111b33000000"]}"#.utf8),
            fate: .reading))
        try transaction.append(
            ReadingRecord(
                device: device, reading: reading, identity: standing.identity, revision: standing.revision, measuredAt: MeasuredAt(at, .device),
                whose: .person(Ward.person(number), .device)),
            of: row, at: at)
    }

    private static let values = [("systolic", 124, Readings.Unit.mmHg), ("diastolic", 86, .mmHg), ("mean", 97, .mmHg), ("pulse", 51, .perMinute)].map {
        Reading.Value($0.0, Quantity(ExactDecimal(Int64($0.1)), $0.2), Kind.bloodPressure.vital($0.0)!)
    }

    private static func hex(_ byte: Int) -> String { String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }
}
