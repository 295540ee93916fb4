import DeviceProfiles
import StrictYAML
import Testing

/// One line of `Meter.yaml` written wrongly, and what is said about it.
struct Mistake: Sendable, CustomTestStringConvertible {
    var line: Int
    var text: String
    /// Part of the sentence.
    var sentence: String
    /// The line named; the wrong one unless a whole map is at fault.
    var at: Int

    init(_ line: Int, _ text: String, _ sentence: String, at: Int? = nil) {
        (self.line, self.text, self.sentence, self.at) = (line, text, sentence, at ?? line)
    }

    var testDescription: String { sentence }
}

@Suite struct ProfileMistakeTests {
    @Test("The meter that the mistakes are made in is a good profile") func meterIsGood() throws {
        let set = try ProfileSet([Meter.source()])
        #expect(ProfileCheck(set).problems == [])
        #expect(set.profiles.map(\.name) == ["test/meter"])
        #expect(set.profiles[0].models.map(\.name) == ["Meter"])
        #expect(set.profiles[0].models[0].evidence == .captured)
    }

    @Test("A key that nobody would read is named, with the nearest word", arguments: [
        Mistake(2, "titel: A meter", "unknown key 'titel'; did you mean 'title'?"),
        Mistake(2, "colour: blue", "unknown key 'colour'; known here: profile, title, extends, models, source, match, relays"),
        Mistake(4, "  - { name: Meter, evidance: captured }", "unknown key 'evidance'; did you mean 'evidence'?"),
        Mistake(7, "  servces: [\"1808\"]", "unknown key 'servces'; did you mean 'services'?"),
        Mistake(8, "  names: { prefixes: [TEST] }", "unknown key 'prefixes'; did you mean 'prefix'?"),
        Mistake(10, "  measurement: { service: \"1808\", uid: \"2A18\" }", "unknown key 'uid'; did you mean 'uuid'?"),
        Mistake(13, "    form: measurement", "unknown key 'form'; did you mean 'from'?"),
        Mistake(14, "    byteorder: little", "unknown key 'byteorder'; did you mean 'byte-order'?"),
        Mistake(13, "    from: { service-date: \"181D\" }", "unknown key 'service-date'; did you mean 'service-data'?"),
        Mistake(18, "      - { name: sample, typ: u8 }", "unknown key 'typ'; did you mean 'type'?"),
        Mistake(19, "      - { skip: 1, name: rest }", "unknown key 'name'; known here: skip"),
        Mistake(24, "    wait-for: [flags.steady]", "unknown key 'wait-for'; did you mean 'waits-for'?"),
        Mistake(28, "        filed: glucose", "unknown key 'filed'; did you mean 'field'?"),
        Mistake(29, "        unit: [ { wen: flags.molar, is: mmol/L }, { is: mg/dL } ]", "unknown key 'wen'; did you mean 'when'?"),
        Mistake(30, "    measured-at: { field: time, plus-minuts: sample }", "unknown key 'plus-minuts'; did you mean 'plus-minutes'?"),
        Mistake(36, "    sorce: computed, here", "unknown key 'sorce'; did you mean 'source'?"),
        Mistake(37, "    advertised: { nam: TEST 1 }", "unknown key 'nam'; did you mean 'name'?"),
        Mistake(38, "    mesurement: \"08 64\"", "unknown key 'mesurement'; did you mean 'measurement'?"),
        Mistake(39, "    reads: [ { kind: blood-glucose, glucos: 1 mg/dL, measured-at: arrival } ]", "unknown key 'glucos'; did you mean 'glucose'?"),
    ])
    func unknownKey(_ mistake: Mistake) { expect(mistake) }

    @Test("A key that is missing is named", arguments: [
        Mistake(1, "", "the key 'profile' is missing", at: 2),
        Mistake(2, "", "the key 'title' is missing", at: 1),
        Mistake(5, "", "the key 'source' is missing", at: 1),
        Mistake(4, "  - { name: Meter }", "the key 'evidence' is missing"),
        Mistake(10, "  measurement: { service: \"1808\" }", "the key 'uuid' is missing"),
        Mistake(10, "  measurement: { uuid: \"2A18\" }", "the key 'service' is missing"),
        Mistake(13, "", "the key 'from' is missing", at: 14),
        Mistake(18, "      - { name: sample }", "the key 'type' is missing"),
        Mistake(18, "      - { type: u8 }", "the key 'name' is missing"),
        Mistake(28, "", "the key 'field' is missing", at: 29),
        Mistake(29, "", "the key 'unit' is missing", at: 28),
        Mistake(36, "", "the key 'source' is missing", at: 35),
        Mistake(39, "    reads: [ { kind: blood-glucose, glucose: 100 mg/dL } ]", "the key 'measured-at' is missing"),
    ])
    func missingKey(_ mistake: Mistake) { expect(mistake) }

