/// Why a capture cannot be read, or not to its end.
package struct CaptureFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        case notACapture
        case unknownVersion(UInt32)
        case unknownForm(UInt32)
        /// The file ends within a record: it was copied while it was still written, or the recorder was killed.
        case cutShort(needed: Int, left: Int)
        /// No controller sends packets of this size: the bytes are something else.
        case hugeRecord(UInt32)
    }

    package var reason: Reason
    /// The first byte of the file that could not be used.
    package var offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var code: String {
        switch reason {
        case .notACapture: "not-a-capture"
        case .unknownVersion: "unknown-version"
        case .unknownForm: "unknown-form"
        case .cutShort: "cut-short"
        case .hugeRecord: "huge-record"
        }
    }

    package var description: String {
        let found = switch reason {
        case .notACapture: "no btsnoop file: it does not begin with the word 'btsnoop'. btmon -w FILE writes one, and so does the HCI log of a telephone"
        case .unknownVersion(let version): "btsnoop version \(version); version 1 is known"
        case .unknownForm(let form): "btsnoop data link \(form); known are 1001 (HCI), 1002 (HCI with packet types) and 2001 (btmon)"
        case .cutShort(let needed, let left): "the file ends within a record: \(needed) bytes wanted, \(left) left"
        case .hugeRecord(let size): "a record of \(size) bytes; no Bluetooth packet is so large"
        }
        return "byte \(offset): \(found)"
    }
}
