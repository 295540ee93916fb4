import DeviceProfiles
import Testing

/// Mistakes in the words of frames and fields, each with its sentence.
@Suite struct FrameMistakeTests {
    @Test("A mistake in what is said of a frame is told where it stands", arguments: [
        Mistake(14, "    length: 5..3", "write a length such as 11, or 11..20"),
        Mistake(14, "    length: 0..3", "a frame is 1 to 2048 bytes long"),
        Mistake(14, "    length: 5..2049", "a frame is 1 to 2048 bytes long"),
        Mistake(14, "    starts-with: \"A5|\"", "no bytes: write pairs of hex digits in quotes, '?' for any half byte, '|' between alternatives"),
        Mistake(14, "    where: { x: \"00\" }", "'x' is no offset: write 0, 1, 2 … from the start, or -1 for the last byte"),
        Mistake(14, "    where: { 2049: \"00\" }", "'2049' is no offset: write 0, 1, 2 … from the start, or -1 for the last byte"),
        Mistake(14, "    where: { 3: \"0\" }", "no bytes: write pairs of hex digits in quotes, '?' for any half byte, '|' between alternatives"),
        Mistake(14, "    wher: { 3: \"00\" }", "unknown key 'wher'; did you mean 'where'?"),
        Mistake(14, "    tail: refused", "the only tail is 'ignored'; leave the line out to refuse one"),
        Mistake(13, "    from: { service-data: \"181D\", object: x }", "a frame comes from one place: service-data, manufacturer or object"),
        Mistake(13, "    from: {}", "a frame comes from one place: service-data, manufacturer or object"),
        Mistake(13, "    from: { object: \"\" }", "an object has a name: that which the driver gives it"),
        Mistake(13, "    from: { manufacturer: all }", "no company number: write four hex digits in quotes, such as \"0157\""),
        Mistake(10, "  measurement: { service: \"1808\", uuid: \"2A18\", framing: { chunk: 5 } }", "unknown key 'chunk'; did you mean 'chunks'?"),
        Mistake(14, "    checksum: { kind: sum9 }", "unknown word 'sum9'; did you mean 'sum8'?"),
        Mistake(14, "    checksum: { over: 0..-2 }", "the key 'kind' is missing"),
        Mistake(14, "    checksum: { kind: sum8, ove: 0..-2 }", "unknown key 'ove'; did you mean 'over'?"),
        Mistake(14, "    checksum: { kind: sum8, over: 3 }", "write the bytes covered, such as 0..-2 or 2..; below zero counts from the end"),
        Mistake(14, "    checksum: { kind: sum8, over: 3..2 }", "write the bytes covered, such as 0..-2 or 2..; below zero counts from the end"),
        Mistake(14, "    checksum: { kind: sum8, over: 0..-1 }", "no room for the sum behind byte -1: say where it stands, 'at'"),
        Mistake(14, "    checksum: { kind: crc32, over: 0..-4 }", "no room for the sum behind byte -4: say where it stands, 'at'"),
        Mistake(14, "    checksum: { kind: sum8, at: 0 }", "nothing stands before the sum: say what it is 'over'"),
        Mistake(14, "    checksum: { kind: crc16-modbus, at: -1 }", "a crc16-modbus has 2 bytes: write -2 for the end"),
        Mistake(14, "    checksum: { kind: crc16-modbus, seed: \"00\" }", "a crc16-modbus has 2 bytes: write as many in hex"),
        Mistake(14, "    checksum: { kind: sum8, mask: \"1FF\" }", "no bytes: write pairs of hex digits in quotes"),
        Mistake(14, "    checksum: { kind: sum8, when: flags.sum }", "'flags' names no bits 'sum'"),
    ])
    func frame(_ mistake: Mistake) { expect(mistake) }

