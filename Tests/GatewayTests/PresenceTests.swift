import ExactJSON
import MQTT
import Testing

@testable import Gateway

/// How a copied box is noticed.
struct PresenceTests {
    private let ours = Presence(gateway: "vg-0123abcd", instance: "vg-11111111")
    private let copy = Presence(gateway: "vg-0123abcd", instance: "vg-22222222")

    private func heard(_ payload: [UInt8], retained: Bool = false) -> String? {
        ours.clone(in: ReceivedMessage(topic: "vitalgate/vg-0123abcd/status", payload: payload, isRetained: retained))
    }

    @Test func `another instance that comes online under our id is a clone`() {
        #expect(heard(copy.message("online")) == "instance vg-22222222 is online under our id: was this box copied?")
    }

    @Test func `what the broker kept is our own run before this one`() {
        #expect(heard(copy.message("online"), retained: true) == nil)
    }

    @Test func `our own word is no clone, nor is one that goes`() {
        #expect(heard(ours.message("online")) == nil)
        #expect(heard(ours.message("offline")) == nil)
        // The last will of the run before this one comes when the broker notices that it is gone.
        #expect(heard(copy.message("offline")) == nil)
    }

    @Test(arguments: ["", "online", "[]", "{}", #"{"state":"online"}"#, #"{"state":"online","instance":7}"#, #"{"state":"online","instance":""}"#])
    func `what no gateway says is no clone`(payload: String) {
        #expect(heard(Array(payload.utf8)) == nil)
    }

    @Test func `a stranger's instance cannot write lines into the log`() {
        let detail = heard(Array(#"{"state":"online","instance":"x\nvitalgate: all is well\u001b[2J"}"#.utf8))
        #expect(detail == nil || detail?.contains(where: { $0.isNewline || $0 == "\u{1b}" }) == false)
    }

    @Test func `the status says who is there`() throws {
        let json = String(decoding: ours.message("online"), as: UTF8.self)
        #expect(json == #"{"state":"online","gateway":"vg-0123abcd","instance":"vg-11111111","version":"0.1.0"}"#)
    }
}
