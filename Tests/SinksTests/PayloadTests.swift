import Alarms
import ExactJSON
import MQTT
import Readings
import Testing

@testable import Sinks

/// What receivers are promised, letter by letter.
struct PayloadTests {
    private func payload(_ content: Delivery.Content) -> String { content.payload(gateway: "vg-0123abcd") }

    @Test func `a reading says its values as reported and in the unit of its codes`() {
        // 17.6 kPa × 7.50061576 = 132.01083…, 11.0 kPa × 7.50061576 = 82.50677…
        #expect(payload(.reading(pressure)) == """
            {"type":"reading","id":"001122334455.blood-pressure.20240615T171727.u2","revision":1,"gateway":"vg-0123abcd",\
            "device":"00:11:22:33:44:55","profile":"bluetooth-sig/blood-pressure","kind":"blood-pressure",\
            "measuredAt":"2024-06-15T09:17:27Z","timeQuality":"device","deviceTime":"2024-06-15T17:17:27",\
            "receivedAt":"2024-06-15T09:18:00.250Z","values":{\
            "systolic":{"value":"17.6","unit":"kPa","canonical":"132.01","ucum":"mm[Hg]","loinc":"8480-6","mdc":150021},\
            "diastolic":{"value":"11.0","unit":"kPa","canonical":"82.51","ucum":"mm[Hg]","loinc":"8462-4","mdc":150022}},\
            "user":2,"marks":["irregular-pulse"]}
            """)
    }

    @Test func `a reading says what it contradicts, that it was retained, and nothing that it does not know`() {
        // 5.50 mmol/L × 18.0182 = 99.1001.
        #expect(payload(.reading(glucose)) == """
            {"type":"reading","id":"001122334455.blood-glucose.n15~2","revision":3,"gateway":"vg-0123abcd",\
            "device":"00:11:22:33:44:55","profile":"bluetooth-sig/glucose","kind":"blood-glucose",\
            "measuredAt":"2024-06-15T09:18:00Z","timeQuality":"arrival","receivedAt":"2024-06-15T09:18:00Z",\
            "values":{"glucose":{"value":"5.50","unit":"mmol/L","canonical":"99.1","ucum":"mg/dL","loinc":"2345-7","mdc":160188}},\
            "number":15,"sample":"capillary-plasma","retained":true,"conflictsWith":"001122334455.blood-glucose.n15"}
            """)
    }

    @Test func `a value without codes has none`() {
        let reading = Reading(.bodyWeight, [value(.bodyWeight, "weight", "140", .jin), value(.bodyWeight, "impedance", "503", .ohm)])
        #expect(ReadingPayload.values(of: reading).text == """
            {"weight":{"value":"140","unit":"jin","canonical":"70","ucum":"kg","loinc":"29463-7","mdc":188736},\
            "impedance":{"value":"503","unit":"Ohm","canonical":"503","ucum":"Ohm","mdc":188780}}
            """)
    }

    @Test func `an alarm says its episode, the value and the limit`() {
        #expect(payload(.alarm(alarm(.raised))) == """
            {"type":"alarm","id":"001122334455.blood-pressure.20240615T171727.u2/blood-pressure.systolic","phase":"raised",\
            "level":"critical","side":"high","gateway":"vg-0123abcd","device":"00:11:22:33:44:55",\
            "vital":"blood-pressure.systolic","value":"190","ucum":"mm[Hg]","limit":"181",\
            "reading":"001122334455.blood-pressure.20240615T171727.u2","measuredAt":"2024-06-15T09:17:27Z","timeQuality":"device"}
            """)
    }

    @Test func `an alarm that is cleared has no limit`() throws {
        let object = try #require(try JSON(parsing: payload(.alarm(alarm(.cleared)))).object)
        #expect(object["phase"]?.string == "cleared")
        #expect(object["limit"] == nil)
    }

    @Test func `payloads are JSON on one line, whatever a device calls its marks`() throws {
        var strange = pressure
        strange.reading.marks = ["a \"quote\"\nand a line"]
        let text = payload(.reading(strange))
        #expect(!text.contains { $0.isNewline })
        #expect(try JSON(parsing: text).object?["marks"]?.array?.first?.string == "a \"quote\"\nand a line")
    }

    // MARK: Topics

    @Test func `a topic names the gateway, the device and the kind`() {
        let tree = TopicTree(prefix: "clinic/vitals", gateway: "vg-0123abcd")
        #expect(tree.status == "clinic/vitals/vg-0123abcd/status")
        #expect(tree.topic(of: .reading(pressure)) == "clinic/vitals/vg-0123abcd/readings/001122334455/blood-pressure")
        #expect(tree.topic(of: .alarm(alarm(.raised))) == "clinic/vitals/vg-0123abcd/alarms/001122334455/blood-pressure.systolic")
    }

    // MARK: What a broker answers

    @Test(arguments: [
        (PublishFailure.notConnected, Receipt.retry("the broker is not connected")),
        (.connectionLost, .retry("the connection to the broker was lost")),
        (.stopped, .retry("the client was stopped")),
        // Somebody mends these, and then it goes.
        (.refused(reasonCode: 0x80, text: "unspecified"), .retry("the broker refuses it: unspecified")),
        (.refused(reasonCode: 0x87, text: "not authorised"), .retry("the broker refuses it: not authorised")),
        (.refused(reasonCode: 0x97, text: "quota exceeded"), .retry("the broker refuses it: quota exceeded")),
        // No second try will make these good.
        (.refused(reasonCode: 0x90, text: "topic name invalid"), .rejected("the broker refuses it: topic name invalid")),
        (.refused(reasonCode: 0x95, text: "packet too large"), .rejected("the broker refuses it: packet too large")),
        (.refused(reasonCode: 0x99, text: "payload format invalid"), .rejected("the broker refuses it: payload format invalid")),
        (.tooLarge(bytes: 900, limit: 512), .rejected("900 bytes, and the broker takes 512")),
    ])
    func `what can be mended is tried again, what cannot is a dead letter`(failure: PublishFailure, receipt: Receipt) {
        #expect(Receipt(.failure(failure)) == receipt)
    }

    @Test func `what the broker acknowledged is accepted`() {
        #expect(Receipt(.success(())) == .accepted)
    }

    @Test func `a topic that cannot be is told without the device in it`() {
        guard case .rejected(let reason) = Receipt(.failure(.badTopic("a/vg-1/readings/001122334455/blood-pressure"))) else {
            Issue.record("tried again for ever")
            return
        }
        #expect(!reason.contains("001122334455"))
    }
}
