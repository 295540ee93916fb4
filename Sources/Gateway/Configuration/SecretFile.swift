import Foundation

/// A secret that stands alone in a file, as systemd credentials do. `$CREDENTIALS_DIRECTORY/NAME` is found by its name.
package enum SecretFile {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    package static func read(_ path: String) throws(Failure) -> String {
        let file = path.contains("/") ? path : credential(path) ?? path
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure(description: "the secret file \(file) cannot be read; does it exist, and may this user read it?")
        }
        guard let text = String(data: data, encoding: .utf8)?.trimmingCharacters(in: .newlines) else {
            throw Failure(description: "the secret file \(file) is not UTF-8 text")
        }
        guard !text.isEmpty, !text.contains(where: \.isNewline) else {
            throw Failure(description: "the secret file \(file) must hold one line, the secret itself")
        }
        return text
    }

    /// Where the unit's credential of this name is; nil for a process without credentials.
    static func credential(_ name: String) -> String? {
        ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"].map { "\($0)/\(name)" }
    }
}