    @Test("A value of the wrong type is told what to be", arguments: [
        Mistake(2, "title: [A meter]", "found a list; write a single text"),
        Mistake(2, "title:", "found nothing; write a single text"),
        Mistake(7, "  services: \"1808\"", "found the quoted text \"1808\"; write a list"),
        Mistake(8, "  names: TEST", "found 'TEST'; write a map"),
        Mistake(8, "  names: { prefix: [TEST], optional: yes }", "found 'yes'; write true or false"),
        Mistake(14, "    length: twelve", "found 'twelve'; write a whole number"),
        Mistake(14, "    length: \"12\"", "found the quoted text \"12\"; write a whole number without quotes"),
        Mistake(19, "      - { skip: one }", "found 'one'; write a whole number"),
        Mistake(39, "    reads: [ { kind: blood-glucose, user: A, measured-at: arrival } ]", "found 'A'; write a whole number"),
    ])
    func wrongType(_ mistake: Mistake) { expect(mistake) }

    @Test("A word outside its closed list is named, with the nearest one or all of them", arguments: [
        Mistake(4, "  - { name: Meter, evidence: capturd }", "unknown word 'capturd'; did you mean 'captured'?"),
        Mistake(4, "  - { name: Meter, evidence: rumour }", "unknown word 'rumour'; write one of: captured, published, documented, assumed"),
        Mistake(8, "  rank: vendor", "the ranks are 'standard' and 'common'; leave the line out for a vendor profile"),
        Mistake(14, "    byte-order: middle", "the byte order is 'little' or 'big'"),
        Mistake(14, "    checksum: sum9", "unknown word 'sum9'; did you mean 'sum8'?"),
        Mistake(18, "      - { name: sample, type: u9 }", "unknown word 'u9'; did you mean 'u8'?"),
        Mistake(18, "      - { name: sample, type: string }", "unknown word 'string'; write one of: u8, u16, u24, u32, u40, u48, u64, i8, i16, i24, i32, sfloat, float, bcd, digits, text, date-time, seconds"),
        Mistake(22, "  blood-glucos:", "unknown kind 'blood-glucos'; did you mean 'blood-glucose'?"),
        Mistake(
            22, "  mood:",
            "unknown kind 'mood'; the kinds are: blood-pressure, body-weight, body-composition, body-measures, blood-glucose, "
                + "blood-ketone, lipids, hba1c, coagulation, uric-acid, hemoglobin, body-temperature, oxygen-saturation, heart-rate, "
                + "rr-interval, heart-rate-variability, ecg, respiration, spirometry, activity, sleep, battery"),
        Mistake(27, "      glucos:", "a blood-glucose has no value 'glucos'; did you mean 'glucose'?"),
        Mistake(27, "      systolic:", "a blood-glucose has no value 'systolic'; its values are: carbohydrates, glucose, hba1c, trend"),
        Mistake(29, "        unit: mg/dl/h", "unknown word 'mg/dl/h'; did you mean 'mg/dL'?"),
        Mistake(29, "        unit: furlong", "unknown word 'furlong'; write one of: mmHg, kPa"),
        Mistake(32, "    site: sample", "a blood-glucose has no site"),
        Mistake(36, "    source: invented", "begin with captured, published or computed, then say where from"),
        Mistake(36, "    source: ''", "begin with captured, published or computed, then say where from"),
        Mistake(39, "    reads: [ { kind: glucose, measured-at: arrival } ]", "unknown word 'glucose'; write one of: blood-pressure"),
    ])
    func unknownWord(_ mistake: Mistake) { expect(mistake) }

