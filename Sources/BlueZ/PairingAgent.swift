import DBus
import DeviceProfiles
import Synchronization

/// Answers bluetoothd's questions about pairing (org.bluez.Agent1). Nobody is paired whom we did not ask for: every question
/// about another device is refused.
final class PairingAgent: Sendable {
    /// What a person is asked for while a device is being paired; nil from them means no.
    package typealias Asking = @Sendable (PairingQuestion) async -> String?

    private struct Expectation: Sendable {
        var passkey: BondTerms.Passkey
        var asking: Asking?
    }

    private let expected = Mutex<[String: Expectation]>([:])
    /// Told of a device that we connected, whose question nobody can answer.
    private let onRefusal = Mutex<@Sendable (String) -> Void>({ _ in })

    func onRefusal(_ then: @escaping @Sendable (String) -> Void) { onRefusal.withLock { $0 = then } }

    /// Questions about this device are answered from now on.
    func expect(_ device: String, _ passkey: BondTerms.Passkey, asking: Asking? = nil) {
        expected.withLock { $0[device] = Expectation(passkey: passkey, asking: asking) }
    }

    func forget(_ device: String) {
        expected.withLock { $0[device] = nil }
    }

    func answer(_ call: IncomingCall) {
        guard call.interface == Words.agent else { return call.refuse("org.freedesktop.DBus.Error.UnknownInterface", call.interface) }
        if call.member == "Release" || call.member == "Cancel" { return call.reply() }
        guard let device = call.arguments.first?.text, let expectation = expected.withLock({ $0[device] }) else {
            return call.refuse("org.bluez.Error.Rejected", "nobody asked for this device")
        }
        switch (call.member, expectation.passkey) {
        case ("RequestPasskey", .fixed(let number)): call.reply([.uint32(number)])
        case ("RequestPinCode", .fixed(let number)): call.reply([.string(number.sixDigits)])
        case ("RequestPasskey", _), ("RequestPinCode", _):
            ask(.passkey, expectation, call) { text in
                if call.member == "RequestPinCode" { return [.string(text)] }
                return UInt32(text).flatMap { $0 <= 999_999 ? [.uint32($0)] : nil }
            }
        case ("DisplayPasskey", _), ("DisplayPinCode", _):
            let shown = call.arguments.dropFirst().first
            let text = shown?.text ?? shown?.number.flatMap { UInt32(exactly: $0) }?.sixDigits ?? ""
            if let asking = expectation.asking { Task { _ = await asking(.show(text)) } }
            call.reply()
        case ("RequestConfirmation", _):
            let number = call.arguments.dropFirst().first?.number.flatMap { UInt32(exactly: $0) } ?? 0
            // Two displays are compared by a person; where there is none, only a device that asks for nothing is taken.
            if expectation.asking == nil { return expectation.passkey == .none ? call.reply() : refuse(call) }
            ask(.compare(number.sixDigits), expectation, call) { _ in [] }
        // The pairing is ours: "just works", and the services of a device that we connected.
        case ("RequestAuthorization", _), ("AuthorizeService", _): call.reply()
        default: call.refuse("org.freedesktop.DBus.Error.UnknownMethod", call.member)
        }
    }

    private func ask(
        _ question: PairingQuestion, _ expectation: Expectation, _ call: IncomingCall,
        _ answer: @escaping @Sendable (String) -> [DBusValue]?
    ) {
        guard let asking = expectation.asking else { return refuse(call) }
        Task {
            guard let text = await asking(question), let values = answer(text) else { return refuse(call) }
            call.reply(values)
        }
    }

    private func refuse(_ call: IncomingCall) {
        if let device = call.arguments.first?.text { onRefusal.withLock { $0 }(device) }
        call.refuse("org.bluez.Error.Rejected", "there is nobody to answer")
    }
}

/// What a person is asked, or shown, while a device is being paired.
package enum PairingQuestion: Sendable, Hashable {
    /// Which number does the device show, or have printed on?
    case passkey
    /// Does the device show this number too?
    case compare(String)
    /// To be typed on the device.
    case show(String)
}

extension UInt32 {
    /// Passkeys are written so.
    var sixDigits: String {
        let text = String(self)
        return String(repeating: "0", count: text.count < 6 ? 6 - text.count : 0) + text
    }
}
