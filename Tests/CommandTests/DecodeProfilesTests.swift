import ExactJSON
import Foundation
import Testing

/// The profiles that decoding stands on, and what the program says of broken ones.
@Suite struct DecodeProfilesTests {
    private static let broken = "profile: test/meter\ntitel: A meter\n"

    @Test("The shipped profiles are found good, and the exit status is 0") func checkGood() throws {
        let run = try Program.run(["profiles", "check"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.lines.count == 1)
        #expect(run.lines.first?.hasSuffix(" 0 problems") == true)
        #expect(run.errors == "")
    }

    @Test("A broken profile is told with file, line and hint, and the exit status is 1") func checkBroken() throws {
        try Program.inProfilesFolder(Self.broken) { folder in
            let run = try Program.run(["profiles", "check", "--profiles", folder])
            #expect(run.status == 1)
            #expect(run.errors == "\(folder)/test/meter.yaml:2:1: unknown key 'titel'; did you mean 'title'?\n")
            let json = try Program.run(["profiles", "check", "--profiles", folder, "--json"])
            #expect(json.status == 1)
            #expect(json.errors == "")
            #expect(json.lines == [
                #"{"file":"\#(folder)/test/meter.yaml","line":2,"column":1,"message":"unknown key 'titel'; did you mean 'title'?"}"#,
                #"{"profiles":0,"vectors":0,"problems":1}"#,
            ])
        }
    }

    @Test("A vector that does not hold is a broken profile") func checkWrongVector() throws {
        let profile = """
            profile: test/meter
            title: A scale
            source: these tests
            match: { manufacturer: "0157" }
            frames: { f: { from: { manufacturer: "0157" }, byte-order: big, fields: [ { name: weight, type: u16 } ] } }
            readings: { body-weight: { values: { weight: { field: weight, unit: kg, each: 0.1 } } } }
            vectors:
              - { name: eighty, source: computed, manufacturer-data: "0320", reads: [ { kind: body-weight, weight: 81 kg, measured-at: arrival } ] }
              - { name: short, source: computed, manufacturer-data: "03", fails: too short at height }
            """
        try Program.inProfilesFolder(profile) { folder in
            let run = try Program.run(["profiles", "check", "--profiles", folder])
            #expect(run.status == 1)
            let lines = run.errors.split(separator: "\n").map(String.init)
            #expect(lines.count == 2)
            #expect(lines.first == "\(folder)/test/meter.yaml:8:5: vector 'eighty': expected body-weight weight 81 kg at arrival, but got body-weight weight 80 kg at arrival")
            #expect(lines.last == "\(folder)/test/meter.yaml:9:5: vector 'short': expected 'too short at height', but got 'too short at weight'")
        }
    }

    @Test("Decoding with a broken profile says why and does not begin") func decodeBroken() throws {
        try Program.inProfilesFolder(Self.broken) { folder in
            let run = try Program.decode([#"{"id":"1"}"#], "--more-profiles", folder)
            #expect(run.status == 1)
            #expect(run.lines == [])
            #expect(run.errors.contains("test/meter.yaml:2:1: unknown key 'titel'; did you mean 'title'?"))
        }
    }

    @Test("A profiles folder that is not there is told, with what to do") func noFolder() throws {
        let given = try Program.decode(["{}"], "--profiles", "/nowhere/at/all")
        #expect(given.status == 1)
        #expect(given.errors.contains("the profiles folder /nowhere/at/all cannot be read"))
        let set = try Program.run(["decode"], environment: ["VITALGATE_PROFILES": "/nowhere/at/all"])
        #expect(set.status == 1)
        #expect(set.errors.contains("Set VITALGATE_PROFILES, or give --profiles FOLDER"))
    }

    @Test("Every profile is listed, with its models and the evidence for each") func list() throws {
        let run = try Program.run(["profiles", "list", "--json"])
        #expect(run.status == 0)
        let cuff = try run.answers.first { $0.at("profile") == "beurer/bm85-blood-pressure" }
        #expect(cuff?.at("models.0") == #"{"name":"Beurer BM85","evidence":"captured"}"#)
        #expect(try run.answers.allSatisfy { $0.at("version")?.count == 16 })
        #expect(try run.answers.map { $0.at("profile") ?? "" } == run.answers.map { $0.at("profile") ?? "" }.sorted())
    }

    @Test("Wrong usage is told on standard error, and the exit status is 2", arguments: [
        ["decode", "--nonsense"], ["decode", "file.json"], ["profiles", "chekc"], ["nonsense"], ["decode", "--profiles"],
    ])
    func usage(arguments: [String]) throws {
        let run = try Program.run(arguments)
        #expect(run.status == 2)
        #expect(run.lines == [])
        #expect(run.errors.contains("Usage: vitalgate"))
    }

    @Test("Help is no mistake", arguments: [["--help"], ["decode", "--help"], ["profiles", "--help"], ["--version"]])
    func help(arguments: [String]) throws {
        let run = try Program.run(arguments)
        #expect(run.status == 0)
        #expect(run.errors == "")
        #expect(!run.lines.isEmpty)
    }
}
