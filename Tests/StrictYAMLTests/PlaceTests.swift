import StrictYAML
import Testing

@Suite struct PlaceTests {
    @Test("Every node of a block document knows its line and column")
    func blockStyle() throws {
        let root = try load(
            """
            # a comment
            name: "Ward 3"
            limits:
              - kind: pulse
                high: 120
              - kind: spo2
            °µ: x
            """)
        #expect(root.place == "2:1")
        let map = try root.map()
        #expect(map.keys.map(\.name) == ["name", "limits", "°µ"])
        #expect(map.keys.map(\.node.place) == ["2:1", "3:1", "7:1"])
        #expect(try map.required("name").place == "2:7")
        #expect(try map.required("°µ").place == "7:5")
        let limits = try map.required("limits")
        #expect(limits.place == "4:3")
        let first = try limits.list()[0]
        #expect(first.place == "4:5")
        #expect(try first.map().required("high").place == "5:11")
        #expect(try limits.list()[1].map().required("kind").place == "6:11")
        #expect(root.file == "f.yaml")
    }

    @Test("Every node in flow style knows its line and column")
    func flowStyle() throws {
        let map = try load("a: [1, {b: 2}]\nc: {d: [x,\n  y]}\n").map()
        let list = try map.required("a").list()
        #expect(try map.required("a").place == "1:4")
        #expect(list.map(\.place) == ["1:5", "1:8"])
        #expect(try list[1].map().required("b").place == "1:12")
        #expect(try map.required("c").map().required("d").list().map(\.place) == ["2:9", "3:3"])
    }

    @Test("An empty value stands on the line of its key")
    func emptyValue() throws {
        let map = try load("a:\n\n# so\nb: 1\n").map()
        #expect(try map.required("a").kind == .empty)
        #expect(try map.required("a").line == 1)
    }

    @Test("A problem is written as a link: file, line, column, message")
    func problemText() throws {
        let node = try value("x")
        #expect(node.problem("no such unit").description == "f.yaml:1:4: no such unit")
        #expect(try load("\n a: 1").map().problem("no").description == "f.yaml:2:2: no")
    }
}
