import CFuzzer
import DeviceProfiles

/// Profile text as a hostile author would write it: taken, or refused with a sentence; never a crash.
@main
enum ProfileText {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
            _ = try? ProfileSet([ProfileSet.Source(path: "maker/thing", file: "maker/thing.yaml", text: text)])
            return 0
        }
    }
}
