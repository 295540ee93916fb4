import BlueZ
import DeviceProfiles
import Readings
import Store
import Synchronization

/// Where sessions with devices are held: connect, talk as the profile says, keep every value as it comes, hang up.
struct SessionRoom: Sendable {
    let radio: Radio
    let intake: IntakeDesk
    let place: Place
    let clocks: Clocks
    let deletesRecords: Bool
    let consents: Consents
    let observer: GatewayObserver

    func tell(_ report: SessionReport) { observer(.session(report)) }

    func hold(_ wake: Connector.Wake) async -> SessionReport {
        var report = SessionReport(device: wake.device, profile: wake.profile.name)
        guard let plan = wake.profile.plan else { return report }
        do throws(RadioFailure) {
            let passkey = plan.bond == .never ? nil : plan.passkey
            let link = try await radio.connect(to: wake.device, Radio.Connecting(passkey: passkey))
            report.linkedAfter = .now - wake.heardAt
            await talk(over: link, plan, wake, &report)
            await intake.hungUp(wake.device)
            await radio.close(link)
            // It forgets its bonds: ours would only be in the way.
            if plan.bond == .eachTime { try? await radio.forget(wake.device) }
        } catch {
            report.failure = SessionReport.Failure(error)
        }
        observer(.session(report))
        return report
    }

    private func talk(over link: GATTLink, _ plan: ConversationPlan, _ wake: Connector.Wake, _ report: inout SessionReport) async {
        // The link counts from the moment when it was asked for.
        let began = Instant(milliseconds: clocks.now().wall.milliseconds - Int64(link.elapsed / .milliseconds(1)))
        let consent = consents.next(of: wake.device)
        let context = ConversationContext(
            now: began, secondsFromUTC: place.secondsFromUTC(at: began), address: wake.device, user: consent?.user,
            consent: consent?.code, mayDelete: deletesRecords)
        var session = plan.session()
        let keeping = Keeping(intake, plan, wake)
        do throws(ConversationFailure) {
            try await session.run(over: link, in: context) { event in
                switch event {
                case .value(let arrived): try await keeping.keep(arrived)
                case .clock(let offset):
                    observer(.clock(wake.device, offset))
                    try await keeping.note(offset)
                }
            }
        } catch {
            report.failure = SessionReport.Failure(error, plan, on: link)
        }
        // What came while the conversation waited for something else, or behind its end, was sent all the same.
        for arrived in link.leftovers() where plan.reads(arrived.characteristic) {
            do {
                try await keeping.keep(arrived)
            } catch {
                report.failure = report.failure ?? SessionReport.Failure(
                    code: "not-recorded", detail: "\(error)", advice: "what it sent cannot be kept", remedy: .later)
                break
            }
        }
        report.frames = keeping.frames
        report.firstDataAfter = keeping.first.map { $0 - wake.heardAt }
    }
}

/// Hands each value of a session to the intake, and counts.
private final class Keeping: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let intake: IntakeDesk
    private let plan: ConversationPlan
    private let wake: Connector.Wake
    private let progress = Mutex<(frames: Int, first: ContinuousClock.Instant?)>((0, nil))
    private let hasClock = Mutex(false)

    init(_ intake: IntakeDesk, _ plan: ConversationPlan, _ wake: Connector.Wake) {
        self.intake = intake
        self.plan = plan
        self.wake = wake
    }

    var frames: Int { progress.withLock { $0.frames } }
    var first: ContinuousClock.Instant? { progress.withLock { $0.first } }

    /// Returns when it is on the disk. The first clock that the device told is what its records are dated by.
    func note(_ offset: ClockOffset) async throws {
        guard offset.seconds != nil else { return }
        let isFirst = hasClock.withLock { hasClock in
            defer { hasClock = true }
            return !hasClock
        }
        try await intake.note(offset, of: wake.device, isFirst: isFirst)
    }

    /// Returns when it is on the disk.
    func keep(_ arrived: Arrived) async throws {
        progress.withLock { if $0.first == nil { $0.first = .now } }
        var seen = wake.seen
        seen.items = [Observation.Item(.frame(arrived.characteristic, arrived.bytes))]
        let frame = RadioFrame(seen, custody: plan.readsMemory ? .deviceRetained : .bestEffort, profile: wake.profile.name)
        if let reason = await intake.take([frame]) { throw Failure(description: reason) }
        progress.withLock { $0.frames += 1 }
    }
}

extension SessionReport {
    /// A device that was heard and cannot be asked yet.
    static func unpaired(_ device: DeviceID, _ profile: Profile) -> SessionReport {
        let failure = RadioFailure(.unpaired)
        return SessionReport(
            device: device, profile: profile.name,
            failure: Failure(code: failure.code.rawValue, detail: failure.sentence, advice: failure.advice, remedy: .person))
    }
}

extension SessionReport.Failure {
    init(_ failure: RadioFailure) {
        let remedy: Remedy = switch failure.code {
        case .busy, .outOfReach, .hungUp, .servicesUnresolved, .notSeen, .unknown: .again
        case .unpaired, .bondLost, .bondAdapterAway, .pairingRefused, .pairingFailed, .notPermitted: .person
        default: .later
        }
        self.init(code: failure.code.rawValue, detail: failure.sentence, advice: failure.advice, remedy: remedy)
    }

    init(_ failure: ConversationFailure, _ plan: ConversationPlan, on link: GATTLink) {
        let remedy: Remedy = switch failure.reason {
        case .link(.disconnected), .link(.failed), .overLimit, .recordsMissing: .again
        case .link(.missing), .link(.needsBond), .link(.notBonded), .lacks: .person
        default: .later
        }
        var detail = failure.detail
        if case .link(.missing) = failure.reason {
            // bluetoothd remembers what a bonded device had; only root may drop that cache, and removing the device drops the bond too.
            detail += "; it has \(link.known.map(\.description).sorted().joined(separator: ", ")). If it was updated, forget it and pair it "
                + "anew, or have root remove its file below /var/lib/bluetooth/ADAPTER/cache"
        }
        let advice = switch failure.reason {
        case .link(.missing): "it has not what its profile speaks to: was its firmware changed, or is it another model?"
        case .link(.needsBond), .link(.notBonded): "it wants to be paired: vitalgate devices pair"
        case .lacks: "it needs something that nobody configured"
        default: "its conversation was broken off; it is tried again when it wakes up"
        }
        self.init(code: failure.code, detail: detail, advice: advice, remedy: remedy)
    }
}
