import ExactJSON
import Testing

@Suite struct HostileInputTests {
    static let message = Array(
        #"{"device":"m\u00e9-07","at":"2020-04-13","spo2":97.50,"n":[-1e3,{"sys":120}],"ok":true,"x":null,"µ":"😀"}"#.utf8)

    @Test("Every prefix of a message is refused, and so is the message with a byte more")
    func refusesPrefixes() {
        #expect(failure(Self.message) == nil)
        for length in Self.message.indices {
            let refusal = failure(Array(Self.message[..<length]))
            #expect(refusal.map { $0.offset <= length } == true)
        }
        for byte in UInt8.min...UInt8.max where ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
            #expect(failure(Self.message + [byte])?.reason == .trailing)
        }
    }

    @Test("Random bytes and damaged messages never crash; what is taken is written the same twice")
    func survivesRandomBytes() throws {
        var random = SplitMix(state: 20_260_801)
        let alphabet = Array(#"{}[]:,"\u0019eE+-. tfn"#.utf8) + [0x00, 0x0A, 0x80, 0xC3, 0xA9, 0xED, 0xF0, 0xFF]
        for round in 0..<20_000 {
            var bytes: [UInt8]
            if round.isMultiple(of: 2) {
                bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            } else {
                bytes = Self.message
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = alphabet.randomElement(using: &random)!
                }
            }
            guard let json = try? JSON(parsing: bytes) else { continue }
            let again = try JSON(parsing: json.text)
            if again != json || again.text != json.text { Issue.record("changed on its way: \(bytes)") }
        }
    }

    @Test("100 000 open brackets are refused at once", arguments: ["[", "{\"a\":", "[{\"\":"])
    func refusesDeepNesting(opening: String) {
        #expect(failure(String(repeating: opening, count: 100_000))?.reason == .tooDeep(limit: 64))
    }

    @Test("A large object is read in reasonable time, and its duplicate found", .timeLimit(.minutes(1)))
    func readsLargeObject() throws {
        let members = (0..<50_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",")
        let object = try #require(try JSON(parsing: "{\(members)}").object)
        #expect(object.members.count == 50_000)
        #expect(object["key49999"] == 49_999)
        #expect(failure("{\(members),\"key3\":0}")?.reason == .duplicateKey("key3"))
    }

    @Test("The sixteenth, seventeenth and eighteenth key are checked like the others", arguments: 14...19)
    func checksKeysAtTheLimit(count: Int) {
        let members = (0..<count).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(failure("{\(members)}") == nil)
        for key in ["k0", "k\(count - 1)"] {
            #expect(failure("{\(members),\"\(key)\":1}")?.reason == .duplicateKey(key))
        }
    }

    @Test("Keys of combining marks, slow to normalise, take no quadratic time", .timeLimit(.minutes(1)))
    func readsCombiningMarks() throws {
        let marks = String(repeating: "\u{301}\u{323}", count: 200_000)
        let json = try JSON(parsing: "{\"\(marks)\":1,\"\(marks)a\":2}")
        #expect(json["pulse"] == nil)
    }
}

/// The same numbers on every run, so that a failure comes back.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
