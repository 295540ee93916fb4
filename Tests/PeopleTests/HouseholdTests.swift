import People
import Readings
import Testing

@Suite("Whose a reading is")
struct HouseholdTests {
    let scale = DeviceID(address: "AA:BB:CC:00:00:01")!
    let cuff = DeviceID(address: "AA:BB:CC:00:00:02")!
    let anna = PersonID("anna")!, ben = PersonID("ben")!, child = PersonID("child")!
    let monday = Instant(rfc3339: "2026-03-02T07:00:00Z")!

    func at(_ days: Double) -> Instant { Instant(milliseconds: monday.milliseconds + Int64(days * 86_400_000)) }
    func weight(_ kilograms: String, slot: Int? = nil) -> Reading {
        let vital = Kind.bodyWeight.vital("weight")!
        return Reading(.bodyWeight, [Reading.Value("weight", Quantity(ExactDecimal(kilograms)!, .kilogram), vital)], user: slot)
    }
    func pressure(slot: Int? = nil) -> Reading {
        let vital = Kind.bloodPressure.vital("systolic")!
        return Reading(.bloodPressure, [Reading.Value("systolic", Quantity(ExactDecimal(120), .mmHg), vital)], user: slot)
    }
    func history(_ points: (Double, Double)...) -> WeightHistory {
        WeightHistory(points.map { WeightHistory.Point(at: at($0.0), kilograms: $0.1) })
    }
    /// A household, and what its members have weighed.
    struct Home {
        var household: Household
        var weights: [PersonID: WeightHistory] = [:]
    }
    func home(_ rules: OwnershipRule...) -> Home { Home(household: Household(rules: rules)) }
    func shared(_ weights: [PersonID: WeightHistory]) -> Home {
        Home(household: Household(rules: [OwnershipRule(scale, owner: .oneOf(Set(weights.keys)))]), weights: weights)
    }
    /// - Parameter arrived: the day on which it came in; nil: at once.
    func whose(
        _ reading: Reading, in home: Home, of device: DeviceID? = nil, day: Double = 1, _ quality: TimeQuality = .device, arrived: Double? = nil
    ) -> Attribution {
        home.household.attribution(
            of: reading, from: device ?? scale, measuredAt: MeasuredAt(at(day), quality), arrived: at(arrived ?? day)
        ) { person, _ in home.weights[person] ?? WeightHistory() }
    }

    @Test("A device of which nobody has said whose it is gives readings of nobody")
    func noRule() {
        #expect(whose(weight("70"), in: home()) == .unassigned(.noRule))
        let other = home(OwnershipRule(cuff, owner: .person(anna)))
        #expect(whose(weight("70"), in: other) == .unassigned(.noRule))
    }

    @Test("A device of one person gives that person's readings, and those of a slot, too, while no slot has an owner")
    func device() {
        let household = home(OwnershipRule(cuff, owner: .person(anna)))
        #expect(whose(pressure(), in: household, of: cuff) == .person(anna, .device))
        #expect(whose(pressure(slot: 2), in: household, of: cuff) == .person(anna, .device))
    }

    @Test("Where slots have owners, a slot without one is nobody's, even on a device that has an owner")
    func slots() {
        let household = home(OwnershipRule(cuff, owner: .person(anna)), OwnershipRule(cuff, slot: 2, owner: .person(ben)))
        #expect(whose(pressure(slot: 2), in: household, of: cuff) == .person(ben, .slot))
        #expect(whose(pressure(slot: 1), in: household, of: cuff) == .unassigned(.unknownSlot))
        #expect(whose(pressure(), in: household, of: cuff) == .person(anna, .device))
    }

    @Test("A device that is lent belongs to the borrower on those days, by the time of measurement")
    func lent() {
        let household = home(OwnershipRule(cuff, owner: .person(anna)), OwnershipRule(cuff, from: at(10), until: at(20), owner: .person(ben)))
        #expect(whose(pressure(), in: household, of: cuff, day: 9.99) == .person(anna, .device))
        #expect(whose(pressure(), in: household, of: cuff, day: 10) == .person(ben, .device))
        #expect(whose(pressure(), in: household, of: cuff, day: 20) == .person(anna, .device))
        #expect(whose(pressure(), in: household, of: cuff, day: 15, .unsynced) == .unassigned(.uncertainTime))
        let undated = household.household.attribution(of: pressure(), from: cuff, measuredAt: nil, arrived: at(15)) { _, _ in WeightHistory() }
        #expect(undated == .unassigned(.uncertainTime))
    }

    @Test("A record that comes in after its device has changed hands is nobody's, unless its clock was measured")
    func handedOn() {
        let household = home(
            OwnershipRule(cuff, until: at(10), owner: .person(anna)), OwnershipRule(cuff, from: at(10), owner: .person(ben)))
        #expect(whose(pressure(), in: household, of: cuff, day: 9, arrived: 9.5) == .person(anna, .device))
        // Anna's from the memory, or Ben's by a clock that is two days slow.
        #expect(whose(pressure(), in: household, of: cuff, day: 9, arrived: 11) == .unassigned(.uncertainTime))
        #expect(whose(pressure(), in: household, of: cuff, day: 9, .corrected, arrived: 11) == .person(anna, .device))
        #expect(whose(pressure(), in: household, of: cuff, day: 11, arrived: 30) == .person(ben, .device))
        // Given away, and nobody has said to whom.
        let given = home(OwnershipRule(cuff, until: at(10), owner: .person(anna)))
        #expect(whose(pressure(), in: given, of: cuff, day: 9, arrived: 11) == .unassigned(.uncertainTime))
    }

