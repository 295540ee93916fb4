/// The two ways out, so that a backlog of readings never delays an alarm.
package enum Lane: String, Sendable, Hashable, CaseIterable {
    case alarm
    case bulk
}
