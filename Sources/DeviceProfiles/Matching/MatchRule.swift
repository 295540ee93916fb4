/// When a profile claims a device. Every line that is given must hold.
struct MatchRule: Sendable {
    var services: [BluetoothUUID] = []
    var serviceData: BluetoothUUID?
    var company: UInt16?
    /// Data of any company, the company's two bytes in front.
    var isAnyCompany = false
    /// What the advertised bytes look like.
    var data: ByteShape?
    var names: Names?
    var rank = Rank.vendor

    /// Of profiles that claim the same device the one of the highest rank has it.
    enum Rank: Int, Sendable, Comparable {
        /// Read beside the profile that the device has: its battery, its clock.
        case common
        /// Yields to any vendor profile that also matches.
        case standard
        case vendor

        static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    struct Names: Sendable {
        var exact: [String] = []
        var prefixes: [String] = []
        var suffixes: [String] = []
        var contained: [String] = []
        /// Listed for people; no condition.
        var isOptional = false

        var all: [String] { exact + prefixes + suffixes + contained }

        /// Compares bytes: a name is what a device sends, not what a reader takes it for.
        func contains(_ name: String) -> Bool {
            let name = name.utf8
            return exact.contains { $0.utf8.elementsEqual(name) } || prefixes.contains { name.starts(with: $0.utf8) }
                || suffixes.contains { name.reversed().starts(with: $0.utf8.reversed()) }
                || contained.contains { name.contains($0.utf8) }
        }
    }

    /// The advertised bytes that `data` speaks of, and whether they fit.
    func fits(_ advert: Advertisement) -> Bool {
        if let serviceData {
            return advert.serviceData[serviceData].map(looks) ?? false
        }
        if let company { return advert.manufacturerData[company].map(looks) ?? false }
        return isAnyCompany && advert.manufacturerData.contains { looks($0.value.behind($0.key)) }
    }

    private func looks(_ bytes: [UInt8]) -> Bool {
        guard let data else { return true }
        return data.fitsWhole(bytes.span.bytes)
    }
}

extension [UInt8] {
    /// These bytes behind those of the company, as they are on the air.
    func behind(_ company: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: company), UInt8(company >> 8)] + self }
}

extension String.UTF8View {
    fileprivate func contains(_ part: String.UTF8View) -> Bool {
        let count = part.count
        guard count > 0, self.count >= count else { return false }
        var start = startIndex
        for _ in 0...(self.count - count) {
            if self[start...].starts(with: part) { return true }
            start = index(after: start)
        }
        return false
    }
}
