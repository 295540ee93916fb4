import Readings
import Store
import Synchronization

/// The devices that are enrolled now, for who listens to them.
final class Register: Sendable {
    private let store: Store
    private let state = Mutex<(version: Int64?, byID: [DeviceID: EnrolledDevice])>((nil, [:]))

    init(_ store: Store) { self.store = store }

    var byID: [DeviceID: EnrolledDevice] { state.withLock { $0.byID } }

    /// - Returns: all of them, where they changed.
    @discardableResult
    func refresh() async -> Set<DeviceID>? {
        let version = state.withLock { $0.version }
        guard let changed = try? await store.enrolment(ifChangedSince: version) else { return nil }
        let byID = Dictionary(changed.devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        state.withLock { $0 = (changed.version, byID) }
        return Set(byID.keys)
    }
}
