import Readings

/// How urgent a value out of its limits is. The two levels every limit has.
package enum AlarmLevel: String, Sendable, Hashable, Comparable, CaseIterable {
    case warning
    case critical

    package static func < (left: AlarmLevel, right: AlarmLevel) -> Bool { left == .warning && right == .critical }
}

/// On which side of its limits a value lies.
package enum AlarmSide: String, Sendable, Hashable, CaseIterable {
    case low
    case high
}

/// Two levels on each side for one vital, in the vital's canonical unit. A value on a limit is out of it.
package struct Limits: Sendable, Hashable {
    package var lowCritical: ExactDecimal?
    package var lowWarning: ExactDecimal?
    package var highWarning: ExactDecimal?
    package var highCritical: ExactDecimal?

    /// nil where the four do not ascend.
    package init?(
        lowCritical: ExactDecimal? = nil, lowWarning: ExactDecimal? = nil,
        highWarning: ExactDecimal? = nil, highCritical: ExactDecimal? = nil
    ) {
        let given = [lowCritical, lowWarning, highWarning, highCritical].compactMap { $0 }
        guard zip(given, given.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        self.lowCritical = lowCritical
        self.lowWarning = lowWarning
        self.highWarning = highWarning
        self.highCritical = highCritical
    }

    /// A limit that a value has reached.
    package struct Breach: Sendable, Hashable {
        package var level: AlarmLevel
        package var side: AlarmSide
        package var limit: ExactDecimal
    }

    /// The most urgent limit that `value` has reached.
    package func breach(by value: ExactDecimal) -> Breach? {
        if let limit = lowCritical, value <= limit { return Breach(level: .critical, side: .low, limit: limit) }
        if let limit = highCritical, value >= limit { return Breach(level: .critical, side: .high, limit: limit) }
        if let limit = lowWarning, value <= limit { return Breach(level: .warning, side: .low, limit: limit) }
        if let limit = highWarning, value >= limit { return Breach(level: .warning, side: .high, limit: limit) }
        return nil
    }
}
