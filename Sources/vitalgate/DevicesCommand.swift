import ArgumentParser
import DeviceProfiles
import ExactJSON
import Foundation
import Gateway
import People
import Readings
import Store

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Which devices are wanted. All others are counted and shown, never stored.",
        subcommands: [Scan.self, Pair.self, Enroll.self, Assign.self, List.self, Forget.self])

    struct Enroll: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a device in; a running gateway notices at once.")

        @Argument(help: "Its Bluetooth address, AA:BB:CC:DD:EE:FF, or its name at a cloud or another radio, zigbee:0x00158d0001a2b3c4.")
        var address: Address

        @Option(help: "What people call it. No name of a patient.")
        var name: String?

        @Option(help: "The profile to read it with, whatever else matches.")
        var profile: String?

        @Option(help: "Who enrolls it.")
        var by: String?

        @Option(help: ArgumentHelp(
            "A file with its bind key, 32 hex digits (some: 24), for a device that encrypts. Only its place is noted; the gateway reads it, again on each reload.",
            valueName: "file"))
        var keyFile: String?

        @Option(help: ArgumentHelp("The systemd credential with its bind key, as LoadCredential of the unit calls it.", valueName: "name"))
        var keyCredential: String?

        @OptionGroup var profiles: ProfileOptions
        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            if let profile {
                let set = try ProfileFolders.load(shipped: profiles.folder, further: profiles.further)
                guard let known = set[profile], !known.isRelay || known.decodesMessages else {
                    throw CommandFailure("no profile is called '\(profile)'; see 'vitalgate profiles list'")
                }
            }
            let key = try place(ofKey: keyFile, credential: keyCredential)
            let who = Operator.named(by)
            let device = EnrolledDevice(
                id: address.device, name: name ?? address.device.description, profile: profile,
                enrolledAt: Clocks.machine.now().wall, enrolledBy: who, keyFile: key)
            try await store.openToWrite().enroll(device)
            guard !output.json else { return Terminal.out(DevicesCommand.json(device)) }
            Terminal.out("enrolled \(device.id) as \(device.name)" + (key == nil ? "" : ", key: yes"))
        }

        /// What the gateway will find the key by. A file is read now, so that a mistake is told to who can mend it.
        private func place(ofKey file: String?, credential: String?) throws -> String? {
            guard let file else {
                if let credential, credential.isEmpty || credential.contains("/") {
                    throw CommandFailure("--key-credential takes the name of a credential; for a file write --key-file")
                }
                return credential
            }
            guard credential == nil else { throw CommandFailure("the key comes by --key-file or by --key-credential, not both") }
            let path = file.hasPrefix("/") ? file : FileManager.default.currentDirectoryPath + "/" + file
            _ = try KeyFile.read(path)
            // ProtectHome and PrivateTmp of the unit.
            if ["home", "root", "run/user", "tmp", "var/tmp"].contains(where: { path.hasPrefix("/\($0)/") }) {
                Terminal.complain("note: the systemd service does not see \(path); for it, keep keys in /etc/vitalgate/keys")
            }
            return path
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the enrolled devices.")

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let store = try store.openToRead()
            let devices = try await store.enrolledDevices()
            let notes = try await store.radioNotes().compactMapValues(DeviceNote.init)
            let now = Assignment.effective(in: try await store.assignments()).filter { $0.until == nil }
            let holding = Dictionary(now.map { ($0.assignment.device, $0.assignment) }, uniquingKeysWith: { _, last in last })
            guard !output.json else { return devices.forEach { Terminal.out(DevicesCommand.json($0, holding[$0.id], notes[$0.id])) } }
            Terminal.table(
                ["DEVICE", "NAME", "WHOSE", "PROFILE", "KEY", "RADIO", "ENROLLED", "BY"],
                devices.map { device in
                    [
                        device.id.description, device.name, holding[device.id].map(Holding.owners) ?? "not assigned",
                        device.profile ?? "as matched", device.keyFile == nil ? "no" : "yes", notes[device.id]?.summary ?? "", device.enrolledAt.rfc3339(), device.enrolledBy,
                    ]
                })
        }
    }

    struct Forget: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End an enrolment. What is stored of the device stays; whose it was ends.")

        @Argument(help: "Its Bluetooth address, or its name as it was enrolled.")
        var address: Address

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard try await store.openToWrite().forget(address.device, at: Clocks.machine.now().wall, by: Operator.named(nil)) else {
                throw CommandFailure("\(address.device) is not enrolled")
            }
            if output.json {
                Terminal.out(JSON.object(JSONObject([("forgotten", .string(address.device.description))])))
            } else {
                Terminal.out("forgot \(address.device)")
            }
        }
    }

    static func json(_ device: EnrolledDevice, _ holding: Assignment? = nil, _ note: DeviceNote? = nil) -> JSON {
        var object = JSONObject([("device", .string(device.id.description)), ("name", .string(device.name))])
        object.add("profile", device.profile.map { .string($0) })
        // Not where it is, and never what it is.
        object.add("key", device.keyFile.map { _ in .bool(true) })
        object.add("enrolledAt", .string(device.enrolledAt.rfc3339()))
        object.add("enrolledBy", .string(device.enrolledBy))
        object.add("whose", holding.map { Holding.json($0, until: nil) })
        for (key, value) in note?.json.members ?? [] { object[key] = value }
        return .object(object)
    }
}

/// A device on the command line: a Bluetooth address, or `namespace:id`.
struct Address: ExpressibleByArgument {
    let device: DeviceID

    init?(argument: String) {
        guard let device = DeviceID(argument) else { return nil }
        self.device = device
    }
}
