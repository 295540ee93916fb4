import DeviceProfiles
import ExactJSON
import Readings
import Sinks

/// The decode contract: one JSON line in, one JSON line out. Outside checks stand on it; README documents it.
package struct DecodeLine: Sendable {
    private let profiles: ProfileSet
    private let offersToAll: Bool

    package init(profiles: ProfileSet, offersToAll: Bool) {
        self.profiles = profiles
        self.offersToAll = offersToAll
    }

    /// Lines beyond this many bytes are refused unread.
    package static let limit = 16 << 20

    private static let keys = ObservationJSON.keys.union(["id", "topic", "payload", "zone", "key", "profile"])

    /// - Returns: the answer, and whether the line was JSON at all.
    package func answer(_ line: [UInt8], number: Int) -> (answer: JSON, isJSON: Bool) {
        guard line.count <= DecodeLine.limit else {
            return (refusal(nil, BadInput(.tooLarge, "\(line.count) bytes; the limit is \(DecodeLine.limit)"), line: number), true)
        }
        let json: JSON
        do throws(JSONFailure) {
            json = try JSON(parsing: line)
        } catch {
            let isJSON = if case .duplicateKey = error.reason { true } else { false }
            return (refusal(nil, BadInput(isJSON ? .wrongShape : .notJSON, "\(error)"), line: number), isJSON)
        }
        guard let object = json.object else {
            return (refusal(nil, BadInput(.wrongShape, "write a JSON object"), line: number), true)
        }
        do throws(BadInput) {
            return (try answer(object), true)
        } catch {
            return (refusal(object["id"], error, line: object["id"] == nil ? number : nil), true)
        }
    }

    private func answer(_ object: JSONObject) throws(BadInput) -> JSON {
        try ObservationJSON.refuseUnknownKeys(object, known: DecodeLine.keys)
        let request = try Request(object, profiles: profiles)
        var answer = JSONObject()
        answer.add("id", object["id"])
        guard let message = request.message else {
            add(Decoding(request.observation, by: profiles, forced: request.forced, key: request.key), request, to: &answer)
            if offersToAll { answer.add("candidates", candidates(request.observation, request)) }
            return .object(answer)
        }
        let relay: Profile
        switch request.relay.map({ ProfileSet.Match.profile($0) }) ?? profiles.relay(for: message.topic) {
        case .profile(let profile): relay = profile
        case .none:
            add(Decoding.Summary(
                outcome: "no-profile", code: BadInput.Code.unknownTopic.rawValue,
                detail: "no profile under mqtt/ is for the topic '\(message.topic.prefix(200))'"), to: &answer)
            return .object(answer)
        case .ambiguous(let relays):
            let names = relays.map(\.name).joined(separator: " and ")
            add(Decoding.Summary(
                outcome: "ambiguous", code: BadInput.Code.ambiguousTopic.rawValue, detail: "the topic is claimed by \(names)"),
                to: &answer)
            return .object(answer)
        }
        answer.add("format", .string(relay.name))
        let items = try relay.relayed(topic: message.topic, payload: message.payload, isForced: request.relay != nil)
        if items.count == 1, case .observation(let seen, let decoded) = items[0], decoded.isEmpty {
            add(Decoding(seen, by: profiles, forced: request.forced, key: request.key), request, to: &answer)
            if offersToAll { answer.add("candidates", candidates(seen, request)) }
            return .object(answer)
        }
        add(MessageAnswer(items, relay, by: profiles, forced: request.forced, key: request.key), request, to: &answer)
        return .object(answer)
    }

    private func add(_ said: MessageAnswer, _ request: Request, to answer: inout JSONObject) {
        if said.profiles.count == 1 { answer.add("profile", .string(said.profiles[0])) }
        add(said.summary, to: &answer)
        if !said.outcomes.isEmpty { answer.add("frames", .array(said.outcomes.map(frame))) }
        let readings = said.readings.map { reading($0.reading, receivedAt: $0.receivedAt, of: $0.device, request) }
        if !readings.isEmpty { answer.add("readings", .array(readings)) }
    }

    private func add(_ decoding: Decoding, _ request: Request, to answer: inout JSONObject) {
        if case .profile(let profile) = decoding.answer { answer.add("profile", .string(profile.name)) }
        add(decoding.summary, to: &answer)
        if !decoding.items.isEmpty { answer.add("frames", .array(decoding.items.map { frame($0.outcome) })) }
        answer.add("readings", readings(of: decoding, request))
    }

    func add(_ summary: Decoding.Summary, to answer: inout JSONObject) {
        answer.add("outcome", .string(summary.outcome))
        answer.add("code", summary.code.map { .string($0) })
        answer.add("detail", summary.detail.map { .string($0) })
    }

    func frame(_ outcome: DecodeOutcome) -> JSON {
        var object = JSONObject([("outcome", .string(outcome.name))])
        object.add("code", outcome.code.map { .string($0) })
        object.add("detail", outcome.detail.map { .string($0) })
        return .object(object)
    }

    private func readings(of decoding: Decoding, _ request: Request) -> JSON? {
        let readings = decoding.readings
        return readings.isEmpty ? nil : .array(readings.map { reading($0.reading, receivedAt: $0.receivedAt, request) })
    }

    /// - Parameter device: told where a message may speak of several.
    func reading(_ reading: Reading, receivedAt: Instant?, of device: DeviceID? = nil, _ request: Request) -> JSON {
        var object = JSONObject([("kind", .string(reading.kind.rawValue))])
        object.add("device", device.map { .string($0.description) })
        let (time, quality) = request.time(of: reading, receivedAt: receivedAt)
        object.add("measuredAt", time.map { .string($0) })
        object.add("timeQuality", .string(quality.rawValue))
        object.add("values", ReadingPayload.values(of: reading))
        for (key, value) in ReadingPayload.circumstances(of: reading) { object.add(key, value) }
        return .object(object)
    }

    /// The answer of every profile that could read it by its bytes alone.
    private func candidates(_ seen: Observation, _ request: Request) -> JSON? {
        let candidates = profiles.readers(of: seen).map { profile -> JSON in
            let decoding = Decoding(seen, by: profile, key: request.key)
            var object = JSONObject([("profile", .string(profile.name))])
            add(decoding.summary, to: &object)
            object.add("readings", readings(of: decoding, request))
            return .object(object)
        }
        return candidates.isEmpty ? nil : .array(candidates)
    }

    private func refusal(_ id: JSON?, _ bad: BadInput, line: Int?) -> JSON {
        var object = JSONObject()
        object.add("id", id)
        object.add("outcome", .string("bad-input"))
        object.add("code", .string(bad.code.rawValue))
        object.add("detail", .string(bad.detail))
        object.add("line", line.map { .number(String($0)) })
        return .object(object)
    }
}

