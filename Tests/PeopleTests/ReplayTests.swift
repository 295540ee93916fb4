import People
import Readings
import Testing

/// Years of made-up households, always the same ones, with guests, coats, diets and children who grow.
@Suite("Weights of households over years")
struct ReplayTests {
    /// SplitMix64: the same numbers on every machine.
    struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        /// About normal: the sum of twelve even dice.
        mutating func normal(_ spread: Double) -> Double {
            spread * ((0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &self) } - 6)
        }
    }

    struct Score { var right = 0, wrong = 0, asked = 0, guests = 0, guestsTaken = 0 }

    func live(_ seed: UInt64) -> Score {
        var dice = Dice(state: seed)
        let scale = DeviceID(address: "AA:BB:CC:00:00:01")!
        let vital = Kind.bodyWeight.vital("weight")!
        var score = Score()
        let size = Int.random(in: 2...5, using: &dice)
        let persons = (0..<size).map { PersonID("p-\($0)")! }
        var weights = (0..<size).map { _ in Double.random(in: 14...110, using: &dice) }
        let growth = weights.map { $0 < 40 ? 0.012 : dice.normal(0.008) }
        let household = Household(rules: [OwnershipRule(scale, owner: .oneOf(Set(persons)))])
        var histories: [PersonID: WeightHistory] = [:]
        for (index, person) in persons.enumerated() {
            histories[person] = WeightHistory([.init(at: Instant(milliseconds: 0), kilograms: weights[index])])
        }
        for day in 1...730 {
            for index in 0..<size { weights[index] = max(10, weights[index] + growth[index] + dice.normal(0.1)) }
            guard Int.random(in: 0..<3, using: &dice) == 0 else { continue }
            let isGuest = Int.random(in: 0..<50, using: &dice) == 0
            let who = Int.random(in: 0..<size, using: &dice)
            let kilograms = isGuest ? Double.random(in: 10...120, using: &dice) : weights[who] + dice.normal(0.6)
            let at = Instant(milliseconds: Int64(day) * 86_400_000)
            let tenths = Int64((kilograms * 10).rounded())
            let reading = Reading(.bodyWeight, [.init("weight", Quantity(ExactDecimal(tenths, exponent: -1), .kilogram), vital)])
            let answer = household.attribution(of: reading, from: scale, measuredAt: MeasuredAt(at, .device), arrived: at) { person, _ in
                histories[person] ?? WeightHistory()
            }
            var owner: PersonID?
            switch answer {
            case .person(let person, _):
                if isGuest { score.guestsTaken += 1 } else if person == persons[who] { score.right += 1 } else { score.wrong += 1 }
                owner = person
            case .unassigned, .nobody:
                // Somebody looks into the inbox on one day of two.
                score.asked += 1
                if !isGuest, Bool.random(using: &dice) { owner = persons[who] }
            }
            if isGuest { score.guests += 1 }
            if let owner { histories[owner, default: WeightHistory()].points.append(.init(at: at, kilograms: kilograms)) }
        }
        return score
    }

    @Test("Fewer than one in a thousand goes to the wrong person, and most need no question")
    func years() {
        let score = (0..<200).map { live(UInt64($0)) }.reduce(into: Score()) { sum, one in
            sum.right += one.right; sum.wrong += one.wrong; sum.asked += one.asked
            sum.guests += one.guests; sum.guestsTaken += one.guestsTaken
        }
        let all = score.right + score.wrong + score.asked + score.guestsTaken
        print("\(all) weights: \(score.right) right, \(score.wrong) wrong, \(score.asked) asked; \(score.guestsTaken) of \(score.guests) guests taken for one of the house")
        #expect(all > 40_000)
        #expect(score.wrong * 1000 < all)
        #expect(score.right * 10 > all * 6)
    }
}
