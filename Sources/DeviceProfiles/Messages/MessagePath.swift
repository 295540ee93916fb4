import ExactJSON
import Readings

/// Where in a message a value stands, as a profile writes it.
///
/// ```
/// value.pulse           from the element that is read: a member of a member
/// list[0].x             an element by its place
/// rows[type is 9].x     the first element of a list whose `type` is 9
/// .                     the element itself            @key   the key under which it stands
/// ../units              from the element around it    /time  from the top of the message
/// {tag}                 a named level of the topic
/// ```
struct MessagePath: Sendable, Hashable {
    enum Start: Sendable, Hashable {
        case element(up: Int)
        case top
        case topic(String)
    }

    enum Step: Sendable, Hashable {
        case member(String)
        case place(Int)
        case row(of: String, is: String)
        case key
    }

    let text: String
    let start: Start
    let steps: [Step]

    /// nil for what is no path.
    init?(_ text: String) {
        self.text = text
        var rest = text[...]
        if rest.hasPrefix("{") {
            guard rest.hasSuffix("}"), TopicPattern.isName(String(rest.dropFirst().dropLast())) else { return nil }
            (start, steps) = (.topic(String(rest.dropFirst().dropLast())), [])
            return
        }
        if rest.hasPrefix("/") {
            start = .top
            rest = rest.dropFirst()
        } else {
            var up = 0
            while rest.hasPrefix("../") {
                up += 1
                rest = rest.dropFirst(3)
            }
            start = .element(up: up)
        }
        guard rest != "." else {
            steps = []
            return
        }
        guard rest != "@key" else {
            steps = [.key]
            return
        }
        guard let steps = MessagePath.steps(rest) else { return nil }
        self.steps = steps
    }

    private static func steps(_ text: Substring) -> [Step]? {
        var steps: [Step] = []
        for (index, part) in parts(text).enumerated() {
            var part = part
            let name = part.prefix { $0 != "[" }
            if !name.isEmpty { steps.append(.member(String(name))) } else if index > 0 || part.isEmpty { return nil }
            part = part.dropFirst(name.count)
            while !part.isEmpty {
                guard part.hasPrefix("["), let end = part.firstIndex(of: "]") else { return nil }
                guard let step = selection(part[part.index(after: part.startIndex)..<end]) else { return nil }
                steps.append(step)
                part = part[part.index(after: end)...]
            }
        }
        return steps.isEmpty ? nil : steps
    }

    /// Between the points, except for those in brackets.
    private static func parts(_ text: Substring) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isInside = false
        for index in text.indices {
            switch text[index] {
            case "[": isInside = true
            case "]": isInside = false
            case "." where !isInside:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return parts + [text[start...]]
    }

    private static func selection(_ text: Substring) -> Step? {
        if let place = Int(text), (0...9999).contains(place), text.first?.isNumber == true { return .place(place) }
        guard let word = text.firstRange(of: " is ") else { return nil }
        let (key, value) = (text[..<word.lowerBound], text[word.upperBound...])
        guard !key.isEmpty, !value.isEmpty else { return nil }
        return .row(of: String(key), is: String(value))
    }

    /// The keys that it goes through: none of them may be a personal one.
    var keys: [String] {
        steps.compactMap { step in
            switch step {
            case .member(let key), .row(let key, _): key
            case .place, .key: nil
            }
        }
    }
}

/// What paths are looked up in: a message, and the element of it that is read.
struct MessageScope: Sendable {
    struct Element: Sendable {
        var value: JSON
        var key: String?
    }

    /// What the named levels of the topic say.
    var captures: [String: String]
    /// From the whole message to the element that is read.
    var elements: [Element]

    init(_ message: JSON, captures: [String: String]) {
        self.captures = captures
        elements = [Element(value: message)]
    }

    func entering(_ element: Element) -> MessageScope {
        var scope = self
        scope.elements.append(element)
        return scope
    }

    /// nil where nothing stands there, or JSON's word for nothing.
    func find(_ path: MessagePath) throws(DecodeFailure) -> JSON? {
        let base: Element
        switch path.start {
        case .topic(let name): return captures[name].map { .string($0) }
        case .top: base = elements[0]
        case .element(let up):
            guard up < elements.count else { return nil }
            base = elements[elements.count - 1 - up]
        }
        var value = base.value
        for step in path.steps {
            guard value != .null else { return nil }
            let next: JSON?
            switch step {
            case .member(let key):
                guard let object = value.object else { throw .wrongShape(path.text, wanted: "an object above it") }
                next = object[key]
            case .place(let index):
                guard let list = value.array else { throw .wrongShape(path.text, wanted: "a list above it") }
                next = list.indices.contains(index) ? list[index] : nil
            case .row(let key, let word):
                guard let list = value.array else { throw .wrongShape(path.text, wanted: "a list above it") }
                next = list.first { $0[key].map { MessageWord.says($0, word) } ?? false }
            case .key:
                return base.key.map { .string($0) }
            }
            guard let next else { return nil }
            value = next
        }
        return value == .null ? nil : value
    }

    /// The first of these that is there.
    func find(_ paths: [MessagePath]) throws(DecodeFailure) -> (value: JSON, path: MessagePath)? {
        for path in paths {
            if let value = try find(path) { return (value, path) }
        }
        return nil
    }
}

/// What a scalar in a message says, compared with a word of a profile.
enum MessageWord {
    /// The text, the digits or `true`; nil for lists and objects.
    static func text(_ json: JSON) -> String? {
        switch json {
        case .string(let text): text
        case .number(let digits): digits
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// Text by its characters, numbers by their value: `5`, `"5"` and `5.0` are 5.
    static func says(_ json: JSON, _ word: String) -> Bool {
        guard let text = text(json) else { return false }
        if text == word { return true }
        guard let one = MessageNumber.read(text), let other = MessageNumber.read(word) else { return false }
        return one.compared(to: other) == 0
    }
}
