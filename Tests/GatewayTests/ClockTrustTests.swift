import Testing

@testable import Gateway

/// What a machine shows of its clock, and whether that is enough to date readings by it.
struct ClockTrustTests {
    @Test(arguments: [
        ("timesyncd has not heard a server yet", (true, false), false, false, true, false),
        ("timesyncd has", (true, true), false, true, false, true),
        ("chronyd has told the kernel", (false, false), true, false, true, true),
        ("chronyd has not, and the clock ran on while the machine was off", (false, false), true, false, false, false),
        ("chronyd runs, and the kernel may not be asked", (false, false), true, false, nil, false),
        ("nobody keeps the clock of a board that has none while it is off", (false, false), false, true, false, false),
        ("somebody unknown keeps it", (false, false), false, true, true, true),
        ("nobody keeps the clock of a machine that has one", (false, false), false, false, false, true),
        ("a guest, whose host tells it the time", (false, false), false, false, nil, true),
    ] as [(String, (Bool, Bool), Bool, Bool, Bool?, Bool)])
    func `who keeps the clock has the say`(
        _ machine: String, timesyncd: (Bool, Bool), isKeptByOther: Bool, startsInPast: Bool, kernel: Bool?, isRight: Bool
    ) {
        let signs = ClockSigns(timesyncd: timesyncd, isKeptByOther: isKeptByOther, startsInPast: startsInPast, kernel: { kernel })
        #expect(signs.isRight == isRight, "\(machine)")
    }

    @Test func `the kernel answers whoever asks`() {
        // Whatever it says of this machine: it may be asked without a right.
        #expect(ClockSigns.askKernel() != nil)
    }
}
