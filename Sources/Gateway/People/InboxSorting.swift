import People
import Readings
import Store

/// Applies what is known by now of devices and weights to readings that wait for a person. What a named person said that nobody
/// knows waits on.
package struct InboxSorting: Sendable {
    /// Whose one of them is.
    package struct Finding: Sendable, Hashable {
        package let identity: ReadingIdentity
        package let device: DeviceID
        package let reading: Reading
        package let measuredAt: MeasuredAt?
        package let whose: Attribution
    }

    package struct Result: Sendable, Hashable {
        /// By the time of measurement.
        package var findings: [Finding] = []
        /// Those that go on waiting, by the reason.
        package var waiting: [Attribution.Doubt: Int] = [:]
    }

    /// How many readings one transaction corrects: a gateway that runs meanwhile waits no longer than for these.
    static let batch = 1000

    private let device: DeviceID?

    /// - Parameter device: nil: all.
    package init(of device: DeviceID? = nil) { self.device = device }

    /// Finds out whose they are, and writes nothing.
    package func preview(_ store: Store) throws -> Result {
        try store.look { transaction in try sort(transaction) }
    }

    /// Corrects what `preview` found, unless somebody was faster.
    /// - Returns: how many were.
    package func apply(
        _ findings: [Finding], to store: Store, by who: String, now: () -> Instant, pause: () -> Void
    ) throws -> Int {
        var count = 0
        for start in stride(from: 0, to: findings.count, by: InboxSorting.batch) {
            let page = findings[start..<min(start + InboxSorting.batch, findings.count)]
            let at = now()
            count += try store.intake { transaction in
                var reassignment = Reassignment(by: who, at: at, detail: "what is known by now of devices and weights")
                var count = 0
                for finding in page {
                    let standing = try transaction.standing(under: finding.identity).first { $0.state == .current }
                    guard let standing, case .unassigned(let doubt) = standing.record.whose, doubt != .byHand,
                        standing.reading == finding.reading, standing.measuredAt == finding.measuredAt
                    else { continue }
                    if try transaction.reassign(finding.identity, to: finding.whose, by: &reassignment, at: at) != nil { count += 1 }
                }
                return count
            }
            pause()
        }
        return count
    }

    private func sort(_ transaction: borrowing IntakeTransaction) throws -> Result {
        let household = try transaction.household()
        var result = Result()
        var left: [StoredReading] = []
        var last: Int64? = 0
        while let after = last {
            let page = try transaction.inbox(of: device, after: after, limit: InboxSorting.batch)
            for reading in page {
                if reading.record.whose.isByHand { result.waiting[.byHand, default: 0] += 1 }
                else if household.knows(reading.device) { left.append(reading) }
                else { result.waiting[.noRule, default: 0] += 1 }
            }
            last = page.count < InboxSorting.batch ? nil : page.last?.id
        }
        left.sort { ($0.measuredAt?.instant ?? $0.arrivedAt, $0.id) < ($1.measuredAt?.instant ?? $1.arrivedAt, $1.id) }
        // Whoever is found out has one weight more to be known by; until that leads no further.
        var found: [PersonID: [WeightHistory.Point]] = [:]
        var doubts: [Attribution.Doubt] = []
        var isMoving = true
        while isMoving {
            isMoving = false
            doubts = []
            var waiting: [StoredReading] = []
            for stored in left {
                let whose = try household.attribution(
                    of: stored.reading, from: stored.device, measuredAt: stored.measuredAt, arrived: stored.arrivedAt
                ) { person, instant throws(StoreFailure) in
                    let known = try transaction.weights(of: person, about: instant)
                    return WeightHistory(known.points + (found[person] ?? []))
                }
                if case .unassigned(let doubt) = whose {
                    doubts.append(doubt)
                    waiting.append(stored)
                    continue
                }
                if let person = whose.person, let weight = stored.reading.weight, let at = stored.measuredAt?.instant {
                    found[person, default: []].append(WeightHistory.Point(at: at, kilograms: weight))
                    isMoving = true
                }
                result.findings.append(Finding(
                    identity: stored.identity, device: stored.device, reading: stored.reading, measuredAt: stored.measuredAt, whose: whose))
            }
            left = waiting
        }
        for doubt in doubts { result.waiting[doubt, default: 0] += 1 }
        result.findings.sort { ($0.measuredAt?.instant.milliseconds ?? 0, $0.identity.description) < ($1.measuredAt?.instant.milliseconds ?? 0, $1.identity.description) }
        return result
    }
}
