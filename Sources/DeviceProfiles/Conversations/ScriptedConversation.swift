import Readings

/// One session of a profile's conversation.
package struct ScriptedConversation: Conversation {
    let plan: ConversationPlan

    package mutating func run(
        over link: some Link, in context: ConversationContext, record: @escaping Recording
    ) async throws(ConversationFailure) {
        // All that the device tells lives in here, and ends with it.
        var talk = Talk(link: link, plan: plan, context: context, record: record)
        try await talk.run()
    }
}
