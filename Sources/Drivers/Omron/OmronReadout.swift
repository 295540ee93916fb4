import DeviceProfiles

/// How far a memory was read out: which packet is next, given what was answered. Nothing here writes to the memory.
///
/// Source of the order: userx14/omblepy sharedDriver.py, eigger/hass-omron ble_session.py (retold).
struct OmronReadout: Sendable {
    private enum Stage: Hashable {
        case locked, refused, closed, reading(Int), ending, done
    }

    /// Any four bytes; the device says them back.
    private static let token: [UInt8] = [0x76, 0x67, 0x74, 0x01]

    private let map: OmronMap
    private var stage: Stage

    init(_ map: OmronMap) {
        self.map = map
        stage = map.access == .bond ? .closed : .locked
    }

    private var blocksOfUser: Int { (map.size * map.slots + map.block - 1) / map.block }

    /// The nth read: one user's records behind the other's.
    private func block(_ index: Int) -> (address: UInt16, size: UInt8)? {
        guard map.users.indices.contains(index / blocksOfUser) else { return nil }
        let offset = index % blocksOfUser * map.block
        let size = min(map.block, map.size * map.slots - offset)
        return (UInt16(map.users[index / blocksOfUser] + offset), UInt8(size))
    }

    func question(key: [UInt8]?) throws(DecodeFailure) -> DriverQuestion? {
        switch stage {
        case .locked: return try unlocking(key)
        case .refused: throw .wrongKey
        case .closed: return asking(OmronPacket(.begin, size: 0x10), "the session to begin")
        case .reading(let index):
            guard let (address, size) = block(index) else { return nil }
            return asking(
                OmronPacket(.read, address: address, size: size), "block \(index + 1) of \(blocksOfUser * map.users.count) of the memory")
        case .ending: return asking(OmronPacket(.end), "the session to end")
        case .done: return nil
        }
    }

    private func unlocking(_ key: [UInt8]?) throws(DecodeFailure) -> DriverQuestion? {
        guard let unlock = OmronChannels.unlock else { return nil }
        if map.access == .token {
            return DriverQuestion([0x11] + Self.token + [UInt8](repeating: 0, count: 15), to: unlock, words: "the token said back")
        }
        guard let key else { throw .noKey }
        guard key.count == 16 else { throw .wrongKey }
        return DriverQuestion([0x01] + key, to: unlock, words: "the key accepted")
    }

    private func asking(_ packet: OmronPacket, _ words: String) -> DriverQuestion? {
        OmronChannels.requests.first.map { DriverQuestion(packet.encoded, to: $0, words: words) }
    }

    /// An answer on the unlock characteristic.
    mutating func takeUnlock(_ bytes: [UInt8]) {
        guard stage == .locked, bytes.count >= 2 else { return }
        let accepted = map.access == .token ? bytes.starts(with: [0x91, 0x00] + Self.token) : bytes.starts(with: [0x81, 0x00])
        stage = accepted ? .closed : .refused
    }

    mutating func take(_ packet: OmronPacket) {
        switch (stage, packet.kind) {
        case (.closed, .begun): stage = .reading(0)
        case (.reading(let index), .data):
            guard let (address, size) = block(index), packet.address == address, packet.size == size else { return }
            stage = block(index + 1) == nil ? .ending : .reading(index + 1)
        case (.ending, .ended): stage = .done
        default: break
        }
    }
}
