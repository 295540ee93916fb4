import Captures
import DeviceProfiles
import Readings

/// What one listener says over its connection, from the first byte on: bytes in, lines out. Anybody who may open the socket may say
/// anything; what is no line of `ListenerLine` is refused by its reason, and who says nothing else is hung up on.
struct ListenerCall: Sendable {
    enum Word: Sendable, Hashable {
        case said(ListenerLine)
        case refused(BadInput)
    }

    /// So many refused lines without a good one between them are no slip.
    static let mostRefused = 100

    private(set) var adapter: DeviceID?
    /// Why nothing more is read of it.
    private(set) var end: String?
    private var begun: [UInt8] = []
    /// Bytes of a line that is too long, which are not kept.
    private var isOverlong = false
    private var refused = 0

    mutating func take(_ bytes: ArraySlice<UInt8>) -> [Word] {
        var words: [Word] = []
        var rest = bytes
        while end == nil, let newline = rest.firstIndex(of: 0x0A) {
            keep(rest[..<newline])
            rest = rest[(newline + 1)...]
            if let word = turn() { words.append(word) }
        }
        if end == nil { keep(rest) }
        return words
    }

    private mutating func keep(_ piece: ArraySlice<UInt8>) {
        isOverlong = isOverlong || begun.count + piece.count > ListenerLine.mostBytes
        if isOverlong { begun = [] } else { begun += piece }
    }

    /// Ends a line.
    private mutating func turn() -> Word? {
        defer { (begun, isOverlong) = ([], false) }
        if begun.isEmpty, !isOverlong { return nil }
        do throws(BadInput) {
            guard !isOverlong else { throw BadInput(.tooLarge, "a line of more than \(ListenerLine.mostBytes) bytes") }
            let line = try ListenerLine(begun)
            switch (line, adapter) {
            case (.hello(let address), nil): adapter = address
            case (.hello, _?): throw BadInput(.wrongShape, "it says a second time who it is")
            case (_, nil): throw BadInput(.wrongShape, "the first line says who listens")
            default: break
            }
            refused = 0
            return .said(line)
        } catch {
            refused += 1
            // Without a good beginning nothing behind it can be meant for us.
            if adapter == nil || refused >= ListenerCall.mostRefused { end = error.detail }
            return .refused(error)
        }
    }
}
