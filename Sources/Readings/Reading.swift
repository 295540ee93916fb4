/// What a device measured once: values of one kind that belong together.
package struct Reading: Sendable, Hashable {
    package struct Value: Sendable, Hashable {
        /// The value's name within its kind, e.g. `systolic`.
        package var name: String
        package var reported: Quantity
        package var vital: Vital

        package init(_ name: String, _ reported: Quantity, _ vital: Vital) {
            self.name = name
            self.reported = reported
            self.vital = vital
        }

        /// In the vital's canonical unit. Profiles are checked at load so that every unit they use converts.
        package var canonical: Quantity { reported.canonical(for: vital) ?? reported }

        /// Whether a living person can show this.
        package var isPlausible: Bool { vital.plausible.contains(canonical.value) }
    }

    package var kind: Kind
    /// In the order of the profile; never empty.
    package var values: [Value]
    /// What the device calls the time of measurement, any user-set offset included.
    package var deviceTime: CivilTime?
    /// The device's own record time before any such offset: it never changes afterwards, so identity stands on it.
    package var recordTime: CivilTime?
    /// Whether the device tells its times in UTC rather than those of the place.
    package var isUTC: Bool
    /// How long before the arrival it was measured, where the device says that instead of a time.
    package var secondsAgo: Int?
    /// The device's own record number.
    package var number: Int?
    /// The user slot on the device.
    package var user: Int?
    /// Where it was measured: the sample of a glucose, the site of a temperature.
    package var qualifier: String?
    /// What else the device said of it, by name: `irregular-pulse`, `body-movement`.
    package var marks: [String]
    /// Whether it is a sample of a continuous signal rather than a measurement of its own.
    package var isContinuous: Bool
    /// Where it stands for a whole minute of samples: its values are their means then.
    package var summary: MinuteSummary?

    package init(
        _ kind: Kind, _ values: [Value], deviceTime: CivilTime? = nil, recordTime: CivilTime? = nil,
        isUTC: Bool = false, secondsAgo: Int? = nil, number: Int? = nil, user: Int? = nil, qualifier: String? = nil,
        marks: [String] = [], isContinuous: Bool = false
    ) {
        self.kind = kind
        self.values = values
        self.deviceTime = deviceTime
        self.recordTime = recordTime ?? deviceTime
        self.isUTC = isUTC
        self.secondsAgo = secondsAgo
        self.number = number
        self.user = user
        self.qualifier = qualifier
        self.marks = marks
        self.isContinuous = isContinuous
    }

    /// The device's time as it is stored and told: `2024-06-15T17:17:27`, with a `Z` behind it if it is that of UTC.
    package var deviceTimeText: String? { deviceTime.map { $0.text + (isUTC ? "Z" : "") } }

    package func value(_ name: String) -> Value? { values.first { $0.name == name } }
}
