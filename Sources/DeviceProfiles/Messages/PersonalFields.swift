import ExactJSON

/// What is about a person and never about a measurement. It is dropped from every decoded message before the store sees it,
/// and no profile can read it. Formats with words of their own list them under `drops`.
enum PersonalFields {
    /// Without case, dashes, underscores and blanks.
    private static let keys: Set<String> = [
        "firstname", "lastname", "middlename", "givenname", "familyname", "surname", "fullname", "patientname", "patientid",
        "birthdate", "dateofbirth", "birthday", "dob", "gender", "sex", "mrn", "medicalrecordnumber", "ssn",
        "socialsecuritynumber", "nationalid", "citizenid", "passport", "passportnumber", "insurancenumber", "email",
        "emailaddress", "phone", "phonenumber", "mobile", "telephone", "streetaddress", "homeaddress", "postaladdress",
        "postalcode", "zipcode", "latitude", "longitude",
    ]

    static func contains(_ key: String) -> Bool {
        keys.contains(key.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " })
    }

    /// The message with those values replaced by `null`, and whether there were any.
    static func dropped(from json: JSON, also drops: [String]) -> (json: JSON, isChanged: Bool) {
        switch json {
        case .array(let elements):
            var isChanged = false
            let cleaned = elements.map { element in
                let (json, changed) = dropped(from: element, also: drops)
                isChanged = isChanged || changed
                return json
            }
            return (isChanged ? .array(cleaned) : json, isChanged)
        case .object(let object):
            var isChanged = false
            let cleaned = object.mapMembers { key, value in
                if drops.contains(key) || contains(key) {
                    isChanged = isChanged || value != .null
                    return .null
                }
                let (json, changed) = dropped(from: value, also: drops)
                isChanged = isChanged || changed
                return json
            }
            return isChanged ? (.object(cleaned), true) : (json, false)
        case .null, .bool, .number, .string:
            return (json, false)
        }
    }
}
