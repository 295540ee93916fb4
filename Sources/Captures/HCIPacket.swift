import Readings

/// What passed between a host and its controller.
struct HCIPacket {
    enum Kind {
        case event
        /// Data of a connection, to the device or from it.
        case sent, received
        /// Nothing that a device said: commands, voice, the recorder's own notes.
        case other
    }

    var kind: Kind
    /// Which controller of the machine; 0 where the file knows of one alone.
    var controller: UInt16
    var at: Instant
    /// Its places are those of the file.
    var bytes: ArraySlice<UInt8>
    /// The recorder kept less of it than there was.
    var isShortened: Bool
}
