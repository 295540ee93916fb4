import Readings

/// A profile's conversation, read and checked. Every session with a device is made from it anew.
package struct ConversationPlan: Sendable {
    /// When to pair with the device.
    package enum Bond: String, Sendable, CaseIterable {
        case never
        /// When the device refuses for want of a bond.
        case ifAsked = "if-asked"
        /// Before the first step.
        case required
        /// At every connection anew: the device forgets.
        case eachTime = "each-time"
    }

    package var bond = Bond.ifAsked
    package var passkey = BondTerms.Passkey.none
    /// Between the connection and the first step.
    var rest: Duration?
    /// Between two writes.
    var pace: Duration?
    /// How long to leave the device alone afterwards.
    package var again: Duration?
    /// For the whole conversation.
    var limit: Duration?
    var steps: [Step] = []
    var answers: [Answer] = []
    var keepAlive: KeepAlive?
    var frames = ConversationFrames()
    /// As it is before anything was heard.
    var driver: (any AskingDriver)?

    /// Whether it reads a memory of the device that keeps what it was asked for: what is lost on the way can be asked for again.
    package var readsMemory: Bool { steps.contains(where: \.readsMemory) }

    /// Whether its values are handed to the store.
    package func reads(_ characteristic: BluetoothUUID) -> Bool { frames.reads(characteristic) }

    package func session() -> ScriptedConversation { ScriptedConversation(plan: self) }
}

extension ConversationPlan {
    struct Step: Sendable {
        var kind: Kind
        /// `step 3.1, ask port`
        var words: String
        /// Passed over where the device cannot or will not, or where nobody configured what it needs.
        var isOptional = false
    }

    indirect enum Kind: Sendable {
        case subscribe([BluetoothUUID])
        case read(BluetoothUUID)
        case write(Write)
        case ask(Write, Expectation, tries: Int)
        case expect(Expectation)
        case listen(Listening)
        case pause(Duration)
        case forEach(Loop)
        case clock(ClockStep)
        case records(RecordAccess)
        case consent(BluetoothUUID, within: Duration)
        /// The driver's own questions, until it has none.
        case driver(within: Duration, tries: Int)
        /// Destroys what the device keeps: only after all of it was recorded, and only where that is allowed.
        case delete(Write, Expectation?)
    }

    struct Write: Sendable {
        var template: WriteTemplate
        var to: BluetoothUUID
        /// Cut into writes of so many bytes.
        var pieces: Int?
    }

    /// What a device may say.
    enum Awaited: Sendable {
        /// A frame of the profile.
        case frame(String)
        /// The beginning of a value, as it came; nil for any value.
        case bytes(BytePattern?, from: BluetoothUUID)
    }

    struct Expectation: Sendable {
        var awaited: Awaited
        /// For a human: `value`, or `06 00 01`.
        var words: String
        var refusal: Awaited?
        var within: Duration
        var keeps: [Keep] = []
        var clock: ClockField?
    }

    struct Listening: Sendable {
        var limit: Duration?
        var silence: Duration?
        var endsWithDisconnection = false
        var until: [Awaited] = []
    }

    struct Loop: Sendable {
        enum Last: Sendable {
            case number(UInt32)
            /// A number that the device told, up to `most`.
            case kept(String, most: UInt32)
        }

        var name: String
        var first: UInt32
        var last: Last
        /// An ask in it that stays without answer ends the loop, and not the conversation.
        var endsWithSilence = false
        var until: Awaited?
        var body: [Step]
        /// How the kept number is written.
        var keptType: WriteTemplate.NumberType?
    }

    /// Bytes of an answer that a later write needs.
    struct Keep: Sendable, Hashable {
        var name: String
        var first: Int
        var width: Int
        /// For the end of a loop.
        var type: WriteTemplate.NumberType?
    }

    /// Where a clock stands in what a device says, and how.
    struct ClockField: Sendable {
        var layout: ClockLayout
        var at = 0
    }

    struct ClockStep: Sendable {
        enum Setting: Sendable, Hashable {
            case never, always
            /// Where it differs by more than that.
            case whenOff(Duration)
        }

        var characteristic: BluetoothUUID
        var layout: ClockLayout
        var setting = Setting.never
        /// The device does not tell its clock.
        var isWriteOnly = false
    }

    /// What to write when the device says something of its own.
    struct Answer: Sendable {
        var on: Awaited
        var keeps: [Keep] = []
        var clock: ClockField?
        var writes: [Write] = []
        /// How often in one conversation; nil for always.
        var times: Int?
        var words: String
    }

    struct KeepAlive: Sendable {
        var write: Write
        var every: Duration
    }
}

extension ConversationPlan {
    /// For a profile that says nothing of what to say: what the device sends of its own is taken.
    static func listening(to characteristics: [BluetoothUUID], _ frames: ConversationFrames) -> ConversationPlan {
        let listening = Listening(silence: .seconds(30), endsWithDisconnection: true)
        return ConversationPlan(
            limit: .seconds(300),
            steps: [
                Step(kind: .subscribe(characteristics), words: "step 1, subscribe", isOptional: true),
                Step(kind: .listen(listening), words: "step 2, listen"),
            ],
            frames: frames)
    }
}

extension ConversationPlan.Step {
    fileprivate var readsMemory: Bool {
        switch kind {
        case .records, .driver, .delete: true
        case .forEach(let loop): loop.body.contains(where: \.readsMemory)
        default: false
        }
    }
}
