import People
import Readings
import Store

/// Has what is stored of a person go, step by step: a gateway that runs meanwhile, or this one, has the store between the steps.
/// Cut off anywhere, it goes on where it was.
package enum PersonErasing {
    /// How many readings a step takes, and how many frames it looks at.
    static let (readings, frames) = (100, 2000)

    /// Erases a person, or what is older of them.
    /// - Parameter pause: given how long a step took.
    package static func erase(
        _ person: PersonID, before: Instant? = nil, in store: Store, by who: String, now: () -> Instant,
        pause: (Duration) async throws -> Void
    ) async throws -> ErasedSums {
        try await run(store.beginErasing(person, before: before, by: who, at: now()), in: store, now: now, pause: pause)
    }

    /// Goes on with what was begun and cut off.
    package static func finish(in store: Store, now: () -> Instant, pause: (Duration) async throws -> Void) async throws -> ErasedSums {
        var sums = ErasedSums()
        for erasing in try await store.unfinishedErasings() { sums += try await run(erasing, in: store, now: now, pause: pause) }
        return sums
    }

    private static func run(
        _ erasing: Erasing, in store: Store, now: () -> Instant, pause: (Duration) async throws -> Void
    ) async throws -> ErasedSums {
        var began = ContinuousClock.now
        while try await !store.erase(erasing, readings: readings, at: now()).isEmpty {
            try await pause(.now - began)
            began = .now
        }
        var last: Int64? = 0
        while let after = last {
            began = .now
            last = try await store.eraseRefused(erasing, after: after, rows: frames)
            try await pause(.now - began)
        }
        return try await store.endErasing(erasing, at: now())
    }
}
