import People
import Readings

/// Somebody whose readings come in. Who that is, is not known here: only a pseudonym, and what other systems call them.
package struct Person: Sendable, Hashable, Identifiable {
    /// What another system calls them, e.g. a number of a patient.
    package struct Identifier: Sendable, Hashable {
        package var system: String
        package var value: String

        package init(system: String, value: String) {
            self.system = system
            self.value = value
        }
    }

    /// Whether readings may be filed under them, and who said so.
    package struct Consent: Sendable, Hashable {
        package var isGiven: Bool
        package var at: Instant
        package var by: String

        package init(isGiven: Bool, at: Instant, by: String) {
            self.isGiven = isGiven
            self.at = at
            self.by = by
        }
    }

    package var id: PersonID
    /// BCP 47, e.g. `de`.
    package var language: String?
    package var identifiers: [Identifier]
    /// How long what is stored of them is kept; nil: for ever.
    package var keep: KeepingTime?
    package var consent: Consent
    package var addedAt: Instant
    package var addedBy: String

    package init(
        id: PersonID, language: String? = nil, identifiers: [Identifier] = [], keep: KeepingTime? = nil, consent: Consent, addedAt: Instant, addedBy: String
    ) {
        self.id = id
        self.language = language
        self.identifiers = identifiers
        self.keep = keep
        self.consent = consent
        self.addedAt = addedAt
        self.addedBy = addedBy
    }
}
