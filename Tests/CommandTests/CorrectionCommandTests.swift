import ExactJSON
import Foundation
import GatewayTesting
import Glibc
import MQTT
import Synchronization
import Testing

/// Corrections while the real program runs on a real broker: what its receivers hear of them.
@Suite struct CorrectionCommandTests {
    @Test(.timeLimit(.minutes(3)))
    func `a mended profile corrects what was told, at a broker and in a file, while the gateway runs`() async throws {
        let bench = try ScaleBench()
        try bench.profile(each: "0.02")
        #expect(try bench.run("devices", "enroll", ScaleBench.device, "--by", "a test").status == 0)
        try await bench.start()
        for frame in ["2c1f010000", "0019020000", "e204030001"] { try await bench.weigh(frame) }
        #expect(await eventually { bench.received.count == 3 && bench.archived.count == 3 })
        #expect(bench.archived == ["n1/1 159.6 arrival", "n2/1 128 arrival", "n3/1 25 arrival"])

        try bench.profile(each: "0.01", ignoring: "ignores: [flags.object]")
        let preview = try bench.run("redecode", "--profile", "test/scale", "--by", "ada")
        #expect(preview.status == 0)
        #expect(preview.lines.contains { $0.contains("- weight 159.6 kg at ") } && preview.lines.contains { $0.contains("+ weight 79.8 kg at ") }, "\(preview)")
        #expect(preview.lines.last == "Nothing is written yet: --apply writes these corrections.")
        #expect(bench.archived.count == 3)
        let applied = try bench.run("redecode", "--profile", "test/scale", "--by", "ada", "--apply", "--json")
        let answers = try applied.answers
        #expect(answers.map { $0.at("change") ?? "end" } == ["corrected", "corrected", "retracted", "end"])
        #expect(answers.last?.at("written") == "true" && answers.last?.at("changes.retracted") == "1")

        let wanted = ["n1/2 79.8 for 1 redecode arrival", "n2/2 64 for 1 redecode arrival", "n3/2 retracted for 1 redecode arrival"]
        #expect(await eventually { bench.received.count == 6 && bench.archived.count == 6 })
        #expect(bench.archived.suffix(3) == wanted[...])
        #expect(bench.received.suffix(3) == wanted[...])
        #expect(try bench.run("ledger", "verify").lines.last == "The ledger balances.")
        let shown = try bench.run("ledger", "show", "3").lines
        #expect(shown.first == "frame 3  ignored: not-a-measurement")
        #expect(shown.contains { $0.contains("revision 2, retracted: weight 25 kg") })
        #expect(shown.contains { $0.contains("redecode by ada at ") && $0.contains(": test/scale ") })
        try await bench.stop()
        await bench.end()
    }

    @Test(.timeLimit(.minutes(3)))
    func `what is quarantined is shown, and goes out when a named person lets it go`() async throws {
        let bench = try ScaleBench()
        try bench.profile(each: "0.02")
        #expect(try bench.run("devices", "enroll", ScaleBench.device, "--by", "a test").status == 0)
        try await bench.start()
        // 1200 kg
        try await bench.weigh("60ea010000")
        #expect(await eventually { (try? bench.run("readings", "quarantined").lines.count) == 2 })
        let quarantined = try bench.run("readings", "quarantined", "--json").answers
        let id = try #require(quarantined.first?.at("id"))
        #expect(quarantined.first?.at("state") == "quarantined")
        #expect(try bench.run("readings", "release", id).status == 2, "nobody answers for it")
        #expect(try bench.run("readings", "release", "nonsense", "--by", "bob").status == 1)
        #expect(try bench.run("readings", "release", id, "--by", "bob").lines == ["released \(id) as revision 2"])
        #expect(await eventually { bench.received.count == 1 && bench.archived.count == 1 })
        #expect(bench.received == ["n1/2 1200 release arrival"])
        #expect(try bench.run("readings", "quarantined").lines.count == 1)
        #expect(try bench.run("readings", "release", id, "--by", "bob").status == 1)
        #expect(try bench.run("ledger", "verify").lines.last == "The ledger balances.")
        #expect(try bench.run("ledger", "show", id).lines.contains { $0.contains("release by bob at ") })
        try await bench.stop()
        await bench.end()
    }

    @Test(.timeLimit(.minutes(3)))
    func `killed again and again while its clock becomes right, a gateway tells everything anew, or nothing, and each once`() async throws {
        let flag = FileManager.default.temporaryDirectory.appendingPathComponent("vitalgate-flag-\(UUID().uuidString)").path
        let bench = try ScaleBench(clock: "clock: { trust: \(flag) }")
        defer { unlink(flag) }
        try bench.profile(each: "0.01")
        #expect(try bench.run("devices", "enroll", ScaleBench.device, "--by", "a test").status == 0)
        try await bench.start()
        for number in 1...40 {
            let low = String(number, radix: 16)
            try await bench.weigh("2c1f\(low.count == 1 ? "0" : "")\(low)0000")
        }
        #expect(await eventually { bench.archived.count == 40 })
        #expect(bench.archived.allSatisfy { $0.hasSuffix("/1 79.8 unsynced") })
        #expect(bench.received.allSatisfy { $0.hasSuffix(" unsynced") })
        FileManager.default.createFile(atPath: flag, contents: nil)
        // The moments around the one at which a running gateway notices, and those of a start.
        for pause in [0, 120, 240, 260, 300] {
            usleep(UInt32(pause) * 1000)
            bench.kill()
            let ledger = try bench.run("ledger", "verify", "--json").answers[0]
            #expect(ledger.at("balanced") == "true", "\(ledger.at("differences") ?? "")")
            #expect(["0", "40"].contains(ledger.at("readings.superseded")), "all or nothing")
            try await bench.start()
        }
        #expect(await eventually { bench.archived.count == 80 && bench.received.count == 80 })
        #expect(bench.archived.suffix(40).allSatisfy { $0.hasSuffix("/2 79.8 for 1 restamp arrival") }, "\(bench.archived.suffix(2))")
        let ledger = try bench.run("ledger", "verify", "--json").answers[0]
        #expect(ledger.at("balanced") == "true" && ledger.at("readings.superseded") == "40" && ledger.at("readings.current") == "40")
        try await bench.stop()
        await bench.end()
    }
}
