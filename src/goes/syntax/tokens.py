"""Tokens and operators, as small ints.

    +  is ADD, whether scanned as a token, held by a BinaryExpr or by an SSA BinOp.

Sources: Go spec "Lexical elements", "Operators"; grouping and precedence as in the spec.
"""

from __future__ import annotations

from typing import Final

EOF: Final = 0
NAME: Final = 1
LITERAL: Final = 2  # the literal kind is a second int, below

# Binary and unary operators. ADD..ANDNOT are those that may be followed by "=".
OROR: Final = 10  # ||
ANDAND: Final = 11  # &&
EQL: Final = 12  # ==
NEQ: Final = 13  # !=
LSS: Final = 14  # <
LEQ: Final = 15  # <=
GTR: Final = 16  # >
GEQ: Final = 17  # >=
ADD: Final = 18
SUB: Final = 19
OR: Final = 20
XOR: Final = 21
MUL: Final = 22
DIV: Final = 23
REM: Final = 24
AND: Final = 25
ANDNOT: Final = 26  # &^
SHL: Final = 27
SHR: Final = 28
NOT: Final = 29  # ! (unary)
ARROW: Final = 30  # <- (unary receive; send statement; channel type)
TILDE: Final = 31  # ~ (constraint terms)

# Punctuation.
ASSIGN: Final = 40  # =
DEFINE: Final = 41  # :=
ASSIGN_OP: Final = 42  # op= ; the scanner's .op holds the operator
INC_DEC: Final = 43  # ++ or -- ; the scanner's .op holds ADD or SUB
LPAREN: Final = 44
LBRACK: Final = 45
LBRACE: Final = 46
RPAREN: Final = 47
RBRACK: Final = 48
RBRACE: Final = 49
COMMA: Final = 50
SEMI: Final = 51
COLON: Final = 52
DOT: Final = 53
DOTDOTDOT: Final = 54

# Keywords, in alphabetical order.
BREAK: Final = 60
CASE: Final = 61
CHAN: Final = 62
CONST: Final = 63
CONTINUE: Final = 64
DEFAULT: Final = 65
DEFER: Final = 66
ELSE: Final = 67
FALLTHROUGH: Final = 68
FOR: Final = 69
FUNC: Final = 70
GO: Final = 71
GOTO: Final = 72
IF: Final = 73
IMPORT: Final = 74
INTERFACE: Final = 75
MAP: Final = 76
PACKAGE: Final = 77
RANGE: Final = 78
RETURN: Final = 79
SELECT: Final = 80
STRUCT: Final = 81
SWITCH: Final = 82
TYPE: Final = 83
VAR: Final = 84

# Literal kinds.
INT_LIT: Final = 1
FLOAT_LIT: Final = 2
IMAG_LIT: Final = 3
RUNE_LIT: Final = 4
STRING_LIT: Final = 5

KEYWORDS: Final[dict[str, int]] = {
    "break": BREAK, "case": CASE, "chan": CHAN, "const": CONST, "continue": CONTINUE, "default": DEFAULT,
    "defer": DEFER, "else": ELSE, "fallthrough": FALLTHROUGH, "for": FOR, "func": FUNC, "go": GO, "goto": GOTO,
    "if": IF, "import": IMPORT, "interface": INTERFACE, "map": MAP, "package": PACKAGE, "range": RANGE,
    "return": RETURN, "select": SELECT, "struct": STRUCT, "switch": SWITCH, "type": TYPE, "var": VAR,
}

OPERATOR_TEXT: Final[dict[int, str]] = {
    OROR: "||", ANDAND: "&&", EQL: "==", NEQ: "!=", LSS: "<", LEQ: "<=", GTR: ">", GEQ: ">=", ADD: "+", SUB: "-",
    OR: "|", XOR: "^", MUL: "*", DIV: "/", REM: "%", AND: "&", ANDNOT: "&^", SHL: "<<", SHR: ">>", NOT: "!",
    ARROW: "<-", TILDE: "~",
}

# Binding strength of binary operators; 0 for everything else.
PRECEDENCE: Final[dict[int, int]] = {
    OROR: 1, ANDAND: 2, EQL: 3, NEQ: 3, LSS: 3, LEQ: 3, GTR: 3, GEQ: 3, ADD: 4, SUB: 4, OR: 4, XOR: 4,
    MUL: 5, DIV: 5, REM: 5, AND: 5, ANDNOT: 5, SHL: 5, SHR: 5,
}
