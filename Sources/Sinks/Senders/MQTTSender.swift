import MQTT

/// Publishes each delivery at QoS 1. Settled when the broker acknowledged it.
package struct MQTTSender: Sender {
    /// Enough to fill the line, few enough to send again after a break.
    package let window = 100
    private let client: MQTTClient
    private let tree: TopicTree

    package init(client: MQTTClient, tree: TopicTree) {
        self.client = client
        self.tree = tree
    }

    package func send(_ deliveries: [Delivery]) async -> [Receipt] {
        let publications = deliveries.map { delivery in
            Publication(
                topic: tree.topic(of: delivery.content), payload: Array(delivery.content.payload(gateway: tree.gateway).utf8),
                contentType: "application/json")
        }
        return await client.publish(publications).map(Receipt.init)
    }
}

extension Receipt {
    init(_ result: Result<Void, PublishFailure>) {
        switch result {
        case .success: self = .accepted
        // The broker understood it and will not have it, or MQTT cannot carry it: sending it again changes nothing.
        case .failure(.refused(let code, let text)) where Receipt.isFinal(code): self = .rejected("the broker refuses it: \(text)")
        case .failure(.tooLarge(let bytes, let limit)): self = .rejected("\(bytes) bytes, and the broker takes \(limit)")
        // Without the topic: a device stands in it, and the reason goes into the log.
        case .failure(.badTopic): self = .rejected("MQTT cannot carry its topic; look at the prefix of the sink")
        case .failure(let failure): self = .retry("\(failure)")
        }
    }

    /// MQTT 5, 3.4.2.1: topic name invalid, packet too large, payload format invalid. Not authorized (87) and quota exceeded (97)
    /// are the broker's settings: somebody mends them, and then it goes.
    private static func isFinal(_ code: Int) -> Bool { [0x90, 0x95, 0x99].contains(code) }
}
