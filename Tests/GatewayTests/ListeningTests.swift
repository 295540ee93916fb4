import MQTT
import Testing

@testable import Gateway

/// What a source knows of its connection.
struct ListeningTests {
    let listening = Listening(topics: ["a/#", "b"], mostSentAgain: 3)
    private let message = ReceivedMessage(topic: "a/1", payload: [], qos: 1)
    private let unacknowledged = ReceivedMessage(topic: "a/1", payload: [], qos: 0)
    private struct Full: Error {}

    @Test func `it listens when every subscription is granted, and no longer when the connection goes`() {
        #expect(!listening.isComplete)
        listening.note(.connected(sessionPresent: false)) { 1 }
        listening.note(.subscribed(filter: "a/#", grantedQoS: 1)) { 0 }
        #expect(!listening.isComplete)
        listening.note(.subscribed(filter: "b", grantedQoS: 1)) { 0 }
        #expect(listening.isComplete)
        listening.note(.disconnected(reason: "", retryIn: nil)) { 0 }
        #expect(!listening.isComplete)
    }

    @Test func `only what comes first on a resumed session may have been sent before`() {
        listening.note(.connected(sessionPresent: true)) { 7 }
        let connections = (0..<5).map { _ in listening.connection(bringing: [message, unacknowledged]) }
        #expect(connections.map(\.number) == [7, 7, 7, 7, 7])
        #expect(connections.map(\.isResumed) == [true, true, true, false, false])
        listening.note(.connected(sessionPresent: true)) { 8 }
        #expect(listening.connection(bringing: [message]).isResumed)
        listening.note(.connected(sessionPresent: false)) { 9 }
        #expect(!listening.connection(bringing: [message]).isResumed)
    }

    @Test func `a connection that the store could not number resumes nothing`() {
        listening.note(.connected(sessionPresent: true)) { throw Full() }
        #expect(!listening.connection(bringing: [message]).isResumed)
    }
}
