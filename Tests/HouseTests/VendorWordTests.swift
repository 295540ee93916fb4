import Testing

@Suite("Vendor words") struct VendorWordTests {
    let words = VendorWords(profiles: [
        TextFile(
            path: "device-profiles/acme/cuff.yaml",
            text: """
                models:
                  - { name: Acme Smart Scale 2, id: XA01-C2, evidence: captured }
                  - { name: Acme QX77, evidence: assumed }
                vectors:
                  - name: a reading with ABCD1234 in its title
                """),
        TextFile(path: "device-profiles/bluetooth-sig/glucose.yaml", text: "profile: bluetooth-sig/glucose"),
    ])

    @Test("No maker or model is named in Sources outside Drivers") func treeNamesNoVendor() {
        let findings = SourceTree.sources.flatMap(VendorWords(profiles: SourceTree.profiles).found)
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("Makers come from the folders, model numbers and names from the models") func wordsFromProfiles() {
        for phrase in [" acme ", " acme smart scale 2 ", " xa01 c2 ", " qx77 ", " omron ", " accu chek "] {
            #expect(words.phrases.contains(phrase))
        }
        #expect(!words.phrases.contains(" mqtt ") && !words.phrases.contains(" bluetooth sig "))
        #expect(!words.phrases.contains(" abcd1234 ") && !words.phrases.contains(" scale "))
    }

    @Test("A vendor is found in code and in strings, in any case", arguments: [
        "if name == \"OMRON\" {", "struct XiaomiScale {}", "let isAcmeCuff = true", "case accuChek",
        "hasPrefix(\"Accu-Chek\")", "let acme_offset = 2", "names.contains(\"QX77\")", "case openMQTTGateway // OpenMQTTGateway",
        "let topic = \"home/OpenMQTTGateway/BTtoMQTT\"",
    ])
    func findsVendor(_ code: String) {
        #expect(!words.found(in: TextFile(path: "Sources/Gateway/Example.swift", text: code)).isEmpty, "\(code)")
    }

    @Test("A file named after a vendor is found") func findsFileName() {
        #expect(words.found(in: TextFile(path: "Sources/Gateway/OmronCuff.swift", text: "")).count == 1)
    }

    @Test("Comments may name devices, and longer words are other words", arguments: [
        "// as the Omron does", "/// `xiaomi/mi-smart-scale`", "let text = \"nonintrusive microchemistry\"", "let smartScale = 2",
    ])
    func leavesInnocent(_ code: String) {
        #expect(words.found(in: TextFile(path: "Sources/Gateway/Example.swift", text: code)) == [], "\(code)")
    }

    @Test("A driver may name its protocol's maker") func driversMay() {
        #expect(words.found(in: TextFile(path: "Sources/Drivers/Omron.swift", text: "let omron = 1")) == [])
    }
}
