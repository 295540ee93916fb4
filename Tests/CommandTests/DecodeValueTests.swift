import ExactJSON
import Testing

/// How `vitalgate decode` writes numbers, units and codes.
@Suite struct DecodeValueTests {
    /// A value as it must stand in the answer.
    private struct Told: Sendable {
        var characteristic: String
        var frame: String
        var name: String
        var json: String
    }

    // Canonical values by hand: 1 kPa = 7.50061576 mmHg, 1 lb = 0.45359237 kg, 1 jin = 0.5 kg, 1 in = 2.54 cm,
    // 1 mmol/L of glucose = 18.0182 mg/dL, Cel = (degF - 32) · 5/9.
    private static let values = [
        // 17.6 · 7.50061576 = 132.010837…, 11.0 · 7.50061576 = 82.506773…
        Told(characteristic: "2a35", frame: "17b0f06ef080f0dd07081a090a1448000000", name: "systolic",
            json: #"{"value":"17.6","unit":"kPa","canonical":"132.01","ucum":"mm[Hg]","loinc":"8480-6","mdc":150021}"#),
        Told(characteristic: "2a35", frame: "17b0f06ef080f0dd07081a090a1448000000", name: "diastolic",
            json: #"{"value":"11.0","unit":"kPa","canonical":"82.51","ucum":"mm[Hg]","loinc":"8462-4","mdc":150022}"#),
        // An SFLOAT keeps the digits its exponent states: 110·10^-1, 12·10^1.
        Told(characteristic: "2a35", frame: "004cf46ef080f0", name: "systolic",
            json: #"{"value":"110.0","unit":"mmHg","canonical":"110.0","ucum":"mm[Hg]","loinc":"8480-6","mdc":150021}"#),
        Told(characteristic: "2a35", frame: "000c106ef080f0", name: "systolic",
            json: #"{"value":"120","unit":"mmHg","canonical":"120","ucum":"mm[Hg]","loinc":"8480-6","mdc":150021}"#),
        // A scaled whole number is written without padding: 15960 · 0.005, 14000 · 0.005.
        Told(characteristic: "2a9d", frame: "00583e", name: "weight",
            json: #"{"value":"79.8","unit":"kg","canonical":"79.8","ucum":"kg","loinc":"29463-7","mdc":188736}"#),
        Told(characteristic: "2a9d", frame: "00b036", name: "weight",
            json: #"{"value":"70","unit":"kg","canonical":"70","ucum":"kg","loinc":"29463-7","mdc":188736}"#),
        // 157 · 0.45359237 = 71.21400209
        Told(characteristic: "2a9d", frame: "01543d", name: "weight",
            json: #"{"value":"157","unit":"lb","canonical":"71.214","ucum":"kg","loinc":"29463-7","mdc":188736}"#),
        // 68 · 2.54 = 172.72
        Told(characteristic: "2a9d", frame: "0f543de7070c190e1e2d03f500a802", name: "height",
            json: #"{"value":"68","unit":"in","canonical":"172.72","ucum":"cm","loinc":"8302-2","mdc":188740}"#),
        Told(characteristic: "2a9d", frame: "0cb03605f500d606", name: "height",
            json: #"{"value":"1.75","unit":"m","canonical":"175","ucum":"cm","loinc":"8302-2","mdc":188740}"#),
        Told(characteristic: "2a9d", frame: "0cb03605f500d606", name: "bmi",
            json: #"{"value":"24.5","unit":"kg/m2","canonical":"24.5","ucum":"kg/m2","loinc":"39156-5","mdc":188752}"#),
        // 2.6 · 18.0182 = 46.84732; the code is that of the sample.
        Told(characteristic: "2a18", frame: "060700ea070b14070f001ac011", name: "glucose",
            json: #"{"value":"2.6","unit":"mmol/L","canonical":"46.85","ucum":"mg/dL","loinc":"41653-7","mdc":160184}"#),
        Told(characteristic: "2a18", frame: "030600e407040d10260a000078b0f1", name: "glucose",
            json: #"{"value":"120","unit":"mg/dL","canonical":"120","ucum":"mg/dL","loinc":"41653-7","mdc":160184}"#),
        Told(characteristic: "2a1c", frame: "06b00e00fedc070c050b321b04", name: "temperature",
            json: #"{"value":"37.60","unit":"Cel","canonical":"37.60","ucum":"Cel","loinc":"8310-5","mdc":188432}"#),
        // (98.6 - 32) · 5/9 = 37; (100.4 - 32) · 5/9 = 38; (98.7 - 32) · 5/9 = 37.0555…
        Told(characteristic: "2a1c", frame: "01da0300ff", name: "temperature",
            json: #"{"value":"98.6","unit":"degF","canonical":"37","ucum":"Cel","loinc":"8310-5","mdc":150364}"#),
        Told(characteristic: "2a1c", frame: "01db0300ff", name: "temperature",
            json: #"{"value":"98.7","unit":"degF","canonical":"37.056","ucum":"Cel","loinc":"8310-5","mdc":150364}"#),
        // Halves go to the even digit: 36.6125 and 36.6135, told with three decimals.
        Told(characteristic: "2a1c", frame: "002d9605fc", name: "temperature",
            json: #"{"value":"36.6125","unit":"Cel","canonical":"36.612","ucum":"Cel","loinc":"8310-5","mdc":150364}"#),
        Told(characteristic: "2a1c", frame: "00379605fc", name: "temperature",
            json: #"{"value":"36.6135","unit":"Cel","canonical":"36.614","ucum":"Cel","loinc":"8310-5","mdc":150364}"#),
    ]

    @Test("A value keeps its digits and unit, and its canonical form has the codes") func values() throws {
        let lines = Self.values.map { #"{"characteristic":"\#($0.characteristic)","frames":["\#($0.frame)"]}"# }
        let answers = try Program.decode(lines).answers
        #expect(answers.count == Self.values.count)
        for (answer, told) in zip(answers, Self.values) {
            #expect(answer.at("readings.0.values.\(told.name)") == told.json, "\(told.frame)")
        }
    }

    @Test("A unit that UCUM does not know is told in one that it does") func jin() throws {
        let answer = try Program.answer(#"{"serviceData":{"181d":"32d02fe607020e10293a"}}"#)
        #expect(answer.at("readings.0.values.weight")
            == #"{"value":"122.4","unit":"jin","canonical":"61.2","ucum":"kg","loinc":"29463-7","mdc":188736}"#)
    }

    @Test("A vital that LOINC has no code for has none") func withoutLOINC() throws {
        let answer = try Program.answer(#"{"serviceData":{"181b":"0226b20705040f0201ac018642"}}"#)
        #expect(answer.at("readings.0.values.impedance") == #"{"value":"428","unit":"Ohm","canonical":"428","ucum":"Ohm","mdc":188780}"#)
    }

    private static let sites: [(code: String, word: String?, loinc: String, mdc: String)] = [
        ("01", "armpit", "8328-7", "188452"), ("02", "body", "8310-5", "150364"), ("03", "ear", "8310-5", "188428"),
        ("06", "mouth", "8331-1", "188424"), ("07", "rectum", "8332-9", "188420"), ("09", "tympanum", "8333-7", "150392"),
        ("0a", nil, "8310-5", "150364"),
    ]

    @Test("The site of a temperature decides its code") func sites() throws {
        let answers = try Program.decode(Self.sites.map { #"{"characteristic":"2a1c","frames":["046e0100ff\#($0.code)"]}"# }).answers
        #expect(answers.count == Self.sites.count)
        for (answer, site) in zip(answers, Self.sites) {
            #expect(answer.at("readings.0.site") == site.word)
            #expect(answer.at("readings.0.values.temperature.loinc") == site.loinc, "\(site.code)")
            #expect(answer.at("readings.0.values.temperature.mdc") == site.mdc, "\(site.code)")
        }
    }
}
