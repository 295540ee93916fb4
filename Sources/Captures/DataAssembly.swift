/// Puts what one side of a connection sends together: packets of a controller's size are pieces of one unit of L2CAP.
///
///     packet: handle u12, boundary u2, broadcast u2 | length u16 | piece
///     unit: length u16 | channel u16 | payload
///
/// Core Specification vol. 4 part E 5.4.2, vol. 3 part A 3.1.
struct DataAssembly {
    struct Unit {
        var channel: UInt16
        var payload: ArraySlice<UInt8>
        /// Where its first piece stands in the file.
        var offset: Int
    }

    private var begun: [UInt8] = []
    private var offset = 0

    /// - Returns: the unit that this piece ends; nil where more must come, or where it belongs to nothing (`isStray`).
    mutating func take(_ piece: ArraySlice<UInt8>, begins: Bool, isStray: inout Bool) -> Unit? {
        if begins {
            isStray = !begun.isEmpty
            begun = Array(piece)
            offset = piece.startIndex
        } else if begun.isEmpty {
            isStray = true
            return nil
        } else {
            begun += piece
        }
        guard begun.count >= 4 else { return nil }
        let length = Int(begun[1]) << 8 | Int(begun[0])
        guard begun.count >= 4 + length else { return nil }
        defer { begun = [] }
        guard begun.count == 4 + length else {
            isStray = true
            return nil
        }
        return Unit(channel: UInt16(begun[3]) << 8 | UInt16(begun[2]), payload: begun[4...], offset: offset)
    }
}
