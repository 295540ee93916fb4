import Readings
import StrictYAML

/// How a reading tells when it was measured.
struct CompiledTime: Sendable {
    private enum Form: Sendable {
        /// The first that is there.
        case first([UInt8])
        case ago(WireNumber, secondsEach: Int64)
        /// Year to minute, and maybe second.
        case parts([WireNumber])
    }

    private let form: Form
    private let plusMinutes: WireNumber?
    private let plusSeconds: WireNumber?
    /// What is added to every time, in seconds.
    private let plus: Int64
    let isUTC: Bool

    /// Longer ago than this nobody stored a measurement: a hundred years, in seconds.
    private static let longest: Int64 = 3_155_760_000

    init(_ time: ReadingDefinition.Time, in scope: Scope) throws(YAMLProblem) {
        switch time.form {
        case .first(let fields):
            form = .first(try fields.map { field throws(YAMLProblem) in
                let place = try scope.place(of: field)
                guard place.slot.isTime, place.bits == nil else { throw field.node.problem("'\(field.text)' is no date-time") }
                return place.slot.index
            })
        case .ago(let number, let seconds): form = .ago(try WireNumber(number, in: scope), secondsEach: Int64(seconds))
        case .parts(let parts): form = .parts(try parts.map { part throws(YAMLProblem) in try WireNumber(part, in: scope) })
        }
        let (minutes, byMinutes) = try CompiledTime.offset(time.plusMinutes, in: scope)
        let (seconds, bySeconds) = try CompiledTime.offset(time.plusSeconds, in: scope)
        (plusMinutes, plusSeconds, plus) = (byMinutes, bySeconds, minutes * 60 + seconds)
        isUTC = time.isUTC
    }

    private static func offset(_ offset: ReadingDefinition.Offset?, in scope: Scope) throws(YAMLProblem) -> (fixed: Int64, WireNumber?) {
        switch offset {
        case .fixed(let number): (Int64(number), nil)
        case .number(let number): (0, try WireNumber(number, in: scope))
        case nil: (0, nil)
        }
    }

    /// Fills in the time. Returns the field whose value no calendar has.
    func read(_ fields: inout Fields, into decoded: inout DecodedReading) -> String? {
        (decoded.time, decoded.ago, decoded.plusSeconds) = (-1, -1, 0)
        switch form {
        case .first(let slots):
            for slot in slots where fields.has(slot) {
                decoded.time = fields.mantissas[Fields.index(slot)]
                break
            }
        case .ago(let number, let seconds):
            guard let ago = number.whole(&fields) else { return nil }
            guard (0...CompiledTime.longest / seconds).contains(ago) else { return number.name }
            decoded.ago = ago * seconds
            return nil
        case .parts(let parts):
            var told = InlineArray<6, Int>(repeating: 0)
            var isAllZero = true
            for index in parts.indices {
                guard let part = parts[index].whole(&fields) else { return nil }
                guard (0...9999).contains(part) else { return parts[index].name }
                told[index] = Int(part)
                if part != parts[index].plus { isAllZero = false }
            }
            // The device's way to say that it does not know.
            if isAllZero { return nil }
            guard let time = PackedTime(
                year: told[0], month: told[1], day: told[2], hour: told[3], minute: told[4], second: told[5])
            else { return parts[0].name }
            decoded.time = time.value
        }
        let minutes = plusMinutes?.whole(&fields) ?? 0
        let seconds = plusSeconds?.whole(&fields) ?? 0
        // An offset that leads out of the calendar was never meant.
        guard minutes.magnitude <= UInt64(CompiledTime.longest / 60), seconds.magnitude <= UInt64(CompiledTime.longest) else { return nil }
        decoded.plusSeconds = minutes * 60 + seconds + plus
        return nil
    }

    /// What the device calls the time of measurement, and its own record of it before any offset.
    static func civil(_ decoded: DecodedReading) -> (said: CivilTime?, recorded: CivilTime?) {
        guard let recorded = PackedTime(decoded.time).civil else { return (nil, nil) }
        guard decoded.plusSeconds != 0 else { return (recorded, recorded) }
        let moved = CivilTime(secondsSince1970: recorded.secondsSince1970 + Int(decoded.plusSeconds))
        return ((1...9999).contains(moved.year) ? moved : recorded, recorded)
    }
}
