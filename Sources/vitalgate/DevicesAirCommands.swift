import ArgumentParser
import BlueZ
import DeviceProfiles
import ExactJSON
import Gateway
import Glibc
import Readings
import Store

extension DevicesCommand {
    struct Scan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Listen to this machine's Bluetooth, and list what is on the air and who could read it.",
            discussion: "A running gateway is not disturbed. Nothing is stored.")

        @Option(help: "How long to listen.")
        var seconds = 10

        @OptionGroup var profiles: ProfileOptions
        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let set = try ProfileFolders.load(shipped: profiles.folder, further: profiles.further)
            let enrolled = try? Set(await store.openToRead().enrolledDevices().map(\.id))
            let survey = Survey(adapters: nil, pairs: false)
            let listening = Task { await survey.run() }
            try await Task.sleep(for: .seconds(max(1, seconds)))
            let devices = survey.devices
            listening.cancel()
            if devices.isEmpty, let trouble = survey.trouble { throw CommandFailure(trouble.sentence) }
            let rows = devices.map { Row($0, set, enrolled ?? []) }
            guard !output.json else { return rows.forEach { Terminal.out($0.json) } }
            Terminal.table(["DEVICE", "NAME", "RSSI", "PROFILE", ""], rows.map(\.cells))
        }

        private struct Row {
            var device: Survey.Device
            var profile: String?
            var isEnrolled: Bool

            init(_ device: Survey.Device, _ set: ProfileSet, _ enrolled: Set<DeviceID>) {
                self.device = device
                if case .profile(let profile) = set.match(device.observation) { self.profile = profile.name }
                isEnrolled = device.observation.address.map(enrolled.contains) ?? false
            }

            var cells: [String] {
                [
                    device.observation.address?.description ?? "", device.observation.name.map(Row.plain) ?? "", device.rssi.map { "\($0)" } ?? "",
                    profile ?? "-", [isEnrolled ? "enrolled" : nil, device.isPaired ? "paired" : nil].compactMap(\.self).joined(separator: ", "),
                ]
            }

            var json: JSON {
                var object = JSONObject()
                object.add("device", device.observation.address.map { .string($0.description) })
                object.add("name", device.observation.name.map { .string($0) })
                object.add("rssi", device.rssi.map { .number("\($0)") })
                object.add("profile", profile.map { .string($0) })
                object["enrolled"] = .bool(isEnrolled)
                object["paired"] = .bool(device.isPaired)
                return .object(object)
            }

            /// Anybody can send a name with control characters in it to our terminal.
            private static func plain(_ name: String) -> String {
                String(String.UnicodeScalarView(name.unicodeScalars.map { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "." : $0 }))
            }
        }
    }

    struct Pair: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pair with a device, so that it speaks to this machine.",
            discussion: """
                Switch the device into its pairing mode first. The bond lies with bluetoothd on this machine, and cannot be taken along: on a \
                new machine, or with a new adapter, every bonded device is paired again.
                """)

        @Argument(help: "Its Bluetooth address, as 'devices scan' tells it.")
        var address: Address

        @Option(help: "The passkey, where it stands in the device's manual: six digits. Without it you are asked if the device shows one.")
        var passkey: UInt32?

        @Option(help: "How many seconds to wait for the device.")
        var seconds = 60

        @OptionGroup var output: OutputOptions

        func validate() throws {
            if let passkey, passkey > 999_999 { throw ValidationError("a passkey has six digits") }
        }

        func run() async throws {
            let survey = Survey(adapters: nil, pairs: true)
            let listening = Task { await survey.run() }
            defer { listening.cancel() }
            Terminal.complain("waiting for \(address.device) …")
            do throws(RadioFailure) {
                try await survey.pair(address.device, passkey.map { .fixed($0) } ?? .none, within: .seconds(max(1, seconds)), asking: Pair.ask)
            } catch {
                throw CommandFailure("\(address.device) is not paired: \(error.sentence)")
            }
            if output.json {
                Terminal.out(JSON.object(JSONObject([("paired", .string(address.device.description))])))
            } else {
                Terminal.out("paired \(address.device)")
            }
        }

        /// A person at the terminal.
        private static let ask: @Sendable (PairingQuestion) async -> String? = { question in
            switch question {
            case .passkey:
                Terminal.complain("the number that the device shows:")
                return readLine()
            case .compare(let number):
                Terminal.complain("does the device show \(number)? [y/n]")
                return readLine().flatMap { $0.lowercased().hasPrefix("y") ? "yes" : nil }
            case .show(let number):
                Terminal.complain("type \(number) on the device")
                return ""
            }
        }
    }
}
