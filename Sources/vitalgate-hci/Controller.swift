import CBluetooth
import Captures
import Glibc
import Readings

/// A Bluetooth controller of this machine, by the kernel's raw channel: switched on, and listening to advertisements.
///
/// Two sockets: commands are asked over one, and what is heard comes in at the other, so that no answer is waited for in the midst of
/// adverts.
final class Controller {
    struct Failure: Error {
        var state: ListenerState
        var detail: String
    }

    struct Found {
        /// The kernel's number for it, which changes.
        var number: Int32
        var address: DeviceID
        var isUp: Bool
    }

    /// What came in at the ears.
    enum Sound {
        /// An event of the controller, from its code on.
        case event(ArraySlice<UInt8>)
        /// A command that any program gave to the controller: group and number, and what it says.
        case command(UInt16, ArraySlice<UInt8>)
        case other
    }

    /// The kernel has numbers for so many.
    private static let most: Int32 = 16
    /// An answer of the controller comes within milliseconds.
    private static let patience: Int32 = 2000
    /// `_IOW('H', 201, int)` and its neighbour of hci.h, which Swift cannot read.
    private static let switchOn: UInt = 0x4004_48C9, switchOff: UInt = 0x4004_48CA
    /// Of sys/socket.h, by number for the same reason: SO_RCVBUFFORCE, SO_MEMINFO, and the place of the drops in the latter.
    private static let forceBuffer: Int32 = 33, memoryInfo: Int32 = 55, drops = 8
    private static let bufferBytes: Int32 = 1 << 20

    let number: Int32
    let ears: Int32
    private let mouth: Int32
    private let usesExtended: Bool

    static var all: [Found] {
        (0..<most).compactMap { number in
            var info = hci_dev_info()
            guard hci_devinfo(number, &info) == 0 else { return nil }
            let octets = [info.bdaddr.b.5, info.bdaddr.b.4, info.bdaddr.b.3, info.bdaddr.b.2, info.bdaddr.b.1, info.bdaddr.b.0]
            let text = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
            return DeviceID(address: text).map { Found(number: number, address: $0, isUp: info.flags & 1 << UInt32(HCI_UP) != 0) }
        }
    }

    /// Switches it on where it is off.
    init(_ found: Found) throws(Failure) {
        number = found.number
        mouth = hci_open_dev(number)
        ears = hci_open_dev(number)
        guard mouth >= 0, ears >= 0 else {
            let failure = Controller.failure(.noAdapter)
            Controller.close([mouth, ears])
            throw failure
        }
        if ioctl(mouth, Controller.switchOn, number) < 0, errno != EALREADY {
            let failure = Controller.failure(.adapterOff)
            Controller.close([mouth, ears])
            throw failure
        }
        var filter = hci_filter()
        filter.type_mask = 1 << UInt32(HCI_EVENT_PKT) | 1 << UInt32(HCI_COMMAND_PKT)
        filter.event_mask.1 = 1 << UInt32(EVT_LE_META_EVENT - 32)
        var size = Controller.bufferBytes
        setsockopt(ears, SOL_SOCKET, Controller.forceBuffer, &size, socklen_t(MemoryLayout<Int32>.size))
        guard setsockopt(ears, SOL_HCI, HCI_FILTER, &filter, socklen_t(MemoryLayout<hci_filter>.size)) == 0,
            fcntl(ears, F_SETFL, O_NONBLOCK) == 0
        else {
            let failure = Controller.failure(.notPermitted)
            Controller.close([mouth, ears])
            throw failure
        }
        // As the kernel decides: whoever gave an extended command once is refused the others until the next reset.
        // Core Specification vol. 4 part E 3.1.1 and 6.27: octet 37, bits 5 and 6.
        let commands = Controller.ask(mouth, OGF_INFO_PARAM, OCF_READ_LOCAL_COMMANDS, [], answer: 65)
        usesExtended = commands.map { $0[0] == 0 && $0[1 + 37] & 0x60 == 0x60 } ?? false
    }

    deinit { Controller.close([mouth, ears]) }

