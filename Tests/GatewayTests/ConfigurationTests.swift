import Alarms
import Foundation
import MQTT
import Readings
import StrictYAML
import Testing

@testable import Gateway

/// A good configuration; the numbers at its right are the lines that problems name.
private let good = """
    store:                                                      # 1
      path: /tmp/vitalgate.db                                   # 2
    place:                                                      # 3
      zone: Asia/Shanghai                                       # 4
    profiles: [/etc/vitalgate/device-profiles]                  # 5
    sources:                                                    # 6
      - name: ward                                              # 7
        mqtt:                                                   # 8
          host: broker.example                                  # 9
          port: 8884                                            # 10
          tls: { ca: /ca.pem, certificate: /c.pem, key: /k.pem } # 11
          user-file: broker-user                                # 12
          password-file: broker-password                        # 13
          client-id: ward-1                                     # 14
          topics: ["+/+/BTtoMQTT/#", "vitalgate/raw/#"]         # 15
      - name: local                                             # 16
        mqtt: { topics: ["vitalgate/raw/#"] }                   # 17
    sinks:                                                      # 18
      - name: platform                                          # 19
        mqtt:                                                   # 20
          host: 127.0.0.1                                       # 21
          prefix: clinic/vitals                                 # 22
      - name: archive                                           # 23
        file: { path: /tmp/readings.jsonl }                     # 24
    alarms:                                                     # 25
      accepted-by: Dr. Example                                  # 26
      presets: true                                             # 27
      limits:                                                   # 28
        blood-pressure.systolic: { low-critical: 79, low-warning: 90, high-warning: 140, high-critical: 181 } # 29
        body-weight.weight: { high-warning: 120.5 }             # 30
    log:                                                        # 31
      level: debug                                              # 32
    """

/// The good one with some lines written otherwise.
private func configuration(_ edits: [Int: String] = [:]) throws -> Configuration {
    var lines = good.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (line, text) in edits { lines[line - 1] = text }
    return try Configuration.read(lines.joined(separator: "\n"), file: "vitalgate.yaml")
}

struct ConfigurationTests {
    @Test func `everything that is written is read`() throws {
        let configuration = try configuration()
        #expect(configuration.storePath == "/tmp/vitalgate.db")
        #expect(configuration.place.zone.identifier == "Asia/Shanghai")
        #expect(configuration.profileFolders == ["/etc/vitalgate/device-profiles"])
        #expect(configuration.logLevel == .debug)
        #expect(configuration.sources.map(\.name) == ["ward", "local"])
        let ward = configuration.sources[0]
        #expect(ward.topics == ["+/+/BTtoMQTT/#", "vitalgate/raw/#"])
        #expect(ward.broker.host == "broker.example" && ward.broker.port == 8884 && ward.broker.clientID == "ward-1")
        #expect(ward.broker.tls == BrokerSettings.TLS(ca: "/ca.pem", certificate: "/c.pem", key: "/k.pem"))
        #expect(ward.broker.userFile == "broker-user" && ward.broker.passwordFile == "broker-password")
        let local = configuration.sources[1].broker
        #expect(local.host == "127.0.0.1" && local.port == 1883 && local.tls == nil && local.clientID == nil)
        guard case .mqtt(let platform, prefix: "clinic/vitals") = configuration.sinks[0].receiver,
            case .file("/tmp/readings.jsonl") = configuration.sinks[1].receiver
        else {
            Issue.record("\(configuration.sinks)")
            return
        }
        #expect(platform.port == 1883)
        #expect(configuration.sinks.map(\.name) == ["platform", "archive"])
    }

    @Test func `accepted presets are in force, and single limits replace them`() throws {
        let alarms = try configuration().alarms
        #expect(alarms.acceptedBy == "Dr. Example")
        #expect(alarms.limits["blood-pressure.systolic"]?.highWarning == ExactDecimal("140"))
        #expect(alarms.limits["blood-pressure.pulse"]?.highCritical == ExactDecimal("131"))
        #expect(alarms.limits["body-weight.weight"]?.highWarning == ExactDecimal("120.5"))
        #expect(alarms.limits.count == 6)
    }

    @Test func `limits without presets are only those that are written`() throws {
        for presets in ["  presets: false", ""] {
            let limits = try configuration([27: presets]).alarms.limits
            #expect(Set(limits.keys) == ["blood-pressure.systolic", "body-weight.weight"])
        }
    }

