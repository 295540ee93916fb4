import DeviceProfiles
import Drivers
import Foundation
import StrictYAML

/// Where profiles lie on the disk.
package enum ProfileFolders {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// The folder of the shipped profiles: `$VITALGATE_PROFILES`, or beside the program (installed or in its build folder),
    /// or below the working directory.
    package static func shipped() throws(Failure) -> String {
        let environment = ProcessInfo.processInfo.environment["VITALGATE_PROFILES"]
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        var candidates = [program.appendingPathComponent("../share/vitalgate/device-profiles").standardized.path]
        var ancestor = program
        for _ in 0..<4 {
            ancestor.deleteLastPathComponent()
            candidates.append(ancestor.appendingPathComponent("device-profiles").path)
        }
        candidates.append(FileManager.default.currentDirectoryPath + "/device-profiles")
        if let environment { candidates = [environment] }
        for folder in candidates where isFolder(folder) { return folder }
        throw Failure(
            description: "no device-profiles folder found; looked in \(candidates.joined(separator: ", ")). "
                + "Set VITALGATE_PROFILES, or give --profiles FOLDER")
    }

    /// Every `.yaml` file in the folders and below. A file must be named for its profile: `maker/protocol.yaml`.
    package static func sources(in folders: [String]) throws(Failure) -> [ProfileSet.Source] {
        var sources: [ProfileSet.Source] = []
        for folder in folders {
            // Of a link to a folder, the listing would be empty.
            let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
            guard isFolder(folder), let paths = try? FileManager.default.subpathsOfDirectory(atPath: real) else {
                throw Failure(description: "the profiles folder \(folder) cannot be read")
            }
            for path in paths.sorted() where path.hasSuffix(".yaml") {
                let file = "\(folder)/\(path)"
                // Foundation's own way from data to text takes longer than to compile the profile.
                guard let data = FileManager.default.contents(atPath: file),
                    let text = data.withUnsafeBytes({ String(validating: $0, as: UTF8.self) })
                else {
                    throw Failure(description: "\(file) cannot be read as UTF-8 text")
                }
                sources.append(ProfileSet.Source(path: String(path.dropLast(5)), file: file, text: text))
            }
        }
        return sources
    }

    /// The shipped profiles and those in further folders, loaded together.
    /// - Parameter cache: what an earlier start read of them. Such a set is for reading devices, and goes without its proof.
    package static func load(shipped: String?, further: [String] = [], cache: ProfileCache? = nil) throws -> ProfileSet {
        let folders = [try shipped ?? ProfileFolders.shipped()] + further
        var sources = try sources(in: folders)
        guard let cache else { return try compile(sources) }
        let kept = cache.read()
        // More than there are files: some of them are gone.
        var isKept = kept.map { $0.count <= sources.count } ?? false
        for index in sources.indices {
            let source = sources[index]
            sources[index].tree = kept?.tree(of: source.text, file: source.file)
            sources[index].isProved = sources[index].tree != nil
            guard !sources[index].isProved else { continue }
            isKept = false
            // What is wrong with it, the loader tells.
            sources[index].tree = try? YAMLNode.load(source.text, file: source.file)
        }
        let set = try compile(sources, keepsProof: false)
        if !isKept { cache.keep(sources) }
        return set
    }

    /// The one place that knows which drivers there are.
    package static func compile(_ sources: [ProfileSet.Source], keepsProof: Bool = true) throws(ProfileSet.Problems) -> ProfileSet {
        try ProfileSet(sources, drivers: DriverKind.all, keepsProof: keepsProof)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
