"""The scanner: kinds of tokens, automatic semicolons, literals, and what is wrong with them where."""

from __future__ import annotations

import random

import pytest

from goes.diag.diagnostic import Diagnostic
from goes.syntax import tokens
from goes.syntax.scanner import Scanner

NAMES = {v: k for k, v in vars(tokens).items() if isinstance(v, int) and not k.endswith("_LIT") and k.isupper()}


def scan(text: str | bytes) -> tuple[list[str], list[str]]:
    data = text.encode() if isinstance(text, str) else text
    errors: list[Diagnostic] = []
    scanner = Scanner(data, 1, errors)
    found = []
    while True:
        scanner.next()
        name = NAMES[scanner.tok]
        if scanner.tok in (tokens.NAME, tokens.LITERAL, tokens.SEMI):
            name += " " + scanner.lit
        if scanner.tok == tokens.EOF:
            return found, [f"{e.pos}: {e.message}" for e in errors]
        found.append(name)


def kinds(text: str) -> list[str]:
    found, errors = scan(text)
    assert errors == []
    return found


def test_operators_are_tokens_of_their_own() -> None:
    assert kinds("+ - * / % & | ^ << >> &^") == "ADD SUB MUL DIV REM AND OR XOR SHL SHR ANDNOT".split()
    assert kinds("&& || <- == < > = ! ~ != <= >=") == (
        "ANDAND OROR ARROW EQL LSS GTR ASSIGN NOT TILDE NEQ LEQ GEQ".split()
    )
    assert kinds("( [ { , . ; : := ...") == (
        ["LPAREN", "LBRACK", "LBRACE", "COMMA", "DOT", "SEMI semicolon", "COLON", "DEFINE", "DOTDOTDOT"]
    )


def test_assignment_operators_keep_their_operator() -> None:
    scanner = Scanner(b"<<= &^= ++", 1, [])
    seen = []
    for _ in range(3):
        scanner.next()
        seen.append((scanner.tok, scanner.op))
    assert seen == [
        (tokens.ASSIGN_OP, tokens.SHL), (tokens.ASSIGN_OP, tokens.ANDNOT), (tokens.INC_DEC, tokens.ADD)
    ]


@pytest.mark.parametrize(
    "text, last",
    [
        ("x\n", "SEMI newline"), ("x", "SEMI EOF"), ("1\n", "SEMI newline"), (")\n", "SEMI newline"),
        ("return\n", "SEMI newline"), ("x++\n", "SEMI newline"), ("x // note\n", "SEMI newline"),
        ("x /* a\n b */ y", "SEMI EOF"), ("func\n", "FUNC"), ("x +\n", "ADD"), ("{\n", "LBRACE"),
    ],
)
def test_a_newline_ends_a_statement_after_the_right_tokens(text: str, last: str) -> None:
    assert kinds(text)[-1] == last


def test_a_comment_over_lines_is_a_newline() -> None:
    assert kinds("x /* a\n b */ + y") == ["NAME x", "SEMI newline", "ADD", "NAME y", "SEMI EOF"]
    assert kinds("x /* a b */ + y") == ["NAME x", "ADD", "NAME y", "SEMI EOF"]


def test_names_may_use_any_letter() -> None:
    assert kinds("\U00031350x\U00010D41")[0] == "NAME \U00031350x\U00010D41"  # Unicode 15 and 16
    assert kinds("größe _x日本 Ω٣ if")[:3] == ["NAME größe", "NAME _x日本", "NAME Ω٣"]


@pytest.mark.parametrize(
    "text",
    ["0", "0x1F", "0b101", "0o17", "017", "1_000", "1.5", ".5", "1e9", "0x1p-2", "0x.8p1", "1i", "0123i", "1_0.2_5e1_0",
     "'a'", "'\\n'", "'\\''", "'\\x41'", "'\\u00e9'", "'\\U0001F600'", '"a\\"b"', "`raw\n`", "'é'"],
)
def test_literals(text: str) -> None:
    assert kinds(text)[0] == "LITERAL " + text


@pytest.mark.parametrize(
    "text, error",
    [
        ("0x", "3: hexadecimal literal has no digits"),
        ("0b12", "4: invalid digit '2' in binary literal"),
        ("08", "2: invalid digit '8' in octal literal"),
        ("1__0", "3: '_' must separate successive digits"),
        ("0b1.0", "4: invalid radix point in binary literal"),
        ("1e", "3: exponent has no digits"),
        ("1p3", "2: 'p' exponent requires hexadecimal mantissa"),
        ("0x1.8", "6: hexadecimal mantissa requires a 'p' exponent"),
        ("''", "2: empty rune literal or unescaped '"),
        ("'ab'", "1: more than one character in rune literal"),
        ("'a", "1: rune literal not terminated"),
        ('"a', "1: string not terminated"),
        ('"a\nb', "3: newline in string"),
        ("`a", "1: string not terminated"),
        ("/* a", "1: comment not terminated"),
        ("'\\q'", "3: unknown escape"),
        ("'\\400'", "6: octal escape value 256 > 255"),
        ("'\\ud800'", "8: escape is invalid Unicode code point U+D800"),
        ("'\\x4g'", "5: invalid character 'g' in hexadecimal escape"),
        ("#", "1: invalid character U+0023 '#'"),
        ("“", "1: invalid character U+201C '“' in identifier"),
        ("٣", "1: identifier cannot begin with digit U+0663 '٣'"),
    ],
)
def test_errors_have_gcs_words_and_places(text: str, error: str) -> None:
    assert scan(text)[1][0] == error


def test_bytes_that_may_not_occur_are_reported_and_passed_over() -> None:
    found, errors = scan(b"ab\x00c \xff\"\xfe\" d\xef\xbb\xbf")
    assert errors == [
        "3: invalid NUL character", "6: invalid UTF-8 encoding", "8: invalid UTF-8 encoding",
        "12: invalid BOM in the middle of the file",
    ]
    assert found[0] == "NAME ab\x00c" and len(found) == 4


def test_a_byte_order_mark_may_begin_a_file() -> None:
    assert scan(b"\xef\xbb\xbfx") == (["NAME x", "SEMI EOF"], [])


def test_no_input_makes_the_scanner_fail() -> None:
    random_source = random.Random(7)
    alphabet = b"ab01 \n\t\"'`/*\\.xeE_+-<>=&|^%!~(){}[],;:\x00\xff\xef\xbb\xbf\xc3\xa9\xe2\x80\x9c"
    for _ in range(3000):
        scan(bytes(random_source.choice(alphabet) for _ in range(random_source.randrange(40))))
