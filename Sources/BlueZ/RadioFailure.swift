import DBus

/// Why the radio, or a link over it, is not there: a closed code, what to do about it, and what was said.
package struct RadioFailure: Error, Sendable, Hashable {
    package enum Code: String, Sendable, CaseIterable {
        case busGone = "bus-gone"
        case notPermitted = "not-permitted"
        case noDaemon = "no-bluetoothd"
        case daemonHangs = "bluetoothd-hangs"
        case noAdapter = "no-adapter"
        case adapterBlocked = "adapter-blocked"
        case adapterOff = "adapter-off"
        case discoveryRefused = "discovery-refused"
        case airSilent = "air-silent"
        case notSeen = "not-seen"
        case busy
        case outOfReach = "out-of-reach"
        case hungUp = "hung-up"
        case servicesUnresolved = "services-unresolved"
        case unpaired
        case bondLost = "bond-lost"
        case bondAdapterAway = "bond-adapter-away"
        case pairingRefused = "pairing-refused"
        case pairingFailed = "pairing-failed"
        case cancelled
        case unknown
    }

    package var code: Code
    /// What bluetoothd, or the bus, said.
    package var said: String

    package init(_ code: Code, _ said: String = "") {
        self.code = code
        self.said = said
    }

    /// For the operator: what is so, what to do, and what was said.
    package var sentence: String { said.isEmpty ? advice : "\(advice) [\(said)]" }

    /// What is so, and what to do. It speaks of no particular device.
    package var advice: String {
        switch code {
        case .busGone: "the system bus is not there; it is tried again (systemctl status dbus)"
        case .notPermitted: "the bus does not let us speak to bluetoothd: the service user must be in the group 'bluetooth'"
        case .noDaemon: "bluetoothd does not run: start it (systemctl enable --now bluetooth)"
        case .daemonHangs: "bluetoothd does not answer: restart it (systemctl restart bluetooth)"
        case .noAdapter: "there is no Bluetooth adapter: plug one in, or look at 'bluetooth: adapters' in the configuration"
        case .adapterBlocked: "the adapter is blocked: rfkill unblock bluetooth"
        case .adapterOff: "the adapter cannot be switched on"
        case .discoveryRefused: "bluetoothd refuses to listen for devices"
        case .airSilent: "the adapter listens and hears nothing any more, though it used to"
        case .notSeen: "the device has not been heard since bluetoothd started"
        case .busy: "the adapter is busy with another connection; it is tried again"
        case .outOfReach: "the device does not answer: it fell asleep, or is too far away"
        case .hungUp: "the device hung up while it was being connected"
        case .servicesUnresolved: "the device is connected, but its services cannot be read"
        case .unpaired: "the device shows a passkey that a person has to type once: vitalgate devices pair"
        case .bondLost: "the device no longer knows us: forget it, and pair it again (vitalgate devices pair)"
        case .bondAdapterAway:
            "the device has its bond with an adapter that does not listen: plug that one in, or pair the device again (vitalgate devices pair)"
        case .pairingRefused: "the device refuses to pair: is it in its pairing mode, and is the passkey right?"
        case .pairingFailed: "pairing did not come to an end"
        case .cancelled: "the gateway stops"
        case .unknown: "bluetoothd says no"
        }
    }
}

extension RadioFailure {
    /// An error of the bus or of bluetoothd, wherever it came up.
    init(_ error: BusError) {
        switch error {
        case .disconnected(let reason): self.init(.busGone, reason)
        case .noAnswer: self.init(.daemonHangs)
        // Named in full: `.cancelled` alone is the BusError again, for ever.
        case .cancelled: self.init(Code.cancelled)
        case .malformed(let reason): self.init(.unknown, reason)
        case .refused(let name, let message): self.init(RadioFailure.code(name, message), error.detail)
        }
    }

    private static func code(_ name: String, _ message: String) -> Code {
        switch name {
        case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner": return .noDaemon
        case let name where name.hasPrefix("org.freedesktop.DBus.Error.Spawn."): return .noDaemon
        case "org.freedesktop.DBus.Error.AccessDenied": return .notPermitted
        case "org.freedesktop.DBus.Error.UnknownObject", "org.bluez.Error.DoesNotExist": return .notSeen
        case "org.bluez.Error.NotReady": return .adapterOff
        case "org.bluez.Error.InProgress": return .busy
        case "org.bluez.Error.AuthenticationRejected", "org.bluez.Error.AuthenticationFailed": return .pairingRefused
        case "org.bluez.Error.AuthenticationCanceled", "org.bluez.Error.AuthenticationTimeout": return .pairingFailed
        case "org.bluez.Error.ConnectionAttemptFailed": return .outOfReach
        default: break
        }
        let said = message.lowercased()
        if said.contains("rfkill") { return .adapterBlocked }
        // The kernel still holds the last link of this device: EBUSY, told as EIO.
        if said.contains("input/output error") || said.contains("busy") || said.contains("in progress") { return .busy }
        if said.contains("abort-by-local") || said.contains("page-timeout") || said.contains("timeout") { return .outOfReach }
        if said.contains("connection-abort") || said.contains("not connected") || said.contains("terminated") { return .hungUp }
        return .unknown
    }
}
