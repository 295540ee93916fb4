import Glibc

/// The log of a database, looked at before SQLite does: that takes what is whole from its beginning, and forgets in silence what
/// stands behind a damaged place.
///
/// ```
/// head:  magic 4 │ version 4 │ page size 4 │ sequence 4 │ salt 8 │ checksum 8
/// frame: page 4 │ pages after commit, else 0: 4 │ salt 8 │ checksum 8 │ page      (https://sqlite.org/fileformat2.html#walformat)
/// ```
/// Each checksum goes on from the one before. A power cut leaves one transaction by halves at most, for each is on the disk before the
/// next begins: two or more that end behind a damaged place were whole once, and acknowledged.
struct WriteAheadLog {
    private let bytes: [UInt8]

    /// nil where there is none, or nothing in it.
    init?(of store: String) {
        guard let size = Files.size(of: store + "-wal"), size > 32, size < 1 << 30 else { return nil }
        let file = open(store + "-wal", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            while count < Int(size) {
                let got = read(file, buffer.baseAddress! + count, Int(size) - count)
                guard got > 0 else { break }
                count += got
            }
        }
        guard bytes.count > 32 else { return nil }
    }

    /// How many transactions stand behind a damaged place; 0 where none need be missing.
    var lostTransactions: Int {
        let pageSize = Int(word(at: 8))
        let isKnown = word(at: 0) & ~1 == 0x377f_0682 && [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536].contains(pageSize)
        let size = 24 + (isKnown ? pageSize : 4096)
        let isBig = word(at: 0) & 1 == 1
        var sums = (UInt32(0), UInt32(0))
        add(0..<24, to: &sums, isBig)
        var isWhole = isKnown && sums.0 == word(at: 24) && sums.1 == word(at: 28)
        // Without a head that can be believed the first frame tells which are of this log.
        let salt = isWhole ? 16..<24 : 40..<48
        var commits = 0
        var place = 32
        while place + size <= bytes.count {
            defer { place += size }
            let isOfThis = bytes[place + 8..<place + 16] == bytes[salt]
            if isWhole {
                add(place..<place + 8, to: &sums, isBig)
                add(place + 24..<place + size, to: &sums, isBig)
                isWhole = isOfThis && sums.0 == word(at: place + 16) && sums.1 == word(at: place + 20)
                // What an earlier use of the file left is no damage.
                if !isWhole, !isOfThis, !isAnyOfThis(behind: place + size, size, salt) { return 0 }
            }
            if !isWhole, isOfThis, word(at: place + 4) > 0 { commits += 1 }
        }
        return commits >= 2 ? commits : 0
    }

    private func isAnyOfThis(behind start: Int, _ size: Int, _ salt: Range<Int>) -> Bool {
        stride(from: start, to: max(start, bytes.count - size + 1), by: size).contains { bytes[$0 + 8..<$0 + 16] == bytes[salt] }
    }

    private func word(at place: Int) -> UInt32 {
        bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func add(_ range: Range<Int>, to sums: inout (UInt32, UInt32), _ isBig: Bool) {
        bytes.withUnsafeBytes { raw in
            for place in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                let first = raw.loadUnaligned(fromByteOffset: place, as: UInt32.self)
                let second = raw.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)
                sums.0 &+= (isBig ? UInt32(bigEndian: first) : UInt32(littleEndian: first)) &+ sums.1
                sums.1 &+= (isBig ? UInt32(bigEndian: second) : UInt32(littleEndian: second)) &+ sums.0
            }
        }
    }
}
