"""Constant values, exact.

    1 << 100     →   int
    1.0 / 3      →   Fraction(1, 3)
    "a\\xff"      →   bytes (Go strings are bytes)
    2i           →   ComplexValue(0, 2)
    true         →   bool

Representation: bool | bytes | int | Fraction | ComplexValue | Unknown. An untyped float whose value is integral may be
an int: the *type* says what it is, the value only what it amounts to (`to_int`, `to_float`, `to_complex` convert).
Beware: bool is an int to Python; test `isinstance(v, bool)` first.

    binary_op(1, DIV, 3)   →   Fraction(1, 3)        binary_op(7, DIV, -2, integer_division=True)   →   -3
    const_string(Fraction(1, 3))   →   "0.333333"    (as messages print it)

Fractions stay exact up to MAX_FRACTION_BITS; beyond, they are rounded to 512 bits of mantissa, and an exponent out of
reach makes the value Unknown (the checker then says that the result is not representable).

Sources: Go spec "Constants", "Constant expressions"; go/constant (roles); limits of go/types const.go: 512 bits.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final, final

from ..syntax import tokens as tok


@final
class ComplexValue:
    __slots__ = ("re", "im")

    def __init__(self, re: Fraction, im: Fraction) -> None:
        self.re = re
        self.im = im

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ComplexValue) and self.re == other.re and self.im == other.im

    def __hash__(self) -> int:
        return hash((self.re, self.im))


@final
class Unknown:
    """The value after an error."""

    __slots__ = ()


UNKNOWN = Unknown()
ConstValue = bool | bytes | int | Fraction | ComplexValue | Unknown

MAX_FRACTION_BITS: Final = 4096  # go/constant's limit on numerators and denominators
MANTISSA_BITS: Final = 512
MAX_EXPONENT: Final = 1 << 20  # of two; gc reaches 1 << 31, at a price in time and space

_ZERO: Final = Fraction(0)


# --------------------------------------------------------------------------------------------------------- rounding


def _round_to_bits(n: int, d: int, bits: int) -> tuple[int, int]:
    """(m, e) with m·2^e nearest to n/d (n, d > 0; ties to even) and m of `bits` bits."""
    s = bits + 2 - (n.bit_length() - d.bit_length())
    q, r = divmod(n << s, d) if s >= 0 else divmod(n, d << -s)
    extra = q.bit_length() - bits
    half = 1 << (extra - 1)
    low = q & ((1 << extra) - 1)
    m = q >> extra
    if low > half or (low == half and (r != 0 or m & 1 == 1)):
        m += 1
        if m.bit_length() > bits:
            m >>= 1
            extra += 1
    return m, extra - s


def _bounded(x: Fraction) -> ConstValue:
    """x, rounded like go/constant's big floats if it is no reasonable fraction any more."""
    n = x.numerator
    d = x.denominator
    if n.bit_length() < MAX_FRACTION_BITS and d.bit_length() < MAX_FRACTION_BITS:
        return x
    m, e = _round_to_bits(abs(n), d, MANTISSA_BITS)
    if e > MAX_EXPONENT:
        return UNKNOWN
    if e < -MAX_EXPONENT:
        return _ZERO
    if n < 0:
        m = -m
    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


def _ieee(x: Fraction, bits: int, min_exponent: int, max_exponent: int) -> Fraction | None:
    """x rounded to a binary format: `bits` of mantissa, values up to 2^max_exponent; None if it overflows."""
    n = x.numerator
    if n == 0:
        return _ZERO
    d = x.denominator
    a = abs(n)
    # The exponent of the leading bit decides whether the result is subnormal.
    lead = a.bit_length() - d.bit_length()
    if (a << -lead if lead < 0 else a) < (d << lead if lead > 0 else d):
        lead -= 1
    step = max(lead - bits + 1, min_exponent - bits + 1)  # exponent of the last place
    if lead < step - 1:
        return _ZERO
    q, r = divmod(a, d << step) if step >= 0 else divmod(a << -step, d)
    r2 = 2 * r
    whole = d << step if step >= 0 else d
    if r2 > whole or (r2 == whole and q & 1 == 1):
        q += 1
    if q.bit_length() + step > max_exponent:
        return None
    if n < 0:
        q = -q
    return Fraction(q << step) if step >= 0 else Fraction(q, 1 << -step)


def round_float32(v: ConstValue) -> Fraction | None:
    """The nearest float32, exactly; None if v is too large (or no number). Too small values become 0."""
    f = to_float(v)
    return _ieee(f, 24, -126, 128) if isinstance(f, Fraction) else None


