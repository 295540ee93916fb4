import CFrame
@testable import DeviceProfiles
import Readings

/// The same frame to the same flat values, by hand-written C and by the profile's program.
struct Contestants {
    let frame: CompiledFrame
    let reading: CompiledReading
    let profile: Profile

    /// What both must agree on: how it ended, and every value.
    struct Result: Equatable {
        var ending: Int32
        var values: [[Int64]] = []
        var rest: [Int64] = []
    }

    @inline(never)
    func runC(_ frames: Frames, rounds: Int) -> Int {
        var out = bp_reading()
        var sum = 0
        frames.bytes.withUnsafeBufferPointer { bytes in
            for round in 0..<rounds {
                let index = round % 8
                let start = frames.starts[index]
                let ending = bp_decode(bytes.baseAddress! + start, frames.starts[index + 1] - start, &out)
                sum &+= Int(ending) &+ Int(out.count)
            }
        }
        return sum
    }

    @inline(never)
    func runFlat(_ frames: Frames, rounds: Int) -> Int {
        var fields = Fields()
        var out = DecodedReading()
        var sum = 0
        let bytes = frames.bytes.span.bytes
        for round in 0..<rounds {
            let index = round % 8
            let ending = flat(bytes.extracting(frames.starts[index]..<frames.starts[index + 1]), &fields, &out)
            sum &+= Int(ending) &+ out.count
        }
        return sum
    }

    @inline(never)
    func runNamed(_ contents: [Observation.Content], rounds: Int) -> Int {
        var sum = 0
        for round in 0..<rounds {
            if case .readings(let readings) = profile.decode(contents[round % 8]) { sum &+= readings[0].values.count }
        }
        return sum
    }

    /// The two calls that `Profile.decode` makes for a frame, without names.
    @inline(__always)
    private func flat(_ bytes: RawSpan, _ fields: inout Fields, _ out: inout DecodedReading) -> Int32 {
        do throws(DecodeFailure) {
            try frame.run(bytes, into: &fields)
        } catch {
            return ending(error)
        }
        return if case .reading = reading.read(&fields, into: &out) { Int32(BP_READING) } else { Int32(BP_MISSING) }
    }

    private func ending(_ failure: DecodeFailure) -> Int32 {
        switch failure {
        case .tooShort: Int32(BP_SHORT)
        case .tooLong: Int32(BP_LONG)
        case .reservedBits: Int32(BP_RESERVED)
        case .badValue: Int32(BP_BAD_TIME)
        default: -1
        }
    }

    func resultOfC(_ bytes: [UInt8]) -> Result {
        var out = bp_reading()
        let ending = bytes.withUnsafeBufferPointer { $0.isEmpty ? Int32(BP_SHORT) : bp_decode($0.baseAddress!, $0.count, &out) }
        guard ending == BP_READING else { return Result(ending: ending) }
        let values = withUnsafeBytes(of: &out.values) { Array($0.bindMemory(to: bp_value.self).prefix(Int(out.count))) }
        return Result(
            ending: ending, values: values.map { [$0.mantissa, Int64($0.exponent), Int64($0.value), Int64($0.unit)] },
            rest: [out.time, out.user, out.marks])
    }

    func resultOfFlat(_ bytes: [UInt8]) -> Result {
        var fields = Fields()
        var out = DecodedReading()
        let ending = flat(bytes.span.bytes, &fields, &out)
        guard ending == BP_READING else { return Result(ending: ending) }
        let values = (0..<out.count).map { out.values[$0] }
        return Result(
            ending: ending, values: values.map { [$0.mantissa, Int64($0.exponent), Int64($0.value), Int64($0.value < 3 ? $0.choice % 2 : 0)] },
            rest: [out.time, out.user, max(0, out.marks[0])])
    }
}
