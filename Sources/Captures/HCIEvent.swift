import DeviceProfiles
import Readings

/// The events of a controller that tell of devices. Core Specification vol. 4 part E 7.7.
enum HCIEvent {
    case connected(handle: UInt16, device: DeviceID)
    case disconnected(handle: UInt16)
    case adverts([AdvertReport])
    case other

    /// nil where it is shorter than it says.
    init?(_ packet: ArraySlice<UInt8>) {
        var event = ByteCursor(packet)
        guard let code = event.u8(), let length = event.u8(), let parameters = event.take(Int(length)) else { return nil }
        var cursor = ByteCursor(parameters)
        switch code {
        case 0x05:
            guard let status = cursor.u8(), let handle = cursor.u16() else { return nil }
            self = status == 0 ? .disconnected(handle: handle & 0xFFF) : .other
        case 0x3E:
            guard let kind = cursor.u8() else { return nil }
            switch kind {
            case 0x01, 0x0A, 0x29:  // LE Connection Complete, Enhanced, Enhanced v2: they begin alike
                guard let status = cursor.u8(), let handle = cursor.u16(), cursor.take(2) != nil, let device = cursor.address() else { return nil }
                self = status == 0 ? .connected(handle: handle & 0xFFF, device: device) : .other
            case 0x02:
                guard let reports = cursor.reports(of: AdvertReport.init(legacy:)) else { return nil }
                self = .adverts(reports)
            case 0x0D:
                guard let reports = cursor.reports(of: AdvertReport.init(extended:)) else { return nil }
                self = .adverts(reports)
            default: self = .other
            }
        default: self = .other
        }
    }
}

/// What a controller heard on the air.
struct AdvertReport {
    /// Whether more of it comes in the next report, or what was to come was not heard.
    enum Completeness { case whole, goesOn, broken }

    var device: DeviceID
    /// What the legacy form has in its place, and the extended one for legacy adverts.
    static let noSet: UInt8 = 0xFF

    /// Of several that one device has on the air.
    var set: UInt8
    var data: ArraySlice<UInt8>
    var completeness: Completeness

    /// Event type u8 | address type u8 | address 6 | length u8 | data | RSSI i8
    init?(legacy cursor: inout ByteCursor) {
        guard cursor.take(2) != nil, let device = cursor.address(), let length = cursor.u8(), let data = cursor.take(Int(length)),
            cursor.u8() != nil
        else { return nil }
        self.init(device: device, set: AdvertReport.noSet, data: data, completeness: .whole)
    }

    /// Event type u16 | address type u8 | address 6 | two PHYs | set u8 | power i8 | RSSI i8 | interval u16 | direct address 1 + 6
    /// | length u8 | data
    init?(extended cursor: inout ByteCursor) {
        guard let type = cursor.u16(), cursor.u8() != nil, let device = cursor.address(), cursor.take(2) != nil, let set = cursor.u8(),
            cursor.take(2 + 2 + 7) != nil, let length = cursor.u8(), let data = cursor.take(Int(length))
        else { return nil }
        let completeness: Completeness = switch type >> 5 & 3 {
        case 0: .whole
        case 1: .goesOn
        default: .broken
        }
        self.init(device: device, set: set, data: data, completeness: completeness)
    }

    private init(device: DeviceID, set: UInt8, data: ArraySlice<UInt8>, completeness: Completeness) {
        self.device = device
        self.set = set
        self.data = data
        self.completeness = completeness
    }
}

extension ByteCursor {
    /// The last octet of an address comes first.
    mutating func address() -> DeviceID? {
        take(6).flatMap { DeviceID(address: Array($0.reversed()).hex) }
    }

    mutating func reports(of next: (inout ByteCursor) -> AdvertReport?) -> [AdvertReport]? {
        guard let count = u8() else { return nil }
        var reports: [AdvertReport] = []
        for _ in 0..<count {
            guard let report = next(&self) else { return nil }
            reports.append(report)
        }
        return reports
    }
}
