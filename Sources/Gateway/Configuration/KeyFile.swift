import DeviceProfiles
import Foundation
import Glibc

/// The bind key of one device, alone in a file: 32 or 24 hex digits, or 16 or 12 bytes as they are. No sentence of it, and no
/// log, says anything of the key itself.
package enum KeyFile {
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package var description: String
    }

    /// Longer is no key, and is not read.
    private static let longest = 256

    /// - Parameter name: a path; or without '/', the name of a systemd credential of this unit.
    package static func read(_ name: String) throws(Failure) -> [UInt8] {
        guard name.contains("/") || SecretFile.credential(name) != nil else {
            throw Failure(description: "the key \(name) is a systemd credential, and this process was given none: see LoadCredential in the unit")
        }
        let file = name.contains("/") ? name : SecretFile.credential(name) ?? name
        // Without O_NONBLOCK a pipe would hold the gateway until somebody writes.
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw Failure(description: "the key file \(file) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(description: "the key file \(file) is no ordinary file")
        }
        guard status.st_mode & 0o027 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw Failure(
                description: "the key file \(file) has the permissions \(mode), so others could read or change it: "
                    + "'chmod 640 \(file)', with the group of the service")
        }
        var bytes = [UInt8](repeating: 0, count: longest + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count) }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { break }
            count += got
        }
        guard count <= longest, let key = key(Array(bytes.prefix(count))) else {
            throw Failure(
                description: "the key file \(file) holds \(count > longest ? "more than \(longest)" : "\(count)") bytes, and no bind key: "
                    + "write it as 32 hex digits (some old devices: 24) and nothing else")
        }
        return key
    }

    /// Half a key in hex has as many bytes as a whole one: it is no key.
    private static func key(_ bytes: [UInt8]) -> [UInt8]? {
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if let key = [UInt8](hex: text) { return [12, 16].contains(key.count) ? key : nil }
        return [12, 16].contains(bytes.count) ? bytes : nil
    }
}
