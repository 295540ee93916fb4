import ExactJSON
import Readings

/// What the radio found of one device, as it lies in the store for listings.
///
///     {"bond":{"adapter":"F0:00:00:00:00:01","state":"held"},
///      "wakes":{"since":"2026-03-02T06:00:00Z","caught":12,"idle":1,"missed":0,"median":650,"worst":1200}}
package struct DeviceNote: Sendable, Hashable {
    package var bond: Bond?
    /// Of the run of the gateway that began then; times in milliseconds.
    package var wakes: Wakes?

    package struct Wakes: Sendable, Hashable {
        package var since: Instant
        package var caught, idle, missed: Int
        package var median, worst: Int?

        init(_ tally: WakeTally, since: Instant) {
            self.since = since
            (caught, idle, missed, median, worst) = (tally.caught, tally.idle, tally.missed, tally.median, tally.worst)
        }

        init?(_ object: JSONObject) {
            guard let since = object["since"]?.string.flatMap(Instant.init(rfc3339:)) else { return nil }
            self.since = since
            (caught, idle, missed) = (object["caught"]?.int ?? 0, object["idle"]?.int ?? 0, object["missed"]?.int ?? 0)
            (median, worst) = (object["median"]?.int, object["worst"]?.int)
        }
    }

    package init(bond: Bond?, wakes: Wakes?) {
        self.bond = bond
        self.wakes = wakes
    }

    /// nil where it is none, of an older or a newer gateway.
    package init?(_ text: String) {
        guard let object = (try? JSON(parsing: text))?.object else { return nil }
        if let bond = object["bond"]?.object, let adapter = bond["adapter"]?.string.flatMap(DeviceID.init(address:)) {
            self.bond = Bond(adapter: adapter, state: bond["state"]?.string.flatMap(Bond.State.init) ?? .unknown)
        }
        wakes = object["wakes"]?.object.flatMap(Wakes.init)
    }

    package var json: JSONObject {
        var object = JSONObject()
        object.add("bond", bond.map { .object(JSONObject([("adapter", .string($0.adapter.description)), ("state", .string($0.state.rawValue))])) })
        object.add("wakes", wakes.map { wakes in
            var object = JSONObject([("since", .string(wakes.since.rfc3339()))])
            for (key, number) in [("caught", wakes.caught), ("idle", wakes.idle), ("missed", wakes.missed)] { object[key] = .integer(number) }
            object.add("median", wakes.median.map { .integer($0) })
            object.add("worst", wakes.worst.map { .integer($0) })
            return .object(object)
        })
        return object
    }

    package var text: String { JSON.object(json).text }

    /// For a listing: `bond lost; 12 of 13 wakes, 0.7 s`.
    package var summary: String {
        let bond: String? = switch self.bond?.state {
        case .held: "bonded"
        case .lost: "bond lost"
        case .away: "bond's adapter away"
        case .unknown, nil: nil
        }
        let wakes = wakes.map { wakes in
            let tenths = wakes.median.map { ($0 + 50) / 100 }
            return "\(wakes.caught) of \(wakes.caught + wakes.missed) wakes" + (tenths.map { ", \($0 / 10).\($0 % 10) s" } ?? "")
        }
        return [bond, wakes].compactMap(\.self).joined(separator: "; ")
    }
}
