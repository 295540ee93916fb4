import ExactJSON
import Readings

/// One thing that an MQTT message says.
package enum RelayedItem: Sendable, Hashable {
    /// Bytes that a device sent, for the profile of that device. `decoded`: what the bridge made of them itself, for where
    /// no profile claims them.
    case observation(Observation, decoded: [DecodeOutcome])
    /// What the bridge decoded, of one device.
    case decoded(DeviceID, [DecodeOutcome])
    /// One value of a device, to be joined with others.
    case part(MessagePart)
    /// An element that speaks of nobody, or has another shape.
    case refused(BadInput)
}

/// One scalar of a device, and the keys under which it stands in the object that its scalars make.
package struct MessagePart: Sendable, Hashable {
    package var device: DeviceID
    package var keys: [String]
    package var value: JSON
}

extension Profile {
    /// Whether it makes readings of messages itself, and does not only hand bytes on.
    package var decodesMessages: Bool { relay.map { !$0.readings.isEmpty } ?? false }

    /// Whether equal messages of this bridge, one behind the other, are one broadcast heard again.
    package var relaysBroadcasts: Bool { relay?.isBroadcast ?? false }

    /// What becomes of messages that are lost before the broker has them: `best-effort` or `acknowledged`.
    package var custody: String? { relay?.custody.rawValue }

    /// What an MQTT message says, element by element. Empty where it says nothing that is read.
    /// - Parameter isForced: read it whatever its topic is, without what the topic would say.
    package func relayed(topic: String, payload: [UInt8], isForced: Bool = false) throws(BadInput) -> [RelayedItem] {
        guard let relay, let captures = relay.captures(in: topic) ?? (isForced ? [:] : nil) else { return [] }
        switch relay.form {
        case .rawFrames: return try Profile.rawFrames(payload)
        case .json: return try relay.items(of: MessageScope(Profile.json(payload), captures: captures))
        case .scalar: return try relay.part(payload, captures).map { [$0] } ?? []
        }
    }

    /// What of a message may be stored: all of it, unless it has something to say of a person.
    package func storable(_ payload: [UInt8]) -> [UInt8] {
        guard let relay, relay.form == .json, let json = try? JSON(parsing: payload) else { return payload }
        let (cleaned, isChanged) = PersonalFields.dropped(from: json, also: relay.drops)
        return isChanged ? Array(cleaned.text.utf8) : payload
    }

    private static func json(_ payload: [UInt8]) throws(BadInput) -> JSON {
        do throws(JSONFailure) {
            return try JSON(parsing: payload)
        } catch {
            throw BadInput(.notJSON, "\(error)")
        }
    }

    private static func rawFrames(_ payload: [UInt8]) throws(BadInput) -> [RelayedItem] {
        guard let object = try json(payload).object else { throw BadInput(.wrongShape, "write a JSON object") }
        // A message may not choose its own key or profile: those are the operator's.
        for key in ["key", "profile"] where object[key] != nil {
            throw BadInput(.refusedKey, "'\(key)' is not taken from a message; set it when the device is enrolled")
        }
        try ObservationJSON.refuseUnknownKeys(object, known: ObservationJSON.keys)
        let seen = try ObservationJSON.read(object)
        guard seen.address != nil else { throw BadInput(.badAddress, "address: missing; a frame without a device is nobody's") }
        return [.observation(seen, decoded: [])]
    }
}

extension Relay {
    func captures(in topic: String) -> [String: String]? {
        for pattern in topics {
            if let captures = pattern.captures(in: topic, words: words) { return captures }
        }
        return nil
    }

