import ArgumentParser
import DeviceProfiles
import Drivers

extension ProfilesCommand {
    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the JSON Schema of profile files, for an editor.",
            discussion: """
                Draft 2020-12. An editor that knows YAML then offers the words of the language and marks mistakes as they are made.
                vitalgate profiles schema > profile.schema.json
                As the first line of a profile: # yaml-language-server: $schema=profile.schema.json
                """)

        func run() throws { Terminal.out(ProfileSchema(drivers: DriverKind.all.map(\.name)).text) }
    }
}
