import People
import Readings

// Whose a reading is, in a row.
extension Statement {
    /// As `person, ground, permille, doubt`.
    func bind(_ whose: Attribution) {
        switch whose {
        case .person(let person, let ground):
            bind(person.description)
            bind(ground.word)
            if case .weight(let permille) = ground { bind(permille) } else { bind(nil as Int?) }
            bind(nil as String?)
        case .nobody:
            bind(nil as String?)
            bind(Attribution.Ground.byHand.word)
            bind(nil as Int?)
            bind(nil as String?)
        case .unassigned(let doubt):
            bind(nil as String?)
            bind(nil as String?)
            bind(nil as Int?)
            // Where nobody uses persons this is so of every reading: it takes no room.
            bind(doubt == .noRule ? nil : doubt.rawValue)
        }
    }

    /// From `person, ground, permille, doubt`.
    func whose() throws(StoreFailure) -> Attribution {
        let person = try optionallyParsed("person", PersonID.init)
        let word = optionalText()
        let permille = optionalInteger().map { Int($0) }
        let doubt = try optionallyParsed("doubt about a person", Attribution.Doubt.init(rawValue:))
        guard let word else { return .unassigned(doubt ?? .noRule) }
        guard let ground = Attribution.Ground(word: word, permille: permille) else { throw .unreadable("'\(word)' where a ground belongs") }
        return person.map { .person($0, ground) } ?? .nobody
    }
}
