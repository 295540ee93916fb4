/// A call of a method of another program.
package struct MethodCall: Sendable {
    package var destination: String
    package var path: String
    package var interface: String
    package var member: String
    package var arguments: [DBusValue]
    /// How long to wait for the answer.
    package var within: Duration

    package init(
        to destination: String, _ path: String, _ interface: String, _ member: String, _ arguments: [DBusValue] = [],
        within: Duration = .seconds(10)
    ) {
        self.destination = destination
        self.path = path
        self.interface = interface
        self.member = member
        self.arguments = arguments
        self.within = within
    }
}

package struct BusSignal: Sendable, Hashable {
    package var sender: String
    package var path: String
    package var interface: String
    package var member: String
    package var arguments: [DBusValue]
}

/// A call of a method of an object of ours. Exactly one answer is owed, at any time.
package struct IncomingCall: Sendable {
    package let sender: String
    package let path: String
    package let interface: String
    package let member: String
    package let arguments: [DBusValue]
    let answer: @Sendable (Result<[DBusValue], BusError>) -> Void

    package func reply(_ values: [DBusValue] = []) { answer(.success(values)) }

    package func refuse(_ name: String, _ message: String) { answer(.failure(.refused(name: name, message: message))) }
}
