import DeviceProfiles
import Foundation

/// The shipped profiles without those that need a driver, whose cryptography would have to be built here again.
struct ProfileFiles {
    let sources: [ProfileSet.Source]
    let leftOut: Int

    init(in folder: String) throws {
        var sources: [ProfileSet.Source] = []
        var leftOut = 0
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() where path.hasSuffix(".yaml") {
            let text = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
            guard !text.contains("\ndriver:") else { leftOut += 1; continue }
            sources.append(ProfileSet.Source(path: String(path.dropLast(5)), file: path, text: text))
        }
        // What extends one of those goes too.
        let names = Set(sources.map(\.path))
        self.sources = sources.filter { source in
            guard let line = source.text.split(separator: "\n").first(where: { $0.hasPrefix("extends: ") }) else { return true }
            return names.contains(String(line.dropFirst(9)).trimmingCharacters(in: .whitespaces))
        }
        self.leftOut = leftOut + sources.count - self.sources.count
    }
}