def round_float64(v: ConstValue) -> Fraction | None:
    f = to_float(v)
    return _ieee(f, 53, -1022, 1024) if isinstance(f, Fraction) else None


def float64_value(v: ConstValue) -> float:
    """The nearest float; infinite if v is too large."""
    f = to_float(v)
    if not isinstance(f, Fraction):
        return 0.0
    r = _ieee(f, 53, -1022, 1024)
    if r is None:
        return math.inf if f > 0 else -math.inf
    return r.numerator / r.denominator


# ------------------------------------------------------------------------------------------------------ conversions


def to_int(v: ConstValue) -> ConstValue:
    """An int if v is a number with an integral value, else UNKNOWN."""
    if isinstance(v, bool):
        return UNKNOWN
    if isinstance(v, int):
        return v
    if isinstance(v, Fraction):
        d = v.denominator
        n = v.numerator
        if d == 1:
            return n if n.bit_length() < MAX_FRACTION_BITS else UNKNOWN
        # A rounded value may miss an integer by its last bits.
        if d & (d - 1) == 0 and MANTISSA_BITS - 4 < n.bit_length() <= MANTISSA_BITS and d.bit_length() <= MANTISSA_BITS:
            a = abs(n)
            drop = a.bit_length() - (MANTISSA_BITS - 4)
            down = (a >> drop) << drop
            if down % d == 0:
                return down // d if n > 0 else -(down // d)
            up = -((-a) >> drop) << drop
            if up % d == 0:
                return up // d if n > 0 else -(up // d)
        return UNKNOWN
    if isinstance(v, ComplexValue) and v.im == 0:
        return to_int(v.re)
    return UNKNOWN


def to_float(v: ConstValue) -> ConstValue:
    """A Fraction if v is a real number, else UNKNOWN."""
    if isinstance(v, Fraction):
        return v
    if isinstance(v, bool):
        return UNKNOWN
    if isinstance(v, int):
        return Fraction(v)
    if isinstance(v, ComplexValue) and v.im == 0:
        return v.re
    return UNKNOWN


def to_complex(v: ConstValue) -> ConstValue:
    """A ComplexValue if v is a number, else UNKNOWN."""
    if isinstance(v, ComplexValue):
        return v
    f = to_float(v)
    return ComplexValue(f, _ZERO) if isinstance(f, Fraction) else UNKNOWN


def real(v: ConstValue) -> ConstValue:
    return v.re if isinstance(v, ComplexValue) else v


def imag(v: ConstValue) -> ConstValue:
    if isinstance(v, ComplexValue):
        return v.im
    return v if isinstance(v, Unknown) else 0


def make_imag(v: ConstValue) -> ConstValue:
    """v·i"""
    f = to_float(v)
    return ComplexValue(_ZERO, f) if isinstance(f, Fraction) else UNKNOWN


def make_complex(re: ConstValue, im: ConstValue) -> ConstValue:
    r = to_float(re)
    i = to_float(im)
    return ComplexValue(r, i) if isinstance(r, Fraction) and isinstance(i, Fraction) else UNKNOWN


def sign(v: ConstValue) -> int:
    """-1, 0 or 1; of a complex number 0 exactly if it is zero; 1 of what is unknown."""
    if isinstance(v, ComplexValue):
        return 1 if v.re != 0 or v.im != 0 else 0
    if isinstance(v, Fraction):
        n = v.numerator
        return 1 if n > 0 else -1 if n < 0 else 0
    if isinstance(v, int) and not isinstance(v, bool):
        return 1 if v > 0 else -1 if v < 0 else 0
    return 1


# ------------------------------------------------------------------------------------------------------- operations


def unary_op(op: int, v: ConstValue, size: int = 0) -> ConstValue:
    """+v, -v, ^v, !v. For ^ on an unsigned type, `size` is its width in bits."""
    if isinstance(v, Unknown):
        return v
    if op == tok.NOT:
        return not v if isinstance(v, bool) else UNKNOWN
    if isinstance(v, (bool, bytes)):
        return UNKNOWN
    if op == tok.ADD:
        return v
    if op == tok.SUB:
        return ComplexValue(-v.re, -v.im) if isinstance(v, ComplexValue) else -v
    if op == tok.XOR and isinstance(v, int):
        z = ~v
        return z & ((1 << size) - 1) if size > 0 else z
    return UNKNOWN


