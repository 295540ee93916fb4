import DeviceProfiles
import ExactJSON
import Readings
import Testing

/// A made-up message format that uses every word of the language, numbered by its lines, for the tests to write wrongly.
enum Bridge {
    static let yaml = """
        profile: test/bridge                                            # 1
        title: A bridge                                                 # 2
        source: these tests                                             # 3
        relays:                                                         # 4
          custody: acknowledged                                         # 5
          topics: ["clinic/{ward}/{kind}"]                              # 6
          words: { kind: [vitals, adverts] }                            # 7
          device: { namespace: clinic, id: /device, channel: channel }  # 8
          drops: [nurse]                                                # 9
          broadcast: false                                              # 10
          adverts: { each: "heard[]", address: mac, name: name, service-data: { uuid: uuid, bytes: data }, manufacturer-data: company, structures: raw, received-at: { path: at, as: [rfc3339, unix-seconds] } } # 11
        readings:                                                       # 12
          body-weight/one:                                              # 13
            each: "rows[]"                                              # 14
            grouped-by: [at]                                            # 15
            when: ["has [what is weight]"]                              # 16
            waits-for: ["not [what is state].value is moving"]          # 17
            ignores: ["[what is state].value is object"]                # 18
            requires: [weight, measured-at]                             # 19
            values:                                                     # 20
              weight: { path: "[what is weight].value", unit: { path: "[what is weight].unit", codes: { kg: kg, pounds: lb }, absent: kg }, unknown: [0, none], decimals: 3 } # 21
              impedance: { path: ["[what is ohm].value", "[what is kiloohm].value"], unit: Ohm, each: 0.1, power-of-ten: ["[what is ohm].power", "[what is kiloohm].power"] } # 22
            measured-at: { path: "[0].at", as: "DD/MM/YYYY hh:mm:ss", zone: utc }           # 23
            number: "[0].number"                                        # 24
            user: /user                                                 # 25
            marks: [ { when: "[0].number above 9", is: late }, { path: /shift, codes: { N: night } } ] # 26
          body-temperature:                                             # 27
            each: temperature                                           # 28
            site: { path: place, codes: { ear: ear } }                  # 29
            values: { temperature: { path: value, unit: Cel } }         # 30
            measured-at: { path: at, as: iso }                          # 31
        vectors:                                                        # 32
          - name: an ear                                                # 33
            source: computed, here                                      # 34
            topic: clinic/three/vitals                                  # 35
            payload: '{"device":"d1","temperature":{"value":"36.60","place":"ear"}}' # 36
            reads: [ { device: "clinic:d1", kind: body-temperature, temperature: 36.60 Cel, site: ear, measured-at: arrival } ] # 37
          - name: an advertisement                                      # 38
            source: computed, here                                      # 39
            topic: clinic/three/adverts                                 # 40
            payload: '{"heard":[{"mac":"00:11:22:33:44:55","company":"5701aa"}]}' # 41
            gives: '{"address":"00:11:22:33:44:55","manufacturerData":{"0157":"aa"}}' # 42
          - name: nothing                                               # 43
            source: computed, here                                      # 44
            topic: clinic/three/vitals                                  # 45
            payload: '{}'                                               # 46
            because: nothing to decode                                  # 47
        """

    /// The profile with some lines written otherwise; an empty text takes the line out but keeps its place.
    static func source(_ edits: [Int: String] = [:]) -> ProfileSet.Source {
        var lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (line, text) in edits { lines[line - 1] = text }
        return ProfileSet.Source(path: "test/bridge", file: "bridge.yaml", text: lines.joined(separator: "\n"))
    }

    static let profile = Result { try #require(ProfileSet([source()])["test/bridge"]) }

    /// What a message of this bridge says.
    static func said(_ payload: String, topic: String = "clinic/three/vitals") throws -> [RelayedItem] {
        try profile.get().relayed(topic: topic, payload: Array(payload.utf8))
    }

    /// In words: `clinic:d1 weight 79.80 kg at 2024-…`, `refused: bad-address`, `rejected: wrong-shape`.
    static func words(_ payload: String, topic: String = "clinic/three/vitals") throws -> [String] {
        try said(payload, topic: topic).flatMap { item -> [String] in
            switch item {
            case .refused(let bad): ["refused: \(bad.code.rawValue)"]
            case .observation(let seen, _): ["heard \(seen.address?.description ?? "nobody")"]
            case .part(let part): ["part of \(part.device)"]
            case .decoded(let device, let outcomes): outcomes.flatMap { words($0, of: device) }
            }
        }
    }

    private static func words(_ outcome: DecodeOutcome, of device: DeviceID) -> [String] {
        guard case .readings(let readings) = outcome else { return ["\(outcome.name): \(outcome.code ?? "")"] }
        return readings.map { reading in
            let values = reading.values.map { "\($0.name) \($0.reported.text)" }
            let time = reading.deviceTime.map { "at \($0.text)\(reading.isUTC ? "Z" : "")" } ?? "at arrival"
            let rest = [reading.number.map { "number \($0)" }, reading.user.map { "user \($0)" }, reading.qualifier].compactMap { $0 }
            return (["\(device)"] + values + [time] + rest + reading.marks).joined(separator: " ")
        }
    }
}
