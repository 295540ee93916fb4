import DeviceProfiles
import ExactJSON
import Readings

/// What a program that listens says to the gateway over a local socket, a line of JSON each:
///
///     {"listener":"F0:00:00:00:00:01","form":1}    first of all: by which adapter
///     {"state":"listening"}                        how it is with the adapter, at first and at each change; with a "detail"
///     {"address":"AA:BB:…","serviceData":{…}}      an advertisement, as `ObservationJSON` has it
///     {"lost":17}                                  so many were heard, and not handed over
///
/// The gateway answers `{"taken":250}`: of the lines since its last answer, so many advertisements and losses are kept or counted.
package enum ListenerLine: Sendable, Hashable {
    case hello(DeviceID)
    case state(ListenerState, detail: String)
    case heard(Observation)
    case lost(Int)

    package static let form = 1
    /// The longest advertisement as JSON, its every byte of a name written as `\u0001`, with all that stands around it.
    package static let mostBytes = 16_384
    /// Nobody loses more between two lines: a year of a loud air.
    private static let mostLost = 1_000_000_000

    package init(_ line: [UInt8]) throws(BadInput) {
        let json: JSON
        do {
            json = try JSON(parsing: line)
        } catch {
            throw BadInput(.notJSON, "\(error)")
        }
        guard let object = json.object else { throw BadInput(.wrongShape, "a line is an object") }
        switch object.keys.first {
        case "listener":
            try ObservationJSON.refuseUnknownKeys(object, known: ["listener", "form"])
            guard object["form"]?.int == ListenerLine.form else { throw BadInput(.wrongShape, "form: this gateway speaks \(ListenerLine.form)") }
            guard let text = object["listener"]?.string, let adapter = DeviceID(address: text) else {
                throw BadInput(.badAddress, "listener: write the address of its adapter")
            }
            self = .hello(adapter)
        case "state":
            try ObservationJSON.refuseUnknownKeys(object, known: ["state", "detail"])
            guard let state = object["state"]?.string.flatMap(ListenerState.init) else {
                throw BadInput(.wrongShape, "state: one of \(ListenerState.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self = .state(state, detail: ListenerLine.plain(object["detail"]?.string ?? ""))
        case "lost":
            try ObservationJSON.refuseUnknownKeys(object, known: ["lost"])
            guard let count = object["lost"]?.int, (1...ListenerLine.mostLost).contains(count) else {
                throw BadInput(.wrongShape, "lost: a number from 1 to \(ListenerLine.mostLost)")
            }
            self = .lost(count)
        default:
            try ObservationJSON.refuseUnknownKeys(object, known: ["name", "address", "services", "serviceData", "manufacturerData"])
            self = .heard(try ObservationJSON.read(object))
        }
    }

    /// It goes into a log, one line of it.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(200).map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    /// Without the end of the line.
    package var text: String {
        switch self {
        case .hello(let adapter):
            JSON.object(JSONObject([("listener", .string(adapter.description)), ("form", .number("\(ListenerLine.form)"))])).text
        case .state(let state, let detail):
            JSON.object(JSONObject([("state", .string(state.rawValue))] + (detail.isEmpty ? [] : [("detail", .string(detail))]))).text
        case .heard(let seen): ObservationJSON.text(of: seen)
        case .lost(let count): JSON.object(JSONObject([("lost", .number("\(count)"))])).text
        }
    }

    /// The gateway's answer.
    package static func taken(_ count: Int) -> String { JSON.object(JSONObject([("taken", .number("\(count)"))])).text }

    /// What is in the gateway's answer; nil where it is none.
    package static func taken(in line: [UInt8]) -> Int? {
        guard let count = (try? JSON(parsing: line))?.object?["taken"]?.int, count >= 0 else { return nil }
        return count
    }
}

/// How it is with a listener's adapter: a closed code, and what to do about it.
package enum ListenerState: String, Sendable, CaseIterable {
    case listening
    case noAdapter = "no-adapter"
    case adapterBlocked = "adapter-blocked"
    case adapterOff = "adapter-off"
    case notPermitted = "not-permitted"
    case scanRefused = "scan-refused"

    package var advice: String {
        switch self {
        case .listening: "it listens"
        case .noAdapter: "its adapter is not there: plug it in, or look at the address behind --adapter"
        case .adapterBlocked: "its adapter is blocked: rfkill unblock bluetooth"
        case .adapterOff: "its adapter cannot be switched on"
        case .notPermitted: "it may not use the adapter: it needs CAP_NET_RAW and CAP_NET_ADMIN, see systemd/vitalgate-hci@.service"
        case .scanRefused: "its adapter does not listen: is bluetoothd, or another program, at work on it?"
        }
    }
}