    fileprivate func items(of message: MessageScope) throws(BadInput) -> [RelayedItem] {
        let value = message.elements[0].value
        guard value.object != nil || value.array != nil else { throw BadInput(.wrongShape, "write a JSON object or a list") }
        var items: [RelayedItem] = []
        var decoded = try decoded(message, &items)
        for item in try adverts?.items(in: message) ?? [] {
            // One advertisement, told twice in one message: by its bytes, and by what the bridge made of them.
            guard case .observation(let seen, _) = item, let device = seen.address,
                let place = decoded.firstIndex(where: { $0.device == device })
            else {
                items.append(item)
                continue
            }
            items.append(.observation(seen, decoded: decoded.remove(at: place).outcomes))
        }
        return items + decoded.map { .decoded($0.device, $0.outcomes) }
    }

    /// What the readings make of all elements, for each device in the order in which they come.
    private func decoded(
        _ message: MessageScope, _ items: inout [RelayedItem]
    ) throws(BadInput) -> [(device: DeviceID, outcomes: [DecodeOutcome])] {
        var places: [DeviceID: Int] = [:]
        var found: [(device: DeviceID, outcomes: [DecodeOutcome])] = []
        for reading in readings {
            guard let elements = try reading.elements.find(in: message) else { continue }
            for refusal in elements.refused where !items.contains(.refused(refusal)) { items.append(.refused(refusal)) }
            for scope in elements.scopes {
                guard let outcome = reading.outcome(scope) else { continue }
                let owner: DeviceID
                do throws(BadInput) {
                    owner = try device(in: scope)
                } catch {
                    items.append(.refused(error))
                    continue
                }
                if let place = places[owner] {
                    found[place].outcomes.append(outcome)
                } else {
                    places[owner] = found.count
                    found.append((owner, [outcome]))
                }
            }
        }
        return found
    }

    fileprivate func device(in scope: MessageScope) throws(BadInput) -> DeviceID {
        // What stands in these places is not told: it may be the name of a person.
        switch device {
        case .fixed(let device): return device
        case .address(let paths):
            guard let device = DeviceID(address: try name(paths, in: scope)) else {
                throw BadInput(.badAddress, "\(paths.first?.text ?? "address"): no Bluetooth address")
            }
            return device
        case .named(let namespace, let paths, let channel):
            var id = try name(paths, in: scope)
            if let channel = try? name(channel, in: scope) { id += "." + channel }
            guard let device = DeviceID(namespace: namespace, id: id) else {
                throw BadInput(
                    .badAddress, "\(paths.first?.text ?? "id"): an id has 1 to 64 letters, digits, points, dashes and underscores")
            }
            return device
        case nil: throw BadInput(.badAddress, "nobody knows whose reading this is")
        }
    }

    private func name(_ paths: [MessagePath], in scope: MessageScope) throws(BadInput) -> String {
        let found: (value: JSON, path: MessagePath)?
        do throws(DecodeFailure) {
            found = try scope.find(paths)
        } catch {
            throw BadInput(.wrongShape, error.detail)
        }
        guard let (value, path) = found else {
            throw BadInput(.badAddress, "\(paths.first?.text ?? "device"): missing; nobody knows whose reading this is")
        }
        guard let text = value.string ?? value.number else { throw BadInput(.wrongShape, "\(path.text): wanted text or a number") }
        return text
    }

    /// nil for what a bridge writes where it has no value.
    fileprivate func part(_ payload: [UInt8], _ captures: [String: String]) throws(BadInput) -> RelayedItem? {
        guard let join else { return nil }
        guard payload.count <= 256, let text = String(validating: payload, as: UTF8.self) else {
            throw BadInput(.wrongShape, "write one value: a number or a word")
        }
        // Bare, or as JSON: text in quotes is the text.
        let json = try? JSON(parsing: payload)
        guard json?.object == nil, json?.array == nil else { throw BadInput(.wrongShape, "write one value: a number or a word") }
        let value = json ?? .string(text)
        if let word = MessageWord.text(value)?.lowercased(), ["", "nan", "unknown", "unavailable", "none"].contains(word) { return nil }
        guard value != .null else { return nil }
        let owner = try device(in: MessageScope(.null, captures: captures))
        return .part(MessagePart(device: owner, keys: join.at.compactMap { captures[$0] }, value: value))
    }
}
