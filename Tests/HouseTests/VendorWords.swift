/// The words that may stand in profiles and drivers only: makers and models.
struct VendorWords {
    /// Each as lower-case words with one space around each: ` accu chek `.
    let phrases: [String]
    /// By their first word: most lines hold none of these, and are done with.
    private let byFirstWord: [Substring: [String]]

    /// Folders under device-profiles that name a standard or a transport, not a maker.
    private static let notMakers: Set<Substring> = ["bluetooth-sig", "mqtt"]

    /// Makers and bridges that users bring along, whether or not a profile exists yet.
    private static let always = [
        "omron", "beurer", "xiaomi", "taidoc", "foracare", "roche", "accu-chek", "philips", "withings", "viatom",
        "wellue", "renpho", "nonin", "ihealth", "sanitas", "soehnle", "contour next", "lifescan", "onetouch",
        "masimo", "berrymed", "jumper medical", "huawei", "amazfit", "fitbit", "garmin", "openmqttgateway", "theengs",
        "ble_monitor", "esphome", "home assistant",
    ]

    init(profiles: [TextFile]) {
        var words = Self.always
        for profile in profiles {
            let folders = profile.path.split(separator: "/")
            if folders.count > 2, !Self.notMakers.contains(folders[1]) { words.append(String(folders[1])) }
            for line in profile.lines { words += Self.modelWords(inLine: line) }
        }
        phrases = Set(words.map(Self.flat)).filter { $0.count > 4 }.sorted()
        byFirstWord = Dictionary(grouping: phrases) { $0.split(separator: " ").first ?? "" }
    }

    /// `- { name: Xiaomi Mi Smart Scale, id: XMTZC01HM }`: the full name, and the words that only a model number is.
    private static func modelWords(inLine line: Substring) -> [String] {
        guard line.contains("evidence:") else { return [] }
        guard let found = line.firstMatch(of: /^\s*-\s*\{?\s*name:\s*([^,}]+?)\s*[,}].*\bevidence:/) else { return [] }
        let name = String(found.1)
        let id = line.firstMatch(of: /\bid:\s*([\w-]+)/).map { String($0.1) } ?? ""
        let numbers = (name + " " + id).split(separator: " ").filter { word in
            word.count >= 4 && word.contains(where: \.isNumber) && word.contains(where: \.isLetter)
        }
        return (name.contains(" ") ? [name] : []) + numbers.map { String($0) }
    }

    /// `Accu-Chek` and `accu_chek` become ` accu chek `.
    private static func flat(_ text: some StringProtocol) -> String {
        " " + text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }).joined(separator: " ") + " "
    }

    /// `isXiaomiScale` becomes `is Xiaomi Scale`.
    private static func withoutCamels(_ text: String) -> String {
        var result = ""
        var last: Character = " "
        for character in text {
            if character.isUppercase, !last.isUppercase { result.append(" ") }
            result.append(character)
            last = character
        }
        return result
    }

    private func phrases(in spelled: String) -> [String] {
        Set(spelled.split(separator: " ")).flatMap { byFirstWord[$0] ?? [] }.filter { spelled.contains($0) }.sorted()
    }

    func found(in file: TextFile) -> [String] {
        if file.path.hasPrefix("Sources/Drivers/") { return [] }
        let named = Self.flat(file.name) + Self.flat(Self.withoutCamels(file.name))
        let inName = phrases(in: named).map { "\(file.path): named after a vendor:\($0)" }
        return inName + file.swift.withoutComments.enumerated().flatMap { number, line in
            guard line.contains(where: \.isLetter) else { return [String]() }
            let spelled = Self.flat(line) + Self.flat(Self.withoutCamels(line))
            return phrases(in: spelled).map { file.at(number, "vendor word in code:\($0)") }
        }
    }
}