    @Test("A unit or factor that cannot be meant is refused", arguments: [
        Mistake(29, "        unit: kg", "blood-glucose.glucose is told in mg/dL, and 'kg' does not convert to that"),
        Mistake(29, "        unit: [ { when: flags.molar, is: Cel }, { is: mg/dL } ]", "'Cel' does not convert to that"),
        Mistake(29, "        unit: [ { when: flags.molar, is: mmol/L }, { when: flags.steady, is: mg/dL } ]", "all units but the last need a 'when'; the last holds otherwise"),
        Mistake(29, "        unit: [ { is: mmol/L }, { is: mg/dL } ]", "all units but the last need a 'when'; the last holds otherwise"),
        Mistake(29, "        { unit: [ { is: mg/dL } ], each: 10 }", "with several units, write 'each' beside each of them"),
        Mistake(29, "        { unit: mg/dL, each: 0 }", "'each' lies between 0.000001 and 1000000"),
        Mistake(29, "        { unit: mg/dL, each: -1 }", "'each' lies between 0.000001 and 1000000"),
        Mistake(29, "        { unit: mg/dL, each: 1000001 }", "'each' lies between 0.000001 and 1000000"),
        Mistake(29, "        { unit: mg/dL, each: 0.0000000001 }", "'each' lies between 0.000001 and 1000000"),
        Mistake(29, "        { unit: mg/dL, each: 1e3 }", "no decimal number: write digits such as 0.005"),
        Mistake(29, "        { unit: mg/dL, each: \"1,5\" }", "no decimal number: write digits such as 0.005"),
    ].map(flow))
    func unit(_ mistake: Mistake) { expect(mistake, without: mistake.text.contains("{ field:") ? [28] : []) }

    /// The value as a flow map, since `each` has no line of its own in the meter.
    private static func flow(_ mistake: Mistake) -> Mistake {
        var mistake = mistake
        mistake.text.replace("{ unit:", with: "{ field: glucose, unit:")
        return mistake
    }

    @Test("A field, bit or code that is not there is named", arguments: [
        Mistake(17, "      - { name: glucose, type: sfloat, when: flag.steady }", "no field 'flag' stands before this; did you mean 'flags'?"),
        Mistake(17, "      - { name: glucose, type: sfloat, when: sample is 1 }", "no field 'sample' stands before this"),
        Mistake(17, "      - { name: glucose, type: sfloat, when: flags.stedy }", "'flags' names no bits 'stedy'; did you mean 'steady'?"),
        Mistake(17, "      - { name: glucose, type: sfloat, when: flags.steady.now }", "write 'field', 'field.bit' or 'field.bits is word'"),
        Mistake(17, "      - { name: glucose, type: sfloat, when: flags.mode }", "'flags.mode' is more than one bit: write 'flags.mode is …'"),
        Mistake(17, "      - { name: glucose, type: sfloat, when: flags }", "'flags' is more than one bit: write 'flags is …'"),
        Mistake(17, "      - { name: glucose, type: sfloat, when: flags.mode is slow }", "'flags.mode' has no code 'slow'"),
        Mistake(17, "      - { name: glucose, type: sfloat, when: flags.mode is 4 }", "'flags.mode' has no code '4'"),
        Mistake(17, "      - { name: glucose, type: sfloat, when: '' }", "no field '' stands before this"),
        Mistake(23, "    requires: [glucos]", "no field 'glucos' in this frame; did you mean 'glucose'?"),
        Mistake(24, "    waits-for: [flags.ready]", "'flags' names no bits 'ready'"),
        Mistake(24, "    waits-for: [glucose.steady]", "'glucose' has no bits to ask about"),
        Mistake(25, "    ignores: [flags.mode is never]", "'flags.mode' has no code 'never'"),
        Mistake(28, "        field: weight", "no field 'weight' in this frame", at: 28),
        Mistake(28, "        field: time", "'time' is a time, not a number", at: 28),
        Mistake(30, "    measured-at: sample", "'sample' is no date-time"),
        Mistake(30, "    measured-at: tine", "no field 'tine' in this frame; did you mean 'time'?"),
        Mistake(30, "    measured-at: { field: time, plus-minutes: offset }", "no field 'offset' in this frame"),
        Mistake(31, "    number: sequence", "no field 'sequence' in this frame"),
        Mistake(31, "    user: person", "no field 'person' in this frame"),
        Mistake(32, "    sample: smaple", "no field 'smaple' in this frame; did you mean 'sample'?"),
        Mistake(32, "    sample: flags.kind", "'flags' names no bits 'kind'"),
        Mistake(33, "    marks: status", "no field 'status' in this frame"),
        Mistake(18, "      - { name: sample, type: u8, codes: { 1: spittle } }", "a blood-glucose knows no 'spittle'; its words are: capillary-blood", at: 32),
    ])
    func unknownReference(_ mistake: Mistake) { expect(mistake) }

