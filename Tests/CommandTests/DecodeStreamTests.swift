import ExactJSON
import Foundation
import Testing

/// `vitalgate decode` as a program: lines in, lines out, exit status.
@Suite struct DecodeStreamTests {
    private func cuff(_ id: String) -> String { #"{"id":"\#(id)","characteristic":"2a35","frames":["00480051004000"]}"# }

    @Test("A line that is no JSON is told with its number, the others are answered, and the exit status is 1", arguments: [
        "nonsense", "", "{", #"{"id":"1"} {"id":"2"}"#, "{'id':1}", "\u{FEFF}{}", #"{"id":"a\#u{1}"}"#, String(repeating: "[", count: 100_000),
    ])
    func notJSON(line: String) throws {
        let run = try Program.decode([cuff("a"), line, cuff("b")])
        let answers = try run.answers
        #expect(answers.map { $0.at("outcome") } == ["readings", "bad-input", "readings"])
        #expect(answers[1].at("code") == "not-json")
        #expect(answers[1].at("line") == "2")
        #expect(answers[1]["id"] == nil)
        #expect(answers[2].at("id") == "b")
        #expect(run.status == 1)
    }

    @Test("Bytes that are no UTF-8 are no JSON") func notUTF8() throws {
        let run = try Program.run(["decode"], input: Data(#"{"name":""#.utf8) + Data([0xFF, 0xFE]) + Data("\"}\n".utf8))
        #expect(try run.answers[0].at("code") == "not-json")
        #expect(run.status == 1)
    }

    @Test("Refused frames are answers: the exit status is 0") func refusedFrames() throws {
        let run = try Program.decode(DecodeAnswerTests.outcomes.map(\.line))
        #expect(run.lines.count == DecodeAnswerTests.outcomes.count)
        #expect(run.status == 0)
        #expect(run.errors == "")
    }

    @Test("A thousand lines are answered in their order") func order() throws {
        let lines = (0..<1000).map { number in
            switch number % 4 {
            case 0: cuff("\(number)")
            case 1: #"{"id":"\#(number)","serviceData":{"181d":"22583ee207070110111e"}}"#
            case 2: #"{"id":"\#(number)","characteristic":"2a35","frames":["0"]}"#
            default: #"{"id":"\#(number)"}"#
            }
        }
        let run = try Program.decode(lines)
        let answers = try run.answers
        #expect(answers.map { $0.at("id") } == (0..<1000).map { "\($0)" })
        let outcomes = ["readings", "readings", "bad-input", "no-profile"]
        #expect(answers.enumerated().allSatisfy { $1.at("outcome") == outcomes[$0 % 4] })
        #expect(run.status == 0)
    }

    @Test("The same line has the same answer each time: nothing of one line lives on in the next") func noMemory() throws {
        let lines = [cuff("a"), #"{"id":"b","name":"BM85","characteristic":"2a35","frames":["566a0047000000ea07080b121f00003f000000"]}"#, cuff("a")]
        let run = try Program.decode(lines + lines)
        #expect(run.lines[0] == run.lines[2])
        #expect(Array(run.lines[..<3]) == Array(run.lines[3...]))
        #expect(try Array(run.lines[..<2]) == lines[..<2].flatMap { try Program.decode([$0]).lines })
    }

    @Test("--json is taken and changes nothing") func jsonFlag() throws {
        let plain = try Program.decode([cuff("a")])
        #expect(try Program.decode([cuff("a")], "--json").lines == plain.lines)
    }

    @Test("No input is no output") func noInput() throws {
        let run = try Program.run(["decode"])
        #expect(run.lines == [])
        #expect(run.status == 0)
    }

    @Test("The last line needs no newline, and a carriage return is space") func lineEnds() throws {
        let run = try Program.run(["decode"], input: Data("\(cuff("a"))\r\n\(cuff("b"))".utf8))
        #expect(try run.answers.map { $0.at("id") } == ["a", "b"])
        #expect(run.status == 0)
    }

    @Test("A line of ten megabytes is answered like any other") func longLine() throws {
        let long = #"{"id":"a","characteristic":"2a35","frames":["\#(String(repeating: "00", count: 5_000_000))"]}"#
        let run = try Program.decode([long, cuff("b")])
        #expect(try run.answers.map { $0.at("outcome") } == ["rejected", "readings"])
        #expect(try run.answers[0].at("detail") == "length 5000000, but the layout ends at 7")
        #expect(run.status == 0)
    }

    @Test("A line beyond the limit is refused unread, and what follows is answered") func tooLong() throws {
        let long = #"{"id":"a","name":"\#(String(repeating: "x", count: 17 << 20))"}"#
        let run = try Program.decode([long, cuff("b")])
        #expect(try run.answers[0].at("code") == "too-large")
        #expect(try run.answers[0].at("line") == "1")
        #expect(try run.answers[1].at("outcome") == "readings")
        #expect(run.status == 0)
    }

    @Test("Thousands of frames in one line are each answered") func manyFrames() throws {
        let frames = Array(repeating: #""00480051004000""#, count: 5000).joined(separator: ",")
        let answer = try Program.answer(#"{"characteristic":"2a35","frames":[\#(frames)]}"#)
        #expect(answer.count(at: "frames") == 5000)
        #expect(answer.count(at: "readings") == 5000)
    }

    @Test("--all-profiles adds what every profile makes of the bytes, whatever the names say") func candidates() throws {
        let line = #"{"id":"1","characteristic":"2a35","frames":["566a0047000000ea07080b121f00003f000000"]}"#
        #expect(try Program.answer(line)["candidates"] == nil)
        let answer = try Program.answer(line, "--all-profiles")
        #expect(answer.at("profile") == "bluetooth-sig/blood-pressure")
        #expect(answer.at("outcome") == "rejected")
        let candidates = try #require(answer["candidates"]?.array)
        // Profiles that only name devices read as the one that they extend, and are not asked a second time.
        #expect(candidates.contains { $0.at("profile") == "boso/blood-pressure" } == false)
        let dialect = try #require(candidates.first { $0.at("profile") == "beurer/bm85-blood-pressure" })
        #expect(dialect.at("outcome") == "readings")
        #expect(dialect.at("readings.0.values.pulse.value") == "63")
        let standard = try #require(candidates.first { $0.at("profile") == "bluetooth-sig/blood-pressure" })
        #expect(standard.at("outcome") == "rejected")
        #expect(standard.at("code") == "reserved-bits")
        #expect(standard.at("readings") == nil)
    }

    @Test("Bytes that no profile could read have no candidates") func noCandidates() throws {
        let answer = try Program.answer(#"{"characteristic":"2a6e","frames":["64"]}"#, "--all-profiles")
        #expect(answer.at("outcome") == "no-profile")
        #expect(answer["candidates"] == nil)
    }

    @Test("Service data that two profiles claim has them both as candidates") func ambiguousCandidates() throws {
        let answer = try Program.answer(
            #"{"serviceData":{"181d":"22583ee207070110111e","181b":"0226b20705040f0201ac018642"}}"#, "--all-profiles")
        #expect(answer.at("outcome") == "ambiguous")
        #expect(answer.at("detail")?.contains("xiaomi/mi-body-composition-scale and xiaomi/mi-smart-scale") == true)
        #expect(answer["profile"] == nil)
        #expect(answer["candidates"]?.array?.map { $0.at("readings.0.values.weight.value") } == ["85.15", "79.8"])
    }

    @Test("A relay's message has candidates too") func relayCandidates() throws {
        let answer = try Program.answer(
            #"{"topic":"home/gw/BTtoMQTT/C8478CC09589","payload":"{\"id\":\"C8:47:8C:C0:95:89\",\"servicedata\":\"223e30e607020e10293a\",\"servicedatauuid\":\"181d\"}"}"#,
            "--all-profiles")
        #expect(answer["candidates"]?.array?.map { $0.at("profile") } == ["xiaomi/mi-smart-scale"])
    }
}
