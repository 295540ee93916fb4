import Testing

/// A dependency must stand above its user, and the table must allow it.
func wrongDependencies(_ manifest: Manifest) -> [String] {
    let targets = Set(manifest.entries.map(\.name))
    var above: Set<String> = []
    var findings: [String] = []
    for entry in manifest.entries {
        if !entry.isTest, !Picture.cLibraries.contains(entry.name), Picture.mayImport[entry.name] == nil {
            findings.append("Package.swift: target \(entry.name) has no row in the picture")
        }
        for dependency in entry.dependencies {
            if targets.contains(dependency), !above.contains(dependency) {
                findings.append("Package.swift: \(entry.name) uses \(dependency), which does not stand above it")
            }
            if let allowed = Picture.mayImport[entry.name], !entry.isTest, !allowed.contains(dependency) {
                findings.append("Package.swift: \(entry.name) may not depend on \(dependency)")
            }
        }
        above.insert(entry.name)
    }
    return findings
}

/// An import works by luck if no chain of declared dependencies leads to it.
func undeclaredImports(_ file: TextFile, _ manifest: Manifest) -> [String] {
    let reached = manifest.reach(of: file.target)
    return imports(of: file)
        .filter { !Picture.toolchain.contains($0.module) && !Picture.free.contains($0.module) }
        .filter { !reached.contains($0.module) }
        .map { file.at($0.line, "\(file.target) imports \($0.module) but Package.swift gives it no way there") }
}

@Suite("Package.swift") struct ManifestTests {
    let example = """
        let yams = Target.Dependency.product(name: "Yams", package: "Yams")
        func target(_ name: String) -> Target { .target(name: name) }
        target("Readings"),
        target("StrictYAML", [yams]), // target("Alarms", ["Store"])
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        target("DeviceProfiles", [
            "Readings", "StrictYAML",
        ]),
        .executableTarget(name: "vitalgate", dependencies: ["DeviceProfiles"], swiftSettings: strict),
        tests("ReadingsTests", ["Readings"]),
        """

    @Test("Each target depends only on what stands above it and what the picture allows") func manifestIsThePicture()
        throws
    {
        let manifest = Manifest(try #require(SourceTree.manifest).text)
        #expect(manifest.entries.count > 10)
        let findings = wrongDependencies(manifest)
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("The picture, the manifest and the folders name the same targets") func sameTargets() throws {
        let manifest = Manifest(try #require(SourceTree.manifest).text)
        let declared = Set(manifest.entries.filter { !$0.isTest }.map(\.name))
        #expect(declared == Set(Picture.mayImport.keys).union(Picture.cLibraries))
        #expect(Set(SourceTree.sources.map(\.target)).subtracting(declared) == [])
    }

    @Test("Each import is reached by declared dependencies") func importsAreDeclared() throws {
        let manifest = Manifest(try #require(SourceTree.manifest).text)
        let findings = SourceTree.sources.flatMap { undeclaredImports($0, manifest) }
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("The library under the GPL is for the listener alone") func librariesAreApart() throws {
        let manifest = Manifest(try #require(SourceTree.manifest).text)
        let users = manifest.entries.map(\.name).filter { manifest.reach(of: $0).contains("CBluetooth") }
        #expect(users == ["vitalgate-hci"])
    }

    @Test("The reader understands how the file is written") func readsTheManifest() {
        let manifest = Manifest(example)
        #expect(manifest.entries.map(\.name) == [
            "Readings", "StrictYAML", "CSQLite", "DeviceProfiles", "vitalgate", "ReadingsTests",
        ])
        #expect(manifest.entries[1].dependencies == ["Yams"])
        #expect(manifest.entries[2].dependencies == [])
        #expect(manifest.reach(of: "vitalgate") == ["DeviceProfiles", "Readings", "StrictYAML", "Yams"])
        #expect(wrongDependencies(manifest) == [])
    }

    @Test("A dependency that stands below, or that the picture forbids, is found", arguments: [
        #"target("DeviceProfiles", ["Readings"]), target("Readings")"#,
        #"target("Store"), target("Alarms", ["Store"])"#,
        #"target("GatewayTesting"), target("Gateway", ["GatewayTesting"])"#,
        #"target("Cellar")"#,
    ])
    func findsWrongDependency(_ text: String) { #expect(wrongDependencies(Manifest(text)).count == 1) }

    @Test("An import without a declared way is found") func findsUndeclared() {
        let file = TextFile(path: "Sources/DeviceProfiles/Example.swift", text: "import Readings\nimport ExactJSON\n")
        #expect(undeclaredImports(file, Manifest(example)).count == 1)
    }
}