    @Test("A layout that cannot be is refused", arguments: [
        Mistake(18, "      - { name: glucose, type: u8 }", "a second field called 'glucose'"),
        Mistake(18, "      - { name: sample, type: u8, reserved: 6..8 }", "write a number, or a range such as 0..3, within 0 to 7"),
        Mistake(18, "      - { name: sample, type: u8, bits: { high: 8 } }", "write a number, or a range such as 0..3, within 0 to 7"),
        Mistake(18, "      - { name: sample, type: u8, bits: { high: 3..1 } }", "write a number, or a range such as 0..3, within 0 to 7"),
        Mistake(18, "      - { name: sample, type: u8, bits: { high: 1...3 } }", "write a number, or a range such as 0..3, within 0 to 7"),
        Mistake(18, "      - { name: sample, type: u8, bits: { high: -1 } }", "write a number, or a range such as 0..3, within 0 to 7"),
        Mistake(18, "      - { name: sample, type: u8, bits: { high: .3. } }", "write a number, or a range such as 0..3, within 0 to 7"),
        Mistake(18, "      - { name: sample, type: sfloat, bits: { low: 0 } }", "only u8, u16, u24 and u32 have bits"),
        Mistake(18, "      - { name: sample, type: date-time, reserved: 0 }", "only u8, u16, u24 and u32 have bits"),
        Mistake(18, "      - { name: sample, type: u8, unknown: [1, x] }", "write a number, or a range such as 0..3, within 0 to 4294967295"),
        Mistake(18, "      - { name: sample, type: u8, unknown: 4294967296 }", "write a number, or a range such as 0..3, within 0 to 4294967295"),
        Mistake(18, "      - { name: sample, type: u8, codes: { one: plasma } }", "'one' is no number: codes are number: word"),
        Mistake(18, "      - { name: sample, type: u8, bits: { low: 0..3 }, codes: { lo: { 1: plasma } } }", "'sample' names no bits 'lo'"),
        Mistake(18, "      - { name: sample, type: u8, bits: { low: 0..1 }, codes: { low: { 4: plasma } } }", "the code 4 does not fit into 2 bits"),
        Mistake(18, "      - { name: sample, type: u8, codes: { 256: plasma } }", "the code 256 does not fit into 8 bits"),
        Mistake(19, "      - { skip: 0 }", "skip 1 to 512 bytes"),
        Mistake(19, "      - { skip: 513 }", "skip 1 to 512 bytes"),
        Mistake(14, "    length: 0", "a frame is 1 to 2048 bytes long"),
        Mistake(14, "    length: -3", "a frame is 1 to 2048 bytes long"),
        Mistake(14, "    starts-with: \"A\"", "no bytes: write pairs of hex digits in quotes"),
        Mistake(13, "    from: measurment", "no characteristic is called 'measurment': name it under characteristics, or write { service-data: \"…\" }"),
    ])
    func layout(_ mistake: Mistake) { expect(mistake) }

    @Test("Numbers that YAML could take for others stand in quotes, and are what they say", arguments: [
        Mistake(7, "  services: [1808]", "write the UUID in quotes, or YAML may take it for a number"),
        Mistake(7, "  services: [\"18088\"]", "no UUID: write \"181D\" or all 36 characters"),
        Mistake(7, "  service-data: 181D", "write the UUID in quotes, or YAML may take it for a number"),
        Mistake(10, "  measurement: { service: \"1808\", uuid: 2A18 }", "write the UUID in quotes, or YAML may take it for a number"),
        Mistake(7, "  manufacturer: 0157", "no company number: write four hex digits in quotes, such as \"0157\""),
        Mistake(7, "  manufacturer: \"157\"", "no company number: write four hex digits in quotes, such as \"0157\""),
        Mistake(7, "  manufacturer: \"+157\"", "no company number: write four hex digits in quotes, such as \"0157\""),
        Mistake(7, "  manufacturer: \"10157\"", "no company number: write four hex digits in quotes, such as \"0157\""),
        Mistake(38, "    measurement: \"08 6\"", "no bytes: write pairs of hex digits in quotes"),
    ])
    func numbers(_ mistake: Mistake) { expect(mistake) }

