// swift-tools-version: 6.2
// The picture of the house. Each target uses only what stands above it; Tests/HouseTests holds it to that.
import PackageDescription

let strict: [SwiftSetting] = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
]

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "vitalgate",
    products: [
        .executable(name: "vitalgate", targets: ["vitalgate"]),
        .executable(name: "vitalgate-hci", targets: ["vitalgate-hci"]),
    ],
    dependencies: [
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The doors for text: values exactly as written, and the place where they stand.
        target("ExactJSON"),
        target("StrictYAML", [yams]),

        // Pure: no clock, no file, no socket.
        target("Readings"),
        target("DeviceProfiles", ["Readings", "ExactJSON", "StrictYAML"]),
        target("Drivers", ["Readings", "StrictYAML", "DeviceProfiles", crypto, cryptoExtras]),
        target("Captures", ["Readings", "ExactJSON", "DeviceProfiles"]),
        target("People", ["Readings"]),
        target("Alarms", ["Readings", "People"]),

        // The C libraries, as they are.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),

        // GPL-2.0-or-later: never for what `vitalgate` is made of.
        .systemLibrary(name: "CBluetooth", pkgConfig: "bluez", providers: [.apt(["libbluetooth-dev"])]),

        // The outside.
        target("MQTT", ["CMosquitto"]),
        target("DBus", ["CSystemd"]),
        target("BlueZ", ["Readings", "DeviceProfiles", "DBus"]),
        target("Store", ["Readings", "People", "Alarms", "ExactJSON", "CSQLite", crypto]),
        target("Sinks", ["Readings", "People", "Alarms", "ExactJSON", "MQTT"]),

        // It all together.
        target("Gateway", [
            "ExactJSON", "StrictYAML", "Readings", "DeviceProfiles", "Drivers", "Captures", "People", "Alarms", "MQTT", "BlueZ",
            "DBus", "Store", "Sinks", "CSystemd", lifecycle, signals, logging,
        ]),
        .executableTarget(name: "vitalgate", dependencies: ["Gateway", argumentParser], swiftSettings: strict),

        // A program of its own, for machines without bluetoothd.
        .executableTarget(
            name: "vitalgate-hci", dependencies: ["Readings", "DeviceProfiles", "Captures", "CBluetooth", argumentParser],
            swiftSettings: strict),

        // Stand-ins and real servers for tests; product code never imports it.
        target("GatewayTesting", ["Readings", "DeviceProfiles", "MQTT", "DBus", "Gateway"]),

        tests("ExactJSONTests", ["ExactJSON"]),
        tests("StrictYAMLTests", ["StrictYAML"]),
        tests("ReadingsTests", ["Readings"]),
        tests("DeviceProfilesTests", ["Drivers", "DeviceProfiles", "ExactJSON", "StrictYAML", "Readings"]),
        tests("DriversTests", ["Drivers", "DeviceProfiles", "StrictYAML", "Readings"]),
        tests("CapturesTests", ["Captures", "DeviceProfiles", "Readings"]),
        tests("PeopleTests", ["People", "Readings"]),
        tests("AlarmsTests", ["Alarms", "People", "Readings"]),
        tests("MQTTTests", ["MQTT", "GatewayTesting"]),
        tests("DBusTests", ["DBus", "GatewayTesting"]),
        tests("BlueZTests", ["BlueZ", "DBus", "DeviceProfiles", "Readings", "GatewayTesting"]),
        tests("StoreTests", ["Store", "Readings", "People", "Alarms", "CSQLite"]),
        tests("SinksTests", ["Sinks", "Readings", "People", "Alarms", "ExactJSON", "MQTT", "GatewayTesting"]),
        tests("GatewayTests", ["Gateway", "GatewayTesting", "Captures", "ExactJSON", "People", "Store", "BlueZ", "DBus"]),
        tests("CommandTests", ["ExactJSON", "MQTT", "GatewayTesting", "vitalgate"]),
        tests("HouseTests", []),
    ],
    swiftLanguageModes: [.v6]
)
