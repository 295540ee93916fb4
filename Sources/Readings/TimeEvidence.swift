/// All that is known of when a reading was measured.
package struct TimeEvidence: Sendable, Hashable {
    /// The device's own time, in the zone of the place.
    package var said: CivilTime?
    /// Whether it is that of UTC instead.
    package var isUTC: Bool
    /// How many seconds before the frame was heard, where the device says only that.
    package var ago: Int?
    /// When a relay says it heard the frame; its clock is believed no more than a device's.
    package var heard: Instant?
    /// When the frame arrived here, and whether our own clock was right then.
    package var arrived: Instant
    package var isSynchronised: Bool
    package var isRetained: Bool
    /// What was measured of the device's clock.
    package var clock: ClockHistory
    /// When the record before this one was measured, where the device numbers its records.
    package var previous: Instant?

    package init(
        said: CivilTime? = nil, isUTC: Bool = false, ago: Int? = nil, heard: Instant? = nil, arrived: Instant,
        isSynchronised: Bool = true, isRetained: Bool = false, clock: ClockHistory = ClockHistory(), previous: Instant? = nil
    ) {
        self.said = said
        self.isUTC = isUTC
        self.ago = ago
        self.heard = heard
        self.arrived = arrived
        self.isSynchronised = isSynchronised
        self.isRetained = isRetained
        self.clock = clock
        self.previous = previous
    }
}

extension TimeEvidence {
    /// Decides when it was measured, and how far that can be trusted.
    package func judged(in zone: some PlaceZone) throws(ImplausibleTime) -> MeasuredAt {
        if let said { return try judged(said, in: zone) }
        if heard == nil, isRetained { throw .retainedWithoutTime }
        let origin = heard ?? arrived
        guard heard != nil || ago != nil else { return MeasuredAt(arrived, isSynchronised ? .arrival : .unsynced) }
        // Two centuries are beyond belief on either side, and within all arithmetic.
        let instant = origin.before(seconds: min(max(ago ?? 0, -6_311_520_000), 6_311_520_000))
        let ahead = seconds(instant)
        if heard == nil, !isSynchronised, ahead <= MeasuredAt.tolerance { return MeasuredAt(instant, .unsynced) }
        let shown = CivilTime(secondsSince1970: Int(instant.milliseconds / 1000))
        guard shown.year >= MeasuredAt.firstBelievableYear else { throw .clockUnset(said: shown) }
        guard ahead > MeasuredAt.tolerance else { return MeasuredAt(instant, .arrival) }
        // Before our own clock is right, nobody can say that the other is wrong.
        if heard != nil, !isSynchronised { return MeasuredAt(instant, .unsynced) }
        throw .inTheFuture(said: shown, seconds: ahead)
    }

    /// How many seconds after the arrival.
    private func seconds(_ instant: Instant) -> Int { Int((instant.milliseconds - arrived.milliseconds) / 1000) }

    private func judged(_ said: CivilTime, in zone: some PlaceZone) throws(ImplausibleTime) -> MeasuredAt {
        let wall = isUTC ? WallOffset.once(0) : zone.offset(at: said)
        let asSaid = pick(wall, said, earlierBy: 0)
        let ahead = clock.ahead(said: asSaid.instant, arrived: arrived)
        guard let ahead, ahead.milliseconds.magnitude > MeasuredAt.exact else {
            let isLate = try believe(asSaid.instant, said, isOwn: true)
            let doubt = ahead?.isDoubtful == true ? TimeDoubt.clockMoved : asSaid.doubt
            return MeasuredAt(asSaid.instant, isLate ? .unsynced : .device, doubt)
        }
        let corrected = pick(wall, said, earlierBy: ahead.milliseconds)
        do throws(ImplausibleTime) {
            _ = try believe(corrected.instant, said, isOwn: false)
        } catch {
            // From before the clock was lost: the offset of today says nothing about it. It stands for itself, if it can.
            guard case .inTheFuture = error, (try? believe(asSaid.instant, said, isOwn: true)) == false else { throw error }
            return MeasuredAt(asSaid.instant, .device, .clockMoved)
        }
        let doubt = ahead.isDoubtful ? TimeDoubt.clockMoved : corrected.doubt
        // What was measured against a clock that is not right itself moves with it.
        return MeasuredAt(corrected.instant, isSynchronised ? .corrected : .unsynced, doubt)
    }

    /// The moment when the walls showed `said`, less what the device was ahead: of two the one that can be.
    private func pick(
        _ wall: WallOffset, _ said: CivilTime, earlierBy ahead: Int64
    ) -> (instant: Instant, doubt: TimeDoubt?) {
        func moment(_ offset: Int) -> Instant {
            Instant(milliseconds: Instant(said, secondsFromUTC: offset).milliseconds - ahead)
        }
        func canBe(_ instant: Instant) -> Bool {
            (previous.map { $0 <= instant } ?? true) && (!isSynchronised || seconds(instant) <= MeasuredAt.tolerance)
        }
        switch wall {
        case .once(let offset):
            return (moment(offset), nil)
        case .never(let before, let after):
            // A clock on which nobody has changed the hour yet; unless that is still to come.
            return (canBe(moment(before)) ? moment(before) : moment(after), .neverShown)
        case .twice(let first, let second):
            switch (canBe(moment(first)), canBe(moment(second))) {
            case (_, false): return (moment(first), nil)
            case (false, true): return (moment(second), nil)
            // Just measured is likelier than an hour ago; of older records nobody knows.
            case (true, true): return (seconds(moment(second)) >= -MeasuredAt.tolerance ? moment(second) : moment(first), .shownTwice)
            }
        }
    }

    /// - Parameter isOwn: whether it is the device's own time, as it said it.
    /// - Returns: whether it is later than our own clock, which is not right.
    private func believe(_ instant: Instant, _ said: CivilTime, isOwn: Bool) throws(ImplausibleTime) -> Bool {
        let year = isOwn ? said.year : CivilTime(secondsSince1970: Int(instant.milliseconds / 1000)).year
        // A corrected time before our own clock was right may stand in any year.
        guard year >= MeasuredAt.firstBelievableYear || (!isOwn && !isSynchronised) else { throw .clockUnset(said: said) }
        if isOwn, said.month == 1, said.day == 1, seconds(instant) < -MeasuredAt.longAgo { throw .clockWokeUp(said: said) }
        let ahead = seconds(instant)
        guard ahead > MeasuredAt.tolerance else { return false }
        guard !isSynchronised else { throw .inTheFuture(said: said, seconds: ahead) }
        return true
    }
}
