import Crypto
import CryptoExtras

/// AES in counter mode with a CBC-MAC (NIST SP 800-38C, RFC 3610), made of single AES blocks. Encrypted advertisements use it
/// with tags of 4 bytes.
struct AESCCM: Sendable {
    private let key: SymmetricKey
    private let tagLength: Int
    private let sentLength: Int

    /// nil unless the key has 16, 24 or 32 bytes and the tag an even number from 4 to 16.
    /// - Parameter sent: how many bytes of the tag go along; default: all.
    init?(key: [UInt8], tagLength: Int, sent: Int? = nil) {
        guard [16, 24, 32].contains(key.count), (4...16).contains(tagLength), tagLength % 2 == 0 else { return nil }
        guard (1...tagLength).contains(sent ?? tagLength) else { return nil }
        self.key = SymmetricKey(data: key)
        self.tagLength = tagLength
        sentLength = sent ?? tagLength
    }

    /// The plain bytes; nil if the tag is not that of these bytes under this key, or if a length is none that CCM has.
    /// - Parameter nonce: 7 to 13 bytes.
    /// - Parameter authenticating: bytes that are covered by the tag and not encrypted, at most 65279.
    func unseal(_ sealed: some Collection<UInt8>, tag: some Collection<UInt8>, nonce: [UInt8], authenticating: [UInt8]) -> [UInt8]? {
        guard tag.count == sentLength, let plain = deciphered(sealed, nonce: nonce),
            let expected = self.tag(of: plain, nonce: nonce, authenticating: authenticating)
        else { return nil }
        // Every byte is compared, so that the time taken does not tell which one differs.
        let difference = zip(tag, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 ? plain : nil
    }

    /// The bytes under the counter stream alone: whether the key fits remains to be shown.
    private func deciphered(_ sealed: some Collection<UInt8>, nonce: [UInt8]) -> [UInt8]? {
        guard (7...13).contains(nonce.count), sealed.count <= Int(UInt16.max) else { return nil }
        var plain = Array(sealed)
        for start in stride(from: 0, to: plain.count, by: 16) {
            guard let stream = counterBlock(UInt16(start / 16 + 1), nonce) else { return nil }
            for index in start..<min(start + 16, plain.count) { plain[index] ^= stream[index - start] }
        }
        return plain
    }

    /// S_i = E(K, A_i), where A_i is flags | nonce | i, 16 bytes in all.
    private func counterBlock(_ counter: UInt16, _ nonce: [UInt8]) -> [UInt8]? {
        let counterLength = 15 - nonce.count
        var block = [UInt8(counterLength - 1)] + nonce
        block += [UInt8](repeating: 0, count: counterLength - 2) + [UInt8(counter >> 8), UInt8(counter & 0xFF)]
        return encrypted(block)
    }

    private func tag(of plain: [UInt8], nonce: [UInt8], authenticating: [UInt8]) -> [UInt8]? {
        guard authenticating.count < 0xFF00 else { return nil }
        let counterLength = 15 - nonce.count
        let flags = (authenticating.isEmpty ? 0 : 0x40) | UInt8((tagLength - 2) / 2) << 3 | UInt8(counterLength - 1)
        // B_0 is flags | nonce | length of the message.
        var text = [flags] + nonce + [UInt8](repeating: 0, count: counterLength - 2)
        text += [UInt8(plain.count >> 8), UInt8(plain.count & 0xFF)]
        if !authenticating.isEmpty {
            text += [UInt8(authenticating.count >> 8), UInt8(authenticating.count & 0xFF)] + authenticating
            text.fillBlock()
        }
        text += plain
        text.fillBlock()
        var mac = [UInt8](repeating: 0, count: 16)
        for start in stride(from: 0, to: text.count, by: 16) {
            for index in 0..<16 { mac[index] ^= text[start + index] }
            guard let next = encrypted(mac) else { return nil }
            mac = next
        }
        guard let stream = counterBlock(0, nonce) else { return nil }
        return zip(mac, stream).prefix(tagLength).map { $0 ^ $1 }
    }

    private func encrypted(_ block: [UInt8]) -> [UInt8]? {
        var block = block
        do { try AES.permute(&block, key: key) } catch { return nil }
        return block
    }
}

extension [UInt8] {
    /// Zeros up to the next whole block of 16.
    fileprivate mutating func fillBlock() {
        while count % 16 != 0 { append(0) }
    }
}
