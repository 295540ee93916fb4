import Readings

/// A device that answers from a script, and fails at the first byte that departs from it. Time passes in its silences.
package actor ReplayedLink: Link {
    private var script: ArraySlice<TalkScript.Line>
    private let missing: Set<BluetoothUUID>
    private var wantsBond: Bool
    private var subscribed: Set<BluetoothUUID> = []
    /// What came while the gateway waited for something else.
    private var kept: [Arrived] = []
    package private(set) var elapsed = Duration.zero
    package private(set) var bonds: [BondTerms] = []

    package init(_ script: TalkScript) {
        self.script = script.lines[...]
        missing = script.missing
        wantsBond = script.wantsBond
    }

    package init(_ lines: [TalkScript.Line]) { self.init(TalkScript(lines)) }

    /// What the script still has.
    package var rest: [TalkScript.Line] { Array(script) }

    package func bond(_ terms: BondTerms) {
        bonds.append(terms)
        wantsBond = false
    }

    package func subscribe(to characteristic: BluetoothUUID) throws(LinkFailure) {
        try admit(characteristic)
        subscribed.insert(characteristic)
    }

    package func read(_ characteristic: BluetoothUUID) throws(LinkFailure) -> Arrived {
        try admit(characteristic)
        guard case .reads(characteristic, let bytes) = script.first else { throw departure("reads \(characteristic)") }
        script.removeFirst()
        return Arrived(characteristic, bytes, after: elapsed)
    }

    package func write(_ bytes: [UInt8], to characteristic: BluetoothUUID) throws(LinkFailure) {
        try admit(characteristic)
        switch script.first {
        case .writes(characteristic, bytes): script.removeFirst()
        case .refuses(characteristic, bytes, let code):
            script.removeFirst()
            throw .refused(characteristic, code: code)
        default: throw departure("writes \(bytes.spaced) to \(characteristic)")
        }
    }

    package func next(from characteristics: Set<BluetoothUUID>, within limit: Duration) throws(LinkFailure) -> Arrived? {
        if let index = kept.firstIndex(where: { characteristics.contains($0.characteristic) }) { return kept.remove(at: index) }
        var left = limit
        while true {
            switch script.first {
            case .sends(let characteristic, let bytes):
                // A pause hears nothing, and neither does a question that has not been asked yet.
                guard !characteristics.isEmpty else { elapsed += left; return nil }
                guard subscribed.contains(characteristic) else { throw departure("has not subscribed to \(characteristic)") }
                script.removeFirst()
                let arrived = Arrived(characteristic, bytes, after: elapsed)
                if characteristics.contains(characteristic) { return arrived }
                kept.append(arrived)
            case .silence(nil):
                guard left > .zero else { return nil }
                if !characteristics.isEmpty { script.removeFirst() }
                elapsed += left
                return nil
            case .silence(let span?):
                guard span <= left else {
                    if left > .zero { script[script.startIndex] = .silence(span - left) }
                    elapsed += left
                    return nil
                }
                script.removeFirst()
                elapsed += span
                left -= span
            case .disconnect:
                throw .disconnected
            case .writes, .refuses, .reads, .clock, nil:
                guard characteristics.isEmpty || left == .zero else { throw departure("waits \(left.words)") }
                elapsed += left
                return nil
            }
        }
    }

    /// What the conversation tells of the clock, at the place where it tells it.
    package func tell(_ offset: ClockOffset) throws(LinkFailure) {
        guard script.first == .clock(offset.stage, seconds: offset.seconds) else {
            throw departure("tells \(TalkScript.Line.clock(offset.stage, seconds: offset.seconds))")
        }
        script.removeFirst()
    }

    private func admit(_ characteristic: BluetoothUUID) throws(LinkFailure) {
        if missing.contains(characteristic) { throw .missing(characteristic) }
        if wantsBond { throw .needsBond(characteristic) }
        if script.first == .disconnect { throw .disconnected }
    }

    private func departure(_ what: String) -> LinkFailure {
        let expected = script.first.map { "the script goes on with '\($0)'" } ?? "the script is at its end"
        return .departs(from: "\(expected), but the gateway \(what)")
    }
}
