import Readings

/// How a device tells its clock, and takes a new time.
struct ClockLayout: Sendable, Hashable {
    enum Form: Sendable, Hashable {
        /// Ten bytes of the Current Time characteristic; some devices send nine.
        case currentTime
        case dateTime
        case seconds(since: Int, WriteTemplate.NumberType)
    }

    var form: Form
    /// Whether it is the wall clock of the place, or UTC.
    var isLocal: Bool

    /// How many bytes of a value it needs.
    var width: Int {
        switch form {
        case .currentTime, .dateTime: 7
        case .seconds(_, let type): type.width
        }
    }

    /// What to write to set it.
    var template: WriteTemplate {
        switch form {
        case .currentTime: WriteTemplate(pieces: [.currentTime(isLocal: isLocal)])
        case .dateTime: WriteTemplate(pieces: [.dateTime(isLocal: isLocal)])
        case .seconds(let epoch, let type):
            WriteTemplate(pieces: [.number(.seconds(since: epoch, isLocal: isLocal), type)])
        }
    }

    enum Said: Sendable, Hashable {
        /// In the layout's own zone.
        case time(CivilTime)
        /// The clock was never set, or no calendar has what it says.
        case nothing
        case tooShort
    }

    func said(in bytes: ArraySlice<UInt8>) -> Said {
        guard bytes.count >= width else { return .tooShort }
        let field = Array(bytes.prefix(width))
        switch form {
        case .currentTime, .dateTime:
            let year = Int(field[0]) | Int(field[1]) << 8
            let time = CivilTime(
                year: year, month: Int(field[2]), day: Int(field[3]), hour: Int(field[4]), minute: Int(field[5]),
                second: Int(field[6]))
            return time.map { .time($0) } ?? .nothing
        case .seconds(let epoch, let type):
            guard let seconds = type.number(field), seconds != 0, seconds != type.most else { return .nothing }
            return .time(CivilTime(secondsSince1970: CivilTime.newYear(epoch) + Int(seconds)))
        }
    }

    /// How far it is off.
    /// - Parameter now: the moment when it was told.
    func offset(_ said: CivilTime, now: Instant, secondsFromUTC: Int, stage: ClockOffset.Stage) -> ClockOffset {
        let ours = now.milliseconds / 1000 + (isLocal ? Int64(secondsFromUTC) : 0)
        let wall = isLocal ? said : CivilTime(secondsSince1970: said.secondsSince1970 + secondsFromUTC)
        return ClockOffset(stage: stage, said: wall, seconds: said.secondsSince1970 - Int(ours))
    }
}
