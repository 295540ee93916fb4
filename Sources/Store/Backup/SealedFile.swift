import Crypto
import Glibc

/// A file in sealed pieces, so that nothing in it can be read, changed, cut off or put elsewhere without the key.
///
/// ```
/// "vitalgate-sealed" 16 │ version 1: 1 │ salt 16 │ pieces…
/// piece:  last? 1 │ length 4 (big-endian, of the text, 0…65536) │ ciphertext │ tag 16
/// ```
/// Each file has a key of its own, HKDF-SHA256 of the given one with the salt: numbers of pieces can then count as nonces.
/// A piece is AES-256-GCM with the nonce `0 0 0 0, number 8 (big-endian)`; the head of the file and of the piece are
/// authenticated with it. The last piece says that it is the last, and there is always one.
enum SealedFile {
    private static let magic = Array("vitalgate-sealed".utf8)
    private static let piece = 65_536

    static func isOne(_ path: String) -> Bool {
        guard let file = Reader(path) else { return false }
        return (try? file.read(magic.count)) == magic
    }

    static func seal(_ path: String, into sealed: String, key: [UInt8]) throws(StoreFailure) {
        guard let from = Reader(path) else { throw unreadable(path) }
        let to = try Writer(sealed)
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        let head = magic + [1] + salt
        try to.write(head)
        let key = try derived(from: key, salt)
        var number: UInt64 = 0
        var text = try from.read(piece)
        while true {
            let next = try from.read(piece)
            let start = [next.isEmpty ? 1 : 0] + withUnsafeBytes(of: UInt32(text.count).bigEndian) { Array($0) }
            do {
                let box = try AES.GCM.seal(text, using: key, nonce: nonce(number), authenticating: head + start)
                try to.write(start + Array(box.ciphertext) + Array(box.tag))
            } catch let failure as StoreFailure { throw failure } catch { throw .refusal("\(sealed) cannot be sealed: \(error)") }
            if next.isEmpty { break }
            (text, number) = (next, number + 1)
        }
    }

    /// - Parameter plain: nil to prove only that it can be opened.
    static func open(_ sealed: String, into plain: String?, key: [UInt8]) throws(StoreFailure) {
        guard let from = Reader(sealed) else { throw unreadable(sealed) }
        let head = try from.read(magic.count + 17)
        guard head.count == magic.count + 17, head.starts(with: magic) else { throw .refusal("\(sealed) is no encrypted backup of vitalgate") }
        guard head[magic.count] == 1 else { throw .refusal("\(sealed) is of version \(head[magic.count]): it was made by a newer vitalgate") }
        let key = try derived(from: key, Array(head.suffix(16)))
        let to = try plain.map { path throws(StoreFailure) in try Writer(path) }
        var number: UInt64 = 0
        while true {
            let start = try from.read(5)
            guard start.count == 5 else { throw .refusal("\(sealed) is cut off behind piece \(number): it is no whole backup") }
            let length = start[1...].reduce(0) { $0 << 8 | Int($1) }
            guard length <= piece else { throw .refusal("piece \(number) of \(sealed) was changed") }
            let body = try from.read(length + 16)
            guard body.count == length + 16 else { throw .refusal("\(sealed) is cut off in piece \(number): it is no whole backup") }
            do {
                let box = try AES.GCM.SealedBox(nonce: nonce(number), ciphertext: body.prefix(length), tag: body.suffix(16))
                let text = try AES.GCM.open(box, using: key, authenticating: head + start)
                try to?.write(Array(text))
            } catch let failure as StoreFailure { throw failure } catch {
                throw .refusal(number == 0 ? "\(sealed) was changed, or this is not its key" : "piece \(number) of \(sealed) was changed, or is not where it was")
            }
            if start[0] == 1 { break }
            number += 1
        }
        guard try from.read(1).isEmpty else { throw .refusal("\(sealed) goes on behind its last piece: something was added") }
    }

    private static func derived(from key: [UInt8], _ salt: [UInt8]) throws(StoreFailure) -> SymmetricKey {
        guard key.count == 32 else { throw .refusal("the key of a backup is 32 bytes") }
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key), salt: salt, info: Array("vitalgate backup 1".utf8), outputByteCount: 32)
    }

    private static func nonce(_ number: UInt64) throws -> AES.GCM.Nonce {
        try AES.GCM.Nonce(data: [0, 0, 0, 0] + withUnsafeBytes(of: number.bigEndian) { Array($0) })
    }

    private static func unreadable(_ path: String) -> StoreFailure {
        .refusal("\(path) cannot be read: \(String(cString: strerror(errno)))")
    }

    private final class Reader {
        private let file: UnsafeMutablePointer<FILE>

        init?(_ path: String) {
            guard let file = fopen(path, "re") else { return nil }
            self.file = file
        }

        deinit { fclose(file) }

        /// Fewer only at the end of the file.
        func read(_ count: Int) throws(StoreFailure) -> [UInt8] {
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, read in read = fread(buffer.baseAddress, 1, count, file) }
            guard ferror(file) == 0 else { throw .refusal("a backup cannot be read: \(String(cString: strerror(errno)))") }
            return bytes
        }
    }

    private final class Writer {
        private let file: Int32
        private let path: String

        init(_ path: String) throws(StoreFailure) {
            file = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            self.path = path
            guard file >= 0 else { throw .refusal("\(path) cannot be written: \(String(cString: strerror(errno)))") }
        }

        deinit { close(file) }

        func write(_ bytes: [UInt8]) throws(StoreFailure) {
            var done = 0
            while done < bytes.count {
                let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + done, bytes.count - done) }
                guard count > 0 else { throw .refusal("\(path) cannot be written: \(String(cString: strerror(errno)))") }
                done += count
            }
        }
    }
}
