import CMosquitto

/// The publications of one connection: those that wait for their turn, and those that the broker has not acknowledged.
struct Outbox {
    /// libmosquitto counts its packet ids round and round without a look at those still in use: stay far below 65,535.
    static let mostUnderWay = 1000

    /// The largest packet, in bytes, that the broker said it takes; else the largest that MQTT can frame.
    var packetLimit = 268_435_460
    private let knowsProperties: Bool
    private var waiting: ArraySlice<(request: PublishRequest, index: Int)> = []
    private var underWay: [Int32: (request: PublishRequest, index: Int)] = [:]

    /// - Parameter version: of MQTT; 3.1.1 has no properties.
    init(version: Int32) { knowsProperties = version == MQTT_PROTOCOL_V5 }

    var mayHandOn: Bool { !waiting.isEmpty && underWay.count < Outbox.mostUnderWay }

    mutating func append(_ request: PublishRequest) {
        waiting += request.publications.indices.map { (request, $0) }
    }

    /// Hands on what may be under way now. Nothing is written by that: it leaves with the next `mosquitto_loop_write`.
    mutating func handOn(to client: OpaquePointer) {
        while underWay.count < Outbox.mostUnderWay, let (request, index) = waiting.popFirst() {
            do throws(PublishFailure) {
                underWay[try handOn(request.publications[index], to: client)] = (request, index)
            } catch {
                request.settle(index, .failure(error))
            }
        }
    }

    /// The broker answered to a publication, or, at QoS 0, it was written.
    mutating func settle(_ id: Int32, _ code: Int32) {
        guard let (request, index) = underWay.removeValue(forKey: id) else { return }
        // 0x10, below 0x80: nobody subscribes to it; the broker has it all the same.
        request.settle(index, code < 0x80 ? .success(()) : .failure(Outbox.refused(code)))
    }

    mutating func failAll(_ failure: PublishFailure) {
        for (request, index) in Array(waiting) + Array(underWay.values) { request.settle(index, .failure(failure)) }
        waiting = []
        underWay = [:]
    }

    private func handOn(_ publication: Publication, to client: OpaquePointer) throws(PublishFailure) -> Int32 {
        let size = publication.payload.count
        // libmosquitto forgets the packet's first byte and part of its number: a packet that it lets through by mistake costs
        // the connection, again and again.
        guard packetSize(of: publication) <= packetLimit else { throw .tooLarge(bytes: size, limit: packetLimit) }
        // C would take what stands before the NUL for the topic.
        guard publication.topic.utf8.count <= 65_535, !publication.topic.utf8.contains(0) else {
            throw .badTopic(publication.topic)
        }
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        if knowsProperties, let type = publication.contentType {
            mosquitto_property_add_string(&properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), type)
        }
        var id: Int32 = 0
        let code = mosquitto_publish_v5(
            client, &id, publication.topic, Int32(size), publication.payload, Int32(clamping: publication.qos),
            publication.isRetained, properties)
        switch mosq_err_t(code) {
        case MOSQ_ERR_SUCCESS: return id
        case MOSQ_ERR_PAYLOAD_SIZE, MOSQ_ERR_OVERSIZE_PACKET: throw .tooLarge(bytes: size, limit: packetLimit)
        case MOSQ_ERR_INVAL, MOSQ_ERR_MALFORMED_UTF8: throw .badTopic(publication.topic)
        case MOSQ_ERR_QOS_NOT_SUPPORTED: throw Outbox.refused(Int32(MQTT_RC_QOS_NOT_SUPPORTED.rawValue))
        default: throw .connectionLost
        }
    }

    private func packetSize(of publication: Publication) -> Int {
        var length = 2 + publication.topic.utf8.count + (publication.qos > 0 ? 2 : 0) + publication.payload.count
        if knowsProperties {
            let properties = publication.contentType.map { 3 + $0.utf8.count } ?? 0
            length += lengthBytes(properties) + properties
        }
        return 1 + lengthBytes(length) + length
    }

    /// How many bytes MQTT takes to write a length: seven bits in each.
    private func lengthBytes(_ length: Int) -> Int {
        switch length {
        case ..<128: 1
        case ..<16_384: 2
        case ..<2_097_152: 3
        default: 4
        }
    }

    private static func refused(_ code: Int32) -> PublishFailure {
        .refused(reasonCode: Int(code), text: Wording.reason(code))
    }
}