def binary_op(x: ConstValue, op: int, y: ConstValue, integer_division: bool = False) -> ConstValue:
    """x op y for arithmetic, bit and logical operators; the caller has excluded division by zero."""
    if isinstance(x, Unknown) or isinstance(y, Unknown):
        return UNKNOWN
    if isinstance(x, bytes) or isinstance(y, bytes):
        return x + y if op == tok.ADD and isinstance(x, bytes) and isinstance(y, bytes) else UNKNOWN
    if isinstance(x, bool) or isinstance(y, bool):
        if isinstance(x, bool) and isinstance(y, bool):
            if op == tok.ANDAND:
                return x and y
            if op == tok.OROR:
                return x or y
        return UNKNOWN
    if isinstance(x, ComplexValue) or isinstance(y, ComplexValue):
        a = to_complex(x)
        b = to_complex(y)
        assert isinstance(a, ComplexValue) and isinstance(b, ComplexValue)
        return _complex_op(a, op, b)
    if isinstance(x, int) and isinstance(y, int):
        return _int_op(x, op, y, integer_division)
    f = Fraction(x) if isinstance(x, int) else x
    g = Fraction(y) if isinstance(y, int) else y
    return _fraction_op(f, op, g)


def _int_op(x: int, op: int, y: int, integer_division: bool) -> ConstValue:
    if op == tok.ADD:
        return x + y
    if op == tok.SUB:
        return x - y
    if op == tok.MUL:
        return x * y
    if op == tok.DIV:
        if y == 0:
            return UNKNOWN
        if not integer_division:
            return _bounded(Fraction(x, y))
        q = abs(x) // abs(y)  # towards zero
        return q if (x < 0) == (y < 0) else -q
    if op == tok.REM:
        if y == 0:
            return UNKNOWN
        r = abs(x) % abs(y)  # the sign is x's
        return -r if x < 0 else r
    if op == tok.AND:
        return x & y
    if op == tok.OR:
        return x | y
    if op == tok.XOR:
        return x ^ y
    if op == tok.ANDNOT:
        return x & ~y
    return UNKNOWN


def _fraction_op(x: Fraction, op: int, y: Fraction) -> ConstValue:
    if op == tok.ADD:
        return _bounded(x + y)
    if op == tok.SUB:
        return _bounded(x - y)
    if op == tok.MUL:
        return _bounded(x * y)
    if op == tok.DIV and y != 0:
        return _bounded(x / y)
    return UNKNOWN


def _complex_op(x: ComplexValue, op: int, y: ComplexValue) -> ConstValue:
    if op == tok.ADD:
        re = x.re + y.re
        im = x.im + y.im
    elif op == tok.SUB:
        re = x.re - y.re
        im = x.im - y.im
    elif op == tok.MUL:
        re = x.re * y.re - x.im * y.im
        im = x.im * y.re + x.re * y.im
    elif op == tok.DIV:
        s = y.re * y.re + y.im * y.im
        if s == 0:
            return UNKNOWN
        re = (x.re * y.re + x.im * y.im) / s
        im = (x.im * y.re - x.re * y.im) / s
    else:
        return UNKNOWN
    return make_complex(_bounded(re), _bounded(im))


def shift(v: ConstValue, op: int, count: int) -> ConstValue:
    """v << count or v >> count of an int. The checker limits count."""
    if not isinstance(v, int) or isinstance(v, bool):
        return UNKNOWN
    return v << count if op == tok.SHL else v >> count


def compare(x: ConstValue, op: int, y: ConstValue) -> bool:
    """x op y for ==, !=, <, <=, >, >=; False if one of them is unknown."""
    if isinstance(x, Unknown) or isinstance(y, Unknown):
        return False
    if isinstance(x, ComplexValue) or isinstance(y, ComplexValue):
        equal = to_complex(x) == to_complex(y)
        return equal if op == tok.EQL else not equal if op == tok.NEQ else False
    if isinstance(x, bytes):
        return isinstance(y, bytes) and _ordered((x > y) - (x < y), op)
    if isinstance(y, bytes):
        return False
    return _ordered((x > y) - (x < y), op)


def _ordered(c: int, op: int) -> bool:
    if op == tok.EQL:
        return c == 0
    if op == tok.NEQ:
        return c != 0
    if op == tok.LSS:
        return c < 0
    if op == tok.LEQ:
        return c <= 0
    if op == tok.GTR:
        return c > 0
    return op == tok.GEQ and c >= 0


# --------------------------------------------------------------------------------------------------------- literals