    @Test func `nothing is watched unless it is written`() throws {
        let none = Dictionary(uniqueKeysWithValues: (25...30).map { ($0, "") })
        #expect(try configuration(none).alarms.limits.isEmpty)
        let refused = none.merging([25: "alarms: { presets: false }"]) { $1 }
        #expect(try configuration(refused).alarms.limits.isEmpty)
    }

    @Test(arguments: [
        ("localhost", 1883), ("127.0.0.1", 1883), ("127.0.1.1", 1883), ("\"::1\"", 1883),
    ])
    func `this machine needs no TLS`(host: String, port: Int) throws {
        let source = try configuration([9: "      host: \(host)", 10: "", 11: ""]).sources[0]
        #expect(source.broker.tls == nil && source.broker.port == port)
    }

    @Test func `a topic may be shared with other gateways, and an old broker spoken to in MQTT 3.1.1`() throws {
        let ward = try configuration([12: "      version: 3.1.1", 13: "", 15: "      topics: [\"$share/gateways/vitalgate/raw/#\"]"]).sources[0]
        #expect(ward.topics == ["$share/gateways/vitalgate/raw/#"])
        let old = try configuration([13: "", 12: "      version: 3.1.1"]).sources[0].broker.client(id: "a", sessionExpiry: 0)
        let usual = try configuration().sources[1].broker.client(id: "a", sessionExpiry: 0)
        #expect(old.version == .v311 && usual.version == .automatic)
    }

    @Test func `another machine has TLS, or a refusal aloud`() throws {
        let secured = try configuration([10: "", 11: "      tls: { ca: /ca.pem }"]).sources[0].broker
        #expect(secured.port == 8883 && secured.tls == BrokerSettings.TLS(ca: "/ca.pem"))
        // The system's own authorities.
        #expect(try configuration([11: "      tls: {}"]).sources[0].broker.tls == BrokerSettings.TLS())
        let open = try configuration([10: "", 11: "      tls: off"]).sources[0].broker
        #expect(open.port == 1883 && open.tls == nil)
    }

