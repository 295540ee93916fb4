import Captures
import DeviceProfiles
import Glibc
import Readings
import Synchronization

/// The whole of it, on one thread: an adapter that comes, goes and is stopped by others, and a gateway that comes and goes.
struct Listening {
    /// Set by a signal.
    static let ends = Atomic(false)

    /// How often the adapter is looked at, and an absent gateway called, in milliseconds.
    private static let round: Int32 = 5000
    /// Packets that are read before the gateway has its turn.
    private static let mostAtOnce = 256
    /// Rounds without an advertisement, of an adapter that used to hear some, until listening is begun anew.
    private static let longSilence = 60
    /// Rounds between two words about broken advertisements: an hour.
    private static let longPeace = 720

    private let adapter: DeviceID
    private var gateway: GatewayCall
    private var controller: Controller?
    private var overhearing = Overhearing()
    private var state = ListenerState.noAdapter
    private var detail = "it was not looked for yet"
    /// Whether the controller listens, as far as its commands say.
    private var isScanning = false
    private var dropped: UInt32 = 0
    private var silence = 0
    private var hasHeard = false
    /// Why the gateway could not be called.
    private var problem: String?
    private var rounds = 0
    private var broken = 0

    init(_ adapter: DeviceID, to path: String) {
        self.adapter = adapter
        gateway = GatewayCall(path)
    }

    mutating func run() {
        var next = ContinuousClock.now
        while !Listening.ends.load(ordering: .relaxed) {
            if ContinuousClock.now >= next {
                lookAfterAdapter()
                callGateway()
                tellBroken()
                next = .now + .milliseconds(Int(Listening.round))
            }
            let rest = max(0, Int32((next - .now) / .milliseconds(1)) + 1)
            var places = [
                pollfd(fd: controller?.ears ?? -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: gateway.socket, events: Int16(gateway.wantsToSay ? POLLIN | POLLOUT : POLLIN), revents: 0),
            ]
            guard poll(&places, 2, min(rest, Listening.round)) > 0 else { continue }
            if places[0].revents != 0 { hear() }
            if gateway.isOpen { talk() }
        }
        controller?.stop()
    }

    // MARK: The adapter

    private mutating func lookAfterAdapter() {
        do throws(Controller.Failure) {
            guard let found = Controller.all.first(where: { $0.address == adapter }) else {
                throw Controller.Failure(state: .noAdapter, detail: "\(adapter)")
            }
            if controller?.number != found.number || !found.isUp { controller = nil }
            if let controller {
                count(controller)
                silence += 1
                let isDeaf = hasHeard && silence % Listening.longSilence == 0
                if !isScanning || isDeaf {
                    say(isDeaf ? "nothing was heard for long: listening is begun anew" : "another program ended the listening: it is begun anew")
                    try begin(controller)
                }
            } else {
                let opened = try Controller(found)
                (controller, dropped) = (opened, 0)
                try begin(opened)
            }
            stand(.listening, "")
        } catch {
            // One that does not answer is switched off, and on again in the next round.
            if error.state == .scanRefused { controller?.switchOff() }
            (controller, isScanning) = (nil, false)
            stand(error.state, error.detail)
        }
    }

    private mutating func begin(_ controller: Controller) throws(Controller.Failure) {
        try controller.listen()
        (isScanning, silence) = (true, 0)
    }

    private mutating func count(_ controller: Controller) {
        let now = controller.dropped
        if now > dropped {
            say("\(now - dropped) packets of the adapter came faster than they were read")
            gateway.lose(Int(now - dropped))
        }
        dropped = now
    }

    private mutating func stand(_ state: ListenerState, _ detail: String) {
        guard state != self.state || detail != self.detail else { return }
        (self.state, self.detail) = (state, detail)
        say("adapter \(adapter): \(state.advice)" + (detail.isEmpty ? "" : " [\(detail)]"))
        gateway.note(.state(state, detail: detail))
        if gateway.isOpen { talk() }
    }

    private mutating func tellBroken() {
        rounds += 1
        guard rounds % Listening.longPeace == 0, overhearing.broken > broken else { return }
        say("\(overhearing.broken - broken) advertisements of the last hour were broken")
        broken = overhearing.broken
    }

    private mutating func hear() {
        guard let controller else { return }
        do throws(Controller.Failure) {
            for _ in 0..<Listening.mostAtOnce {
                guard let sound = try controller.next() else { break }
                switch sound {
                case .event(let event):
                    for seen in overhearing.take(event) {
                        (silence, hasHeard) = (0, true)
                        gateway.tell(.heard(seen))
                    }
                case .command(0x200C, let words), .command(0x2042, let words): isScanning = words.first == 1
                case .command(0x0C03, _): isScanning = false
                default: break
                }
            }
        } catch {
            (self.controller, isScanning) = (nil, false)
            stand(error.state, error.detail)
        }
    }

    // MARK: The gateway

    private mutating func callGateway() {
        if !gateway.isOpen {
            let before = problem
            problem = gateway.open([.hello(adapter), .state(state, detail: detail)])
            if let problem {
                if problem != before { say("the gateway is not there (\(problem)): what is heard is counted, and told later") }
            } else {
                say("the gateway takes what is heard")
            }
        }
        gateway.tellLost()
        if gateway.isOpen { talk() }
    }

    private mutating func talk() {
        guard !gateway.turn() else { return }
        say("the gateway hung up: what is heard is counted, and told later")
    }

    /// To the journal.
    private func say(_ text: String) {
        let line = Array("vitalgate-hci: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
