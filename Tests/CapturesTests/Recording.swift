import DeviceProfiles

/// A btsnoop file as a recorder writes it, put together by hand.
struct Recording {
    enum Form: UInt32 { case plain = 1001, typed = 1002, monitor = 2001 }

    private(set) var bytes: [UInt8]
    private let form: Form
    /// 2026-03-02T06:00:00Z in microseconds since the year 0.
    static let start: UInt64 = 0x00DC_DDB3_0F2F_8000 + 1_772_431_200 * 1_000_000
    private(set) var milliseconds: UInt64 = 0

    init(_ form: Form = .monitor, version: UInt32 = 1) {
        self.form = form
        bytes = Array("btsnoop\0".utf8) + Recording.big(version) + Recording.big(form.rawValue)
    }

    static func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
    static func little(_ number: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)] }

    mutating func wait(_ milliseconds: UInt64) { self.milliseconds += milliseconds }

    /// An event of the controller: `3e 02 …` for a LE meta event.
    mutating func event(_ code: UInt8, _ parameters: [UInt8]) {
        add([code, UInt8(parameters.count)] + parameters, flags: [.plain: 3, .typed: 1, .monitor: 3], type: 4)
    }

    /// Data of a connection: `received` or sent, the beginning of a unit or more of it.
    mutating func data(_ handle: Int, _ piece: [UInt8], received: Bool, begins: Bool = true) {
        let word = handle | (begins ? (received ? 2 : 0) : 1) << 12
        let flag: UInt32 = received ? 1 : 0
        add(Recording.little(word) + Recording.little(piece.count) + piece, flags: [.plain: flag, .typed: flag, .monitor: received ? 5 : 4], type: 2)
    }

    /// A whole message of the attribute protocol.
    mutating func attribute(_ message: [UInt8], received: Bool, on handle: Int = 1) {
        data(handle, Recording.little(message.count) + [4, 0] + message, received: received)
    }

    mutating func advert(_ data: [UInt8], from address: [UInt8] = Recording.device) {
        event(0x3E, [0x02, 1, 0, 1] + address.reversed() + [UInt8(data.count)] + data + [0xC4])
    }

    mutating func connect(_ handle: Int = 1, to address: [UInt8] = Recording.device) {
        event(0x3E, [0x01, 0] + Recording.little(handle) + [0, 1] + address.reversed() + [UInt8](repeating: 0, count: 7))
    }

    /// The discovery of one characteristic: the value's handle is 0x11.
    mutating func discover(_ uuid: UInt16 = 0x2A35, at handle: Int = 0x11, on connection: Int = 1) {
        attribute([0x08, 0x01, 0x00, 0xFF, 0xFF, 0x03, 0x28], received: false, on: connection)
        let declaration = Recording.little(handle - 1) + [0x20] + Recording.little(handle) + Recording.little(Int(uuid))
        attribute([0x09, 7] + declaration, received: true, on: connection)
    }

    mutating func add(_ packet: [UInt8], flags: [Form: UInt32], type: UInt8, original: UInt32? = nil) {
        let packet = form == .typed ? [type] + packet : packet
        let time = Recording.start + milliseconds * 1000
        bytes += Recording.big(original ?? UInt32(packet.count)) + Recording.big(UInt32(packet.count)) + Recording.big(flags[form] ?? 0)
        bytes += Recording.big(0) + Recording.big(UInt32(time >> 32)) + Recording.big(UInt32(truncatingIfNeeded: time)) + packet
    }

    static let device: [UInt8] = [0xF0, 0xF1, 0xF2, 0x00, 0x10, 0x01]
    static let address = "F0:F1:F2:00:10:01"

    /// Service data 181D of a scale that stands still at 79.8 kg.
    static let weighing: [UInt8] = [0x02, 0x01, 0x06, 13, 0x16, 0x1D, 0x18, 0x22, 0x58, 0x3E, 0xE2, 0x07, 0x07, 0x01, 0x10, 0x11, 0x1E]
}
