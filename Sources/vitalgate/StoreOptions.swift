import ArgumentParser
import Gateway
import Glibc
import Store

/// Which database a command is about: the one of a configuration, or a file.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration of the gateway.", valueName: "file"), completion: .file(extensions: ["yaml"]))
    var config = "/etc/vitalgate/vitalgate.yaml"

    @Option(name: .customLong("store"), help: ArgumentHelp("The database, instead of the configured one.", valueName: "file"), completion: .file())
    var path: String?

    func storePath() throws -> String { try path ?? ConfigurationFile.read(config).storePath }

    /// The configuration, where there is one: beside a database that is named by itself there may be none.
    func configuration() throws -> Configuration? {
        if path != nil, access(config, F_OK) != 0 { return nil }
        return try ConfigurationFile.read(config)
    }

    /// For listings; works beside a running gateway.
    func openToRead() throws -> Store {
        let path = try storePath()
        guard access(path, F_OK) == 0 else {
            throw CommandFailure("there is no database \(path) yet: run the gateway once, or enroll a device")
        }
        return try Store(readingOnly: path)
    }

    func openToWrite() throws -> Store { try Store(path: storePath()) }
}

/// Something that went wrong, in a sentence; exit status 1.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
