import ExactJSON
import MQTT
import ServiceLifecycle
import Sinks

/// The client of an MQTT sink: keeps its connection, says on a retained topic that this gateway is there, and notices when
/// another one says so under the same id.
package final class MQTTSink: Service {
    package let sender: MQTTSender
    private let client: MQTTClient
    private let presence: Presence
    private let tree: TopicTree

    package init(name: String, settings: MQTTSettings, tree: TopicTree, instance: String, observer: @escaping GatewayObserver) {
        let presence = Presence(gateway: tree.gateway, instance: instance)
        var settings = settings
        settings.will = MQTTSettings.Will(topic: tree.status, payload: presence.message("offline"), isRetained: true)
        let (connections, connected) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.connections = connections
        client = MQTTClient(
            settings, subscriptions: [tree.status],
            onBatch: { messages in
                for message in messages {
                    if let detail = presence.clone(in: message) { observer(.cloneSeen(sink: name, detail: detail)) }
                }
                return .acknowledge
            },
            onEvent: { event in
                switch event {
                case .connected: connected.yield()
                case .takenOver:
                    observer(.cloneSeen(sink: name, detail: "another client took our place under our client id"))
                case .connectFailed(let reason, _), .disconnected(let reason, _):
                    observer(.sinkWaits(name, reason: reason))
                default: break
                }
            })
        sender = MQTTSender(client: client, tree: tree)
        self.presence = presence
        self.tree = tree
    }

    private let connections: AsyncStream<Void>

    package func run() async throws {
        client.start()
        await cancelWhenGracefulShutdown { [connections, client, presence, tree] in
            for await _ in connections {
                _ = await client.publish([
                    Publication(
                        topic: tree.status, payload: presence.message("online"), isRetained: true,
                        contentType: "application/json")
                ])
            }
        }
        await client.stop(within: .seconds(3))
    }
}

/// What a gateway says of itself on its status topic.
struct Presence: Sendable {
    let gateway: String
    /// Of this run: a box that was copied has the id, but never the instance.
    let instance: String

    func message(_ state: String) -> [UInt8] {
        Array(JSON.object(JSONObject([
            ("state", .string(state)), ("gateway", .string(gateway)), ("instance", .string(instance)),
            ("version", .string(GatewayVersion.text)),
        ])).text.utf8)
    }

    /// A live word of another instance under our id. What the broker kept may be our own from before.
    func clone(in message: ReceivedMessage) -> String? {
        guard !message.isRetained, let json = try? JSON(parsing: message.payload),
            json["state"]?.string == "online", let other = json["instance"]?.string, !other.isEmpty, other != instance
        else { return nil }
        // Anybody on the broker can write it, and it goes into the log.
        let plain = other.prefix(40).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return "instance \(plain) is online under our id: was this box copied?"
    }
}
