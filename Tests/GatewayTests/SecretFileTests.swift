import Foundation
import Gateway
import GatewayTesting
import Testing

/// A secret stands alone in its file.
struct SecretFileTests {
    let folder = TemporaryFolder()

    @Test(arguments: [("s3cret", "s3cret"), ("s3cret\n", "s3cret"), ("s3cret\r\n", "s3cret"), (" with space \n", " with space "), ("pässwort", "pässwort")])
    func `one line is the secret, with or without its end`(text: String, secret: String) throws {
        let file = try folder.write(text, to: "secret")
        #expect(try SecretFile.read(file) == secret)
    }

    @Test(arguments: ["", "\n", "\r\n\n", "one\ntwo", "one\r\ntwo", "one\rtwo\n", "user: me\npassword: s3cret\n"])
    func `no line or more than one is refused`(text: String) throws {
        let file = try folder.write(text, to: "secret")
        #expect { try SecretFile.read(file) } throws: {
            "\($0)" == "the secret file \(file) must hold one line, the secret itself"
        }
    }

    @Test func `bytes that are no text are refused rather than changed`() throws {
        let file = folder.path + "/secret"
        try Data([0x73, 0xff, 0xfe]).write(to: URL(fileURLWithPath: file))
        #expect { try SecretFile.read(file) } throws: { "\($0)" == "the secret file \(file) is not UTF-8 text" }
    }

    @Test func `a file that is not there is named`() {
        #expect { try SecretFile.read(folder.path + "/nothing") } throws: {
            "\($0)" == "the secret file \(folder.path)/nothing cannot be read; does it exist, and may this user read it?"
        }
        #expect(throws: SecretFile.Failure.self) { try SecretFile.read(folder.path) }
    }

    @Test func `a bare name is looked up among the credentials of the unit`() async {
        // In a process of its own: the environment belongs to everybody.
        await #expect(processExitsWith: .success) { () async throws in
            let folder = TemporaryFolder()
            try folder.write("from systemd\n", to: "mqtt-password")
            setenv("CREDENTIALS_DIRECTORY", folder.path, 1)
            let secret = try SecretFile.read("mqtt-password")
            let other = try? SecretFile.read("./mqtt-password")
            #expect(secret == "from systemd" && other == nil)
            withExtendedLifetime(folder) {}
        }
    }
}