    @Test func `the commented example loads, also with everything in it switched on`() throws {
        let text = try String(contentsOfFile: Ward.folder("systemd") + "/vitalgate.yaml", encoding: .utf8)
        let configuration = try Configuration.read(text, file: "vitalgate.yaml")
        #expect(configuration.sources.map(\.name) == ["ward"])
        #expect(configuration.sinks.map(\.name) == ["platform", "archive"])
        #expect(configuration.alarms.limits.isEmpty)
        // A commented line that is a setting begins with a known key; the rest is prose.
        let keys = ["clock:", "profiles:", "tls:", "user-file:", "password-file:", "client-id:", "version:", "alarms:", "accepted-by:", "presets:", "limits:", "blood-pressure.systolic:"]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            guard let mark = line.firstIndex(of: "#"), line[..<mark].allSatisfy({ $0 == " " }) else { return String(line) }
            let rest = line[line.index(after: mark)...].drop { $0 == " " }
            guard keys.contains(where: { rest.hasPrefix($0) }) else { return String(line) }
            return String(line[..<mark]) + line[line.index(after: mark)...].dropFirst()
        }
        let all = try Configuration.read(lines.joined(separator: "\n"), file: "vitalgate.yaml")
        #expect(all.clock == .file(ClockTrust.timesyncd))
        #expect(all.profileFolders == ["/etc/vitalgate/device-profiles"])
        #expect(all.sources[0].broker.tls?.ca == "/etc/vitalgate/ca.pem")
        #expect(all.sources[0].broker.passwordFile == "broker-password")
        #expect(all.sources[0].broker.clientID == "vitalgate-ward")
        #expect(all.sources[0].broker.version == .v311)
        #expect(all.alarms.acceptedBy == "Dr. Example")
        #expect(all.alarms.limits["blood-pressure.systolic"]?.highWarning == ExactDecimal("140"))
    }

    @Test(arguments: [
        (nil, ClockTrust.auto), ("auto", .auto), ("always", .always), ("/run/clock-is-right", .file("/run/clock-is-right")),
    ] as [(String?, ClockTrust)])
    func `what says that the clock is right can be chosen`(word: String?, trust: ClockTrust) throws {
        #expect(try configuration(word.map { [31: "log: { level: info }", 32: "clock: { trust: \($0) }"] } ?? [:]).clock == trust)
    }

    @Test func `a configuration that is not there is asked for`() {
        #expect { try ConfigurationFile.read("/nowhere/vitalgate.yaml") } throws: {
            "\($0)" == "there is no configuration /nowhere/vitalgate.yaml, or it may not be read; name one with --config FILE"
        }
    }

    /// Where it is written, what is written there, and what is said of it: the line of the sentence is that of the mistake
    /// unless another is given.
    struct Mistake: CustomTestStringConvertible {
        let edits: [Int: String]
        let line: Int
        let sentence: String

        init(_ line: Int, _ text: String, _ sentence: String, at other: Int? = nil, and more: [Int: String] = [:]) {
            edits = [line: text].merging(more) { $1 }
            self.line = other ?? line
            self.sentence = sentence
        }

        var testDescription: String { sentence }
    }

    static let mistakes = [
        // Unknown keys, at each level.
        Mistake(3, "plase:", "unknown key 'plase'; did you mean 'place'?"),
        Mistake(2, "  paht: /tmp/x.db", "unknown key 'paht'; did you mean 'path'?"),
        Mistake(4, "  time-zone: Asia/Shanghai", "unknown key 'time-zone'; known here: zone"),
        Mistake(32, "clock: { trust: ntp }", "'auto', 'always', or the path of a file that is there while the clock is right", and: [31: "log: { level: info }"]),
        Mistake(12, "      user: me", "unknown key 'user'; known here: host, port, tls, user-file, password-file, client-id, version, topics"),
        Mistake(13, "      password: s3cret", "unknown key 'password'; known here: host, port, tls, user-file, password-file, client-id, version, topics"),
        Mistake(11, "      tls: { ca-file: /ca.pem }", "unknown key 'ca-file'; known here: ca, certificate, key"),
        Mistake(7, "  - nmae: ward", "unknown key 'nmae'; did you mean 'name'?"),
        Mistake(22, "      prefx: x", "unknown key 'prefx'; did you mean 'prefix'?"),
        Mistake(24, "    file: { pth: /tmp/x }", "unknown key 'pth'; did you mean 'path'?"),
        Mistake(27, "  preset: true", "unknown key 'preset'; did you mean 'presets'?"),
        Mistake(29, "    blood-pressure.systolic: { high-waning: 140 }", "unknown key 'high-waning'; did you mean 'high-warning'?"),
        Mistake(32, "  levle: debug", "unknown key 'levle'; did you mean 'level'?"),
        // Missing ones.
        Mistake(4, "  {}", "the key 'zone' is missing"),
        Mistake(15, "", "the key 'topics' is missing", at: 9),
        Mistake(24, "    file: {}", "the key 'path' is missing"),
        // Wrong types.
        Mistake(10, "      port: \"8884\"", "found the quoted text \"8884\"; write a whole number without quotes"),
        Mistake(10, "      port: mqtt", "found 'mqtt'; write a whole number"),
        Mistake(5, "profiles: /etc/profiles", "found '/etc/profiles'; write a list, [a, b] or one '- ' a line"),
        Mistake(15, "      topics: vitalgate/raw/#", "found 'vitalgate/raw/#'; write a list, [a, b] or one '- ' a line"),
        Mistake(24, "    file: /tmp/readings.jsonl", "found '/tmp/readings.jsonl'; write a map of 'key: value'"),
        Mistake(27, "  presets: yes", "found 'yes'; write true or false"),
        Mistake(29, "    blood-pressure.systolic: 140", "found '140'; write a map of 'key: value'"),
        Mistake(29, "    blood-pressure.systolic: { high-warning: 1e2 }", "no decimal number: write digits such as 37.5"),
        // Impossible values.
        Mistake(10, "      port: 0", "a port lies between 1 and 65535"),
        Mistake(10, "      port: 65536", "a port lies between 1 and 65535"),
        Mistake(10, "      port: -1", "a port lies between 1 and 65535"),
        Mistake(4, "  zone: Asia/Shanghia", "no time zone 'Asia/Shanghia'; write one such as Asia/Shanghai or Europe/Berlin"),
        Mistake(15, "      topics: []", "a source without topics hears nothing"),
        Mistake(15, "      topics: [\"vitalgate/raw#\"]", "no MQTT topic filter: '+' stands for a whole level, '#' for the last ones"),
        Mistake(15, "      topics: [\"#/raw\"]", "no MQTT topic filter: '+' stands for a whole level, '#' for the last ones"),
        Mistake(15, "      topics: [\"\"]", "no MQTT topic filter: '+' stands for a whole level, '#' for the last ones"),
        Mistake(15, "      topics: [\"$share/ward\"]", "a shared subscription is written '$share/GROUP/FILTER', the group without wildcards"),
        Mistake(15, "      topics: [\"$share//a\"]", "a shared subscription is written '$share/GROUP/FILTER', the group without wildcards"),
        Mistake(15, "      topics: [\"$share/+/a\"]", "a shared subscription is written '$share/GROUP/FILTER', the group without wildcards"),
        Mistake(12, "      version: 5", "write '3.1.1', or leave it out: MQTT 5 is spoken wherever the broker knows it"),
        Mistake(14, "      client-id: \"\"", "a client id has 1 to 64 characters"),
        Mistake(14, "      client-id: \(String(repeating: "x", count: 65))", "a client id has 1 to 64 characters"),
        Mistake(32, "  level: loud", "the levels are: debug, info, warning, error"),
        // TLS.
        Mistake(11, "", "broker.example is not this machine: write 'tls: { ca: FILE }', or 'tls: off' to send readings in clear", at: 9),
        Mistake(9, "      host: 127.0.0.1.example", "127.0.0.1.example is not this machine: write 'tls: { ca: FILE }', or 'tls: off' to send readings in clear", and: [11: ""]),
        Mistake(9, "      host: \"\"", "write the name or the address of the broker"),
        Mistake(11, "      tls: on", "write 'off', or a map of ca, certificate and key"),
        Mistake(11, "      tls: { certificate: /c.pem }", "a client certificate needs both 'certificate' and 'key'"),
        Mistake(11, "      tls: { ca: /ca.pem, key: /k.pem }", "a client certificate needs both 'certificate' and 'key'"),
        // Names.
        Mistake(16, "  - name: ward", "a second 'ward': names are used once"),
        Mistake(23, "  - name: platform", "a second 'platform': names are used once"),
        Mistake(7, "  - name: Ward 3", "a name has 1 to 32 of the characters a-z, 0-9 and '-'"),
        Mistake(7, "  - name: \"\"", "a name has 1 to 32 of the characters a-z, 0-9 and '-'"),
        Mistake(23, "  - name: ärzte", "a name has 1 to 32 of the characters a-z, 0-9 and '-'"),
        Mistake(23, "  - name: \(String(repeating: "a", count: 33))", "a name has 1 to 32 of the characters a-z, 0-9 and '-'"),
        // Listeners.
        Mistake(17, "", "a source is either 'mqtt' or 'listener'", at: 16),
        Mistake(17, "    mqtt: { topics: [a] }\n    listener: {}", "a source is either 'mqtt' or 'listener'", at: 16),
        Mistake(17, "    listener: { sokcet: /x }", "unknown key 'sokcet'; did you mean 'socket'?"),
        Mistake(17, "    listener: { socket: adverts }", "write the whole path of a local socket, of at most 107 bytes"),
        Mistake(17, "    listener: { socket: /\(String(repeating: "x", count: 107)) }", "write the whole path of a local socket, of at most 107 bytes"),
        // Sinks.
        Mistake(24, "", "a sink is either 'mqtt' or 'file'", at: 23),
        Mistake(24, "    file: { path: /x }\n    mqtt: { host: localhost }", "a sink is either 'mqtt' or 'file'", at: 23),
        Mistake(22, "      prefix: clinic/+", "a topic prefix has no wildcards and does not begin with '$' or end with '/'"),
        Mistake(22, "      prefix: \"#\"", "a topic prefix has no wildcards and does not begin with '$' or end with '/'"),
        Mistake(22, "      prefix: $SYS", "a topic prefix has no wildcards and does not begin with '$' or end with '/'"),
        Mistake(22, "      prefix: \"\"", "a topic prefix has no wildcards and does not begin with '$' or end with '/'"),
        Mistake(22, "      prefix: clinic/", "a topic prefix has no wildcards and does not begin with '$' or end with '/'"),
        Mistake(22, "      prefix: \"a\\0b\"", "a topic prefix has no wildcards and does not begin with '$' or end with '/'"),
        // Bluetooth, in the place of the profiles.
        Mistake(5, "bluetooth: on", "found 'on'; write a map of 'key: value'"),
        Mistake(5, "bluetooth: { adapter: all }", "unknown key 'adapter'; did you mean 'adapters'?"),
        Mistake(5, "bluetooth: { adapters: hci0 }", "write 'all', or a list of addresses: bluetoothctl list tells them"),
        Mistake(5, "bluetooth: { adapters: [hci0] }", "no address of an adapter: write one such as \"AA:BB:CC:DD:EE:FF\", never hci0"),
        Mistake(5, "bluetooth: { adapters: [] }", "no adapter hears nothing: write 'all', or leave it out"),
        Mistake(5, "bluetooth: { consents: [ { device: scale, user: 1, code: 1234 } ] }", "no address of a device: write one such as \"AA:BB:CC:DD:EE:FF\""),
        Mistake(5, "bluetooth: { consents: [ { device: \"AA:BB:CC:DD:EE:FF\", user: 1, code: 10000 } ] }", "0 to 9999"),
        Mistake(
            5, "bluetooth: { consents: [ { device: \"AA:BB:CC:DD:EE:FF\", user: 1, code: 1 }, { device: \"AA:BB:CC:DD:EE:FF\", user: 1, code: 2 } ] }",
            "user 1 of AA:BB:CC:DD:EE:FF stands here twice"),
        Mistake(5, "bluetooth: { links: 17 }", "1 to 16: few adapters hold more links than that"),
        Mistake(7, "  - name: bluetooth", "'bluetooth' is what the ledger calls this machine's own radio: take another name"),
        // Alarms.
        Mistake(29, "    blood-pressure.systolik: { high-warning: 140 }", "unknown vital 'blood-pressure.systolik'; did you mean 'blood-pressure.systolic'?"),
        Mistake(29, "    mood: { high-warning: 140 }", "unknown vital 'mood'"),
        Mistake(29, "    blood-pressure.systolic: { low-warning: 140, high-warning: 90 }", "limits must ascend: low-critical, low-warning, high-warning, high-critical"),
        Mistake(29, "    blood-pressure.systolic: { high-warning: 140, high-critical: 140 }", "limits must ascend: low-critical, low-warning, high-warning, high-critical"),
        Mistake(29, "    mood: { high-warning: 140 }", "unknown vital 'mood'", and: [27: "  presets: false"]),
        Mistake(26, "", "limits are in force only when somebody answers for them: write 'accepted-by: NAME'", at: 27),
        Mistake(26, "  accepted-by: \" \"", "limits are in force only when somebody answers for them: write 'accepted-by: NAME'"),
    ]

    @Test(arguments: mistakes) func `each mistake has its own sentence, and says where it stands`(mistake: Mistake) throws {
        #expect { try configuration(mistake.edits) } throws: { error in
            let text = "\(error)"
            let isTold = text.hasPrefix("vitalgate.yaml:\(mistake.line):") && text.hasSuffix(": \(mistake.sentence)")
            if !isTold { Issue.record("\(text)") }
            return isTold
        }
    }

    @Test(arguments: [(6...17, "sources"), (18...24, "sinks")])
    func `a gateway without sources or without sinks is no gateway`(lines: ClosedRange<Int>, key: String) {
        let without = Dictionary(uniqueKeysWithValues: lines.map { ($0, "") })
        #expect { try configuration(without) } throws: { "\($0)" == "vitalgate.yaml:1:1: the key '\(key)' is missing" }
    }

    @Test func `a listener is a source at a local socket`() throws {
        let configuration = try configuration([17: "    listener: { socket: /run/porch/adverts }"])
        #expect(configuration.sources.map(\.name) == ["ward"])
        #expect(configuration.listeners.map(\.name) == ["local"] && configuration.listeners.map(\.socket) == ["/run/porch/adverts"])
    }

    @Test func `bluetooth is used where its section stands, and needs no other source`() throws {
        #expect(try configuration().bluetooth == nil)
        let lines = Dictionary(uniqueKeysWithValues: (6...17).map { ($0, "") })
        #expect(try configuration(lines.merging([6: "bluetooth: { adapters: all }"]) { $1 }).bluetooth == BluetoothSettings())
        let some = try configuration([5: "bluetooth: { adapters: [\"f0-00-00-00-00-01\"], links: 2, delete-records: true }"]).bluetooth
        #expect(some?.adapters == [DeviceID(address: "F0:00:00:00:00:01")!])
        #expect(some?.links == 2 && some?.deletesRecords == true)
    }

    @Test(arguments: ["", "[]", "7", "store: [", "store: {}\nstore: {}"])
    func `what is no map is refused, not crashed on`(text: String) {
        #expect(throws: YAMLProblem.self) { try Configuration.read(text, file: "vitalgate.yaml") }
    }
}
