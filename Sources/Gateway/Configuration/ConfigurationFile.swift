import Foundation
import StrictYAML

package enum ConfigurationFile {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    package static func read(_ path: String) throws -> Configuration {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(description: "there is no configuration \(path), or it may not be read; name one with --config FILE")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(description: "\(path) is not UTF-8 text")
        }
        return try Configuration.read(text, file: path)
    }
}
