import Readings

/// A conversation as it went over the air, for replay: what the gateway writes and reads, what the device sends, silences.
package struct TalkScript: Sendable, Hashable {
    package enum Line: Sendable, Hashable {
        /// The gateway writes.
        case writes(BluetoothUUID, [UInt8])
        /// The gateway writes, and the device refuses with an error of the Attribute Protocol.
        case refuses(BluetoothUUID, [UInt8], code: UInt8)
        /// The gateway reads, and gets this.
        case reads(BluetoothUUID, [UInt8])
        /// The device notifies or indicates.
        case sends(BluetoothUUID, [UInt8])
        /// Nothing comes for that long; without a span, for as long as the gateway waits.
        case silence(Duration?)
        /// The conversation tells how far the device's clock is off.
        case clock(ClockOffset.Stage, seconds: Int?)
        case disconnect
    }

    package var lines: [Line]
    /// What the device does not have.
    package var missing: Set<BluetoothUUID> = []
    /// The device refuses all but the pairing until it is paired.
    package var wantsBond = false

    package init(_ lines: [Line], missing: Set<BluetoothUUID> = [], wantsBond: Bool = false) {
        self.lines = lines
        self.missing = missing
        self.wantsBond = wantsBond
    }
}

extension TalkScript.Line: CustomStringConvertible {
    package var description: String {
        switch self {
        case .writes(let uuid, let bytes): "> \(uuid): \(bytes.spaced)"
        case .refuses(let uuid, let bytes, let code): "> \(uuid): \(bytes.spaced) ! \([code].hex)"
        case .reads(let uuid, let bytes): "? \(uuid): \(bytes.spaced)"
        case .sends(let uuid, let bytes): "< \(uuid): \(bytes.spaced)"
        case .silence(nil): "silence"
        case .silence(let span?): "silence \(span.words)"
        case .clock(let stage, let seconds): "clock \(stage.rawValue) \(seconds.map { "\($0) s" } ?? "unset")"
        case .disconnect: "disconnect"
        }
    }
}

extension [UInt8] {
    /// `06 00 01 01`
    var spaced: String { map { [$0].hex }.joined(separator: " ").uppercased() }
}
