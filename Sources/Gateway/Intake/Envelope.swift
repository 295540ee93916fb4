import DeviceProfiles
import MQTT
import Store

/// What a frame came in, and what of that is stored with it.
enum Envelope {
    /// A message of a bridge, in the bridge's format.
    case message(ReceivedMessage, Profile)
    case radio(RadioFrame)

    /// How `body` is to be read.
    var format: String {
        switch self {
        case .message(_, let relay): relay.name
        case .radio: RadioFrame.format
        }
    }

    var topic: String? { if case .message(let message, _) = self { message.topic } else { nil } }

    var body: [UInt8] {
        switch self {
        case .message(let message, let relay): relay.storable(message.payload)
        case .radio(let frame): Array(ObservationJSON.text(of: frame.seen).utf8)
        }
    }

    /// Bytes.
    var size: Int {
        switch self {
        case .message(let message, _): message.payload.count
        case .radio: RadioFrame.mostBytes
        }
    }

    var custody: Custody {
        switch self {
        case .message(let message, _): message.qos > 0 ? .acknowledged : .bestEffort
        case .radio(let frame): frame.custody
        }
    }

    var isRetained: Bool { if case .message(let message, _) = self { message.isRetained } else { false } }

    var packetID: UInt16? {
        if case .message(let message, _) = self, message.qos > 0 { message.packetID } else { nil }
    }

    /// The profile that brought it, and so reads it.
    var profile: String? { if case .radio(let frame) = self { frame.profile } else { nil } }
}
