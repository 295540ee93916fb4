// swift-tools-version: 6.2
// Speed and memory against plain C, run by `scripts/bench`. A package of its own, so that the product's stays clean: the
// targets under test are links to the product's sources, compiled here with the product's settings.
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "benchmarks",
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
    targets: [
        // As in ../Package.swift.
        .target(name: "ExactJSON", swiftSettings: strict),
        .target(name: "StrictYAML", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: strict),
        .target(name: "Readings", swiftSettings: strict),
        .target(
            name: "DeviceProfiles", dependencies: ["Readings", "ExactJSON", "StrictYAML"],
            // The flat decoding path is internal, and the benchmark asks for it with `@testable`.
            swiftSettings: strict + [.unsafeFlags(["-enable-testing"])]),

        // Frames of each kind, decoded: by hand in C, by the profile's flat program, and to readings with names.
        .target(name: "CFrame", cSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("cjson")]),
        .target(name: "CMalloc"),
        .executableTarget(name: "decode", dependencies: ["DeviceProfiles", "Readings", "CFrame", "CMalloc"], swiftSettings: strict),

        // What a reading costs beside many that are stored: by the product's store, and by C on the same file.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3"),
        .target(name: "Alarms", dependencies: ["Readings", "People"], swiftSettings: strict),
        .target(name: "People", dependencies: ["Readings"], swiftSettings: strict),
        .target(name: "Store", dependencies: ["Readings", "Alarms", "People", "ExactJSON", "CSQLite"], swiftSettings: strict),
        .target(name: "CRows", cSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("sqlite3")]),
        .executableTarget(name: "storing", dependencies: ["Store", "People", "Readings", "CRows"], swiftSettings: strict),

        // Messages from a broker to the disk: what publishes and measures, and the same job in C.
        .executableTarget(
            name: "load", cSettings: [.unsafeFlags(["-O3"])],
            linkerSettings: [.linkedLibrary("mosquitto"), .linkedLibrary("sqlite3")]),
        .executableTarget(
            name: "baseline", cSettings: [.unsafeFlags(["-O3"])],
            linkerSettings: [.linkedLibrary("mosquitto"), .linkedLibrary("sqlite3")]),
    ],
    swiftLanguageModes: [.v6]
)
