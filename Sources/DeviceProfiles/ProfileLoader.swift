import StrictYAML

/// Resolves `extends` and `driver` between the files of one set.
struct ProfileLoader {
    private let sources: [ProfileSet.Source]
    private let drivers: [DriverKind]
    private let keepsProof: Bool
    private var resolved: [String: (ProfileDefinition, version: String)] = [:]
    private var underWay: Set<String> = []

    init(_ sources: [ProfileSet.Source], drivers: [DriverKind], keepsProof: Bool) {
        self.sources = sources
        self.drivers = drivers
        self.keepsProof = keepsProof
    }

    mutating func load() throws(ProfileSet.Problems) -> [Profile] {
        var problems: [YAMLProblem] = []
        var profiles: [Profile] = []
        var files: [String: String] = [:]
        for source in sources { files[source.path] = files[source.path] ?? source.file }
        for source in sources {
            do throws(YAMLProblem) {
                if let first = files[source.path], first != source.file {
                    throw YAMLProblem(file: source.file, line: 1, column: 1, message: "a second profile '\(source.path)'; the first is \(first)")
                }
                let (definition, version) = try resolve(source)
                profiles.append(try Profile(definition, version: version, driver: driver(of: definition)))
            } catch {
                // A mistake in an extended profile comes up again in each that extends it.
                if !problems.contains(error) { problems.append(error) }
            }
        }
        guard problems.isEmpty else { throw ProfileSet.Problems(problems: problems) }
        return profiles
    }

    private mutating func resolve(_ source: ProfileSet.Source) throws(YAMLProblem) -> (ProfileDefinition, version: String) {
        if let known = resolved[source.path] { return known }
        var reader = try ProfileReader(source)
        var inherited: (ProfileDefinition, version: String)?
        if let (base, node) = reader.extends {
            guard let baseSource = sources.first(where: { $0.path == base }) else {
                throw node.problem("extends '\(base)', but there is no such profile")
            }
            guard underWay.insert(source.path).inserted else {
                throw node.problem("extends itself by way of '\(base)'")
            }
            defer { underWay.remove(source.path) }
            inherited = try resolve(baseSource)
        }
        var definition = try reader.read(extending: inherited?.0)
        if !keepsProof { (definition.vectors, definition.messageVectors) = ([], []) }
        let result = (definition, version: (source.text + (inherited?.version ?? "")).fingerprint)
        resolved[source.path] = result
        return result
    }

    private func driver(of definition: ProfileDefinition) throws(YAMLProblem) -> (any Driver)? {
        guard let (node, settings) = definition.driver else { return nil }
        let name = try node.text()
        if let kind = drivers.first(where: { $0.name == name }) { return try kind.make(settings) }
        let names = drivers.map(\.name).sorted()
        let hint = Spelling.nearest(name, among: names).map { "did you mean '\($0)'?" }
            ?? (names.isEmpty ? "there are none here" : "the drivers are: \(names.joined(separator: ", "))")
        throw node.problem("no driver is called '\(name)'; \(hint)")
    }
}
