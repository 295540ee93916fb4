import Testing

@testable import Readings

struct ExactDecimalTests {
    @Test(arguments: [
        ("0", 0, 0), ("120", 120, 0), ("-12.50", -1250, -2), ("11.0", 110, -1), ("0.001", 1, -3), ("-0.5", -5, -1),
        ("000123", 123, 0), ("999999999999999999", 999_999_999_999_999_999, 0),
    ] as [(String, Int64, Int8)])
    func `plain decimal text keeps its digits`(text: String, mantissa: Int64, exponent: Int8) {
        #expect(ExactDecimal(text) == ExactDecimal(mantissa, exponent: exponent))
    }

    @Test(arguments: [
        "", "-", ".", "1.", ".5", "+1", "1e3", "1,5", " 1", "1 ", "1.2.3", "--1", "NaN", "inf", "0x10", "١", "1_000",
        "1000000000000000000", "0.000000000000000001",
    ])
    func `anything else is refused`(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test(arguments: [
        (0, 0, "0"), (0, -1, "0.0"), (0, 5, "0"), (798, -1, "79.8"), (110, -1, "11.0"), (5, -3, "0.005"), (-5, -3, "-0.005"),
        (12, 3, "12000"), (-12, 1, "-120"), (Int64.max, 0, "9223372036854775807"), (Int64.min, -18, "-9.223372036854775808"),
    ] as [(Int64, Int8, String)])
    func `text has exactly the digits reported`(mantissa: Int64, exponent: Int8, text: String) {
        #expect(ExactDecimal(mantissa, exponent: exponent).text == text)
    }

    @Test func `the ends of the exponent are written out`() {
        #expect(ExactDecimal(1, exponent: 127).text == "1" + String(repeating: "0", count: 127))
        #expect(ExactDecimal(1, exponent: -128).text == "0." + String(repeating: "0", count: 127) + "1")
    }

    @Test func `digits tell reports apart, and value compares them`() {
        #expect(ExactDecimal("11.0") != ExactDecimal("11"))
        #expect(ExactDecimal("11.0")!.compared(to: ExactDecimal("11")!) == 0)
        #expect(ExactDecimal("-1")! < ExactDecimal("0.5")!)
        #expect(ExactDecimal("79.8")! < ExactDecimal("79.81")!)
        #expect(ExactDecimal(1, exponent: 3).compared(to: ExactDecimal("1000")!) == 0)
    }

    @Test(arguments: [
        (1, 127, 1, -128, 1), (-1, 127, 1, -128, -1), (0, 127, 0, -128, 0), (0, 127, 1, -128, -1),
        (Int64.max, 127, Int64.max, 126, 1), (Int64.min, 60, Int64.min, 20, -1), (8_388_605, 127, 300, 0, 1),
        (1, -128, 1, 0, -1), (-1, -128, 0, 0, -1),
    ] as [(Int64, Int8, Int64, Int8, Int)])
    func `numbers of every exponent compare`(left: Int64, e: Int8, right: Int64, f: Int8, order: Int) {
        #expect(ExactDecimal(left, exponent: e).compared(to: ExactDecimal(right, exponent: f)) == order)
    }

    @Test(arguments: [
        ("79.800", "79.8"), ("120", "120"), ("0.00", "0"), ("100.0", "100"), ("-5.50", "-5.5"), ("0.005", "0.005"),
    ])
    func `padding goes, digits before the point stay`(text: String, short: String) {
        #expect(ExactDecimal(text)!.withoutPadding.text == short)
    }

    @Test(arguments: [
        ("0.5", 0, "0"), ("1.5", 0, "2"), ("2.5", 0, "2"), ("-0.5", 0, "0"), ("-1.5", 0, "-2"), ("-2.5", 0, "-2"),
        ("2.51", 0, "3"), ("2.49", 0, "2"), ("0.125", 2, "0.12"), ("0.135", 2, "0.14"), ("0.1250001", 2, "0.13"),
        ("12", 2, "12"), ("12.3", 2, "12.3"), ("99.995", 2, "100.00"),
    ])
    func `halves are rounded to even`(text: String, places: Int, rounded: String) {
        #expect(ExactDecimal(text)!.rounded(toPlaces: places).text == rounded)
    }

    @Test func `the smallest exponent rounds to nothing`() {
        #expect(ExactDecimal(.max, exponent: -128).rounded(toPlaces: 2).compared(to: ExactDecimal(0)) == 0)
        #expect(ExactDecimal(.min, exponent: -128).rounded(toPlaces: 2).compared(to: ExactDecimal(0)) == 0)
    }

    @Test func `a product has the digits of both`() {
        #expect(ExactDecimal(66, exponent: -4).times(ExactDecimal(1, exponent: 3)).text == "6.6")
        #expect(ExactDecimal("1.50")!.times(ExactDecimal("-0.2")!).text == "-0.300")
    }
}