    @Test("A mistake in what is said of a field is told where it stands", arguments: [
        field("name: a.b, type: u8", "a field's name has no point and no blank"),
        field("name: a b, type: u8", "a field's name has no point and no blank"),
        field("name: x, type: bcd", "a bcd needs a 'size' in bytes"),
        field("name: x, type: bcd, size: 10", "a bcd has 1 to 9 bytes"),
        field("name: x, type: bcd, size: 2, until: \",\"", "only digits and text end at a letter"),
        field("name: x, type: bcd, size: 2, bits: { a: 0 }", "only u8, u16, u24 and u32 have bits and codes"),
        field("name: x, type: digits, size: 2, codes: { 1: a }", "only u8, u16, u24 and u32 have bits and codes"),
        field("name: x, type: digits", "a digits needs a 'size', or says 'until' which letter it goes"),
        field("name: x, type: digits, size: 65", "a digits has 1 to 64 bytes"),
        field("name: x, type: digits, size: 2, until: \",\"", "write 'size' or 'until', not both"),
        field("name: x, type: digits, until: \", \"", "write one letter in quotes, such as \",\", or the word end"),
        field("name: x, type: digits, until: end", "a frame cut short would read as another number: 'until: end' is for lines, and for frames with a checksum"),
        field("name: x, type: digits-be, size: 2", "digits has no byte order: write 'digits'"),
        field("name: x, type: text, size: 2", "a text needs codes: { \"kg\": kg }"),
        field("name: x, type: text, size: 2, codes: { kg: kg }, unknown: 1", "a text has codes, and no bits or unknown numbers"),
        field("name: x, type: text, size: 2, codes: { \"k\\u00E4\": kg }", "is no ASCII word"),
        field("name: x, type: text, size: 2, codes: { \" kg\": kg }", "is no ASCII word"),
        field("name: x, type: seconds, epoch: 1970", "a seconds needs a 'size' in bytes"),
        field("name: x, type: seconds, size: 4", "seconds need an 'epoch': 1900, 1970, 2000, 2010 or 2020"),
        field("name: x, type: seconds, size: 7, epoch: 1970", "a seconds has 4, 5, 6 or 8 bytes"),
        field("name: x, type: seconds, size: 4, epoch: 1980", "the epochs are 1900, 1970, 2000, 2010 and 2020"),
        field("name: x, type: u32, epoch: 1970", "only seconds have an epoch"),
        field("name: x, type: u32, milliseconds: true", "only seconds can be told in milliseconds"),
        field("name: x, type: u32, size: 4", "a u32 has its own size"),
        field("name: x, type: date-time, unknown: 0", "a date-time has its own 'not known': a zero year, month or day"),
        field("name: x, type: u8, at: 2049", "a frame is 1 to 2048 bytes long"),
        field("name: x, type: i8, unknown: -2147483649", "write a number, or a range such as 0..3, within -2147483648 to 4294967295"),
        field("name: x, type: u48, unknown: -1", "write a number, or a range such as 0..3, within 0 to 9223372036854775807"),
        field("name: x, type: u8, when: [flags.steady, flags.stedy]", "'flags' names no bits 'stedy'; did you mean 'steady'?"),
        field("name: x, type: u8, when: has glucos", "no field 'glucos' stands before this; did you mean 'glucose'?"),
        field("name: x, type: u8, when: has flags.steady", "'has' asks for a whole field: write 'has field'"),
        field("name: x, type: u8, when: flags above x", "'x' is no number: write 'flags above 3'"),
        field("name: x, type: u8, when: flags below 256", "'flags' has no code '256'"),
        field("name: x, type: u8, when: glucose is low", "'glucose' has no code 'low'"),
        field("name: x, type: u8, when: glucose above 1000000000000000", "'1000000000000000' is too large a number to ask for"),
        field("repeat: until-end, fields: [ { name: x, type: u8 } ]", "what repeats stands last in its frame"),
    ])
    func fields(_ mistake: Mistake) { expect(mistake) }

    @Test("A mistake in what repeats is told where it stands", arguments: [
        ("repeat: until-end, most: 0, fields: [ { name: x, type: u8 } ]", "'most' is a number from 1 to 255"),
        ("repeat: until-end, most: 256, fields: [ { name: x, type: u8 } ]", "'most' is a number from 1 to 255"),
        ("repeat: until-end", "the key 'fields' is missing"),
        ("repeat: until-end, fields: []", "nothing repeats without a field"),
        ("repeat: until-end, fields: [ { skip: 1 } ]", "nothing repeats without a field"),
        ("repeat: until-end, fields: [ { name: x, type: u8, at: 1 } ]", "'at' has no place in what repeats: write it beside 'repeat'"),
        ("repeat: until-end, fields: [ { repeat: until-end, fields: [] } ]", "nothing repeats within what repeats"),
        ("repeat: until-end, fields: [ { name: sample, type: u8 } ]", "a second field called 'sample'"),
        ("repeat: cont, fields: [ { name: x, type: u8 } ]", "no field 'cont' stands before this"),
        ("repeat: glucose, fields: [ { name: x, type: u8 } ]", "'glucose' is no whole number to count by"),
        ("repeat: until-end, when: flags.steady, fields: [ { name: x, type: u8 } ]", "'flags' names no bits 'steady'"),
    ])
    func repetition(text: String, sentence: String) {
        let time = "      - { name: time, type: date-time, when: not flags.molar }\n"
        let found = problems([20: time + "      - { \(text) }"])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("test/meter.yaml:21: ") == true, "\(found)")
        #expect(found.first?.contains(sentence) == true, "\(found)")
    }

    @Test("A word that many numbers have is asked for by one of them if they are large") func manyNumbers() {
        let sample = "      - { name: sample, type: u8, codes: { 1: plasma, 200: plasma } }"
        let found = problems([18: sample, 20: "      - { name: time, type: date-time, when: sample is plasma }"])
        #expect(found == ["test/meter.yaml:20: 'plasma' stands for several numbers, and 200 is beyond 63: name one of them"])
    }

    @Test("A time is asked for nothing but whether it is there") func timeCondition() {
        let time = "      - { name: time, type: date-time }\n"
        #expect(problems([20: time + "      - { name: x, type: u8, when: time above 3 }"]) == ["test/meter.yaml:21: 'time' is a time: only 'has time' can be asked"])
        #expect(problems([20: time + "      - { name: x, type: u8, when: has time }"]) == [])
    }

    @Test("A frame without fields says that its tail is ignored") func noFields() {
        let found = problems([20: "      - { name: time, type: date-time }\n  other: { from: measurement, starts-with: A5 }"])
        #expect(found == ["test/meter.yaml:21: the key 'fields' is missing; a frame without any needs 'tail: ignored'"])
        #expect(problems([20: "      - { name: time, type: date-time }\n  other: { from: measurement, starts-with: A5, tail: ignored }"]) == [])
    }

    private static func field(_ text: String, _ sentence: String) -> Mistake { Mistake(19, "      - { \(text) }", sentence) }

    private func expect(_ mistake: Mistake) {
        let found = problems([mistake.line: mistake.text])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("test/meter.yaml:\(mistake.at): ") == true, "\(found)")
        #expect(found.first?.contains(mistake.sentence) == true, "\(found)")
    }
}
