import DeviceProfiles
import StrictYAML
import Testing

/// What holds for every profile there is. A new profile needs no new test.
@Suite struct LawTests {
    @Test func everyShippedProfileLoadsAndEveryVectorGivesWhatItSays() throws {
        let check = try ProfileCheck(ShippedProfiles.set())
        #expect(check.problems.map(\.description) == [])
        #expect(check.vectorCount >= 70)
    }

    @Test func everyShippedConversationSaysWhatItsScriptSaysAndAcknowledgesNothingThatIsNotCommitted() async throws {
        let check = try await TalkCheck(ShippedProfiles.set())
        #expect(check.problems.map(\.description) == [])
    }
}
