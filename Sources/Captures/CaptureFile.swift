import Readings

/// A btsnoop file, record by record.
///
///     "btsnoop\0" | version u32 | data link u32 | records            highest byte first
///     record: original length u32 | kept length u32 | flags u32 | drops u32 | time i64 | kept bytes
///
/// The time is in microseconds since the year 0. Source: RFC 1761 (snoop), BlueZ doc/btsnoop.txt and src/shared/btsnoop.c (retold).
struct CaptureFile {
    enum Form: UInt32 {
        /// Flags: 1 from the controller, 2 command or event.
        case plain = 1001
        /// The packet's type in front of it; flag 1 as above. Telephones write this.
        case typed = 1002
        /// The kind of record in the low half of the flags, the controller in the high one. btmon writes this.
        case monitor = 2001
    }

    static let word = Array("btsnoop\0".utf8)
    /// 1970-01-01 in microseconds since the year 0.
    private static let epoch: Int64 = 0x00DC_DDB3_0F2F_8000
    /// An ACL packet has at most 4 + 65535 bytes, and the monitor's own notes are shorter.
    private static let mostBytes: UInt32 = 1 << 17

    let form: Form
    private(set) var failure: CaptureFailure?
    private var cursor: ByteCursor

    init(_ bytes: [UInt8]) throws(CaptureFailure) {
        cursor = ByteCursor(bytes[...])
        guard bytes.starts(with: CaptureFile.word), cursor.take(8) != nil else { throw CaptureFailure(.notACapture, at: 0) }
        guard let version = cursor.u32(), let form = cursor.u32() else {
            throw CaptureFailure(.cutShort(needed: 16, left: bytes.count), at: bytes.count)
        }
        guard version == 1 else { throw CaptureFailure(.unknownVersion(version), at: 8) }
        guard let known = Form(rawValue: form) else { throw CaptureFailure(.unknownForm(form), at: 12) }
        self.form = known
    }

    /// nil at the end, and where the file breaks off: then there is a `failure`.
    mutating func next() -> HCIPacket? {
        guard failure == nil, !cursor.rest.isEmpty else { return nil }
        let start = cursor.offset, left = cursor.rest.count
        guard let original = cursor.u32(), let kept = cursor.u32(), let flags = cursor.u32(), cursor.u32() != nil, let time = cursor.u64()
        else { return fail(.cutShort(needed: 24, left: left), at: start) }
        guard kept <= CaptureFile.mostBytes else { return fail(.hugeRecord(kept), at: start + 4) }
        let body = cursor.offset, rest = cursor.rest.count
        guard let bytes = cursor.take(Int(kept)) else { return fail(.cutShort(needed: Int(kept), left: rest), at: body) }
        let (since, isBeyond) = Int64(bitPattern: time).subtractingReportingOverflow(CaptureFile.epoch)
        let at = Instant(milliseconds: isBeyond ? 0 : since / 1000)
        return packet(bytes, flags, at: at, isShortened: original > kept)
    }

    private mutating func fail(_ reason: CaptureFailure.Reason, at offset: Int) -> HCIPacket? {
        failure = CaptureFailure(reason, at: offset)
        return nil
    }

    private func packet(_ bytes: ArraySlice<UInt8>, _ flags: UInt32, at: Instant, isShortened: Bool) -> HCIPacket {
        let isFromController = flags & 1 != 0
        let data: HCIPacket.Kind = isFromController ? .received : .sent
        var bytes = bytes, kind = HCIPacket.Kind.other, controller: UInt16 = 0
        switch form {
        case .plain: kind = flags & 2 == 0 ? data : isFromController ? .event : .other
        case .typed:
            switch bytes.popFirst() {
            case 2: kind = data
            case 4: kind = .event
            default: kind = .other
            }
        case .monitor:
            controller = UInt16(flags >> 16)
            switch flags & 0xFFFF {
            case 3: kind = .event
            case 4: kind = .sent
            case 5: kind = .received
            default: kind = .other
            }
        }
        return HCIPacket(kind: kind, controller: controller, at: at, bytes: bytes, isShortened: isShortened)
    }
}
