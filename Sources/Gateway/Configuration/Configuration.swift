import Alarms

/// Everything an operator can set. Read once, strictly, from one file.
package struct Configuration: Sendable {
    /// Where the database is.
    package var storePath: String
    package var storage: StorageSettings
    package var place: Place
    /// What says that this machine's clock is right.
    package var clock: ClockTrust
    /// Folders with profiles beside the shipped ones.
    package var profileFolders: [String]
    package var sources: [Source]
    package var listeners: [Listener]
    /// nil where Bluetooth is not used.
    package var bluetooth: BluetoothSettings?
    package var sinks: [Sink]
    package var alarms: AlarmSettings
    package var logLevel: LogLevel

    package enum LogLevel: String, CaseIterable, Sendable {
        case debug, info, warning, error
    }

    /// A broker that readings come from.
    package struct Source: Sendable {
        package var name: String
        package var broker: BrokerSettings
        package var topics: [String]
    }

    /// A local socket at which a program that listens to the air hands over what it hears.
    package struct Listener: Sendable {
        package var name: String
        /// Its path.
        package var socket: String

        package init(name: String, socket: String) {
            self.name = name
            self.socket = socket
        }
    }

    /// Where readings go.
    package struct Sink: Sendable {
        package enum Receiver: Sendable {
            case mqtt(BrokerSettings, prefix: String)
            case file(path: String)
        }
        package var name: String
        package var receiver: Receiver
    }

    package struct AlarmSettings: Sendable {
        /// Limits in force, by vital; empty until somebody accepted the presets or set limits.
        package var limits: [String: Limits] = [:]
        /// Who answers for the limits in force.
        package var acceptedBy: String?
        /// Milliseconds that a continuous vital must have reached a limit, and must be within it again.
        package var conditionDelay: Int64 = 10_000
    }
}
