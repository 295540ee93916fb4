/// What happens to a connection. Reasons are sentences for an operator.
package enum MQTTEvent: Sendable, Hashable {
    case connected(sessionPresent: Bool)
    case subscribed(filter: String, grantedQoS: Int)
    case subscriptionRefused(filter: String, reason: String)
    case disconnected(reason: String, retryIn: Duration?)
    case connectFailed(reason: String, retryIn: Duration)
    /// Another client came with our id, and the broker gave it our place.
    case takenOver
    /// The broker does not know MQTT 5: from now on we speak 3.1.1.
    case fellBack
}
