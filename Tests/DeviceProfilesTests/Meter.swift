import DeviceProfiles

/// A small made-up profile; the numbers at its right are the lines that problems name.
enum Meter {
    static let yaml = """
        profile: test/meter                                     # 1
        title: A meter that nobody sells
        models:
          - { name: Meter, id: M1, evidence: captured }         # 4
        source: these tests                                     # 5
        match:                                                  # 6
          services: ["1808"]                                    # 7
          names: { prefix: [TEST] }                             # 8
        characteristics:                                        # 9
          measurement: { service: "1808", uuid: "2A18" }        # 10
        frames:                                                 # 11
          measurement:                                          # 12
            from: measurement                                   # 13
            byte-order: little                                  # 14
            fields:                                             # 15
              - { name: flags, type: u8, bits: { molar: 0, mode: 1..2, steady: 3 }, codes: { mode: { 1: quick } }, reserved: 7 } # 16
              - { name: glucose, type: sfloat, when: flags.steady, unknown: 0 }                                                  # 17
              - { name: sample, type: u8, codes: { 1: plasma } }                                                                 # 18
              - { skip: 1 }                                     # 19
              - { name: time, type: date-time, when: not flags.molar }                                                           # 20
        readings:                                               # 21
          blood-glucose:                                        # 22
            requires: [glucose]                                 # 23
            waits-for: [flags.steady]                           # 24
            ignores: [flags.mode is quick]                      # 25
            values:                                             # 26
              glucose:                                          # 27
                field: glucose                                  # 28
                unit: [ { when: flags.molar, is: mmol/L, each: 0.1 }, { is: mg/dL } ] # 29
            measured-at: time                                   # 30
            number: sample                                      # 31
            sample: sample                                      # 32
            marks: flags                                        # 33
        vectors:                                                # 34
          - name: a hundred                                     # 35
            source: computed, here                              # 36
            advertised: { name: TEST 1, services: ["1808"] }    # 37
            measurement: "08 64 00 01 00 EA 07 0B 14 07 0F 00"  # 38
            reads: [ { kind: blood-glucose, glucose: 100 mg/dL, sample: plasma, measured-at: 2026-11-20T07:15:00, number: 1, marks: [steady] } ] # 39
          - name: cut                                           # 40
            source: computed, here                              # 41
            measurement: "08 64"                                # 42
            fails: too short at glucose                         # 43
        """

    /// The profile with some lines written otherwise; an empty text takes the line out but keeps its place.
    static func yaml(_ edits: [Int: String]) -> String {
        var lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (line, text) in edits { lines[line - 1] = text }
        return lines.joined(separator: "\n")
    }

    static func source(_ text: String = yaml, path: String = "test/meter") -> ProfileSet.Source {
        ProfileSet.Source(path: path, file: "\(path).yaml", text: text)
    }
}
