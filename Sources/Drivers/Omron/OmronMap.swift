import DeviceProfiles
import StrictYAML

/// Where a model keeps its readings.
struct OmronMap: Sendable, Hashable {
    /// How the host is let in before it may read.
    enum Access: String, Sendable, CaseIterable {
        /// A key of 16 bytes that was written once while pairing.
        case key
        /// The system's bond, then any four bytes which the device echoes.
        case token
        /// The system's bond alone.
        case bond
    }

    /// The layout of its records: the name under which they are unwrapped.
    var record: String
    /// Bytes between the beginnings of two records.
    var size: Int
    /// Where each user's first record begins.
    var users: [Int]
    /// Records of each user.
    var slots: Int
    /// The most bytes that it gives at once.
    var block: Int
    /// The byte of a record whose low six bits are the seconds. They have been seen above 59, on several models and for no
    /// known reason (userx14/omblepy deviceSpecific/hem-7322t.py): they count as 59.
    var seconds: Int
    var access: Access

    /// Which record of which user a byte of its memory belongs to.
    func place(of address: Int) -> Place? {
        for (user, start) in users.enumerated() where address >= start && address < start + size * slots {
            return Place(user: user, slot: (address - start) / size, offset: (address - start) % size)
        }
        return nil
    }

    struct Place: Hashable {
        var user: Int
        var slot: Int
        var offset: Int
    }
}

/// The maps of a profile's `settings`, by the model number that the device tells in 2A24:
///
///     maps:
///       - { models: [HEM-0000T, HEM-0000T-E], record: name, size: 14, users: [0x02AC], slots: 100, seconds: 7, block: 44, access: key }
///
/// With one map alone, `models` may be left out: it is for every device of the profile.
struct OmronMaps: Sendable {
    private var byModel: [String: OmronMap] = [:]
    private(set) var only: OmronMap?

    subscript(model: String) -> OmronMap? { only ?? byModel[model] }

    init(_ settings: YAMLMap) throws(YAMLProblem) {
        try settings.only(["maps"])
        let entries = try settings.required("maps").list()
        guard let first = entries.first else { throw try settings.required("maps").problem("name at least one map") }
        for entry in entries {
            let text = try entry.map()
            try text.only(["models", "record", "size", "users", "slots", "seconds", "block", "access"])
            let map = try OmronMap(text)
            guard let models = text.optional("models") else {
                guard entries.count == 1 else { throw first.problem("with several maps, each says its 'models'") }
                only = map
                continue
            }
            for model in try models.list() {
                guard byModel.updateValue(map, forKey: try model.text()) == nil else {
                    throw model.problem("a second map for '\(try model.text())'")
                }
            }
        }
    }
}

extension OmronMap {
    init(_ text: YAMLMap) throws(YAMLProblem) {
        let size = try text.number("size", in: 8...64)
        let slots = try text.number("slots", in: 1...1000)
        let length = size * slots
        let addresses = try text.required("users")
        var users: [Int] = []
        for user in try addresses.list() {
            let start = try user.int()
            guard start >= 0, start <= 0xFFFF - length else { throw user.problem("records from \(start) on leave the 64 KiB of memory") }
            users.append(start)
        }
        guard (1...4).contains(users.count) else { throw addresses.problem("1 to 4 users") }
        let sorted = users.sorted()
        guard zip(sorted, sorted.dropFirst()).allSatisfy({ $1 - $0 >= length }) else {
            throw addresses.problem("the users' records overlap: \(slots) of \(size) bytes are \(length)")
        }
        self.init(
            record: try text.required("record").text(), size: size, users: users, slots: slots,
            block: try text.number("block", in: 8...56), seconds: try text.number("seconds", in: 0...size - 1), access: try Access(text.required("access")))
    }
}

extension OmronMap.Access {
    fileprivate init(_ word: YAMLNode) throws(YAMLProblem) {
        let text = try word.text()
        guard let access = Self(rawValue: text) else {
            throw word.problem("unknown access '\(text)'; known here: \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = access
    }
}

extension YAMLMap {
    /// A whole number within limits.
    fileprivate func number(_ key: String, in range: ClosedRange<Int>) throws(YAMLProblem) -> Int {
        let node = try required(key)
        let number = try node.int()
        guard range.contains(number) else { throw node.problem("'\(key)' is \(range.lowerBound) to \(range.upperBound)") }
        return number
    }
}
