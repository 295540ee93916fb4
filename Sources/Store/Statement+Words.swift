import ExactJSON
import Readings

// How the words of `Readings` stand in a row.
extension Statement {
    func device() throws(StoreFailure) -> DeviceID { try parsed("device") { DeviceID($0) } }

    /// From `arrived, monotonic, boot, synced`.
    func arrival() -> Arrival {
        Arrival(wall: instant(), monotonic: UInt64(bitPattern: integer()), boot: text(), isSynchronised: flag())
    }

    func bind(_ arrival: Arrival) {
        bind(arrival.wall)
        bind(Int64(bitPattern: arrival.monotonic))
        bind(arrival.boot)
        bind(arrival.isSynchronised)
    }

    func quantity() throws(StoreFailure) -> Quantity { try parsed("quantity", Quantity.init(stored:)) }

    /// From `kind, user, number, qualifier, device_time, record_time, utc, ago, continuous, values, marks, summary`.
    func reading() throws(StoreFailure) -> Reading {
        let kind: Kind = try word()
        let user = optionalInteger().map { Int($0) }
        let number = optionalInteger().map { Int($0) }
        let qualifier = optionalText()
        let deviceTime = try optionallyParsed("device time") { CivilTime(iso: $0) }
        let recordTime = try optionallyParsed("record time") { CivilTime(iso: $0) }
        let isUTC = flag()
        let ago = optionalInteger().map { Int($0) }
        let isContinuous = flag()
        let values = try parsed("list of values") { text in
            Quantity.all(stored: text)?.map { name, quantity in
                kind.vital(name, qualifier: qualifier).map { Reading.Value(name, quantity, $0) }
            }
        }
        let known = values.compactMap { $0 }
        guard known.count == values.count else { throw .unreadable("a value that no \(kind.rawValue) has") }
        let marks = try parsed("list of marks") { text in
            text == "[]" ? [] : (try? JSON(parsing: text))?.array?.compactMap(\.string)
        }
        var reading = Reading(
            kind, known, deviceTime: deviceTime, recordTime: recordTime, isUTC: isUTC, secondsAgo: ago, number: number,
            user: user, qualifier: qualifier, marks: marks, isContinuous: isContinuous)
        reading.summary = try optionallyParsed("summary of a minute", MinuteSummary.init(stored:))
        return reading
    }

    /// As `kind, user, number, qualifier, device_time, record_time, utc, ago, continuous, values, marks, summary`.
    func bind(_ reading: Reading) {
        bind(reading.kind)
        bind(reading.user)
        bind(reading.number)
        bind(reading.qualifier)
        bind(reading.deviceTime?.text)
        bind(reading.recordTime?.text)
        bind(reading.isUTC)
        bind(reading.secondsAgo)
        bind(reading.isContinuous)
        bind(Quantity.text(of: reading.values))
        bind(reading.marks.isEmpty ? "[]" : JSON.array(reading.marks.map(JSON.string)).text)
        bind(reading.summary?.stored)
    }
}
