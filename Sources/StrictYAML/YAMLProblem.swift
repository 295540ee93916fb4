/// What is wrong in a YAML file, and where; lines and columns count from 1.
package struct YAMLProblem: Error, CustomStringConvertible, Sendable, Hashable {
    package var file: String
    package var line: Int
    package var column: Int
    package var message: String

    package init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `file.yaml:12:5: message`, the form editors and terminals make a link of.
    package var description: String { "\(file):\(line):\(column): \(message)" }
}
