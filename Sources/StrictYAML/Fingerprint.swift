extension String {
    /// FNV-1a, 64 bits, in hex: tells versions of a text apart; no protection against forgery.
    package var fingerprint: String {
        let hash = utf8.withContiguousStorageIfAvailable(UInt64.init(fingerprintOf:)) ?? UInt64(fingerprintOf: utf8)
        let hex = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }
}

extension UInt64 {
    init(fingerprintOf bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
