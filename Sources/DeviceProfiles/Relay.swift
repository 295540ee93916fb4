/// How an MQTT bridge writes down what it heard.
struct Relay: Sendable {
    enum Form: Sendable {
        /// Our own: the keys of `ObservationJSON`.
        case rawFrames
        case adverts(AdvertPaths)
    }

    /// The keys, at the top of the JSON object, under which a bridge publishes one advertisement.
    struct AdvertPaths: Sendable {
        var address: String
        var name: String?
        var serviceUUID: String?
        var serviceBytes: String?
        /// Hex that begins with the company number, little-endian as on the air.
        var manufacturerBytes: String?
    }

    var topics: [TopicFilter]
    var form: Form
}
