import DBus
import DeviceProfiles

/// A connected device, over bluetoothd.
///
/// bluetoothd confirms an indication before it tells us of it: what arrives in the instant in which we die is gone, and no
/// device that forgets what was confirmed sends it again.
package final class GATTLink: Link {
    private let radio: Radio
    /// Of the device, on the bus.
    let path: String
    private let mailbox: Mailbox
    private let characteristics: [BluetoothUUID: Characteristic]

    init(over radio: Radio, to path: String, _ mailbox: Mailbox, _ characteristics: [BluetoothUUID: Characteristic]) {
        self.radio = radio
        self.path = path
        self.mailbox = mailbox
        self.characteristics = characteristics
    }

    package var elapsed: Duration { mailbox.elapsed }

    package var isDown: Bool { mailbox.isDown }

    /// What the device has.
    package var known: Set<BluetoothUUID> { Set(characteristics.keys) }

    /// What the device sent and nobody took.
    package func leftovers() -> [Arrived] { mailbox.takeAll() }

    package func bond(_ terms: BondTerms) async throws(LinkFailure) {
        guard !radio.isPaired(path) else { return }
        do throws(RadioFailure) {
            try await radio.pair(path, terms.passkey)
        } catch {
            throw mailbox.end ?? .notBonded(because: error.sentence)
        }
    }

    package func subscribe(to characteristic: BluetoothUUID) async throws(LinkFailure) {
        do throws(BusError) {
            _ = try await call(characteristic, "StartNotify", [])
        } catch {
            // From an earlier link of ours: bluetoothd keeps it, and subscribes again by itself.
            if case .refused("org.bluez.Error.InProgress", _) = error { return }
            throw failure(error, characteristic)
        }
    }

    package func read(_ characteristic: BluetoothUUID) async throws(LinkFailure) -> Arrived {
        mailbox.expectEcho(of: characteristic)
        defer { mailbox.forgetEcho(of: characteristic) }
        do throws(BusError) {
            let values = try await call(characteristic, "ReadValue", [.options([:])])
            guard let bytes = values.first?.byteArray else { throw .malformed("a value without bytes") }
            return Arrived(characteristic, bytes, after: mailbox.elapsed)
        } catch {
            throw failure(error, characteristic)
        }
    }

    package func write(_ bytes: [UInt8], to characteristic: BluetoothUUID) async throws(LinkFailure) {
        let confirms = characteristics[characteristic]?.flags.contains("write") ?? true
        do throws(BusError) {
            let options = DBusValue.options(["type": .string(confirms ? "request" : "command")])
            _ = try await call(characteristic, "WriteValue", [.bytes(bytes), options])
        } catch {
            throw failure(error, characteristic)
        }
    }

    package func next(from characteristics: Set<BluetoothUUID>, within limit: Duration) async throws(LinkFailure) -> Arrived? {
        try await mailbox.next(from: characteristics, within: limit)
    }

    private func call(_ characteristic: BluetoothUUID, _ member: String, _ arguments: [DBusValue]) async throws(BusError) -> [DBusValue] {
        guard let place = characteristics[characteristic]?.path else { throw .refused(name: "missing", message: "") }
        guard mailbox.end == nil else { throw .disconnected("the link is down") }
        // An answer of the Attribute Protocol may take 30 s, Core Specification vol. 3 part F 3.3.3; pairing on the way takes longer.
        return try await radio.call(place, Words.characteristic, member, arguments, within: .seconds(45))
    }

    /// How bluetoothd words the errors of the Attribute Protocol.
    private func failure(_ error: BusError, _ characteristic: BluetoothUUID) -> LinkFailure {
        guard case .refused(let name, let message) = error else {
            if case .cancelled = error { return .failed("the gateway stops") }
            return mailbox.end ?? .failed(error.detail)
        }
        if name == "missing" { return .missing(characteristic) }
        if let end = mailbox.end { return end }
        if message == "Not connected" || name == "org.freedesktop.DBus.Error.UnknownObject" { return .disconnected }
        if let code = message.split(separator: "0x").last.flatMap({ UInt8($0, radix: 16) }), message.contains("ATT error") {
            return .refused(characteristic, code: code)
        }
        switch (name, message) {
        case (_, "Not paired"): return .needsBond(characteristic)
        case ("org.bluez.Error.NotAuthorized", _): return .refused(characteristic, code: 0x08)
        case ("org.bluez.Error.NotPermitted", "Read not permitted"): return .refused(characteristic, code: 0x02)
        case ("org.bluez.Error.NotPermitted", _): return .refused(characteristic, code: 0x03)
        case ("org.bluez.Error.NotSupported", _): return .refused(characteristic, code: 0x06)
        case ("org.bluez.Error.InvalidArguments", "Invalid offset"): return .refused(characteristic, code: 0x07)
        case ("org.bluez.Error.InvalidArguments", "Invalid Length"), ("org.bluez.Error.InvalidValueLength", _):
            return .refused(characteristic, code: 0x0D)
        default: return .failed(error.detail)
        }
    }
}
