import DeviceProfiles

/// Puts packets together. Older devices have four characteristics for answers and send 16 bytes on each, in their order;
/// newer ones have the first of them alone and send whole packets on it.
struct OmronChannels: Sendable {
    /// For answers. Source: userx14/omblepy omblepy.py.
    static let answers = [
        "49123040-aee8-11e1-a74d-0002a5d5c51b", "4d0bf320-aee8-11e1-a0d9-0002a5d5c51b",
        "5128ce60-aee8-11e1-b84b-0002a5d5c51b", "560f1420-aee8-11e1-8184-0002a5d5c51b",
    ].compactMap { BluetoothUUID($0) }

    /// For requests, in the same way.
    static let requests = [
        "db5b55e0-aee7-11e1-965e-0002a5d5c51b", "e0b8a060-aee7-11e1-92f4-0002a5d5c51b",
        "0ae12b00-aee8-11e1-a192-0002a5d5c51b", "10e1ba60-aee8-11e1-89e5-0002a5d5c51b",
    ].compactMap { BluetoothUUID($0) }

    /// Where a host is let in.
    static let unlock = BluetoothUUID("b305b680-aee7-11e1-a730-0002a5d5c51b")

    private var pieces: [[UInt8]?] = [nil, nil, nil, nil]

    /// The packet, once the last of its pieces is there; pieces may come in any order.
    mutating func take(_ piece: [UInt8], on channel: Int) throws(DecodeFailure) -> OmronPacket? {
        guard pieces.indices.contains(channel) else { return nil }
        pieces[channel] = Array(piece.prefix(channel == 0 ? 255 : 16))
        guard let first = pieces[0] else { return nil }
        guard let length = first.first.map(Int.init), length >= 8, length <= 64 || first.count >= length else {
            pieces = [nil, nil, nil, nil]
            throw .notUnderstood("a packet of the memory protocol has 8 to 64 bytes on four channels")
        }
        var packet = first.prefix(length)
        if packet.count < length {
            for piece in pieces[1..<(length + 15) / 16] {
                guard let piece else { return nil }
                packet += piece
            }
        }
        pieces = [nil, nil, nil, nil]
        return try OmronPacket(Array(packet.prefix(length)))
    }
}
