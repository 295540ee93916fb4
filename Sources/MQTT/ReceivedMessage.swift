/// A message as the broker sent it.
package struct ReceivedMessage: Sendable, Hashable {
    package var topic: String
    /// Empty where `payloadWasTooLarge` tells a size.
    package var payload: [UInt8]
    /// At which it was sent to us: 1 is sent again until acknowledged, 0 is not.
    package var qos: Int
    /// Kept by the broker from before: it may be old.
    package var isRetained: Bool
    /// The broker's number for it on this session; 0 at QoS 0.
    package var packetID: UInt16
    /// The size in bytes of a payload beyond `MQTTSettings.maximumPayload`, which was dropped.
    package var payloadWasTooLarge: Int?

    package init(
        topic: String, payload: [UInt8], qos: Int = 1, isRetained: Bool = false, packetID: UInt16 = 0,
        payloadWasTooLarge: Int? = nil
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.isRetained = isRetained
        self.packetID = packetID
        self.payloadWasTooLarge = payloadWasTooLarge
    }
}

/// What became of a batch.
package enum BatchVerdict: Sendable, Hashable {
    /// All of it is on the disk: the broker may be told.
    case acknowledge
    /// None of it is: the connection is dropped without a word, and the broker sends it all again.
    case refuse(reason: String)
}
