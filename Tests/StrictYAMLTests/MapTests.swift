import StrictYAML
import Testing

@Suite struct MapTests {
    @Test("A map gives its values by name and says which is missing")
    func lookup() throws {
        let map = try load("a: 1\n\"b c\": 2\n").map()
        #expect(try map.required("b c").int() == 2)
        #expect(map.optional("z")?.line == nil)
        #expect(problem { _ = try map.required("z") } == "f.yaml:1:1: the key 'z' is missing")
    }

    @Test("An unknown key is refused at its line, with the nearest known one")
    func unknownKey() throws {
        let map = try load("name: x\nframe: 1\n").map()
        #expect(
            problem { try map.only(["name", "frames", "limits"]) }
                == "f.yaml:2:1: unknown key 'frame'; did you mean 'frames'?")
        #expect(
            problem { try map.only(["name", "limits"]) }
                == "f.yaml:2:1: unknown key 'frame'; known here: name, limits")
        #expect(problem { try map.only(["name", "frame"]) } == nil)
        #expect(try load("{}").map().keys.isEmpty)
    }

    @Test(
        "A slip of the finger is recognised, another word is not",
        arguments: [
            ("frame", "frames"), ("fraems", "frames"), ("Frames", "frames"), ("framse", "frames"), ("frumez", "frames"),
            ("hgih", "high"), ("lo", "low"), ("LOW", "low"), ("pulse", nil), ("xy", nil), ("", nil), ("wol", nil),
        ])
    func nearest(word: String, meant: String?) {
        #expect(Spelling.nearest(word, among: ["frames", "high", "low"]) == meant)
    }

    @Test("Of several near words the nearest is taken, and of equals the first")
    func nearestOfSeveral() {
        #expect(Spelling.nearest("limit", among: ["limbo", "limits", "limit2"]) == "limits")
        #expect(Spelling.nearest("limit", among: []) == nil)
    }
}
