import ExactJSON
import Readings

/// In JSON, that something is to be forgotten. To whoever does not know the word `erased` a reading is withdrawn, and an alarm
/// cleared.
package enum ErasurePayload {
    package static func json(of notice: ErasureNotice, gateway: String) -> JSON {
        var object = JSONObject()
        switch notice.subject {
        case .reading(let identity, let kind, let revision):
            object.add("type", .string("reading"))
            object.add("id", .string(identity.description))
            object.add("revision", .number(String(revision)))
            object.add("supersedes", .number(String(revision - 1)))
            object.add("form", .number(String(ReadingPayload.form.erasure)))
            object.add("retracted", .bool(true))
            object.add("erased", .bool(true))
            object.add("gateway", .string(gateway))
            object.add("device", .string(notice.device.description))
            object.add("kind", .string(kind.rawValue))
        case .alarm(let id, let vital):
            object.add("type", .string("alarm"))
            object.add("id", .string(id))
            object.add("phase", .string("cleared"))
            object.add("erased", .bool(true))
            object.add("gateway", .string(gateway))
            object.add("device", .string(notice.device.description))
            object.add("vital", .string(vital))
        }
        return .object(object)
    }
}