    @Test("Slots of former days say nothing of today")
    func formerSlots() {
        let household = home(
            OwnershipRule(cuff, slot: 1, until: at(10), owner: .person(anna)), OwnershipRule(cuff, from: at(10), owner: .person(ben)))
        #expect(whose(pressure(slot: 1), in: household, of: cuff, day: 5) == .person(anna, .slot))
        #expect(whose(pressure(slot: 2), in: household, of: cuff, day: 5) == .unassigned(.unknownSlot))
        #expect(whose(pressure(slot: 1), in: household, of: cuff, day: 15) == .person(ben, .device))
    }

    @Test("Nothing is filed under somebody who does not consent, and it goes to nobody else for that")
    func consent() {
        let rules = [OwnershipRule(cuff, owner: .person(anna)), OwnershipRule(scale, owner: .oneOf([anna, ben]))]
        let household = Home(
            household: Household(rules: rules, withdrawn: [anna]), weights: [anna: history((0, 62)), ben: history((0, 71))])
        #expect(whose(pressure(), in: household, of: cuff) == .unassigned(.noConsent))
        #expect(whose(weight("62"), in: household) == .unassigned(.noConsent))
        #expect(whose(weight("71"), in: household).person == ben)
    }

    @Test("Weights are asked only where they decide")
    func asksNothing() {
        let rules = [OwnershipRule(cuff, owner: .person(anna)), OwnershipRule(scale, owner: .oneOf([anna, ben]))]
        for (reading, device) in [(pressure(), cuff), (weight("62"), cuff), (pressure(), scale), (weight("62"), DeviceID(address: "AA:BB:CC:00:00:03")!)] {
            _ = Household(rules: rules).attribution(of: reading, from: device, measuredAt: MeasuredAt(at(1), .arrival), arrived: at(1)) { _, _ in
                Issue.record("asked for a weight")
                return WeightHistory()
            }
        }
    }

    @Test("Grounds have words that lead back to them", arguments: [
        Attribution.Ground.byHand, .device, .slot, .weight(permille: 993),
    ])
    func words(ground: Attribution.Ground) {
        let permille: Int? = if case .weight(let permille) = ground { permille } else { nil }
        #expect(Attribution.Ground(word: ground.word, permille: permille) == ground)
    }

    @Test("Two rules that say different things decide nothing")
    func contradiction() {
        let household = home(OwnershipRule(cuff, owner: .person(anna)), OwnershipRule(cuff, owner: .person(ben)))
        #expect(whose(pressure(), in: household, of: cuff) == .unassigned(.contradiction))
    }

    @Test("A device of nobody gives nobody's readings")
    func nobody() {
        let household = home(OwnershipRule(cuff, owner: .nobody))
        #expect(whose(pressure(), in: household, of: cuff) == .nobody)
    }

    @Test("Two people nine kilograms apart who weigh themselves daily are told apart")
    func apart() {
        let household = shared([anna: history((0, 62)), ben: history((0, 71))])
        guard case .person(anna, .weight(let permille)) = whose(weight("62.7"), in: household) else { Issue.record("not told apart"); return }
        #expect(permille >= 990)
        guard case .person(ben, .weight) = whose(weight("70.1"), in: household) else { Issue.record("not told apart"); return }
    }

    @Test("Two people of the same weight are not told apart by it")
    func equal() {
        let household = shared([anna: history((0, 70)), ben: history((0, 70.5))])
        #expect(whose(weight("70.2"), in: household) == .unassigned(.severalNear))
        #expect(whose(weight("69.0"), in: household) == .unassigned(.severalNear))
    }

    @Test("A child on the scale of an adult is not the adult")
    func stranger() {
        let household = shared([ben: history((0, 100))])
        #expect(whose(weight("15"), in: household) == .unassigned(.nobodyNear))
        #expect(whose(weight("93"), in: household) == .unassigned(.nobodyNear))
    }

    @Test("After a year away, a few kilograms do not decide between two")
    func longAway() {
        let household = shared([anna: history((0, 62)), ben: history((0, 71))])
        #expect(whose(weight("66"), in: household, day: 365) == .unassigned(.severalNear))
    }

    @Test("A history that goes on after the reading serves as well: records come late")
    func late() {
        let household = shared([child: history((0, 14), (400, 20)), anna: history((0, 62))])
        guard case .person(child, .weight) = whose(weight("19.6"), in: household, day: 390) else { Issue.record("not told apart"); return }
    }

    @Test("Somebody of whom no weight is known is never taken for granted")
    func unknown() {
        #expect(whose(weight("70"), in: shared([anna: history(), ben: history()])) == .unassigned(.noHistory))
        #expect(whose(weight("80"), in: shared([anna: history((0, 62)), ben: history()])) == .unassigned(.nobodyNear))
    }

    @Test("A reading without a weight is not given to one of several")
    func noWeight() {
        #expect(whose(pressure(), in: shared([anna: history((0, 62))])) == .unassigned(.noWeight))
    }

    @Test("A pseudonym has no blanks and no capitals", arguments: ["Anna", "anna b", "", "-a", "ä", String(repeating: "a", count: 33)])
    func pseudonyms(text: String) {
        #expect(PersonID(text) == nil)
    }
}
