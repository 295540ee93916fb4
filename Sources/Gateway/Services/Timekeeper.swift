import ServiceLifecycle

/// Ends the waiting of frames whose time is up, also where nothing more comes in.
struct Timekeeper: Service {
    let intake: Intake

    /// Joins and silences are told in seconds.
    private static let pause = Duration.milliseconds(250)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                intake.fileOverdue()
                try? await Task.sleep(for: Timekeeper.pause)
            }
        }
    }
}
