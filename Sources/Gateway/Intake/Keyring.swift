import Readings
import Store

/// The bind keys of enrolled devices, from the files that their enrolment names. Read when the enrolment changes and at each
/// reload, and kept nowhere but here.
struct Keyring: Sendable {
    private struct Entry: Sendable, Hashable {
        var file: String
        var key: [UInt8]
    }

    private var entries: [DeviceID: Entry] = [:]

    subscript(device: DeviceID) -> [UInt8]? { entries[device]?.key }

    var count: Int { entries.count }

    /// How many keys are not as they were.
    func changes(since old: Keyring) -> Int {
        Set(entries.keys).union(old.entries.keys).count { entries[$0]?.key != old.entries[$0]?.key }
    }

    /// Reads them all. Where a file cannot be read, the key that it gave before goes on.
    /// - Returns: what is wrong with each that cannot, in the order of their files.
    mutating func read(of devices: some Sequence<EnrolledDevice>) -> [KeyFile.Failure] {
        let before = entries
        var problems: Set<KeyFile.Failure> = []
        entries = [:]
        for device in devices {
            guard let file = device.keyFile else { continue }
            do throws(KeyFile.Failure) {
                entries[device.id] = Entry(file: file, key: try KeyFile.read(file))
            } catch {
                problems.insert(error)
                if let known = before[device.id], known.file == file { entries[device.id] = known }
            }
        }
        return problems.sorted { $0.description < $1.description }
    }
}