_BASES: Final = {"0x": 16, "0X": 16, "0b": 2, "0B": 2, "0o": 8, "0O": 8}
_DIGIT_CHUNK: Final = 4000  # Python refuses decimal strings of more than 4300 digits at once


def make_from_literal(text: str, kind: int) -> ConstValue:
    """The value of a literal token (kind: tokens.*_LIT); UNKNOWN if it is malformed or out of reach."""
    if kind == tok.INT_LIT:
        return _int_literal(text)
    if kind == tok.FLOAT_LIT:
        return _float_literal(text)
    if kind == tok.IMAG_LIT:
        f = _float_literal(text[:-1])
        return ComplexValue(_ZERO, f) if text.endswith("i") and isinstance(f, Fraction) else UNKNOWN
    if kind == tok.RUNE_LIT:
        return _rune_literal(text)
    if kind == tok.STRING_LIT:
        return unquote(text)
    return UNKNOWN


def _decimal(digits: str) -> int | None:
    if not digits.isdigit() or not digits.isascii():
        return None
    if len(digits) <= _DIGIT_CHUNK:
        return int(digits)
    n = 0
    for i in range(0, len(digits), _DIGIT_CHUNK):
        part = digits[i : i + _DIGIT_CHUNK]
        n = n * 10 ** len(part) + int(part)
    return n


def _based(digits: str, base: int) -> int | None:
    try:
        return int(digits, base)
    except ValueError:
        return None


def _int_literal(text: str) -> ConstValue:
    s = text.replace("_", "")
    base = _BASES.get(s[:2], 0)
    if base != 0:
        n = _based(s[2:], base)
    elif len(s) > 1 and s[0] == "0":
        n = _based(s, 8)
    else:
        n = _decimal(s)
    return UNKNOWN if n is None else n


def _scaled(mantissa: int, base: int, exponent: int) -> ConstValue:
    """mantissa·base^exponent; values out of any floating-point range need not be exact."""
    if mantissa == 0:
        return _ZERO
    if exponent >= 1 << 31 or mantissa.bit_length() + max(exponent, 0) * math.log2(base) >= 1 << 31:
        return UNKNOWN  # as in gc, whose exponents have 32 bits
    # Out there only the magnitude counts: neither an integer nor any float is near.
    limit = MAX_EXPONENT if base == 2 else MAX_EXPONENT // 4
    exponent = max(-limit, min(exponent, limit))
    p: int = base ** abs(exponent)
    return _bounded(Fraction(mantissa * p) if exponent >= 0 else Fraction(mantissa, p))


def _float_literal(text: str) -> ConstValue:
    s = text.replace("_", "").lower()
    base = _BASES.get(s[:2], 10)
    if base == 10:
        mark = "e"
    else:
        mark = "p"
        s = s[2:]
    head, _, tail = s.partition(mark)
    exponent = 0
    if tail:
        e = _decimal(tail.lstrip("+-"))
        if e is None:
            return UNKNOWN
        exponent = -e if tail[0] == "-" else e
    whole, _, fraction = head.partition(".")
    n = _decimal(whole + fraction) if base == 10 else _based(whole + fraction, base)
    if n is None:
        return UNKNOWN
    if base == 10:
        return _scaled(n, 10, exponent - len(fraction))
    if base == 16:
        exponent -= 4 * len(fraction)
    return _scaled(n, 2, exponent)


_SIMPLE_ESCAPES: Final = {
    "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34,
}
_HEX_ESCAPES: Final = {"x": 2, "u": 4, "U": 8}


def _escape(s: str, i: int, quote: str) -> tuple[int, int, bool]:
    """The escape after the backslash at s[i]: (code, index behind, whether it is a byte); code -1 if malformed."""
    c = s[i + 1 : i + 2]
    code = _SIMPLE_ESCAPES.get(c, -1)
    if code >= 0:
        if c in "'\"" and c != quote:
            return -1, 0, False
        return code, i + 2, False
    n = _HEX_ESCAPES.get(c, 0)
    if n > 0:
        digits = s[i + 2 : i + 2 + n]
        v = _based(digits, 16) if len(digits) == n and digits.isalnum() else None
        if v is None:
            return -1, 0, False
        if n > 2 and (v > 0x10FFFF or 0xD800 <= v <= 0xDFFF):
            return -1, 0, False
        return v, i + 2 + n, n == 2
    digits = s[i + 1 : i + 4]
    v = _based(digits, 8) if len(digits) == 3 and digits.isdigit() else None
    if v is None or v > 255:
        return -1, 0, False
    return v, i + 4, True


