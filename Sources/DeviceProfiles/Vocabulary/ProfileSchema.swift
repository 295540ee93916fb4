import ExactJSON

/// The JSON Schema (draft 2020-12) of profile files, for editors: made of the vocabulary, never written by hand.
///
/// It says less than the readers do (which bits fit a type, that a frame has a name that is used …); what it refuses, they refuse.
package struct ProfileSchema: Sendable {
    private let vocabulary: Vocabulary

    package init(drivers: [String]) { vocabulary = Vocabulary(drivers: drivers) }

    package var json: JSON {
        var root = JSONObject([
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")), ("title", .string("Device profile of vitalgate")),
            ("description", .string("What every word means: docs/profile-language.md")),
        ])
        for (key, value) in object(vocabulary.profile).members { root[key] = value }
        root["$defs"] = .object(JSONObject(vocabulary.definitions.map { ($0.name, json($0.shape)) }))
        return .object(root)
    }

    private func json(_ shape: Shape) -> JSON { .object(object(shape)) }

    private func object(_ shape: Shape) -> JSONObject {
        switch shape {
        // YAML makes numbers and truths of some texts; the readers take them as they are written.
        case .text(nil): JSONObject([("type", ProfileSchema.strings(["string", "number", "boolean"]))])
        case .text(let pattern?): JSONObject([("type", ProfileSchema.strings(["string", "number"])), ("pattern", .string(pattern))])
        case .quoted(let pattern): JSONObject([("type", .string("string")), ("pattern", .string(pattern))])
        case .whole(let range):
            JSONObject([("type", .string("integer")), ("minimum", .integer(range.lowerBound)), ("maximum", .integer(range.upperBound))])
        case .truth: JSONObject([("type", .string("boolean"))])
        case .words(let words): JSONObject([("enum", ProfileSchema.strings(words))])
        case .list(let shape, let least):
            JSONObject([("type", .string("array")), ("items", json(shape))] + (least > 0 ? [("minItems", .integer(least))] : []))
        case .map(let map): object(map)
        case .names(let shape): JSONObject([("type", .string("object")), ("additionalProperties", json(shape))])
        case .keyed(let patterns):
            JSONObject([
                ("type", .string("object")), ("patternProperties", .object(JSONObject(patterns.map { ($0.pattern, json($0.shape)) }))),
                ("additionalProperties", .bool(false)),
            ])
        case .chosen(let choices, let otherwise): chosen(choices[...], otherwise, all: choices.map(\.key))
        case .told(let key, let choices): told(by: key, choices)
        case .either(let shapes): JSONObject([("anyOf", .array(shapes.map(json)))])
        case .both(let shapes): JSONObject([("allOf", .array(shapes.map(json)))])
        case .named(let name): JSONObject([("$ref", .string("#/$defs/\(name)"))])
        case .anything: JSONObject()
        }
    }

    private func object(_ map: ShapeMap) -> JSONObject {
        var object = JSONObject([
            ("type", .string("object")), ("properties", .object(JSONObject(map.keys.map { ($0.name, json($0.shape)) }))),
        ])
        let required = map.keys.filter(\.isRequired).map(\.name)
        if !required.isEmpty { object["required"] = ProfileSchema.strings(required) }
        if !map.oneOf.isEmpty { object["anyOf"] = ProfileSchema.requiring(map.oneOf) }
        if let others = map.others { object["additionalProperties"] = json(others) } else if !map.isPartial { object["additionalProperties"] = .bool(false) }
        return object
    }

    /// One behind the other, so that an editor tells what is wrong with the map that was meant, and offers the keys that begin one.
    private func chosen(_ choices: ArraySlice<(key: String, map: ShapeMap)>, _ otherwise: ShapeMap?, all: [String]) -> JSONObject {
        guard let first = choices.first else {
            guard let otherwise else {
                let begin = JSONObject(all.map { ($0, JSON.bool(true)) })
                return JSONObject([("type", .string("object")), ("properties", .object(begin)), ("anyOf", ProfileSchema.requiring(all))])
            }
            return object(otherwise)
        }
        return JSONObject([
            ("if", .object(JSONObject([("type", .string("object")), ("required", ProfileSchema.strings([first.key]))]))),
            ("then", .object(object(first.map))), ("else", .object(chosen(choices.dropFirst(), otherwise, all: all))),
        ])
    }

    private func told(by key: String, _ choices: [(word: String, map: ShapeMap)]) -> JSONObject {
        let words = JSONObject([(key, .object(JSONObject([("enum", ProfileSchema.strings(choices.map(\.word)))])))])
        let cases = choices.map { word, map in
            let said = JSONObject([(key, .object(JSONObject([("const", .string(word))])))])
            return JSON.object(JSONObject([
                ("if", .object(JSONObject([("properties", .object(said)), ("required", ProfileSchema.strings([key]))]))), ("then", .object(object(map))),
            ]))
        }
        return JSONObject([
            ("type", .string("object")), ("required", ProfileSchema.strings([key])), ("properties", .object(words)), ("allOf", .array(cases)),
        ])
    }

    private static func strings(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    private static func requiring(_ keys: [String]) -> JSON {
        .array(keys.map { .object(JSONObject([("required", strings([$0]))])) })
    }
}

extension ProfileSchema {
    /// In lines of which each says one thing, so that a change is seen in a comparison.
    package var text: String { ProfileSchema.lines(json, indent: "") }

    private static func lines(_ json: JSON, indent: String) -> String {
        let short = json.text
        if short.utf8.count + indent.utf8.count <= 120 { return short }
        let deeper = indent + "  "
        switch json {
        case .object(let object):
            let members = object.members.map { "\(deeper)\(JSON.string($0.key).text): \(lines($0.value, indent: deeper))" }
            return "{\n\(members.joined(separator: ",\n"))\n\(indent)}"
        case .array(let elements):
            if elements.allSatisfy({ $0.string != nil }) { return short }
            return "[\n\(elements.map { deeper + lines($0, indent: deeper) }.joined(separator: ",\n"))\n\(indent)]"
        default: return short
        }
    }
}
