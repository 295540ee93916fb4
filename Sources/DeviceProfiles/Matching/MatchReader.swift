import StrictYAML

/// Reads `match`.
enum MatchReader {
    /// One rule, or a list of which any claims a device.
    static func matches(_ node: YAMLNode) throws(YAMLProblem) -> [MatchRule] {
        guard node.kind == .list else { return [try match(node)] }
        let nodes = try node.list()
        guard !nodes.isEmpty else { throw node.problem("an empty list claims no device: give a rule") }
        var rules: [MatchRule] = []
        for node in nodes {
            let rule = try match(node)
            if let first = rules.first, first.rank != rule.rank { throw node.problem("all rules of a profile have one rank") }
            rules.append(rule)
        }
        return rules
    }

    private static func match(_ node: YAMLNode) throws(YAMLProblem) -> MatchRule {
        let map = try node.map()
        try map.only(["services", "service-data", "manufacturer", "data", "names", "rank"])
        var rule = MatchRule()
        rule.services = try items(map.optional("services")) { node throws(YAMLProblem) in try node.uuid() }
        rule.serviceData = try map.optional("service-data")?.uuid()
        if let company = map.optional("manufacturer") {
            rule.isAnyCompany = try company.text() == "any"
            if !rule.isAnyCompany { rule.company = try company.company() }
        }
        rule.names = try map.optional("names").map(names)
        if let data = map.optional("data") {
            guard rule.serviceData != nil || rule.company != nil || rule.isAnyCompany else {
                throw data.problem("of which bytes? Give service-data or manufacturer beside it")
            }
            let map = try data.map()
            try map.only(ByteShape.keys)
            rule.data = try ByteShape(map)
        }
        if let rank = map.optional("rank") {
            switch try rank.text() {
            case "standard": rule.rank = .standard
            case "common": rule.rank = .common
            default: throw rank.problem("the ranks are 'standard' and 'common'; leave the line out for a vendor profile")
            }
        }
        let isNamed = rule.names.map { !$0.isOptional } ?? false
        guard isNamed || !rule.services.isEmpty || rule.serviceData != nil || rule.company != nil || rule.isAnyCompany else {
            throw node.problem("this would match every device: give services, service-data, manufacturer or names")
        }
        if rule.isAnyCompany, rule.data == nil, !isNamed {
            throw node.problem("any manufacturer, and nothing else: give 'data' or 'names' beside it")
        }
        return rule
    }

    private static func names(_ node: YAMLNode) throws(YAMLProblem) -> MatchRule.Names {
        let map = try node.map()
        try map.only(["exact", "prefix", "suffix", "contains", "optional"])
        func texts(_ key: String) throws(YAMLProblem) -> [String] {
            try items(map.optional(key)) { node throws(YAMLProblem) in try node.text() }
        }
        let names = MatchRule.Names(
            exact: try texts("exact"), prefixes: try texts("prefix"), suffixes: try texts("suffix"), contained: try texts("contains"),
            isOptional: try map.optional("optional")?.bool() ?? false)
        guard !names.all.isEmpty, !names.all.contains("") else {
            throw map.problem("names without a name: give 'prefix' or 'exact', or leave it out")
        }
        return names
    }
}