def _rune_literal(text: str) -> ConstValue:
    s = text[1:-1]
    if s.startswith("\\"):
        code, end, _ = _escape(s, 0, "'")
        return code if code >= 0 and end == len(s) else UNKNOWN
    if len(s) != 1:
        return UNKNOWN
    c = ord(s)
    return 0xFFFD if 0xDC80 <= c <= 0xDCFF else c


def unquote(text: str) -> ConstValue:
    """The bytes of a string literal."""
    if len(text) < 2:
        return UNKNOWN
    s = text[1:-1]
    if text[0] == "`":
        if "\r" in s:
            s = s.replace("\r", "")
        return s.encode("utf-8", "surrogateescape")
    i = s.find("\\")
    if i < 0:
        return s.encode("utf-8", "surrogateescape")
    out: list[bytes] = []
    start = 0
    while i >= 0:
        if i > start:
            out.append(s[start:i].encode("utf-8", "surrogateescape"))
        code, start, is_byte = _escape(s, i, '"')
        if code < 0:
            return UNKNOWN
        out.append(bytes((code,)) if is_byte else chr(code).encode("utf-8"))
        i = s.find("\\", start)
    out.append(s[start:].encode("utf-8", "surrogateescape"))
    return b"".join(out)


# --------------------------------------------------------------------------------------------------------- printing

_MAX_STRING: Final = 72  # longer strings are cut in messages


def const_string(v: ConstValue) -> str:
    """v as messages print it: floats to six digits, long strings cut."""
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, int):
        return _int_string(v)
    if isinstance(v, Fraction):
        return _float_string(v)
    if isinstance(v, ComplexValue):
        return f"({_float_string(v.re)} + {_float_string(v.im)}i)"
    if isinstance(v, bytes):
        s = _quoted(v)
        if len(s) > _MAX_STRING:
            s = s[: _MAX_STRING - 3] + "..."
        return s
    return "unknown"


def exact_string(v: ConstValue) -> str:
    """v in full: 1/3, whole strings."""
    if isinstance(v, Fraction):
        n = _int_string(v.numerator)
        return n if v.denominator == 1 else n + "/" + _int_string(v.denominator)
    if isinstance(v, ComplexValue):
        return f"({exact_string(v.re)} + {exact_string(v.im)}i)"
    if isinstance(v, bytes):
        return _quoted(v)
    return const_string(v)


def _int_string(n: int) -> str:
    if n.bit_length() < 3 * _DIGIT_CHUNK:
        return str(n)
    parts: list[str] = []
    a = abs(n)
    unit = 10**_DIGIT_CHUNK
    while a >= unit:
        a, low = divmod(a, unit)
        parts.append(str(low).rjust(_DIGIT_CHUNK, "0"))
    parts.append(("-" if n < 0 else "") + str(a))
    parts.reverse()
    return "".join(parts)


def _quoted(v: bytes) -> str:
    from .typestring import quote

    return quote(v.decode("utf-8", "surrogateescape"))


def _shortest(x: float) -> str:
    """x with the fewest digits that identify it, like Go's %g (exponents below -4 and from 6 on)."""
    mantissa, _, e = repr(x).partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    if fraction == "0":
        fraction = ""
    digits = (whole + fraction).lstrip("0")
    exponent = len(whole) - 1 + (int(e) if e else 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    minus = "-" if x < 0 else ""
    if -4 <= exponent < 6:
        if exponent < 0:
            return minus + "0." + "0" * (-exponent - 1) + digits
        digits = digits.ljust(exponent + 1, "0")
        rest = digits[exponent + 1 :]
        return minus + digits[: exponent + 1] + ("." + rest if rest else "")
    if len(digits) > 1:
        digits = digits[0] + "." + digits[1:]
    return f"{minus}{digits}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _float_string(v: Fraction) -> str:
    if v == 0:
        return "0"
    x = float64_value(v)
    if x != 0 and not math.isinf(x):
        s = f"{x:.6g}"
        if v.denominator != 1 and "." not in s:
            s = _shortest(x)
        return s
    # Beyond float64: mantissa and decimal exponent, approximately.
    m, e = _round_to_bits(abs(v.numerator), v.denominator, 53)
    d = (e + 53) * (math.log(2) / math.log(10))
    whole = int(d)
    f = m / (1 << 53) * 10.0 ** (d - whole)
    if f < 1 - 0.5e-6:
        f *= 10
        whole -= 1
    elif f >= 10:
        f /= 10
        whole += 1
    if v < 0:
        f = -f
    return f"{f:.6g}e{whole:+d}"
