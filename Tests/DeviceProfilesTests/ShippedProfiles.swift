import DeviceProfiles
import Drivers
import Foundation

/// The profiles of this repository, as they are shipped.
enum ShippedProfiles {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("device-profiles")

    static func sources() throws -> [ProfileSet.Source] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return try paths.filter { $0.hasSuffix(".yaml") }.sorted().map { path in
            ProfileSet.Source(
                path: String(path.dropLast(5)), file: path,
                text: try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8))
        }
    }

    static func set() throws -> ProfileSet { try loaded.get() }

    private static let loaded = Result { try ProfileSet(sources(), drivers: DriverKind.all) }
}
