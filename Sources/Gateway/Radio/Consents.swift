import Readings
import Synchronization

/// The persons of a device that tells one person's records in a session: they take turns, session by session.
package final class Consents: Sendable {
    private let all: [DeviceID: [BluetoothSettings.Consent]]
    private let turns = Mutex<[DeviceID: Int]>([:])

    package init(_ all: [DeviceID: [BluetoothSettings.Consent]]) { self.all = all }

    package func next(of device: DeviceID) -> BluetoothSettings.Consent? {
        guard let persons = all[device], !persons.isEmpty else { return nil }
        return turns.withLock { turns in
            defer { turns[device, default: 0] += 1 }
            return persons[turns[device, default: 0] % persons.count]
        }
    }
}
