extension Talk {
    /// Asks what the driver wants to know, one question behind the other.
    mutating func askByDriver(within limit: Duration, tries: Int) async throws(Stop) {
        var last: DriverQuestion?
        var left = tries
        while let question = try driverQuestion() {
            left = question == last ? left - 1 : tries
            guard left > 0 else { throw .failed(.silence(expected: question.words, within: limit)) }
            last = question
            try await drain()
            try await write(ConversationPlan.Write(template: WriteTemplate(pieces: [.literal(question.bytes)]), to: question.to))
            let deadline = await moment() + limit
            while try driverQuestion() == question, let arrived = try await wait(until: deadline) {
                try leaveLoop(at: try await hear(arrived))
            }
        }
    }

    /// What the driver cannot make sense of is told where the value is decoded; here it only leaves the question open.
    mutating func hearByDriver(_ arrived: Arrived) {
        let (address, key) = (context.address, context.bindKey)
        _ = try? driver?.unwrap(.frame(arrived.characteristic, arrived.bytes), of: address, key: key)
    }

    private func driverQuestion() throws(Stop) -> DriverQuestion? {
        do throws(DecodeFailure) {
            return try driver?.question(key: context.bindKey)
        } catch {
            switch error {
            case .noKey: throw .failed(.lacks("the device's key"))
            case .wrongKey: throw .failed(.lacks("another key: the device refuses the one that it was enrolled with"))
            default: throw .failed(.lacks("what the driver has not heard: \(error.detail)"))
            }
        }
    }
}
