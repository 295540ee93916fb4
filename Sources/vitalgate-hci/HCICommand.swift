import ArgumentParser
import Glibc
import Readings
import Synchronization

@main
struct HCICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitalgate-hci",
        abstract: "Listens to advertisements without bluetoothd, and hands them to a gateway on this machine.",
        discussion: """
            Passive: it sends nothing on the air and connects nobody. It needs CAP_NET_RAW and CAP_NET_ADMIN, and an adapter that nobody \
            else uses. The gateway has a source of the kind 'listener'.
            """)

    @Option(help: "The address of the adapter, AA:BB:CC:DD:EE:FF: hci0 may be another one tomorrow.")
    var adapter: String

    @Option(help: ArgumentHelp("The gateway's socket.", valueName: "path"), completion: .file())
    var socket = "/run/vitalgate/adverts"

    func validate() throws {
        guard DeviceID(address: adapter) != nil else {
            let there = Controller.all.map { "\($0.address)" }.joined(separator: ", ")
            throw ValidationError("no address of an adapter: '\(adapter)'. There \(there.isEmpty ? "is none" : "are: \(there)")")
        }
    }

    func run() throws {
        guard let adapter = DeviceID(address: adapter) else { return }
        for end in [SIGTERM, SIGINT] { signal(end) { _ in Listening.ends.store(true, ordering: .relaxed) } }
        var listening = Listening(adapter, to: socket)
        listening.run()
    }
}
