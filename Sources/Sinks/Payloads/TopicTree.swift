import Alarms
import ExactJSON
import Readings

/// Where things are published on MQTT. The tree is documented in README; it holds no name of a person.
package struct TopicTree: Sendable, Hashable {
    /// The first levels, `vitalgate` unless configured otherwise.
    package var prefix: String
    /// The gateway's own id.
    package var gateway: String

    package init(prefix: String, gateway: String) {
        self.prefix = prefix
        self.gateway = gateway
    }

    /// `vitalgate/<gateway>/status`, retained: `online`, `offline` (also as last will).
    package var status: String { "\(prefix)/\(gateway)/status" }

    /// `…/readings/<device>/<kind>` and `…/alarms/<device>/<vital>`
    package func topic(of content: Delivery.Content) -> String {
        switch content {
        case .reading(let filed): readings(of: filed.device, filed.reading.kind)
        case .alarm(let event): alarms(of: event.episode.condition.device, event.episode.condition.vital)
        case .erasure(let notice):
            switch notice.subject {
            case .reading(_, let kind, _): readings(of: notice.device, kind)
            case .alarm(_, let vital): alarms(of: notice.device, vital)
            }
        }
    }

    private func readings(of device: DeviceID, _ kind: Kind) -> String { "\(prefix)/\(gateway)/readings/\(device.compact)/\(kind.rawValue)" }

    private func alarms(of device: DeviceID, _ vital: String) -> String { "\(prefix)/\(gateway)/alarms/\(device.compact)/\(vital)" }
}

extension Delivery.Content {
    package func payload(gateway: String) -> String {
        switch self {
        case .reading(let filed): ReadingPayload.json(of: filed, gateway: gateway).text
        case .alarm(let event): AlarmPayload.json(of: event, gateway: gateway).text
        case .erasure(let notice): ErasurePayload.json(of: notice, gateway: gateway).text
        }
    }
}
