import Alarms
import Readings
import Sinks

let cuff = DeviceID(address: "00:11:22:33:44:55")!

func instant(_ text: String) -> Instant { Instant(rfc3339: text)! }

func value(_ kind: Kind, _ name: String, _ digits: String, _ unit: Unit, qualifier: String? = nil) -> Reading.Value {
    Reading.Value(name, Quantity(ExactDecimal(digits)!, unit), kind.vital(name, qualifier: qualifier)!)
}

/// A blood pressure as a cuff that reports kilopascals says it.
let pressure = FiledReading(
    identity: ReadingIdentity("001122334455.blood-pressure.20240615T171727.u2"), revision: 1, device: cuff,
    reading: Reading(
        .bloodPressure,
        [value(.bloodPressure, "systolic", "17.6", .kPa), value(.bloodPressure, "diastolic", "11.0", .kPa)],
        deviceTime: CivilTime(iso: "2024-06-15T17:17:27")!, user: 2, marks: ["irregular-pulse"]),
    measuredAt: MeasuredAt(instant("2024-06-15T09:17:27Z"), .device), arrivedAt: instant("2024-06-15T09:18:00.250Z"),
    profile: "bluetooth-sig/blood-pressure", isRetained: false)

/// A glucose without a clock, kept by a broker, which contradicts another.
let glucose = FiledReading(
    identity: ReadingIdentity("001122334455.blood-glucose.n15~2"), revision: 3, device: cuff,
    reading: Reading(
        .bloodGlucose, [value(.bloodGlucose, "glucose", "5.50", .millimolePerLitre, qualifier: "capillary-plasma")], number: 15,
        qualifier: "capillary-plasma"),
    measuredAt: MeasuredAt(instant("2024-06-15T09:18:00Z"), .arrival), arrivedAt: instant("2024-06-15T09:18:00Z"),
    profile: "bluetooth-sig/glucose", isRetained: true)

func alarm(_ phase: AlarmEvent.Phase) -> AlarmEvent {
    let moment = instant("2024-06-15T09:17:27Z")
    let episode = Episode(
        id: "001122334455.blood-pressure.20240615T171727.u2/blood-pressure.systolic",
        condition: Condition(device: cuff, vital: "blood-pressure.systolic"), level: .critical, side: .high, raisedAt: moment,
        newest: moment)
    return AlarmEvent(
        phase, episode, reading: pressure.identity, value: Quantity(ExactDecimal("190")!, .mmHg),
        limit: phase == .cleared ? nil : ExactDecimal("181"), measuredAt: MeasuredAt(moment, .device))
}
