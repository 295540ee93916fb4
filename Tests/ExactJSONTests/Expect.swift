import ExactJSON

/// What reading this text fails with; nil if it is taken.
func failure(_ text: String) -> JSONFailure? { failure(Array(text.utf8)) }

func failure(_ bytes: [UInt8]) -> JSONFailure? {
    do throws(JSONFailure) {
        _ = try JSON(parsing: bytes)
        return nil
    } catch {
        return error
    }
}
