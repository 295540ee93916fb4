import DBus
import Testing

@Suite("D-Bus values") struct ValueTests {
    @Test("A value knows its signature, also where it holds nothing", arguments: [
        (DBusValue.options([:]), "a{sv}"), (.strings([]), "as"), (.bytes([]), "ay"), (.structure([.byte(1), .string("")]), "(ys)"),
        (.variant(.array([.dictionary([:], of: "oa{sv}")], of: "a{oa{sv}}")), "v"), (.array([], of: "(iu)"), "a(iu)"),
    ])
    func signature(_ value: DBusValue, _ signature: String) { #expect(value.signature == signature) }

    @Test("What a variant holds is had through it") func bare() {
        #expect(DBusValue.variant(.variant(.uint16(7))).number == 7)
        #expect(DBusValue.options(["a": .bool(true)]).members == ["a": .bool(true)])
        #expect(DBusValue.uint64(.max).number == nil)
        #expect(DBusValue.string("x").flag == nil)
    }
}