    @Test("A match that says nothing would claim every device") func matchThatSaysNothing() {
        let sentence = "this would match every device: give services, service-data, manufacturer or names"
        #expect(problems([7: "  services: []", 8: ""]) == ["test/meter.yaml:7: \(sentence)"])
        #expect(problems([7: "  names: { prefix: [TEST], optional: true }", 8: ""]) == ["test/meter.yaml:7: \(sentence)"])
        let nameless = "names without a name: give 'prefix' or 'exact', or leave it out"
        for names in ["{}", "{ prefix: [] }", "{ prefix: [''] }", "{ exact: [A, ''] }"] {
            #expect(problems([8: "  names: \(names)"]) == ["test/meter.yaml:8: \(nameless)"])
        }
        #expect(problems([6: "", 7: "", 8: ""]) == ["test/meter.yaml:1: the key 'match' is missing"])
    }

    @Test("A profile is proven by a vector that reads and one that does not") func vectorsAreRequired() {
        let sentence = "test/meter.yaml:1: give vectors: at least one that reads, and one that gives no reading and says why"
        #expect(problems(Dictionary(uniqueKeysWithValues: (34...43).map { ($0, "") })) == [sentence])
        #expect(problems(Dictionary(uniqueKeysWithValues: (35...39).map { ($0, "") })) == [sentence])
        #expect(problems(Dictionary(uniqueKeysWithValues: (40...43).map { ($0, "") })) == [sentence])
    }

    @Test("A vector says what it shows", arguments: [
        Mistake(38, "", "no bytes: write them under one of: measurement, service-data, manufacturer-data", at: 35),
        Mistake(39, "", "say what it 'reads', or 'because' of what it reads nothing, or how it 'fails'", at: 35),
        Mistake(40, "  - because: nothing\n    name: cut", "say one of 'reads', 'because' and 'fails'", at: 40),
        Mistake(38, "    service-data: \"08\"", "the profile matches no service-data"),
        Mistake(38, "    manufacturer-data: \"08\"", "the profile matches no manufacturer"),
    ])
    func vector(_ mistake: Mistake) { expect(mistake) }

    @Test("A frame has at most 63 fields") func capacity() {
        let fields = (1...62).map { "      - { name: f\($0), type: u8 }" }.joined(separator: "\n")
        // flags, glucose, sample, time and 59 more are 63; the 60th is one too many, on line 20 + 60.
        let sentence = "test/meter.yaml:80: a frame has at most 63 fields"
        let time = "      - { name: time, type: date-time, when: not flags.molar }\n"
        #expect(problems([20: time + fields]) == [sentence])
    }

    @Test("A file is named for its profile") func fileName() {
        let found = problems(of: [Meter.source(path: "test/scale")])
        #expect(found == ["test/scale.yaml:1: this file is test/scale.yaml: write 'profile: test/scale', or move the file"])
    }

    @Test("Two files of one profile are one too many, and both are named") func twins() {
        var twin = Meter.source()
        twin.file = "more/test/meter.yaml"
        #expect(problems(of: [Meter.source(), twin]) == ["more/test/meter.yaml:1: a second profile 'test/meter'; the first is test/meter.yaml"])
    }

    @Test("A key that stands twice, an anchor and broken YAML are refused where they stand", arguments: [
        Mistake(3, "title: Again\nmodels:", "the key 'title' stands twice; the first is on line 2"),
        Mistake(5, "source: &here these tests", "anchors (&) and aliases (*) are not taken"),
        Mistake(5, "source: !!str these tests", "tags (!) are not taken"),
        Mistake(5, "source: 'these tests", "quoted scalar", at: 35),
    ])
    func yaml(_ mistake: Mistake) {
        let found = problems([mistake.line: mistake.text])
        #expect(found.count == 1 && found[0].contains(mistake.sentence), "\(found)")
    }

    private func expect(_ mistake: Mistake, without lines: [Int] = []) {
        var edits = [mistake.line: mistake.text]
        for line in lines { edits[line] = "" }
        let found = problems(edits)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("test/meter.yaml:\(mistake.at): ") == true, "\(found)")
        #expect(found.first?.contains(mistake.sentence) == true, "\(found)")
    }
}

/// What loading says, one text a problem: file, line, sentence.
func problems(of sources: [ProfileSet.Source]) -> [String] {
    do throws(ProfileSet.Problems) {
        _ = try ProfileSet(sources)
        return []
    } catch {
        return error.problems.map { "\($0.file):\($0.line): \($0.message)" }
    }
}

func problems(_ edits: [Int: String]) -> [String] { problems(of: [Meter.source(Meter.yaml(edits))]) }
