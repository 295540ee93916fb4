import Foundation
import GatewayTesting
import Glibc
import StrictYAML
import Testing

@testable import DeviceProfiles
@testable import Gateway

/// What is kept of the profile files between two starts.
@Suite struct ProfileCacheTests {
    private let folder = TemporaryFolder()
    private var cache: ProfileCache { ProfileCache(folder: folder.path) }
    private var file: String { folder.path + "/profiles.cache" }

    private func profile(_ title: String = "A scale") -> String {
        """
        profile: test/scale
        title: \(title)
        source: these tests
        match: { names: { exact: [TEST] } }
        characteristics:
          c: { service: "181D", uuid: "2A9D" }
        frames:
          f: { from: c, fields: [ { name: w, type: u8 } ] }
        readings:
          body-weight: { values: { weight: { field: w, unit: kg } } }
        vectors:
          - { name: a, source: computed, f: "50", reads: [ { kind: body-weight, weight: 80 kg, measured-at: arrival } ] }
          - { name: b, source: computed, f: "", fails: too-short }
        """
    }

    @discardableResult
    private func load(_ text: String, _ cache: ProfileCache) throws -> ProfileSet {
        try folder.write(text, to: "profiles/test/scale.yaml")
        return try ProfileFolders.load(shipped: folder.path + "/profiles", cache: cache)
    }

    @Test("The first start keeps what it read, and the next takes it") func kept() throws {
        let first = try load(profile(), cache)
        let kept = try #require(cache.read())
        #expect(kept.count == 1)
        #expect(kept.tree(of: profile(), file: "x")?.kind == .map)
        let before = try FileManager.default.attributesOfItem(atPath: file)
        let second = try load(profile(), cache)
        #expect(second["test/scale"]?.version == first["test/scale"]?.version)
        // Its proof was read before it was kept, and a gateway has no use for it.
        #expect(first["test/scale"]?.vectorCount == 0)
        #expect(second["test/scale"]?.vectorCount == 0)
        // Nothing had changed, so nothing was written.
        let after = try FileManager.default.attributesOfItem(atPath: file)
        #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
        #expect(before[.posixPermissions] as? Int == 0o600)
        #expect(FileManager.default.fileExists(atPath: file + ".new") == false)
    }

    @Test("A file that was changed is read anew, and so kept") func changed() throws {
        try load(profile(), cache)
        #expect(try load(profile("Another scale"), cache)["test/scale"]?.title == "Another scale")
        #expect(cache.read()?.tree(of: profile("Another scale"), file: "x") != nil)
        #expect(cache.read()?.tree(of: profile(), file: "x") == nil)
    }

    @Test("A file that is gone is not kept") func gone() throws {
        try load(profile(), cache)
        let base = "profile: test/other\n" + profile().split(separator: "\n").dropFirst().joined(separator: "\n")
        try folder.write(base, to: "profiles/test/other.yaml")
        try load(profile(), cache)
        #expect(cache.read()?.count == 2)
        try FileManager.default.removeItem(atPath: folder.path + "/profiles/test/other.yaml")
        try load(profile(), cache)
        #expect(cache.read()?.count == 1)
    }

    private static let brokenWays: [(String, @Sendable (String) throws -> Void)] = [
        ("empty", { try Data().write(to: URL(fileURLWithPath: $0)) }),
        ("half of it", { path in
            let url = URL(fileURLWithPath: path)
            let whole = try Data(contentsOf: url)
            try whole.prefix(whole.count / 2).write(to: url)
        }),
        ("one bit of it is another", { path in
            let url = URL(fileURLWithPath: path)
            var whole = try Data(contentsOf: url)
            whole[whole.count / 2] ^= 4
            try whole.write(to: url)
        }),
        ("something else", { try Data(repeating: 0x41, count: 5000).write(to: URL(fileURLWithPath: $0)) }),
        ("others may write it", { chmod($0, 0o666) }),
        ("its group may write it", { chmod($0, 0o660) }),
        ("a pipe", { path in
            unlink(path)
            mkfifo(path, 0o600)
        }),
        ("a link to itself elsewhere", { path in
            rename(path, path + ".elsewhere")
            symlink(path + ".elsewhere", path)
        }),
        ("beyond all measure", { truncate($0, 1 << 30) }),
    ]

    @Test("A cache that is no cache is not read, and the start writes a new one", arguments: brokenWays.map(\.0))
    func broken(way: String) throws {
        try load(profile(), cache)
        let spoil = try #require(ProfileCacheTests.brokenWays.first { $0.0 == way }).1
        try spoil(file)
        #expect(cache.read() == nil)
        #expect(try load(profile(), cache)["test/scale"]?.title == "A scale")
        #expect(cache.read()?.tree(of: profile(), file: "x") != nil)
    }

    @Test("A start goes on without a cache where none can be") func impossible() throws {
        // A folder in its place, and no folder for it.
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
        #expect(try load(profile(), cache)["test/scale"] != nil)
        #expect(try load(profile(), ProfileCache(folder: folder.path + "/nowhere"))["test/scale"] != nil)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/nowhere") == false)
    }

    @Test("Who only checks keeps nothing") func check() throws {
        try load(profile(), ProfileCache(folder: folder.path, mayWrite: false))
        #expect(FileManager.default.fileExists(atPath: file) == false)
    }

    @Test("A mistake is told as without a cache, and nothing is kept of it") func mistake() throws {
        let wrong = profile().replacing("unit: kg", with: "unti: kg")
        func sentence(_ cache: ProfileCache?) throws -> [String] {
            try folder.write(wrong, to: "profiles/test/scale.yaml")
            do {
                _ = try ProfileFolders.load(shipped: folder.path + "/profiles", cache: cache)
                return []
            } catch let error as ProfileSet.Problems {
                return error.problems.map(\.description)
            }
        }
        #expect(try sentence(nil).count == 1)
        #expect(try sentence(cache) == sentence(nil))
        #expect(try sentence(cache)[0].contains("unknown key 'unti'; did you mean 'unit'?"))
        #expect(cache.read() == nil)
        // Nor of one that is no YAML.
        try folder.write("profile: [", to: "profiles/test/broken.yaml")
        #expect(try sentence(cache) == sentence(nil))
    }

    @Test("What is wrong with the proof is told at each start, for nothing is kept of it") func wrongProof() throws {
        let wrong = profile().replacing("weight: 80 kg", with: "wieght: 80 kg")
        for _ in 0..<2 {
            #expect(throws: ProfileSet.Problems.self) { try load(wrong, cache) }
            #expect(cache.read() == nil)
        }
    }

    @Test("All shipped profiles read from a cache as they read from their files") func shipped() throws {
        let folder = Ward.folder("device-profiles")
        _ = try ProfileFolders.load(shipped: folder, cache: cache)
        let (plain, kept) = (try Ward.shipped.get(), try ProfileFolders.load(shipped: folder, cache: cache))
        #expect(cache.read()?.count == plain.profiles.count)
        #expect(kept.profiles.map { "\($0.name) \($0.version) \($0.kinds)" } == plain.profiles.map { "\($0.name) \($0.version) \($0.kinds)" })
        // And decode all vectors as they do.
        for profile in plain.profiles {
            let twin = try #require(kept[profile.name])
            #expect(twin.vectors.isEmpty && twin.messageVectors.isEmpty)
            for item in profile.vectors.flatMap(\.observation.items) {
                #expect(twin.decode(item.content) == profile.decode(item.content), "\(profile.name): \(item.content)")
            }
        }
    }
}
