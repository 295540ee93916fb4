import DeviceProfiles
import Readings
import StrictYAML

/// Rings of the QRing kind. Packets of 16 bytes: command | 14 bytes | sum of all before, modulo 256.
///
///     15 00 | packets | minutes of a slot                       a day's heart rates begin
///     15 01 | seconds u32, as they were asked for | 9 rates     the first slots of that day
///     15 nn | 13 rates                                          the next; 0: nothing measured
///     43 F0 | records | 1: energy in tens                       a day's activity begins
///     43 yy mm dd | quarter of the day | n | of | energy u16 | steps u16 | distance u16
///
/// Unwrapped: `heart-rate` is seconds u32 | rate u8, `activity` is seconds u32 | energy u32 (cal) | steps u16 | distance u16 (m),
/// lowest byte first, the seconds counted from 1970 by the ring's own clock. Other commands are the profile's to read.
/// Layout: tahnok/colmi_r02_client hr.py and steps.py; Gadgetbridge ColmiR0xPacketHandler.java (retold).
struct ColmiRing: Driver {
    static let kind = DriverKind(name: "colmi-ring") { settings throws(YAMLProblem) in
        try DriverKind.refuse(settings, of: "colmi-ring")
        return ColmiRing()
    }

    private static let answers = BluetoothUUID("6e400003-b5a3-f393-e0a9-e50e24dcca9e")

    private var heartRates: Day?
    private var energyInTens = false

    /// How far a day's heart rates were read.
    private struct Day {
        var packets: Int
        var minutes: Int
        /// Told by the first packet.
        var midnight: UInt32 = 0
        var slot = 0
        var next = 1
    }

    mutating func unwrap(
        _ content: Observation.Content, of device: DeviceID?, key: [UInt8]?
    ) throws(DecodeFailure) -> [UnwrappedFrame]? {
        guard case .frame(let characteristic, let packet) = content, characteristic == Self.answers,
            packet.first == 0x15 || packet.first == 0x43
        else { return nil }
        guard packet.count == 16 else { throw .wrongLength(is: packet.count, expected: 16) }
        guard packet.dropLast().reduce(0, &+) == packet[15] else { throw .badChecksum(frame: "packet") }
        return packet[0] == 0x15 ? try heartRate(packet) : try activity(packet)
    }

    private mutating func heartRate(_ packet: [UInt8]) throws(DecodeFailure) -> [UnwrappedFrame] {
        switch packet[1] {
        case 0xFF:
            heartRates = nil
            return []
        case 0:
            let day = Day(packets: Int(packet[2]), minutes: Int(packet[3]))
            heartRates = nil
            // The slots of a day just fill the packets announced; otherwise the minutes mean something else.
            let slots = 9 + 13 * (day.packets - 2)
            guard day.minutes > 0, day.packets > 1, slots >= 1440 / day.minutes, slots - 13 < 1440 / day.minutes else {
                throw .notUnderstood("\(day.packets) packets do not hold a day in slots of \(day.minutes) minutes")
            }
            heartRates = day
            return []
        default:
            return try slots(packet)
        }
    }

    private mutating func slots(_ packet: [UInt8]) throws(DecodeFailure) -> [UnwrappedFrame] {
        guard var day = heartRates, day.next == Int(packet[1]), day.next < day.packets else {
            heartRates = nil
            throw .notUnderstood("a heart rate packet out of turn: its slots cannot be dated")
        }
        var rates = packet[2..<15]
        if day.next == 1 {
            // Slots count from the midnight before the time asked for: in the capture of colmi_r02_client, which asked for
            // four o'clock, the last slot filled is that of the moment of the capture, counted so.
            let asked = UInt32(lowFirst: rates.prefix(4))
            day.midnight = asked - asked % 86_400
            rates = rates.dropFirst(4)
        }
        guard day.midnight <= UInt32.max - 86_400 else {
            heartRates = nil
            throw .badValue(field: "midnight")
        }
        var frames: [UnwrappedFrame] = []
        for rate in rates {
            let seconds = day.slot * day.minutes * 60
            if rate != 0, rate != 0xFF, seconds < 86_400 {
                frames.append(UnwrappedFrame(object: "heart-rate", bytes: (day.midnight + UInt32(seconds)).lowFirst + [rate]))
            }
            day.slot += 1
        }
        day.next += 1
        heartRates = day
        return frames
    }

    private mutating func activity(_ packet: [UInt8]) throws(DecodeFailure) -> [UnwrappedFrame] {
        if packet[1] == 0xFF { return [] }
        if packet[1] == 0xF0 {
            energyInTens = packet[3] == 1
            return []
        }
        guard let year = packet[1].decimal, let month = packet[2].decimal, let date = packet[3].decimal, packet[4] < 96,
            let time = CivilTime(year: 2000 + year, month: month, day: date, hour: Int(packet[4]) / 4, minute: Int(packet[4]) % 4 * 15, second: 0),
            let seconds = UInt32(exactly: time.secondsSince1970)
        else { throw .badValue(field: "date") }
        let energy = UInt32(packet[7]) | UInt32(packet[8]) << 8
        return [UnwrappedFrame(
            object: "activity", bytes: seconds.lowFirst + (energyInTens ? energy * 10 : energy).lowFirst + packet[9..<13])]
    }
}

extension UInt32 {
    init(lowFirst bytes: some Collection<UInt8>) { self = bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
    var lowFirst: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) } }
}

extension UInt8 {
    /// Two decimal digits, as in `24` for hex 24; nil if a half is no digit.
    fileprivate var decimal: Int? { self & 0x0F < 10 && self >> 4 < 10 ? Int(self >> 4) * 10 + Int(self & 0x0F) : nil }
}
