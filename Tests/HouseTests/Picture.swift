/// The table of the house: what each target may import. `Swift` and `Synchronization` are free for all.
/// A new target gets its row here, in Package.swift and in CONTRIBUTING.md.
enum Picture {
    static let pure: Set<String> = ["ExactJSON", "StrictYAML", "Readings", "DeviceProfiles", "Drivers", "Captures", "People", "Alarms"]

    static let cLibraries: Set<String> = ["CSQLite", "CMosquitto", "CSystemd", "CBluetooth"]

    /// Only tests may import it.
    static let testsOnly: Set<String> = ["GatewayTesting"]

    /// Modules of the toolchain; all others are targets or products named in Package.swift.
    static let toolchain: Set<String> = ["Foundation", "FoundationEssentials", "Glibc", "Dispatch"]

    static let mayImport: [String: Set<String>] = [
        "ExactJSON": [],
        "StrictYAML": ["Yams"],
        "Readings": ["FoundationEssentials"],
        "DeviceProfiles": ["Readings", "ExactJSON", "StrictYAML"],
        "Drivers": ["Readings", "StrictYAML", "DeviceProfiles", "Crypto", "CryptoExtras"],
        "Captures": ["Readings", "ExactJSON", "DeviceProfiles"],
        "People": ["Readings"],
        "Alarms": ["Readings", "People"],
        "MQTT": ["CMosquitto", "Glibc"],
        "DBus": ["CSystemd", "Glibc"],
        "BlueZ": ["Readings", "DeviceProfiles", "DBus"],
        "Store": ["Readings", "People", "Alarms", "ExactJSON", "CSQLite", "Crypto", "Glibc", "Dispatch"],
        "Sinks": ["Readings", "People", "Alarms", "ExactJSON", "MQTT", "Glibc"],
        "Gateway": gateway,
        "vitalgate": gateway.union(["Gateway", "ArgumentParser"]),
        "vitalgate-hci": ["Readings", "DeviceProfiles", "Captures", "CBluetooth", "ArgumentParser", "Glibc"],
        "GatewayTesting": gateway.union(["Gateway"]),
    ]

    private static let gateway: Set<String> = [
        "ExactJSON", "StrictYAML", "Readings", "DeviceProfiles", "Drivers", "Captures", "People", "Alarms", "MQTT", "DBus",
        "BlueZ", "Store", "Sinks", "CSystemd",
        "Logging", "ServiceLifecycle", "UnixSignals", "Foundation", "FoundationEssentials", "Glibc", "Dispatch",
    ]

    static let free: Set<String> = ["Swift", "Synchronization"]
}