    /// Begins to listen, or begins anew: passively, all the time, every advertisement as often as it comes.
    /// Core Specification vol. 4 part E 7.8.10, 7.8.11, 7.8.64, 7.8.65.
    func listen() throws(Failure) {
        // 60 ms in units of 0.625 ms; the window is the whole interval.
        let pace: [UInt8] = [0x60, 0, 0x60, 0]
        // Whoever listened before is ended: parameters change only then. That nobody did is no fault.
        stop()
        try order(usesExtended ? 0x41 : 0x0B, usesExtended ? [0, 0, 1, 0] + pace : [0] + pace + [0, 0])
        try order(usesExtended ? 0x42 : 0x0C, usesExtended ? [1, 0, 0, 0, 0, 0] : [1, 0])
    }

    func stop() {
        _ = Controller.ask(mouth, OGF_LE_CTL, usesExtended ? 0x42 : 0x0C, usesExtended ? [0, 0, 0, 0, 0, 0] : [0, 0], answer: 1)
    }

    /// For one that answers no more.
    func switchOff() { _ = ioctl(mouth, Controller.switchOff, number) }

    /// nil where nothing more is there now; throws where the controller is gone.
    func next() throws(Failure) -> Sound? {
        var bytes = [UInt8](repeating: 0, count: Int(HCI_MAX_FRAME_SIZE))
        let count = read(ears, &bytes, bytes.count)
        guard count >= 0 else {
            if errno == EAGAIN || errno == EINTR { return nil }
            throw Failure(state: .noAdapter, detail: String(cString: strerror(errno)))
        }
        guard count > 0 else { throw Failure(state: .noAdapter, detail: "its channel was closed") }
        switch Int32(bytes[0]) {
        case HCI_EVENT_PKT: return .event(bytes[1..<count])
        case HCI_COMMAND_PKT where count >= 4: return .command(UInt16(bytes[2]) << 8 | UInt16(bytes[1]), bytes[4..<count])
        default: return .other
        }
    }

    /// How many packets the kernel has dropped because we read too slowly, since the channel was opened.
    var dropped: UInt32 {
        var numbers = [UInt32](repeating: 0, count: Controller.drops + 1)
        var size = socklen_t(numbers.count * MemoryLayout<UInt32>.size)
        return getsockopt(ears, SOL_SOCKET, Controller.memoryInfo, &numbers, &size) == 0 ? numbers[Controller.drops] : 0
    }

    private func order(_ command: Int32, _ words: [UInt8]) throws(Failure) {
        guard let answer = Controller.ask(mouth, OGF_LE_CTL, command, words, answer: 1) else { throw Controller.failure(.scanRefused) }
        let code = String(answer[0], radix: 16)
        guard answer[0] == 0 else { throw Failure(state: .scanRefused, detail: "the controller answers 0x\(code)") }
    }

    private static func ask(_ socket: Int32, _ group: Int32, _ command: Int32, _ words: [UInt8], answer size: Int) -> [UInt8]? {
        var words = words, answer = [UInt8](repeating: 0xFF, count: size)
        let length = Int32(words.count)
        let status = words.withUnsafeMutableBytes { words in
            answer.withUnsafeMutableBytes { answer in
                var request = hci_request(
                    ogf: UInt16(group), ocf: UInt16(command), event: 0, cparam: words.baseAddress, clen: length,
                    rparam: answer.baseAddress, rlen: Int32(size))
                return hci_send_req(socket, &request, patience)
            }
        }
        return status == 0 ? answer : nil
    }

    private static func failure(_ usual: ListenerState) -> Failure {
        let state: ListenerState = switch errno {
        case EPERM, EACCES: .notPermitted
        case ERFKILL: .adapterBlocked
        case ENODEV: .noAdapter
        default: usual
        }
        return Failure(state: state, detail: String(cString: strerror(errno)))
    }

    private static func close(_ sockets: [Int32]) {
        let before = errno
        for socket in sockets where socket >= 0 { hci_close_dev(socket) }
        errno = before
    }
}
