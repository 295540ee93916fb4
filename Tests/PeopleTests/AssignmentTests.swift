import People
import Readings
import Testing

@Suite("What was said of devices, one after the other")
struct AssignmentTests {
    let cuff = DeviceID(address: "AA:BB:CC:00:00:02")!, scale = DeviceID(address: "AA:BB:CC:00:00:01")!
    let anna = PersonID("anna")!, ben = PersonID("ben")!

    func at(_ day: Int64) -> Instant { Instant(milliseconds: day * 86_400_000) }
    func said(_ device: DeviceID, _ since: Int64?, _ shares: Assignment.Share...) -> Assignment {
        Assignment(device, since: since.map(at), shares, at: at(99), by: "ada")
    }
    func owner(_ person: PersonID) -> Assignment.Share { Assignment.Share(.person(person)) }

    @Test("One holds from its day on, for ever")
    func one() {
        #expect(Assignment.rules(of: [said(cuff, 5, owner(anna))]) == [OwnershipRule(cuff, from: at(5), owner: .person(anna))])
        #expect(Assignment.rules(of: [said(cuff, nil, owner(anna))]) == [OwnershipRule(cuff, owner: .person(anna))])
        #expect(Assignment.rules(of: []) == [])
    }

    @Test("A later one ends the earlier, of that device alone")
    func handedOn() {
        let history = [said(cuff, nil, owner(anna)), said(scale, 1, owner(anna)), said(cuff, 7, owner(ben))]
        #expect(Assignment.rules(of: history) == [
            OwnershipRule(cuff, until: at(7), owner: .person(anna)), OwnershipRule(scale, from: at(1), owner: .person(anna)),
            OwnershipRule(cuff, from: at(7), owner: .person(ben)),
        ])
    }

    @Test("What was said later of an earlier day takes the place of all that was said of later days")
    func mended() {
        let history = [said(cuff, 2, owner(anna)), said(cuff, 9, owner(anna)), said(cuff, 5, owner(ben))]
        #expect(Assignment.rules(of: history) == [
            OwnershipRule(cuff, from: at(2), until: at(5), owner: .person(anna)), OwnershipRule(cuff, from: at(5), owner: .person(ben)),
        ])
        #expect(Assignment.rules(of: history + [said(cuff, nil, owner(ben))]) == [OwnershipRule(cuff, owner: .person(ben))])
        #expect(Assignment.rules(of: history + [said(cuff, 5, owner(anna))]).map(\.owner) == [.person(anna), .person(anna)])
    }

    @Test("Where nobody says any more whose it is, no rule holds")
    func unsaid() {
        #expect(Assignment.rules(of: [said(cuff, 2, owner(anna)), said(cuff, 5)]) == [OwnershipRule(cuff, from: at(2), until: at(5), owner: .person(anna))])
    }

    /// Dice that fall the same everywhere.
    struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test("On every day the latest of all that was said of it holds, and nothing else")
    func law() {
        for seed in 0..<300 {
            var dice = Dice(state: UInt64(seed))
            let people = [anna, ben, PersonID("child")!]
            let history = (0..<Int.random(in: 0...6, using: &dice)).map { _ -> Assignment in
                let since = Int64.random(in: -2...20, using: &dice)
                let person = people.randomElement(using: &dice)!
                return Int.random(in: 0..<5, using: &dice) == 0 ? said(cuff, since) : said(cuff, since < 0 ? nil : since, owner(person))
            }
            let rules = Assignment.rules(of: history)
            for day in -3...22 {
                let expected = history.last { ($0.since ?? at(-99)) <= at(Int64(day)) }?.shares.map(\.owner) ?? []
                let holding = rules.filter { rule in
                    (rule.from ?? at(-99)) <= at(Int64(day)) && at(Int64(day)) < (rule.until ?? at(99))
                }
                #expect(holding.map(\.owner) == expected, "seed \(seed), day \(day)")
            }
        }
    }
}
