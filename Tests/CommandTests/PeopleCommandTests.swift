import ExactJSON
import Foundation
import GatewayTesting
import Testing

/// Whose readings are, said at the command line while the real program runs on a real broker.
@Suite struct PeopleCommandTests {
    @Test(.timeLimit(.minutes(3)))
    func `two people on one scale, a guest and a dog: every receiver hears whose each is, and of a mistake once`() async throws {
        let bench = try ScaleBench()
        try bench.profile(each: "0.01")
        for person in ["anna", "ben"] { #expect(try bench.run("persons", "add", person, "--by", "a test").status == 0) }
        #expect(try bench.run("devices", "enroll", ScaleBench.device, "--by", "a test").status == 0)
        try await bench.start()
        // Said while the gateway runs.
        let said = try bench.run("devices", "assign", ScaleBench.device, "--shared", "anna,ben", "--by", "a test", "--json").answers
        #expect(said.first?.at("shared.1") == "ben")

        try await bench.weigh(ScaleBench.frame(6200, 1))
        try await bench.weigh(ScaleBench.frame(7100, 2))
        #expect(await eventually { bench.archived.count == 2 })
        #expect(bench.archived == ["n1/1 62 arrival", "n2/1 71 arrival"])
        let inbox = try bench.run("readings", "inbox", "--json").answers
        #expect(inbox.map { "\($0.at("id") ?? "") \($0.at("doubt") ?? "")" } == ["\(ScaleBench.id(2)) no-history", "\(ScaleBench.id(1)) no-history"])
        #expect(try bench.run("readings", "assign", ScaleBench.id(1), "--person", "anna", "--by", "ada").lines == ["\(ScaleBench.id(1)) is of anna now, revision 2"])
        #expect(try bench.run("readings", "assign", ScaleBench.id(2), "--person", "ben", "--by", "ada").status == 0)

        try await bench.weigh(ScaleBench.frame(6230, 3))
        try await bench.weigh(ScaleBench.frame(7060, 4))
        try await bench.weigh(ScaleBench.frame(9300, 5))
        try await bench.weigh(ScaleBench.frame(2850, 6))
        #expect(await eventually { bench.archived.count == 8 && bench.received.count == 8 })
        let wanted = [
            "n1/1 62 arrival", "n2/1 71 arrival", "n1/2 62 for 1 assign arrival of anna", "n2/2 71 for 1 assign arrival of ben",
            "n3/1 62.3 arrival of anna", "n4/1 70.6 arrival of ben", "n5/1 93 arrival", "n6/1 28.5 arrival",
        ]
        #expect(bench.archived == wanted)
        #expect(bench.received == wanted)

        // It was Ben, who held something; and the dog.
        #expect(try bench.run("readings", "assign", ScaleBench.id(3), "--person", "ben", "--by", "ada").status == 0)
        #expect(try bench.run("readings", "assign", ScaleBench.id(6), "--nobody", "--by", "ada").lines == ["\(ScaleBench.id(6)) is of nobody now, revision 2"])
        #expect(await eventually { bench.archived.count == 10 && bench.received.count == 10 })
        let corrections = ["n3/2 62.3 for 1 assign arrival of ben", "n6/2 retracted for 1 assign arrival"]
        #expect(bench.archived.suffix(2) == corrections[...])
        #expect(bench.received.suffix(2) == corrections[...])
        // The same again changes nothing, and the dog's record heard again is the dog's.
        let again = try bench.run("readings", "assign", ScaleBench.id(3), "--person", "ben", "--by", "ada", "--json").answers
        #expect(again.first?.at("changed") == "false")
        try await bench.weigh(ScaleBench.frame(2850, 6))
        #expect(await eventually { (try? bench.run("ledger", "verify", "--json").answers[0].at("fates.duplicate")) == "1" })
        #expect(bench.lines.filter { $0.at("id") == ScaleBench.id(3) && $0.at("revision") == "2" }.count == 1, "a correction is told once")
        #expect(bench.lines.count == 10)

        #expect(try bench.run("readings", "list", "--person", "ben", "--json").answers.compactMap { $0.at("id") }.sorted() == [ScaleBench.id(2), ScaleBench.id(3), ScaleBench.id(4)])
        let exported = try bench.run("persons", "export", "ben").answers
        #expect(exported.map { $0.at("person") } == ["ben", "ben", "ben", "ben"] && exported.last?.at("values.weight.value") == "62.3")
        let table = try bench.run("persons", "export", "ben", "--format", "csv").lines
        #expect(table.count == 4 && table.first?.hasPrefix("person,id,revision,device,kind,measuredAt") == true)
        #expect(table.last?.hasPrefix("ben,\(ScaleBench.id(3)),2,\(ScaleBench.device),body-weight,") == true && table.last?.hasSuffix(",arrival,weight,62.3,kg,62.3,kg,29463-7") == true, "\(table)")
        #expect(try bench.run("persons", "export", "carl").status == 1)
        let ledger = try bench.run("ledger", "verify", "--json").answers[0]
        #expect(ledger.at("balanced") == "true", "\(ledger.at("differences") ?? "")")
        #expect(ledger.at("people.assigned.anna") == "1" && ledger.at("people.assigned.ben") == "3")
        #expect(ledger.at("people.inbox") == "1" && ledger.at("people.nobody") == "1")
        #expect(try bench.run("ledger", "show", ScaleBench.id(3)).lines.contains { $0.contains("assign by ada at ") && $0.hasSuffix(": of ben") })
        try await bench.stop()
        await bench.end()
    }

    // MARK: Without a gateway

    private func inStore(_ body: (_ run: ([String]) throws -> Program.Run) throws -> Void) throws {
        try Program.inTemporaryFolder { folder in
            let store = folder.appendingPathComponent("v.db").path
            try body { try Program.run($0 + ["--store", store]) }
        }
    }

    @Test func `persons are added, listed, shown and removed, in words and in JSON`() throws {
        try inStore { run in
            #expect(try run(["persons", "add", "bed-7", "--language", "de", "--identifier", "urn:oid:1.2.3=12345", "--by", "ada"]).lines == [
                "added bed-7: say next what they use, with 'vitalgate devices assign DEVICE --person bed-7'",
            ])
            #expect(try run(["persons", "add", "bed-8", "--by", "ada", "--json"]).answers[0].at("consents") == "true")
            #expect(try run(["persons", "list", "--json"]).answers.map { $0.at("person") } == ["bed-7", "bed-8"])
            #expect(try run(["persons", "list"]).lines.last == "0 in the inbox, 0 nobody's")
            #expect(try run(["devices", "enroll", "AA:BB:CC:DD:EE:FF", "--by", "ada"]).status == 0)
            #expect(try run(["devices", "assign", "AA:BB:CC:DD:EE:FF", "--slot", "1=bed-7", "--slot", "2=bed-8", "--since", "always", "--by", "ada"]).lines == [
                "AA:BB:CC:DD:EE:FF is slot 1 bed-7's, slot 2 bed-8's, always",
            ])
            let slots = #"{"1":"bed-7","2":"bed-8"}"#
            let shown = try run(["persons", "show", "bed-7", "--json"]).answers[0]
            #expect(shown.at("identifiers.0.value") == "12345" && shown.at("devices.0.slots") == slots)
            #expect(try run(["persons", "show", "bed-7"]).lines.contains { $0.contains("12345 at urn:oid:1.2.3") })
            #expect(try run(["devices", "list", "--json"]).answers[0].at("whose.slots") == slots)
            let refused = try run(["persons", "remove", "bed-8"])
            #expect(refused.status == 1 && refused.errors.contains("vitalgate devices assign AA:BB:CC:DD:EE:FF"))
            #expect(try run(["persons", "consent", "bed-8", "--no-given", "--by", "ada", "--json"]).answers[0].at("consents") == "false")
            #expect(try run(["devices", "assign", "AA:BB:CC:DD:EE:FF", "--inbox", "--since", "always"]).status == 0)
            #expect(try run(["persons", "remove", "bed-8", "--json"]).answers[0].at("removed") == "bed-8")
            #expect(try run(["persons", "list", "--json"]).lines.count == 1)
            #expect(try run(["ledger", "verify"]).status == 0)
        }
    }

    @Test func `what is wrong is told with what to write instead`() throws {
        try inStore { run in
            #expect(try run(["persons", "add", "anna"]).status == 0)
            #expect(try run(["devices", "enroll", "AA:BB:CC:DD:EE:FF"]).status == 0)
            let device = "AA:BB:CC:DD:EE:FF"
            for (arguments, status, words) in [
                (["persons", "add", "Anna Schmidt"], 2, "a-z, 0-9"), (["persons", "add", "anna"], 1, "there is a person 'anna' already"),
                (["persons", "add", "ben", "--identifier", "12345"], 2, "write SYSTEM=VALUE"),
                (["persons", "add", "ben", "--language", "german!"], 2, "a tag such as de"),
                (["persons", "show", "ben"], 1, "vitalgate persons list"), (["persons", "remove", "ben"], 1, "there is no person 'ben'"),
                (["devices", "assign", device], 2, "say whose it is in one way"),
                (["devices", "assign", device, "--person", "anna", "--nobody"], 2, "say whose it is in one way"),
                (["devices", "assign", device, "--slot", "1=anna", "--slot", "1=anna"], 2, "--slot 1 is given twice"),
                (["devices", "assign", device, "--slot", "1=anna", "--inbox"], 2, "--slot goes with"),
                (["devices", "assign", device, "--slot", "anna"], 2, "n=person"),
                (["devices", "assign", device, "--shared", "anna,"], 2, "person,person"),
                (["devices", "assign", device, "--person", "ben"], 1, "vitalgate persons add ben"),
                (["devices", "assign", "AA:BB:CC:DD:EE:00", "--person", "anna"], 1, "vitalgate devices enroll AA:BB:CC:DD:EE:00"),
                (["devices", "assign", device, "--person", "anna", "--since", "yesterday"], 2, "write 2026-11-21T08:30:00Z"),
                (["readings", "assign", "x", "--by", "ada"], 2, "say whose they are in one way"),
                (["readings", "assign", "x", "--person", "anna"], 2, "--by"), (["readings", "assign", "x", "--person", "anna", "--by", " "], 2, "say who"),
                (["readings", "assign", "x", "--person", "anna", "--by", "ada"], 1, "vitalgate readings inbox"),
                (["readings", "assign", "x", "--person", "ben", "--by", "ada"], 1, "vitalgate persons add ben"),
                (["readings", "list", "--person", "ben"], 1, "vitalgate persons list"),
                (["readings", "attribute", "--apply"], 2, "--by NAME"),
            ] as [([String], Int32, String)] {
                let answer = try run(arguments)
                #expect(answer.status == status && answer.errors.contains(words), "\(arguments): \(answer.status) \(answer.errors)")
            }
        }
    }
}
