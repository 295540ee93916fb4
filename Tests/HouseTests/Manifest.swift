/// The targets of Package.swift in the order they are written, read as text.
struct Manifest {
    struct Entry: Equatable {
        let name: String
        let isTest: Bool
        let dependencies: [String]
    }

    let entries: [Entry]

    init(_ text: String) {
        let code = SwiftText(text).withoutComments.joined(separator: "\n")
        // `let yams = Target.Dependency.product(name: "Yams", …)`: the name in the file, the name of the product.
        var products: [String: String] = [:]
        for found in code.matches(of: /let\s+(\w+)\s*=\s*Target\.Dependency\.product\(\s*name:\s*"(\w+)"/) {
            products[String(found.1)] = String(found.2)
        }
        let entry =
            /\b(target|tests|testTarget|executableTarget|systemLibrary)\(\s*(?:name:\s*)?"([\w-]+)"(?:\s*,\s*(?:dependencies:\s*)?\[([^\]]*)\])?/
        entries = code.matches(of: entry).map { found in
            let listed = (found.3 ?? "").matches(of: /"?(\w+)"?/).map { String($0.1) }
            return Entry(
                name: String(found.2),
                isTest: found.1 == "tests" || found.1 == "testTarget",
                dependencies: listed.map { products[$0] ?? $0 })
        }
    }

    /// All that a target reaches through its dependencies.
    func reach(of name: String) -> Set<String> {
        var reached: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            for dependency in entries.first(where: { $0.name == next })?.dependencies ?? []
            where reached.insert(dependency).inserted {
                open.append(dependency)
            }
        }
        return reached
    }
}
