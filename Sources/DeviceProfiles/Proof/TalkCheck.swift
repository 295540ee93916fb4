import Readings
import StrictYAML

/// Holds every conversation of a set of profiles to its scripts, and to the laws of custody. What its values read is a matter of
/// `ProfileCheck`.
package struct TalkCheck {
    package private(set) var problems: [YAMLProblem] = []
    package private(set) var talkCount = 0

    package init(_ set: ProfileSet) async {
        for profile in set.profiles {
            for vector in profile.vectors {
                guard let talk = vector.talk else { continue }
                talkCount += 1
                guard let plan = profile.conversation else {
                    problem(vector, "a talk, but the profile has no conversation")
                    continue
                }
                let before = problems.count
                await check(talk, plan, vector)
                // What does not follow its script at all would break every law once more.
                guard problems.count == before else { continue }
                await checkThatNothingIsSaidAfterAFailedCommit(talk, plan, vector)
                await checkThatItEndsWhereverTheDeviceHangsUp(talk, plan, vector)
            }
        }
    }

    /// It says exactly what the script says, takes every value, and ends as told.
    private mutating func check(_ talk: VectorTalk, _ plan: ConversationPlan, _ vector: Vector) async {
        let run = await Run(talk, plan, talk.script)
        switch (run.failure, talk.breaks) {
        case (let failure?, let breaks?) where failure.detail == breaks: break
        case (let failure?, nil): problem(vector, "breaks off: \(failure.detail)")
        case (let failure?, let breaks?): problem(vector, "should break off with '\(breaks)', but does with '\(failure.detail)'")
        case (nil, let breaks?): problem(vector, "should break off with '\(breaks)', but ends well")
        case (nil, nil): break
        }
        if let next = run.rest.first, next != .disconnect || run.rest.count > 1, run.failure == nil {
            problem(vector, "is over, but the script goes on with '\(next)'")
        }
        if run.values != talk.items, run.failure == nil {
            problem(vector, "takes \(run.values.count) of the \(talk.items.count) values that the profile reads")
        }
    }

    /// Nothing is acknowledged, asked for or deleted once a commit failed.
    private mutating func checkThatNothingIsSaidAfterAFailedCommit(_ talk: VectorTalk, _ plan: ConversationPlan, _ vector: Vector) async {
        for index in talk.items.indices {
            let run = await Run(talk, plan, talk.script, failingAt: index)
            guard case .notRecorded? = run.failure?.reason else {
                problem(vector, "goes on although value \(index + 1) was not committed")
                return
            }
            // What is left begins right behind the value that was not committed.
            let taken = talk.script.lines.count - run.rest.count
            let heard = talk.script.lines.prefix(taken).count { talk.reads($0) }
            if heard != index + 1, !(run.rest.isEmpty && heard > index) {
                problem(vector, "goes on \(heard - index - 1) values past one that was not committed")
            }
        }
    }

    /// Cut anywhere, a conversation ends, and has handed on all that came before.
    private mutating func checkThatItEndsWhereverTheDeviceHangsUp(_ talk: VectorTalk, _ plan: ConversationPlan, _ vector: Vector) async {
        for count in talk.script.lines.indices where talk.breaks == nil {
            var cut = talk.script
            cut.lines = Array(cut.lines.prefix(count)) + [.disconnect]
            let run = await Run(talk, plan, cut)
            if case .link(.departs(let line))? = run.failure?.reason { problem(vector, "cut after line \(count): \(line)") }
            let sent = cut.lines.compactMap { talk.item($0) }
            if run.values != sent { problem(vector, "cut after line \(count) it loses \(sent.count - run.values.count) values") }
        }
    }

    private mutating func problem(_ vector: Vector, _ message: String) {
        problems.append(vector.node.problem("vector '\(vector.name)': \(message)"))
    }

    /// One replay.
    private struct Run {
        var failure: ConversationFailure?
        var values: [Observation.Content] = []
        var rest: [TalkScript.Line] = []

        init(_ talk: VectorTalk, _ plan: ConversationPlan, _ script: TalkScript, failingAt broken: Int? = nil) async {
            let link = ReplayedLink(script)
            let values = Recorded(failingAt: broken)
            var session = plan.session()
            do throws(ConversationFailure) {
                try await session.run(over: link, in: talk.context) { event in
                    switch event {
                    case .value(let arrived): try await values.take(arrived)
                    case .clock(let offset): try await link.tell(offset)
                    }
                }
            } catch {
                failure = error
            }
            self.values = await values.values
            rest = await link.rest
        }
    }

    /// Stands for the store.
    private actor Recorded {
        var values: [Observation.Content] = []
        private let broken: Int?
        private var attempts = 0

        init(failingAt broken: Int?) { self.broken = broken }

        struct DiskFull: Error {}

        func take(_ arrived: Arrived) throws {
            defer { attempts += 1 }
            if attempts == broken { throw DiskFull() }
            values.append(.frame(arrived.characteristic, arrived.bytes))
        }
    }
}

extension VectorTalk {
    /// The value of a line, if the profile reads it.
    fileprivate func item(_ line: TalkScript.Line) -> Observation.Content? {
        switch line {
        case .sends(let uuid, let bytes), .reads(let uuid, let bytes):
            let item = Observation.Content.frame(uuid, bytes)
            return items.contains(item) ? item : nil
        default: return nil
        }
    }

    fileprivate func reads(_ line: TalkScript.Line) -> Bool { item(line) != nil }
}
