import CFuzzer
@testable import DeviceProfiles
import Drivers
import Glibc
import Readings

/// Bytes to the shipped profiles, `VITALGATE_PROFILES`: decoded, refused or waited for; never a crash. The first byte chooses
/// the profile, the second the place where it listens; what follows are values with their lengths in front, one behind the
/// other to one assembly, and a step of time before each.
@main
enum Frames {
    static let profiles: [Profile] = {
        guard let folder = getenv("VITALGATE_PROFILES").map({ String(cString: $0) }) else { fatalError("set VITALGATE_PROFILES") }
        var sources: [ProfileSet.Source] = []
        for maker in entries(of: folder) {
            for file in entries(of: "\(folder)/\(maker)") where file.hasSuffix(".yaml") {
                let path = "\(maker)/\(file.dropLast(5))"
                sources.append(ProfileSet.Source(path: path, file: file, text: text(of: "\(folder)/\(maker)/\(file)")))
            }
        }
        guard let set = try? ProfileSet(sources, drivers: DriverKind.all) else { fatalError("the profiles do not load") }
        return set.profiles.filter { !$0.isRelay }
    }()

    static let address = DeviceID(address: "00:11:22:33:44:55")
    static let key = [UInt8](repeating: 0x2A, count: 16)

    static func main() {
        if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--write-corpus" { return writeCorpus(to: CommandLine.arguments[2]) }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            Frames.feed(Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        }
    }

    static func feed(_ bytes: [UInt8]) {
        guard bytes.count > 2 else { return }
        let profile = profiles[Int(bytes[0]) % profiles.count]
        guard !profile.ports.isEmpty else { return }
        let source = profile.ports[Int(bytes[1]) % profile.ports.count].source
        var assembly = Assembly(of: profile)
        var now: Int64 = 0
        var rest = bytes.dropFirst(2)
        while let first = rest.popFirst() {
            let length = Int(first & 0x7F)
            now += first & 0x80 == 0 ? 100 : 20_000
            let value = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            let content: Observation.Content = switch source {
            case .characteristic(let uuid): .frame(uuid, value)
            case .serviceData(let uuid): .advertisement(Advertisement(serviceData: [uuid: value]))
            case .manufacturerData(let company): .advertisement(Advertisement(manufacturerData: [company: value]))
            case .anyManufacturer, .object: .advertisement(Advertisement(
                serviceData: ["fe95", "fcd2"].compactMap { BluetoothUUID($0) }.reduce(into: [:]) { $0[$1] = value },
                manufacturerData: [0xFFFF: value]))
            }
            _ = assembly.take(content, of: address, key: key, at: now)
            _ = assembly.overdue(at: now)
        }
        _ = assembly.finish()
    }

    /// Each vector as the bytes that feed it: where fuzzing begins.
    private static func writeCorpus(to folder: String) {
        var number = 0
        for (index, profile) in profiles.enumerated() where index < 256 {
            for vector in profile.vectors {
                for port in profile.ports.indices {
                    var bytes = [UInt8(index), UInt8(truncatingIfNeeded: port)]
                    for item in vector.observation.items {
                        let value = switch item.content {
                        case .frame(_, let bytes): bytes
                        case .advertisement(let advert): advert.serviceData.values.first ?? advert.manufacturerData.values.first ?? []
                        }
                        bytes += [UInt8(min(value.count, 127))] + value.prefix(127)
                    }
                    guard let file = fopen("\(folder)/vector-\(number)", "w") else { fatalError("cannot write into \(folder)") }
                    fwrite(bytes, 1, bytes.count, file)
                    fclose(file)
                    number += 1
                }
            }
        }
        print("\(number) vectors")
    }

    private static func entries(of folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
