import CFrame
@testable import DeviceProfiles
import Readings

/// A scale's advertisement inside a bridge's JSON, to its reading: by cJSON and C, and by the profiles of the bridge and the scale.
struct Bridge {
    let set: ProfileSet
    private static let topic = "home/OpenMQTTGateway/BTtoMQTT/001122334411"
    private static let message = Array(
        #"{"id":"00:11:22:33:44:11","mac_type":0,"rssi":-61,"servicedata":"0224e607020e10293a00009a38","servicedatauuid":"0x181b"}"#.utf8)

    @inline(never)
    func runC(rounds: Int) -> Int {
        var out = kind_readings()
        var sum = 0
        Bridge.message.withUnsafeBufferPointer { bytes in
            for _ in 0..<rounds { sum &+= Int(bridge_decode(bytes.baseAddress, bytes.count, &out)) }
        }
        return sum
    }

    /// As the intake does it: whose topic, what stands in the message, whose advertisement, its reading.
    @inline(never)
    func runNamed(rounds: Int) -> Int {
        var sum = 0
        for _ in 0..<rounds {
            guard case .profile(let relay) = set.relay(for: Bridge.topic),
                let items = try? relay.relayed(topic: Bridge.topic, payload: Bridge.message)
            else { continue }
            for case .observation(let seen, _) in items {
                guard case .profile(let profile) = set.match(seen) else { continue }
                for item in seen.items { sum &+= profile.decode(item.content).readings.count }
            }
        }
        return sum
    }

    func agree() throws {
        guard runC(rounds: 1) == 1, runNamed(rounds: 1) == 1 else { throw Complaint("the bridge's message is no reading") }
    }
}
