// swift-tools-version: 6.2
// libFuzzer over bytes and over profile text, run by `scripts/fuzz`. A package of its own: every target is compiled with
// coverage and AddressSanitizer. The targets under test are links to the product's sources.
import PackageDescription

let fuzzed: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"]),
]
let linked: [LinkerSetting] = [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]

let package = Package(
    name: "fuzzing",
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
    targets: [
        .target(name: "ExactJSON", swiftSettings: fuzzed),
        .target(name: "StrictYAML", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: fuzzed),
        .target(name: "Readings", swiftSettings: fuzzed),
        .target(name: "DeviceProfiles", dependencies: ["Readings", "ExactJSON", "StrictYAML"], swiftSettings: fuzzed),
        .systemLibrary(name: "CFuzzer"),
        .executableTarget(
            name: "frames", dependencies: ["CFuzzer", "DeviceProfiles", "Readings"], swiftSettings: fuzzed, linkerSettings: linked),
        .executableTarget(
            name: "profiletext", dependencies: ["CFuzzer", "DeviceProfiles"], swiftSettings: fuzzed, linkerSettings: linked),
    ],
    swiftLanguageModes: [.v6]
)
