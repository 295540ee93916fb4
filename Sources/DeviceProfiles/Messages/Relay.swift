import Readings

/// How an MQTT bridge writes down what it heard or measured.
struct Relay: Sendable {
    /// What becomes of a message that is lost before the broker has it.
    enum Custody: String, CaseIterable, Sendable {
        /// Published at QoS 0, or out of something that is sent once: lost.
        case bestEffort = "best-effort"
        /// Published at QoS 1: sent again until the broker has it.
        case acknowledged
    }

    enum Form: String, CaseIterable, Sendable {
        /// Our own: the keys of `ObservationJSON`.
        case rawFrames = "raw-frames"
        case json
        /// One bare value for each topic; what the messages of one device say makes up an object.
        case scalar
    }

    var topics: [TopicPattern]
    var custody: Custody
    var form: Form
    /// Words that a named level of the topic may be.
    var words: [String: [String]] = [:]
    var join: Join?
    var adverts: Adverts?
    var device: DeviceRule?
    var readings: [MessageReading] = []
    /// Keys whose values never reach the store, beside those of `PersonalFields`.
    var drops: [String] = []
    /// What the bridge publishes is what a device broadcasts, over and over.
    var isBroadcast = false

    /// Where raw advertisements stand in a message.
    struct Adverts: Sendable {
        var elements: [MessageElements]
        var address: [MessagePath]
        var name: [MessagePath] = []
        var serviceUUID: [MessagePath] = []
        var serviceBytes: [MessagePath] = []
        /// Hex that begins with the company number, little-endian as on the air.
        var manufacturerBytes: [MessagePath] = []
        /// Hex of a whole advertisement: length, type and data, one behind the other.
        var structures: [MessagePath] = []
        /// When the bridge says that it heard it.
        var receivedAt: MessageReading.Time?
    }

    /// Which device an element speaks of.
    enum DeviceRule: Sendable {
        case address([MessagePath])
        /// `channel`: which of several that share the name; it stands behind a point.
        case named(namespace: String, [MessagePath], channel: [MessagePath])
        /// The bridge serves one device and never names it.
        case fixed(DeviceID)
    }

    /// How the scalars of one device make an object.
    struct Join: Sendable {
        /// Names of topic levels: the keys under which the scalar stands, outermost first.
        var at: [String]
        /// Milliseconds between the first and the last of them.
        var within: Int64
    }
}
