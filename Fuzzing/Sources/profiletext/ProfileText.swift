import CFuzzer
import DeviceProfiles
import Drivers

/// Profile text as a hostile author would write it: taken, or refused with a sentence; never a crash. What is taken is asked
/// about every byte of its own text, as if a device had sent it.
@main
enum ProfileText {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
            // A profile must be named as its file: the name is what the text says, so that it comes past that.
            let name = text.split(separator: "\n").lazy.compactMap { line -> String? in
                line.hasPrefix("profile: ") ? String(line.dropFirst(9)) : nil
            }.first ?? "maker/thing"
            guard let set = try? ProfileSet([ProfileSet.Source(path: name, file: "f.yaml", text: text)], drivers: DriverKind.all) else { return 0 }
            _ = ProfileCheck(set)
            return 0
        }
    }
}
