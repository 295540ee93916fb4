import StrictYAML
import Testing

@Suite struct ScalarTests {
    @Test(
        "A scalar comes out as written, whatever YAML would make of it",
        arguments: [
            "2020-04-13T16:38:10", "01", "1e3", "0.005", "36.50", "FF", "no", "true", "0x1F", "1_000", "12:30", ".inf", "+1",
        ])
    func plainText(text: String) throws {
        let node = try value(text)
        #expect(try node.text() == text)
        #expect(node.kind == .scalar)
        #expect(!node.isQuoted)
    }

    @Test(
        "A quoted or block text is known as such, and never empty",
        arguments: [
            ("\"1810\"", "1810"), ("'1810'", "1810"), ("\"02 26\"", "02 26"), ("\"\"", ""), ("'~'", "~"), ("\"null\"", "null"),
            ("\"a\\tb\"", "a\tb"), ("|\n  a\n  b", "a\nb"), (">\n  a\n  b", "a b"),
        ])
    func quotedText(written: String, text: String) throws {
        let node = try value(written)
        #expect(try node.text() == text)
        #expect(node.kind == .scalar)
        #expect(node.isQuoted)
    }

    @Test("Nothing, ~ and null are empty", arguments: ["", "~", "null", "Null", "NULL", "# comment"])
    func empty(written: String) throws {
        let node = try value(written)
        #expect(node.kind == .empty)
        #expect(!node.isQuoted)
    }

    @Test(
        "Whole numbers are decimal or hexadecimal",
        arguments: [
            ("0", 0), ("120", 120), ("-5", -5), ("0x1F", 31), ("0xff", 255), ("-0x10", -16),
            ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
        ])
    func ints(written: String, number: Int) throws {
        #expect(try value(written).int() == number)
    }

    @Test("true and false are the only truths")
    func bools() throws {
        #expect(try value("true").bool())
        #expect(try !value("false").bool())
    }

    @Test(
        "What is no whole number is refused with what to write instead",
        arguments: [
            ("ten", "found 'ten'; write a whole number"),
            ("1.0", "found '1.0'; write a whole number"),
            ("1_000", "found '1_000'; write a whole number"),
            ("+1", "found '+1'; write a whole number"),
            ("--1", "found '--1'; write a whole number"),
            ("0x", "found '0x'; write a whole number"),
            ("0x+1", "found '0x+1'; write a whole number"),
            ("٣", "found '٣'; write a whole number"),
            ("010", "found '010'; write the number without leading zeros, or 0x before hexadecimal digits"),
            ("9223372036854775808", "found '9223372036854775808'; write a number that fits in 64 bits"),
            ("0.5", "found '0.5'; write a whole number"),
            ("\"1810\"", "found the quoted text \"1810\"; write a whole number without quotes"),
            ("[1]", "found a list; write a whole number"),
            ("~", "found nothing; write a whole number"),
        ])
    func wrongInts(written: String, message: String) throws {
        let node = try value(written)
        #expect(problem { _ = try node.int() } == "f.yaml:1:\(node.column): \(message)")
    }

    @Test(
        "What is neither true nor false is refused with what to write instead",
        arguments: [
            ("yes", "found 'yes'; write true or false"),
            ("True", "found 'True'; write true or false"),
            ("1", "found '1'; write true or false"),
            ("\"true\"", "found the quoted text \"true\"; write true or false without quotes"),
            ("{a: 1}", "found a map; write true or false"),
        ])
    func wrongBools(written: String, message: String) throws {
        let node = try value(written)
        #expect(problem { _ = try node.bool() } == "f.yaml:1:4: \(message)")
    }

    @Test("A list or a map is no text, and the other way round")
    func wrongKinds() throws {
        let list = try value("[a, b]")
        let text = try value("a")
        let nothing = try value("~")
        #expect(problem { _ = try list.text() } == "f.yaml:1:4: found a list; write a single text")
        #expect(problem { _ = try nothing.text() } == "f.yaml:1:4: found nothing; write a single text")
        #expect(
            problem { _ = try text.list() }
                == "f.yaml:1:4: found 'a'; write a list, [a, b] or one '- ' a line")
        #expect(
            problem { _ = try list.map() } == "f.yaml:1:4: found a list; write a map of 'key: value'")
        #expect(
            problem { _ = try nothing.listOrSingle() }
                == "f.yaml:1:4: found nothing; write a value or a list")
    }

    @Test("A single value can stand for a list of one")
    func listOrSingle() throws {
        #expect(try value("a").listOrSingle().map { try $0.text() } == ["a"])
        #expect(try value("[a, b]").listOrSingle().map { try $0.text() } == ["a", "b"])
        #expect(try value("[]").listOrSingle().isEmpty)
        #expect(try value("{a: 1}").listOrSingle().count == 1)
    }

    @Test("A long or many-lined text is shortened in the sentence about it")
    func shortensText() throws {
        let node = try value("|\n  first\n  " + String(repeating: "x", count: 500))
        #expect(problem { _ = try node.int() }
            == "f.yaml:1:4: found the quoted text \"first…\"; write a whole number without quotes")
    }
}