extension DecodeLine {
    /// What one line asks.
    struct Request {
        var observation = Observation()
        var message: (topic: String, payload: [UInt8])?
        /// The profile asked for, of a device or of the message's format.
        var forced: Profile?
        var relay: Profile?
        var receivedAt: Instant?
        var place: Place?
        /// The device's bind key.
        var key: [UInt8]?

        init(_ observation: Observation, place: Place?) {
            self.observation = observation
            self.place = place
        }

        init(_ object: JSONObject, profiles: ProfileSet) throws(BadInput) {
            for (key, value) in object.members where value == .null {
                throw BadInput(.wrongShape, "\(key): leave a key out rather than write null")
            }
            if let id = object["id"], id.string == nil, id.number == nil { throw BadInput(.wrongShape, "id: write text") }
            if let name = try Self.text(object, "profile") {
                guard let profile = profiles[name] else { throw BadInput(.unknownProfile, "no profile is called '\(name.prefix(80))'") }
                if profile.isRelay { relay = profile } else { forced = profile }
            }
            if let key = try Self.text(object, "key") {
                guard let bytes = [UInt8](hex: key), [12, 16].contains(bytes.count) else {
                    throw BadInput(.badKey, "key: a bind key has 24 or 32 hex digits")
                }
                self.key = bytes
            }
            if let zone = try Self.text(object, "zone") {
                guard let place = Place(identifier: zone) else { throw BadInput(.badZone, "no time zone '\(zone.prefix(40))'; write one such as Asia/Shanghai") }
                self.place = place
            }
            if let text = try Self.text(object, "receivedAt") {
                guard let instant = Instant(rfc3339: text) else {
                    throw BadInput(.badTime, "receivedAt: '\(text.prefix(40))' is no RFC 3339 time; write 2026-11-21T08:30:00Z")
                }
                receivedAt = instant
            }
            observation = try ObservationJSON.read(object)
            guard let topic = try Self.text(object, "topic") else {
                if object["payload"] != nil { throw BadInput(.wrongShape, "payload: without 'topic' nobody knows its format") }
                if let relay { throw BadInput(.unknownProfile, "\(relay.name) reads messages: give 'topic' and 'payload'") }
                return
            }
            guard let payload = try Self.text(object, "payload") else { throw BadInput(.wrongShape, "topic: without 'payload'") }
            guard observation.items.isEmpty else { throw BadInput(.wrongShape, "topic: beside frames or adverts; which of them is meant?") }
            message = (topic, Array(payload.utf8))
        }

        private static func text(_ object: JSONObject, _ key: String) throws(BadInput) -> String? {
            guard let json = object[key] else { return nil }
            guard let text = json.string else { throw BadInput(.wrongShape, "\(key): write text in quotes") }
            return text
        }

        /// When it was measured: the device's own time if it was ever set, else the arrival, else what there is.
        func time(of reading: Reading, receivedAt own: Instant?) -> (String?, TimeQuality) {
            let arrived = (own ?? receivedAt)?.before(seconds: reading.secondsAgo ?? 0)
            let arrival = arrived.map { $0.rfc3339(secondsFromUTC: place?.secondsFromUTC(at: $0) ?? 0) }
            guard let said = reading.deviceTime else { return (arrival, .arrival) }
            if reading.isUTC {
                let instant = Instant(said, secondsFromUTC: 0)
                let device = instant.rfc3339(secondsFromUTC: place?.secondsFromUTC(at: instant) ?? 0)
                return said.year < MeasuredAt.firstBelievableYear ? (arrival ?? device, .unset) : (device, .device)
            }
            let offset = place?.secondsFromUTC(at: said)
            let device = offset.map { Instant(said, secondsFromUTC: $0).rfc3339(secondsFromUTC: $0) } ?? said.text
            return said.year < MeasuredAt.firstBelievableYear ? (arrival ?? device, .unset) : (device, .device)
        }
    }
}
