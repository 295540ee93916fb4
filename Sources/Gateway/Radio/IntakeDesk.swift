import DeviceProfiles
import Dispatch
import MQTT
import Readings

/// Hands frames to the intake on a thread that may wait for the disk.
final class IntakeDesk: Sendable {
    private let intake: Intake
    private let queue = DispatchQueue(label: "vitalgate.radio.intake")

    init(_ intake: Intake) { self.intake = intake }

    /// Returns when it is on the disk.
    func note(_ offset: ClockOffset, of device: DeviceID, isFirst: Bool) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { [intake] in
                continuation.resume(with: Result { try intake.note(offset, of: device, isFirst: isFirst) })
            }
        }
    }

    /// Returns when all of it is on the disk; else why not.
    func take(_ frames: [RadioFrame]) async -> String? {
        await withCheckedContinuation { continuation in
            queue.async { [intake] in
                switch intake.take(frames, from: BluetoothSettings.source) {
                case .acknowledge: continuation.resume(returning: nil)
                case .refuse(reason: let reason): continuation.resume(returning: reason)
                }
            }
        }
    }

    /// What the device streamed ends here.
    func hungUp(_ device: DeviceID) async {
        await withCheckedContinuation { continuation in
            queue.async { [intake] in
                _ = intake.hungUp(device, from: BluetoothSettings.source)
                continuation.resume()
            }
        }
    }
}
