import Captures
import DeviceProfiles
import ExactJSON
import Readings

/// Decodes a recording of Bluetooth traffic through the profiles: a JSON line for each device, as `vitalgate decode` writes it,
/// then one about the recording itself.
package struct Replay: Sendable {
    package struct Settings: Sendable {
        /// The zone of the walls that the devices were set by.
        package var place: Place?
        /// Bind keys.
        package var keys: [DeviceID: [UInt8]] = [:]
        /// One profile for all devices.
        package var forced: Profile?
        /// Also the devices that no profile claims and nobody connected to: telephones and tags of who passed by.
        package var tellsAll = false
        /// What was heard, in the form that `decode` takes, in place of what it becomes.
        package var tellsInput = false

        package init() {}
    }

    /// Recordings beyond this many bytes are refused unread.
    package static let limit = 1 << 30

    private let decoder: DecodeLine
    private let profiles: ProfileSet
    private let settings: Settings

    package init(profiles: ProfileSet, settings: Settings) {
        self.profiles = profiles
        self.settings = settings
        decoder = DecodeLine(profiles: profiles, offersToAll: false)
    }

    /// - Returns: the lines, and whether the recording is whole.
    package func answer(_ bytes: [UInt8]) -> (lines: [JSON], isWhole: Bool) {
        let traffic: CapturedTraffic
        do throws(CaptureFailure) {
            traffic = try CapturedTraffic(bytes)
        } catch {
            return ([.object(JSONObject([("outcome", .string("bad-input"))]).with(error))], false)
        }
        var lines: [JSON] = []
        var untold = 0
        for device in traffic.devices {
            if let line = answer(device) { lines.append(line) } else { untold += 1 }
        }
        if !settings.tellsInput { lines.append(.object(summary(of: traffic, untold: untold))) }
        return (lines, traffic.failure == nil)
    }

    private func answer(_ device: Observation) -> JSON? {
        var seen = device
        let match = Decoding.Answer(to: seen, by: profiles, forced: settings.forced)
        let profile: Profile? = if case .profile(let profile) = match { profile } else { nil }
        let isConnected = seen.items.contains { if case .frame = $0.content { true } else { false } }
        guard settings.tellsAll || profile != nil || isConnected else { return nil }
        seen.items = heard(seen, by: profile)
        if settings.tellsInput { return seen.items.isEmpty ? nil : .object(ObservationJSON.object(of: seen)) }
        let key = seen.address.flatMap { settings.keys[$0] }
        let decoding = Decoding(seen, by: profiles, forced: settings.forced, key: key)
        let request = DecodeLine.Request(seen, place: settings.place)
        var line = JSONObject()
        line.add("address", seen.address.map { .string($0.description) })
        line.add("name", seen.name.map { .string($0) })
        if let profile { line.add("profile", .string(profile.name)) }
        decoder.add(decoding.summary, to: &line)
        if !decoding.items.isEmpty { line.add("frames", .array(decoding.items.map { decoder.frame($0.outcome) })) }
        let readings = different(decoding.readings, of: seen.address)
        if !readings.isEmpty {
            line.add("readings", .array(readings.map { decoder.reading($0.reading, receivedAt: $0.receivedAt, request) }))
        }
        return .object(line)
    }

    /// Without what only repeats a broadcast that still goes on, as the gateway takes it in.
    private func heard(_ seen: Observation, by profile: Profile?) -> [Observation.Item] {
        guard let device = seen.address else { return seen.items }
        var bursts = Bursts()
        return seen.items.filter { item in
            let at = UInt64(max(0, item.receivedAt?.milliseconds ?? 0)).multipliedReportingOverflow(by: 1_000_000).partialValue
            let isRepeat = bursts.repeats(item.content, of: device, at: at)
            guard isRepeat, let profile else { return !isRepeat }
            return profiles.reader(of: item.content, for: profile).countsFrames
        }
    }

    private typealias Told = (reading: Reading, receivedAt: Instant?)

    /// Each reading once, as the store keeps it: a record that a device gave twice is one reading, and one that says more
    /// takes the place of the one that said less.
    private func different(_ readings: [Told], of device: DeviceID?) -> [Told] {
        guard let device else { return readings }
        var kept: [Told] = []
        var places: [ReadingIdentity: Int] = [:]
        for (index, told) in readings.enumerated() {
            let identity = ReadingIdentity(of: told.reading, from: device, unclocked: .burst(boot: "capture", nanoseconds: UInt64(index)))
            let before = places[identity].map { kept[$0].reading.values }
            let stored = before.map { values in
                ReadingIdentity.StoredValues(revision: 1, values: values.map { ReadingIdentity.StoredValues.Value($0.name, $0.reported) })
            }
            switch ReadingIdentity.recurrence(of: told.reading.values, after: stored) {
            case .duplicate: continue
            case .completes: if let place = places[identity] { kept[place] = told }
            case .new, .conflict:
                places[identity] = places[identity] ?? kept.count
                kept.append(told)
            }
        }
        return kept
    }

    private func summary(of traffic: CapturedTraffic, untold: Int) -> JSONObject {
        var capture = JSONObject([("packets", .number(String(traffic.packets))), ("devices", .number(String(traffic.devices.count)))])
        if untold > 0 { capture.add("unknown", .number(String(untold))) }
        let refused = traffic.refused.map { refused in
            JSON.object(JSONObject([
                ("code", .string(refused.code.rawValue)), ("count", .number(String(refused.count))),
                ("firstAt", .number(String(refused.offset))), ("detail", .string(refused.code.detail)),
            ]))
        }
        if !refused.isEmpty { capture.add("refused", .array(refused)) }
        guard let failure = traffic.failure else { return JSONObject([("capture", .object(capture))]) }
        return JSONObject([("capture", .object(capture)), ("outcome", .string("bad-input"))]).with(failure)
    }
}

extension JSONObject {
    fileprivate func with(_ failure: CaptureFailure) -> JSONObject {
        var object = self
        object.add("code", .string(failure.code))
        object.add("detail", .string(failure.description))
        return object
    }
}

extension CapturedTraffic.Refused.Code {
    fileprivate var detail: String {
        switch self {
        case .brokenEvent: "events of the controller that are shorter than they say"
        case .brokenAdvert: "advertisements with a structure that leads beyond their end"
        case .brokenData: "pieces of data that begin nothing and continue nothing, or are shorter than they say"
        case .brokenMessage: "messages of the attribute protocol that are shorter than their kind"
        case .shortened: "packets of which the recorder kept only the beginning: record without a limit"
        case .unknownConnection: "data of connections that are older than the capture: begin to record before the device connects"
        case .unknownHandle: "values whose characteristic is not told: record while the device is paired anew, its discovery is missing"
        }
    }
}
