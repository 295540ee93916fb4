import ExactJSON
import Readings

// The summary of a minute as text:
// {"frames":60,"valid":59,"dropped":{"missing-value":1},"seconds":"fffffffffffffff","ranges":{"spo2":["94","99",59]}}
extension MinuteSummary {
    var stored: String {
        let ranges = ranges.map { range in
            (range.name, JSON.array([.string(range.least.stored), .string(range.most.stored), .integer(range.count)]))
        }
        return JSON.object(JSONObject([
            ("frames", .integer(frames)), ("valid", .integer(valid)),
            ("dropped", .object(JSONObject(dropped.sorted { $0.key < $1.key }.map { ($0.key, JSON.integer($0.value)) }))),
            ("seconds", .string(String(seconds, radix: 16))), ("ranges", .object(JSONObject(ranges))),
        ])).text
    }

    init?(stored text: String) {
        guard let object = (try? JSON(parsing: text))?.object, let frames = object["frames"]?.int, let valid = object["valid"]?.int,
            let dropped = object["dropped"]?.object, let seconds = object["seconds"]?.string.flatMap({ UInt64($0, radix: 16) }),
            let ranges = object["ranges"]?.object
        else { return nil }
        var counts: [String: Int] = [:]
        for (code, count) in dropped.members {
            guard let count = count.int else { return nil }
            counts[code] = count
        }
        var all: [Range] = []
        for (name, range) in ranges.members {
            guard let parts = range.array, parts.count == 3, let least = parts[0].string.flatMap({ ExactDecimal(stored: $0) }),
                let most = parts[1].string.flatMap({ ExactDecimal(stored: $0) }), let count = parts[2].int
            else { return nil }
            all.append(Range(name, least: least, most: most, count: count))
        }
        self.init(frames: frames, valid: valid, dropped: counts, seconds: seconds, ranges: all)
    }
}
