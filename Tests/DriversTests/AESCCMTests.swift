import Testing

@testable import Drivers

@Suite("AES-CCM") struct AESCCMTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var key: String
        var nonce: String
        var authenticating: String
        var plain: String
        var sealed: String
        var tagLength: Int
        var testDescription: String { name }
    }

    static let examples = [
        Example(
            name: "RFC 3610, packet vector 1", key: "C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF", nonce: "00000003020100A0A1A2A3A4A5",
            authenticating: "0001020304050607", plain: "08090A0B0C0D0E0F101112131415161718191A1B1C1D1E",
            sealed: "588C979A61C663D2F066D0C2C0F989806D5F6B61DAC38417E8D12CFDF926E0", tagLength: 8),
        Example(
            name: "RFC 3610, packet vector 2", key: "C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF", nonce: "00000004030201A0A1A2A3A4A5",
            authenticating: "0001020304050607", plain: "08090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
            sealed: "72C91A36E135F8CF291CA894085C87E3CC15C439C9E43A3BA091D56E10400916", tagLength: 8),
        Example(
            name: "NIST SP 800-38C, example 1", key: "404142434445464748494A4B4C4D4E4F", nonce: "10111213141516",
            authenticating: "0001020304050607", plain: "20212223", sealed: "7162015B4DAC255D", tagLength: 4),
        Example(
            name: "NIST SP 800-38C, example 2", key: "404142434445464748494A4B4C4D4E4F", nonce: "1011121314151617",
            authenticating: "000102030405060708090A0B0C0D0E0F", plain: "202122232425262728292A2B2C2D2E2F",
            sealed: "D2A1F0E051EA5F62081A7792073D593D1FC64FBFACCD", tagLength: 6),
        Example(
            name: "NIST SP 800-38C, example 3", key: "404142434445464748494A4B4C4D4E4F", nonce: "101112131415161718191A1B",
            authenticating: "000102030405060708090A0B0C0D0E0F10111213", plain: "202122232425262728292A2B2C2D2E2F3031323334353637",
            sealed: "E3B201A9F5B71A7A9B1CEAECCD97E70B6176AAD9A4428AA5484392FBC1B09951", tagLength: 8),
    ]

    private func unseal(_ example: Example, _ change: (inout [UInt8], inout [UInt8]) -> Void = { _, _ in }) -> [UInt8]? {
        var sealed = bytes(example.sealed)
        var authenticated = bytes(example.authenticating)
        change(&sealed, &authenticated)
        let ccm = AESCCM(key: bytes(example.key), tagLength: example.tagLength)
        return ccm?.unseal(
            sealed.dropLast(example.tagLength), tag: sealed.suffix(example.tagLength), nonce: bytes(example.nonce),
            authenticating: authenticated)
    }

    @Test("The published vectors come out", arguments: examples) func published(_ example: Example) {
        #expect(unseal(example) == bytes(example.plain))
    }

    @Test("A bit turned anywhere, in the sealed or the authenticated bytes, is refused", arguments: examples)
    func damaged(_ example: Example) {
        for bit in 0..<bytes(example.sealed).count * 8 {
            #expect(unseal(example) { sealed, _ in sealed[bit / 8] ^= 1 << (bit % 8) } == nil, "bit \(bit)")
        }
        for bit in 0..<bytes(example.authenticating).count * 8 {
            #expect(unseal(example) { _, authenticated in authenticated[bit / 8] ^= 1 << (bit % 8) } == nil, "bit \(bit)")
        }
    }

    @Test("Lengths that CCM does not have are refused") func lengths() throws {
        for length in [0, 12, 15, 17, 33] { #expect(AESCCM(key: [UInt8](repeating: 1, count: length), tagLength: 4) == nil) }
        for length in [0, 2, 5, 18] { #expect(AESCCM(key: [UInt8](repeating: 1, count: 16), tagLength: length) == nil) }
        #expect(AESCCM(key: [UInt8](repeating: 1, count: 16), tagLength: 4, sent: 5) == nil)
        let ccm = try #require(AESCCM(key: [UInt8](repeating: 1, count: 16), tagLength: 4))
        for length in [0, 6, 14] {
            #expect(ccm.unseal([1], tag: [1, 2, 3, 4], nonce: [UInt8](repeating: 0, count: length), authenticating: []) == nil)
        }
        #expect(ccm.unseal([1], tag: [1, 2, 3], nonce: [UInt8](repeating: 0, count: 13), authenticating: []) == nil)
        #expect(ccm.unseal([UInt8](repeating: 0, count: 65536), tag: [1, 2, 3, 4], nonce: [UInt8](repeating: 0, count: 13), authenticating: []) == nil)
    }
}
