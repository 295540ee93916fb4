import ExactJSON
import Foundation
import GatewayTesting
import Testing

/// A person is erased at the command line while the real program runs on a real broker.
@Suite struct ErasingCommandTests {
    @Test(.timeLimit(.minutes(3)))
    func `while the gateway runs a person is erased, every receiver is told, and their record read again stays away`() async throws {
        let bench = try ScaleBench()
        try bench.profile(each: "0.01")
        for person in ["p-3f9a7c", "p-77b2e0"] { #expect(try bench.run("persons", "add", person, "--by", "a test").status == 0) }
        #expect(try bench.run("devices", "enroll", ScaleBench.device, "--by", "a test").status == 0)
        #expect(try bench.run("devices", "assign", ScaleBench.device, "--person", "p-3f9a7c", "--since", "always", "--by", "a test").status == 0)
        try await bench.start()
        try await bench.weigh(ScaleBench.frame(6211, 1))
        try await bench.weigh(ScaleBench.frame(6222, 2))
        #expect(await eventually { bench.archived.count == 2 && bench.received.count == 2 })
        #expect(try bench.run("readings", "assign", ScaleBench.id(2), "--person", "p-77b2e0", "--by", "ada").status == 0)
        #expect(await eventually { bench.archived.count == 3 && bench.received.count == 3 })

        // Without a word of somebody who answers for it nothing happens.
        let asked = try bench.run("persons", "erase", "p-3f9a7c")
        #expect(asked.status == 0 && asked.lines == [
            "nothing is erased: of p-3f9a7c: 1 reading(s) in 1 revision(s), 1 frame(s), 0 alarm(s). --yes --by NAME erases it.",
        ])
        #expect(try bench.run("persons", "erase", "p-3f9a7c", "--yes").status == 2)
        #expect(try bench.run("persons", "erase", "p-0", "--yes", "--by", "ada").errors.contains("vitalgate persons list"))
        #expect(try bench.run("ledger", "verify", "--json").answers[0].at("people.assigned.p-3f9a7c") == "1")

        let gone = try bench.run("persons", "erase", "p-3f9a7c", "--yes", "--by", "ada", "--json")
        let said = try #require(try gone.answers.first, "\(gone.errors)")
        #expect(gone.status == 0 && said.at("erased") == "true" && said.at("readings") == "1")
        #expect(await eventually { bench.archived.count == 4 && bench.received.count == 4 })
        #expect(bench.archived.last == "n1/2 retracted for 1")
        #expect(bench.received.last == "n1/2 retracted for 1")
        #expect(bench.lines.last?.at("erased") == "true" && bench.lines.last?.at("person") == nil)
        #expect(await eventually { (try? bench.run("ledger", "verify", "--json").answers[0].at("sinks.0.pending")) == "0" })

        // Heard again it is known, and the gateway goes on.
        try await bench.weigh(ScaleBench.frame(6211, 1))
        try await bench.weigh(ScaleBench.frame(6233, 3))
        #expect(await eventually { bench.archived.count == 5 })
        let ledger = try bench.run("ledger", "verify", "--json").answers[0]
        #expect(ledger.at("balanced") == "true", "\(ledger.at("differences") ?? "")")
        #expect(ledger.at("fates.erased") == "1" && ledger.at("erased.readings") == "1" && ledger.at("sources.0.erased") == "1")
        #expect(try bench.run("readings", "list", "--json").answers.compactMap { $0.at("id") } == [ScaleBench.id(3), ScaleBench.id(2), ScaleBench.id(2)])
        #expect(try bench.run("persons", "list", "--json").answers.map { $0.at("person") } == ["p-77b2e0"])
        // Under a running gateway, in the file and beside it.
        #expect(try bench.run("persons", "sweep").status == 0)
        for suffix in ["", "-wal", "-shm"] {
            guard let bytes = FileManager.default.contents(atPath: bench.folder + "/v.db" + suffix) else { continue }
            for needle in ["p-3f9a7c", "62.11 kg", ScaleBench.id(1)] {
                #expect(bytes.range(of: Data(needle.utf8)) == nil, "\(needle) stands in v.db\(suffix)")
            }
            if suffix.isEmpty { #expect(bytes.range(of: Data(ScaleBench.id(2).utf8)) != nil) }
        }
        try await bench.stop()
        await bench.end()
    }
}
