import ArgumentParser
import Captures
import DeviceProfiles
import Foundation
import Gateway
import Readings

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Decode a recording of Bluetooth traffic: adverts, and what connected devices said.",
        discussion: """
            The file is a btsnoop file, as 'btmon -w FILE' or the HCI log of a telephone writes it; or JSON lines, as
            'vitalgate decode' takes them. A line for each device that a profile claims or somebody connected to, then one about
            the recording: what could not be used is counted there, with the byte of the file where the first of it stands.
            vitalgate replay capture.btsnoop
            vitalgate replay --input capture.btsnoop | vitalgate decode --all-profiles
            Exit status 1 if it is no recording, or breaks off.
            """)

    @Argument(help: ArgumentHelp("The recording.", valueName: "file"))
    var file: String

    @Flag(help: "Tell what was heard, in the form that 'vitalgate decode' takes, in place of what it becomes.")
    var input = false

    @Flag(help: "Tell also of devices that no profile claims and nobody connected to.")
    var all = false

    @Option(help: ArgumentHelp("The zone of the walls that the devices were set by, such as Asia/Shanghai.", valueName: "zone"))
    var zone: String?

    @Option(help: ArgumentHelp("A device's bind key; may be repeated.", valueName: "address=hex"))
    var key: [String] = []

    @Option(name: .customLong("profile"), help: ArgumentHelp("Read all devices by this one.", valueName: "maker/protocol"))
    var profile: String?

    @OptionGroup var profiles: ProfileOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let set = try ProfileFolders.load(shipped: profiles.folder, further: profiles.further)
        let bytes = try recording()
        guard CapturedTraffic.isCapture(bytes) || !looksLikeLines(bytes) else { return try decodeLines(of: bytes, by: set) }
        let answer = Replay(profiles: set, settings: try settings(set)).answer(bytes)
        answer.lines.forEach { Terminal.out($0) }
        if !answer.isWhole { throw ExitCode(1) }
    }

    private func recording() throws -> [UInt8] {
        let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        if let size, size > Replay.limit { throw CommandFailure("\(file): \(size) bytes; the limit is \(Replay.limit)") }
        guard let data = FileManager.default.contents(atPath: file) else { throw CommandFailure("\(file): cannot be read; is it there?") }
        return [UInt8](data)
    }

    private func settings(_ set: ProfileSet) throws -> Replay.Settings {
        var settings = Replay.Settings()
        settings.tellsAll = all
        settings.tellsInput = input
        if let zone {
            guard let place = Place(identifier: zone) else { throw CommandFailure("no time zone '\(zone)'; write one such as Asia/Shanghai") }
            settings.place = place
        }
        if let profile {
            guard let forced = set[profile] else { throw CommandFailure("no profile is called '\(profile)'") }
            settings.forced = forced
        }
        for pair in key {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let device = DeviceID(address: parts[0]), let bytes = [UInt8](hex: parts[1]), [12, 16].contains(bytes.count)
            else { throw CommandFailure("--key: write AA:BB:CC:DD:EE:FF=HEX with 24 or 32 hex digits") }
            settings.keys[device] = bytes
        }
        return settings
    }

    private func looksLikeLines(_ bytes: [UInt8]) -> Bool {
        bytes.first { ![0x09, 0x0A, 0x0D, 0x20].contains($0) } == UInt8(ascii: "{")
    }

    private func decodeLines(of bytes: [UInt8], by set: ProfileSet) throws {
        let decoder = DecodeLine(profiles: set, offersToAll: false)
        var sawOther = false
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty, index > 0 { continue }
            let (answer, isJSON) = decoder.answer(Array(line), number: index + 1)
            Terminal.out(answer)
            if !isJSON { sawOther = true }
        }
        if sawOther { throw ExitCode(1) }
    }
}
