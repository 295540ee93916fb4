/// A list of publications and the one who waits for their results. Handed from the caller to the client's thread once;
/// after that only that thread touches it.
final class PublishRequest: @unchecked Sendable {
    // Unchecked: the hand-over goes through the client's lock, and each side uses it only while it is its own.
    let publications: [Publication]
    private var results: [Result<Void, PublishFailure>?]
    private var missing: Int
    private let continuation: CheckedContinuation<[Result<Void, PublishFailure>], Never>

    init(_ publications: [Publication], _ continuation: CheckedContinuation<[Result<Void, PublishFailure>], Never>) {
        self.publications = publications
        self.continuation = continuation
        results = Array(repeating: nil, count: publications.count)
        missing = publications.count
    }

    func settle(_ index: Int, _ result: Result<Void, PublishFailure>) {
        guard results[index] == nil else { return }
        results[index] = result
        missing -= 1
        if missing == 0 { continuation.resume(returning: results.compactMap { $0 }) }
    }

    func failAll(_ failure: PublishFailure) {
        for index in publications.indices { settle(index, .failure(failure)) }
    }
}
