import ExactJSON
import Foundation
import Testing

/// `vitalgate replay` as a program, over a recording that btmon made of a cuff, a meter and a scale on the lab's air
/// (`scripts/radio-test proof`; the devices' own word for what they measured stands in Tests/Radio/devices).
@Suite("Replay") struct ReplayTests {
    private let recording = Program.root.appendingPathComponent("Tests/Recordings/proof.btsnoop").path

    @Test("A recorded session gives each device's readings, each once") func readings() throws {
        let run = try Program.run(["replay", recording])
        #expect(run.status == 0, "\(run.errors)")
        let answers = try run.answers
        let devices = Dictionary(answers.compactMap { answer in answer.at("address").map { ($0, answer) } }, uniquingKeysWith: { first, _ in first })
        #expect(devices.count == 3)
        let cuff = devices["F0:F1:F2:00:10:01"]
        #expect(cuff?.at("profile") == "bluetooth-sig/blood-pressure")
        #expect(cuff?.count(at: "readings") == 2)
        #expect(cuff?.at("readings.0.values.systolic.value") == "128")
        #expect(cuff?.at("readings.1.values.systolic.value") == "129")
        #expect(cuff?.at("readings.0.timeQuality") == "device")
        let meter = devices["F0:F1:F2:00:20:01"]
        #expect(meter?.count(at: "readings") == 5)
        #expect((0..<5).map { meter?.at("readings.\($0).values.glucose.value") } == ["98", "99", "100", "101", "102"])
        #expect(meter?.at("readings.1.marks.0") == "after-meal")
        let scale = devices["F0:F1:F2:00:30:01"]
        #expect(scale?.count(at: "readings") == 1)
        #expect(scale?.at("readings.0.values.weight.value") == "79.8")
        #expect(answers.last?["capture"]?["refused"] == nil)
    }

    @Test("What was heard is told in the form that decode takes, and decode reads it as the recording says") func input() throws {
        let heard = try Program.run(["replay", "--input", recording])
        #expect(heard.lines.count == 3)
        let decoded = try Program.decode(heard.lines)
        #expect(decoded.status == 0)
        #expect(try decoded.answers.map { $0.at("outcome") } == ["readings", "readings", "readings"])
    }

    @Test("A recording that breaks off is read to there, told with its byte, and the exit status is 1") func cutShort() throws {
        try Program.inTemporaryFolder { folder in
            let file = folder.appendingPathComponent("cut.btsnoop")
            let whole = try Data(contentsOf: URL(fileURLWithPath: recording))
            try whole.prefix(whole.count - 7).write(to: file)
            let run = try Program.run(["replay", file.path])
            #expect(run.status == 1)
            #expect(try run.answers.last?.at("code") == "cut-short")
            #expect(try run.answers.last?.at("detail")?.hasPrefix("byte ") == true)
            #expect(try run.answers.count == 4)
        }
    }

    @Test("What is no recording is refused with a reason") func noRecording() throws {
        try Program.inTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a.btsnoop")
            try Data("hello".utf8).write(to: file)
            let run = try Program.run(["replay", file.path])
            #expect(run.status == 1)
            #expect(try run.answers.map { $0.at("code") } == ["not-a-capture"])
        }
        #expect(try Program.run(["replay", "/nowhere/at-all"]).status == 1)
    }

    @Test("JSON lines are decoded as decode does") func lines() throws {
        try Program.inTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a.jsonl")
            let line = #"{"id":"1","characteristic":"2a35","frames":["00480051004000"]}"#
            try Data("\(line)\n\(line)\n".utf8).write(to: file)
            let run = try Program.run(["replay", file.path])
            #expect(run.lines == (try Program.decode([line, line])).lines)
            #expect(run.status == 0)
        }
    }
}
