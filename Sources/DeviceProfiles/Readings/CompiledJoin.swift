import StrictYAML

/// What another frame adds to a reading, and how the two find each other.
struct CompiledJoin: Sendable {
    /// The frame joined, by its name and its index among those of the profile.
    let name: String
    let frame: Int
    /// Where its fields begin among those of the reading, and how many they are.
    let base: UInt8
    let count: UInt8
    let within: Int64
    let isRequired: Bool
    /// Whether it is the newest that came before, for which nothing waits.
    let isLatest: Bool
    private let when: [Condition]
    /// Slots of equal values in the reading's frame, and in the one joined.
    private let ownKeys: [UInt8]
    private let joinedKeys: [UInt8]

    init(
        _ join: ReadingDefinition.Join, from own: Scope, at index: Int, among frames: [CompiledFrame], into scope: inout Scope
    ) throws(YAMLProblem) {
        guard let frame = frames.firstIndex(where: { $0.name == join.frame.text }) else {
            let names = frames.map(\.name)
            throw join.frame.node.problem(
                "no frame is called '\(join.frame.text)'" + (Spelling.nearest(join.frame.text, among: names).map { "; did you mean '\($0)'?" } ?? ""))
        }
        guard !frames[frame].repeats else {
            throw join.frame.node.problem("'\(join.frame.text)' repeats its fields: which of them would be joined?")
        }
        name = join.frame.text
        self.frame = frame
        within = join.within
        isRequired = join.isRequired
        isLatest = join.isLatest
        guard !isLatest || frame != index else { throw join.frame.node.problem("the latest of the frame itself is the frame itself") }
        when = try join.when.map { text throws(YAMLProblem) in try own.condition(text) }
        ownKeys = try join.by.map { key throws(YAMLProblem) in try own.place(of: key).slot.index }
        let other = Scope(frames[frame])
        joinedKeys = try join.by.map { key throws(YAMLProblem) in
            guard let slot = other.slots[key.text] else { throw key.node.problem("the frame '\(join.frame.text)' has no field '\(key.text)'") }
            return slot.index
        }
        base = try scope.join(frames[frame], join.frame.node)
        count = UInt8(frames[frame].slots.count)
    }

    /// Whether the reading's frame says that there is something to wait for.
    func isWanted(_ fields: inout Fields) -> Bool {
        for index in when.indices where !when[index].holds(&fields) { return false }
        return true
    }

    func ownKey(_ fields: inout Fields) -> [Int64?] { key(ownKeys, &fields) }
    func joinedKey(_ fields: inout Fields) -> [Int64?] { key(joinedKeys, &fields) }

    private func key(_ slots: [UInt8], _ fields: inout Fields) -> [Int64?] {
        var key: [Int64?] = []
        for slot in slots { key.append(fields.has(slot) ? fields.mantissas[Fields.index(slot)] : nil) }
        return key
    }
}

extension Fields {
    /// Takes the first `count` values of another frame in, behind its own.
    mutating func take(_ other: inout Fields, count: UInt8, at base: UInt8) {
        for slot in 0..<count where other.has(slot) || other.isError(slot) {
            let place = Fields.index(base + slot)
            mantissas[place] = other.mantissas[Fields.index(slot)]
            exponents[place] = other.exponents[Fields.index(slot)]
            if other.has(slot) { present |= 1 << UInt64(base + slot) } else { errors |= 1 << UInt64(base + slot) }
        }
    }
}
