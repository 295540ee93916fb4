import Alarms
import DeviceProfiles
import Readings
import StrictYAML

extension Configuration {
    /// `presets: true` puts the shipped presets in force, `limits:` sets or replaces single ones; both need `accepted-by: NAME`.
    static func alarms(_ node: YAMLNode?) throws(YAMLProblem) -> AlarmSettings {
        guard let map = try node?.map() else { return AlarmSettings() }
        try map.only(["presets", "limits", "accepted-by", "condition-delay"])
        var settings = AlarmSettings()
        settings.acceptedBy = try map.optional("accepted-by")?.text()
        if let presets = map.optional("presets"), try presets.bool() { settings.limits = Presets.limits }
        if let limits = map.optional("limits") {
            for (vital, node) in try limits.map().members { settings.limits[try known(vital, node)] = try self.limits(node) }
        }
        if let delay = map.optional("condition-delay") {
            settings.conditionDelay = try delay.milliseconds()
            guard (1000...120_000).contains(settings.conditionDelay) else { throw delay.problem("write 1 s to 120 s") }
        }
        guard settings.limits.isEmpty || settings.acceptedBy?.allSatisfy(\.isWhitespace) == false else {
            throw (map.optional("accepted-by") ?? map.node).problem("limits are in force only when somebody answers for them: write 'accepted-by: NAME'")
        }
        return settings
    }

    private static func known(_ vital: String, _ node: YAMLNode) throws(YAMLProblem) -> String {
        let vitals = Kind.allCases.flatMap(\.values).map(\.vital.id)
        if vitals.contains(vital) { return vital }
        throw node.problem("unknown vital '\(vital)'" + (Spelling.nearest(vital, among: vitals).map { "; did you mean '\($0)'?" } ?? ""))
    }

    private static func limits(_ node: YAMLNode) throws(YAMLProblem) -> Limits {
        let map = try node.map()
        try map.only(["low-critical", "low-warning", "high-warning", "high-critical"])
        func value(_ key: String) throws(YAMLProblem) -> ExactDecimal? {
            guard let node = map.optional(key) else { return nil }
            guard let value = ExactDecimal(try node.text()) else { throw node.problem("no decimal number: write digits such as 37.5") }
            return value
        }
        let limits = Limits(
            lowCritical: try value("low-critical"), lowWarning: try value("low-warning"),
            highWarning: try value("high-warning"), highCritical: try value("high-critical"))
        guard let limits else { throw node.problem("limits must ascend: low-critical, low-warning, high-warning, high-critical") }
        return limits
    }
}
