import Foundation
import Testing

/// What a shell offers behind `vitalgate`.
@Suite struct CompletionTests {
    /// What bash would offer for the last of these words, by the program's own script.
    private func offered(_ words: String...) throws -> [String] {
        let script = try Program.run(["--generate-completion-script", "bash"])
        #expect(script.status == 0 && script.errors.isEmpty)
        return try Program.inTemporaryFolder { folder in
            let file = folder.appendingPathComponent("vitalgate.bash")
            try Data((script.lines.joined(separator: "\n") + "\n").utf8).write(to: file)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.currentDirectoryURL = folder
            // As readline calls it: the words, which of them is being written, and the function that the script registered.
            process.arguments = ["--norc", "-c", """
                source vitalgate.bash || exit 3
                complete -p vitalgate | grep -q -- '-F _vitalgate ' || exit 4
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                _vitalgate vitalgate "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """, "bash", "vitalgate"] + words
            let output = folder.appendingPathComponent("out")
            try Data().write(to: output)
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.environment = ["PATH": "/usr/bin:/bin"]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            return String(decoding: try Data(contentsOf: output), as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    @Test("bash completes a command that was begun") func begun() throws {
        #expect(try offered("prof") == ["profiles"])
    }

    @Test("bash offers the commands below a command, and its options") func below() throws {
        #expect(Set(try offered("profiles", "")).isSuperset(of: ["list", "check", "test", "new", "explain", "schema"]))
        #expect(try offered("run", "--con") == ["--config"])
    }

    @Test("bash offers files where an option wants one") func files() throws {
        #expect(try offered("run", "--config", "vital") == [])
        #expect(try offered("alarms", "--store", "vital") == ["vitalgate.bash"])
    }

    @Test("zsh and fish have scripts too", arguments: [("zsh", "#compdef vitalgate"), ("fish", "complete -c 'vitalgate'")])
    func others(shell: String, words: String) throws {
        let script = try Program.run(["--generate-completion-script", shell])
        #expect(script.status == 0)
        #expect(script.lines.contains { $0.contains(words) }, "\(script.lines.prefix(5))")
    }
}
