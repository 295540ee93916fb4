/// What a profile says of its characteristics and frames, as far as a conversation looks at it.
struct ConversationFrames: Sendable {
    private var frames: [CompiledFrame] = []
    private var framings: [BluetoothUUID: Framing] = [:]
    /// Whose values somebody may read: they are handed to the store.
    private var read: Set<BluetoothUUID> = []

    init() {}

    init(_ frames: [CompiledFrame], of definition: ProfileDefinition) {
        self.frames = frames
        read = definition.readCharacteristics
        for characteristic in definition.characteristics {
            if let framing = characteristic.framing { framings[characteristic.uuid] = framing }
        }
    }

    var names: [String] { frames.map(\.name) }

    func source(of name: String) -> FrameSource? { frames.first { $0.name == name }?.source }

    func reads(_ characteristic: BluetoothUUID) -> Bool { read.contains(characteristic) }

    func framing(of characteristic: BluetoothUUID) -> Framing? { framings[characteristic] }

    /// Which frame of the profile it is, and what is wrong with it.
    func frame(_ bytes: [UInt8], from characteristic: BluetoothUUID) -> HeardFrame {
        let span = bytes.span.bytes
        guard let frame = frames.first(where: { $0.source == .characteristic(characteristic) && $0.fits(span) }) else {
            return HeardFrame(bytes: bytes)
        }
        return HeardFrame(bytes: bytes, name: frame.name, fault: frame.fault(in: bytes))
    }
}

/// A whole frame that a device sent.
struct HeardFrame: Sendable {
    var bytes: [UInt8]
    /// nil for one that the profile does not know.
    var name: String?
    /// Length, checksum, or a value that cannot be.
    var fault: DecodeFailure?
}

extension CompiledFrame {
    fileprivate func fault(in bytes: [UInt8]) -> DecodeFailure? {
        var fields = Fields()
        do throws(DecodeFailure) {
            if repeats { try runEach(bytes.span.bytes, into: &fields) { _ in } } else { try run(bytes.span.bytes, into: &fields) }
            return nil
        } catch {
            return error
        }
    }
}

extension ProfileDefinition {
    /// Whose values some frame, or the driver, reads.
    var readCharacteristics: Set<BluetoothUUID> {
        guard driver == nil else { return Set(characteristics.map(\.uuid)) }
        return Set(frames.compactMap { if case .characteristic(let uuid) = $0.source { uuid } else { nil } })
    }
}
