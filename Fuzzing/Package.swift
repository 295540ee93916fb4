// swift-tools-version: 6.2
// libFuzzer over bytes and over profile text, run by `scripts/fuzz`. A package of its own: every target is compiled with
// coverage and AddressSanitizer. The targets under test are links to the product's sources.
import PackageDescription

let fuzzed: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // The pass takes the compiler (6.3.1) down on an async function with typed throws.
    .unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing", "-Xllvm", "-sil-disable-pass=function-signature-opts"]),
]
let linked: [LinkerSetting] = [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]

let package = Package(
    name: "fuzzing",
    dependencies: [
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .target(name: "ExactJSON", swiftSettings: fuzzed),
        .target(name: "StrictYAML", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: fuzzed),
        .target(name: "Readings", swiftSettings: fuzzed),
        .target(name: "DeviceProfiles", dependencies: ["Readings", "ExactJSON", "StrictYAML"], swiftSettings: fuzzed),
        .target(
            name: "Drivers",
            dependencies: [
                "Readings", "StrictYAML", "DeviceProfiles", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: fuzzed),
        .systemLibrary(name: "CFuzzer"),
        .executableTarget(
            name: "frames", dependencies: ["CFuzzer", "DeviceProfiles", "Drivers", "Readings"], swiftSettings: fuzzed, linkerSettings: linked),
        .executableTarget(
            name: "profiletext", dependencies: ["CFuzzer", "DeviceProfiles", "Drivers"], swiftSettings: fuzzed, linkerSettings: linked),
    ],
    swiftLanguageModes: [.v6]
)
