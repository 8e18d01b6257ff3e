"""Operands and arithmetic without control flow.

    t2 = t0 << t1      →   %c = icmp ult i64 %t1, 64 ; %s = shl i64 %t0, %t1 ; %t2 = select i1 %c, i64 %s, i64 0

Go's arithmetic wraps, shifts by any count, divides the smallest number by -1 and converts any float; LLVM's does none
of this by itself, so no instruction here carries a flag, and everything out of range is selected away.

Sources: compiler-contracts 6.7; Go spec "Operators"; cmd/compile/internal/ssagen (conversion rules).
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Final

from ..diag.diagnostic import Bug
from ..ssa.instr import (
    BinOp,
    ChangeType,
    ComplexOp,
    Const,
    Convert,
    FuncRef,
    Global,
    Instr,
    MinMax,
    UnOp,
    Value,
)
from ..syntax import tokens
from ..types import types as t
from ..types.constant import ComplexValue, ConstValue, Unknown
from .abi import PART_SIZE
from .emitter import Emitter, Shape

TWO63: Final = "0x43E0000000000000"  # 2**63 as a double
_CVT: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("double", "i64"): ("llvm.x86.sse2.cvttsd2si64", "<2 x double>"),
    ("double", "i32"): ("llvm.x86.sse2.cvttsd2si", "<2 x double>"),
    ("float", "i64"): ("llvm.x86.sse.cvttss2si64", "<4 x float>"),
    ("float", "i32"): ("llvm.x86.sse.cvttss2si", "<4 x float>"),
}


def operand(e: Emitter, v: Value) -> list[str]:
    """The parts of a value."""
    if isinstance(v, Const):
        return constant(e, v)
    found = e.values.get(v)
    if found is not None:
        return found
    if isinstance(v, Global):
        e.refs.globals[v.symbol] = v.elem
        return [e.data(v.symbol)]
    if isinstance(v, FuncRef):
        return [e.data(e.refs.funcval(v.function))]
    raise Bug("codegen", f"value {type(v).__name__} used before its definition", e.fn.name)


def result(e: Emitter, i: Instr, vals: list[str]) -> None:
    e.values[i] = vals


# Constants


def double_text(value: int | Fraction) -> str:
    try:
        f = float(value) if isinstance(value, int) else value.numerator / value.denominator
    except OverflowError:
        f = float("inf") if value > 0 else float("-inf")
    return f"0x{int.from_bytes(struct.pack('<d', f), 'little'):016X}"


def float_text(value: int | Fraction) -> str:
    """A float32 constant: LLVM writes it as the double of the same value."""
    return double_text(round_to_float32(value))


def round_to_float32(value: int | Fraction) -> Fraction:
    """The nearest float32 (half to even), exactly, without rounding twice."""
    x = Fraction(value)
    if x == 0:
        return x
    magnitude = abs(x)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if magnitude < Fraction(2) ** exponent:
        exponent -= 1
    step = Fraction(2) ** (max(exponent, -126) - 23)
    return round(x / step) * step


def integer_text(value: int, llvm: str) -> str:
    bits = PART_SIZE[llvm] * 8
    value &= (1 << bits) - 1
    if value >> (bits - 1):
        value -= 1 << bits
    return str(value)


def constant(e: Emitter, c: Const) -> list[str]:
    shape = e.ctx.shape(c.type)
    value = c.value
    if value is None:
        return e.zero(shape)
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, bytes):
        if not value:
            return ["null", "0"]
        return [e.data(e.refs.string_symbol(value)), str(len(value))]
    if isinstance(value, Unknown):
        raise Bug("codegen", "unknown constant", e.fn.name)
    out: list[str] = []
    for k, llvm in enumerate(shape.llvms):
        out.append(_scalar(value, llvm, k, len(shape.llvms)))
    return out


def _scalar(value: ConstValue, llvm: str, k: int, n: int) -> str:
    if isinstance(value, ComplexValue):
        value = value.re if k == 0 else value.im
    elif n == 2 and k == 1:
        value = 0
    assert isinstance(value, (int, Fraction))
    if llvm == "double":
        return double_text(value)
    if llvm == "float":
        return float_text(value)
    number = int(value)
    if llvm == "ptr":
        return "null" if number == 0 else f"inttoptr (i64 {number} to ptr)"
    return integer_text(number, llvm)


def is_unsigned(typ: t.Type) -> bool:
    u = t.under(typ)
    return isinstance(u, t.Basic) and (u.info & t.IS_UNSIGNED != 0 or u.kind == t.UNSAFE_POINTER)


def widen(e: Emitter, v: Value) -> str:
    """An integer value as i64, by its own signedness."""
    if isinstance(v, Const):
        assert isinstance(v.value, int) or v.value is None
        return integer_text(int(v.value or 0), "i64")
    llvm = e.ctx.shape(v.type).llvms[0]
    x = operand(e, v)[0]
    if llvm == "i64":
        return x
    return e.op(f"{'zext' if is_unsigned(v.type) else 'sext'} {llvm} {x} to i64")


def const_int(v: Value) -> int | None:
    if isinstance(v, Const) and isinstance(v.value, int) and not isinstance(v.value, bool):
        return v.value
    return None


# Operators

_INT_OPS: Final[dict[int, str]] = {
    tokens.ADD: "add",
    tokens.SUB: "sub",
    tokens.MUL: "mul",
    tokens.AND: "and",
    tokens.OR: "or",
    tokens.XOR: "xor",
}
_FLOAT_OPS: Final[dict[int, str]] = {
    tokens.ADD: "fadd",
    tokens.SUB: "fsub",
    tokens.MUL: "fmul",
    tokens.DIV: "fdiv",
}
COMPARISONS: Final = (tokens.EQL, tokens.NEQ, tokens.LSS, tokens.LEQ, tokens.GTR, tokens.GEQ)
SIGNED_COMPARE: Final[dict[int, str]] = {
    tokens.EQL: "eq",
    tokens.NEQ: "ne",
    tokens.LSS: "slt",
    tokens.LEQ: "sle",
    tokens.GTR: "sgt",
    tokens.GEQ: "sge",
}
UNSIGNED_COMPARE: Final[dict[int, str]] = {
    tokens.EQL: "eq",
    tokens.NEQ: "ne",
    tokens.LSS: "ult",
    tokens.LEQ: "ule",
    tokens.GTR: "ugt",
    tokens.GEQ: "uge",
}
FLOAT_COMPARE: Final[dict[int, str]] = {
    tokens.EQL: "oeq",
    tokens.NEQ: "une",
    tokens.LSS: "olt",
    tokens.LEQ: "ole",
    tokens.GTR: "ogt",
    tokens.GEQ: "oge",
}


def binary(e: Emitter, i: BinOp) -> None:
    op = i.op
    if op in COMPARISONS:
        from .compare import comparison

        result(e, i, [comparison(e, op, i.x, i.y)])
        return
    u = t.under(i.type)
    if isinstance(u, t.Basic) and u.info & t.IS_STRING:
        from .strings import concat_values

        result(e, i, concat_values(e, [i.x, i.y], False))
        return
    shape = e.ctx.shape(i.type)
    xs = operand(e, i.x)
    if op == tokens.SHL or op == tokens.SHR:
        result(e, i, [_shift(e, op, shape, xs[0], i.x, i.y)])
        return
    ys = operand(e, i.y)
    llvm = shape.llvms[0]
    if isinstance(u, t.Basic) and u.info & t.IS_COMPLEX:
        result(e, i, _complex(e, op, llvm, xs, ys))
    elif llvm == "double" or llvm == "float":
        result(e, i, [e.op(f"{_FLOAT_OPS[op]} {llvm} {xs[0]}, {ys[0]}")])
    elif op == tokens.DIV or op == tokens.REM:
        result(e, i, [_divide(e, op, llvm, is_unsigned(i.type), xs[0], ys[0], const_int(i.y))])
    elif op == tokens.ANDNOT:
        inverted = e.op(f"xor {llvm} {ys[0]}, -1")
        result(e, i, [e.op(f"and {llvm} {xs[0]}, {inverted}")])
    elif llvm == "i1" and op in (tokens.ANDAND, tokens.OROR):
        result(e, i, [e.op(f"{'and' if op == tokens.ANDAND else 'or'} i1 {xs[0]}, {ys[0]}")])
    else:
        result(e, i, [e.op(f"{_INT_OPS[op]} {llvm} {xs[0]}, {ys[0]}")])


def _divide(e: Emitter, op: int, llvm: str, unsigned: bool, x: str, y: str, known: int | None) -> str:
    if unsigned:
        if known is not None and known > 0 and known & (known - 1) == 0:
            if op == tokens.DIV:
                return e.op(f"lshr {llvm} {x}, {known.bit_length() - 1}")
            return e.op(f"and {llvm} {x}, {integer_text(known - 1, llvm)}")
        return e.op(f"{'udiv' if op == tokens.DIV else 'urem'} {llvm} {x}, {y}")
    bits = PART_SIZE[llvm] * 8
    if known is not None and known > 1 and known & (known - 1) == 0:
        # Round toward zero: add divisor-1 to negative dividends.
        k = known.bit_length() - 1
        sign = e.op(f"ashr {llvm} {x}, {bits - 1}")
        bias = e.op(f"lshr {llvm} {sign}, {bits - k}")
        biased = e.op(f"add {llvm} {x}, {bias}")
        if op == tokens.DIV:
            return e.op(f"ashr {llvm} {biased}, {k}")
        whole = e.op(f"and {llvm} {biased}, {integer_text(-known, llvm)}")
        return e.op(f"sub {llvm} {x}, {whole}")
    if known is not None:
        if known == -1:
            return e.op(f"sub {llvm} 0, {x}") if op == tokens.DIV else "0"
        return e.op(f"{'sdiv' if op == tokens.DIV else 'srem'} {llvm} {x}, {y}")
    minus = e.op(f"icmp eq {llvm} {y}, -1")
    safe = e.op(f"select i1 {minus}, {llvm} 1, {llvm} {y}")
    if op == tokens.REM:
        return e.op(f"srem {llvm} {x}, {safe}")  # x % 1 = 0 = x % -1
    quotient = e.op(f"sdiv {llvm} {x}, {safe}")
    negated = e.op(f"sub {llvm} 0, {x}")
    return e.op(f"select i1 {minus}, {llvm} {negated}, {llvm} {quotient}")


def _shift(e: Emitter, op: int, shape: Shape, x: str, xv: Value, count: Value) -> str:
    llvm = shape.llvms[0]
    bits = PART_SIZE[llvm] * 8
    signed = not is_unsigned(xv.type)
    known = const_int(count)
    if known is not None:
        if known >= bits or known < 0:
            if op == tokens.SHR and signed:
                return e.op(f"ashr {llvm} {x}, {bits - 1}")
            return "0"
        name = "shl" if op == tokens.SHL else "ashr" if signed else "lshr"
        return e.op(f"{name} {llvm} {x}, {known}")
    count_llvm = e.ctx.shape(count.type).llvms[0]
    c = operand(e, count)[0]
    in_range = "true"
    if not (count_llvm == "i8" and bits > 127 and not is_unsigned(count.type)):
        in_range = e.op(f"icmp ult {count_llvm} {c}, {bits}")
    if PART_SIZE[count_llvm] > PART_SIZE[llvm]:
        c = e.op(f"trunc {count_llvm} {c} to {llvm}")
    elif PART_SIZE[count_llvm] < PART_SIZE[llvm]:
        c = e.op(f"zext {count_llvm} {c} to {llvm}")
    if op == tokens.SHR and signed:
        limited = e.op(f"select i1 {in_range}, {llvm} {c}, {llvm} {bits - 1}")
        return e.op(f"ashr {llvm} {x}, {limited}")
    # The count of a shift that is selected away must still be in range.
    masked = e.op(f"and {llvm} {c}, {bits - 1}")
    shifted = e.op(f"{'shl' if op == tokens.SHL else 'lshr'} {llvm} {x}, {masked}")
    return e.op(f"select i1 {in_range}, {llvm} {shifted}, {llvm} 0")


def _complex(e: Emitter, op: int, llvm: str, xs: list[str], ys: list[str]) -> list[str]:
    if op == tokens.ADD or op == tokens.SUB:
        name = _FLOAT_OPS[op]
        return [e.op(f"{name} {llvm} {xs[k]}, {ys[k]}") for k in range(2)]
    if llvm == "float":
        xs = [e.op(f"fpext float {v} to double") for v in xs]
        ys = [e.op(f"fpext float {v} to double") for v in ys]
    if op == tokens.MUL:
        ac = e.op(f"fmul double {xs[0]}, {ys[0]}")
        bd = e.op(f"fmul double {xs[1]}, {ys[1]}")
        ad = e.op(f"fmul double {xs[0]}, {ys[1]}")
        bc = e.op(f"fmul double {xs[1]}, {ys[0]}")
        out = [e.op(f"fsub double {ac}, {bd}"), e.op(f"fadd double {ad}, {bc}")]
    else:
        args = [("double", v) for v in xs + ys]
        out = e.unpack(["double", "double"], e.runtime("{ double, double }", "complex128div", args))
    if llvm == "float":
        out = [e.op(f"fptrunc double {v} to float") for v in out]
    return out


def unary(e: Emitter, i: UnOp) -> None:
    shape = e.ctx.shape(i.type)
    xs = operand(e, i.x)
    llvm = shape.llvms[0]
    if i.op == tokens.NOT:
        result(e, i, [e.op(f"xor i1 {xs[0]}, true")])
    elif i.op == tokens.XOR:
        result(e, i, [e.op(f"xor {llvm} {xs[0]}, -1")])
    elif llvm == "double" or llvm == "float":
        result(e, i, [e.op(f"fneg {llvm} {x}") for x in xs])
    else:
        result(e, i, [e.op(f"sub {llvm} 0, {xs[0]}")])


def complex_op(e: Emitter, i: ComplexOp) -> None:
    if i.what == "complex":
        result(e, i, [operand(e, i.args[0])[0], operand(e, i.args[1])[0]])
    else:
        result(e, i, [operand(e, i.args[0])[0 if i.what == "real" else 1]])


def min_max(e: Emitter, i: MinMax) -> None:
    shape = e.ctx.shape(i.type)
    best = operand(e, i.args[0])
    u = t.under(i.type)
    for a in i.args[1:]:
        other = operand(e, a)
        llvm = shape.llvms[0]
        if isinstance(u, t.Basic) and u.info & t.IS_STRING:
            args = [("ptr", best[0]), ("i64", best[1]), ("ptr", other[0]), ("i64", other[1])]
            best = e.unpack(["ptr", "i64"], e.runtime("{ ptr, i64 }", "strmax" if i.is_max else "strmin", args))
        elif llvm == "double" or llvm == "float":
            name = f"f{'max' if i.is_max else 'min'}{'64' if llvm == 'double' else '32'}"
            best = [e.runtime(llvm, name, [(llvm, best[0]), (llvm, other[0])])]
        else:
            sign = "u" if is_unsigned(i.type) else "s"
            better = e.op(f"icmp {sign}{'gt' if i.is_max else 'lt'} {llvm} {best[0]}, {other[0]}")
            best = [e.op(f"select i1 {better}, {llvm} {best[0]}, {llvm} {other[0]}")]
    result(e, i, best)


# Conversions


def change_type(e: Emitter, i: ChangeType) -> None:
    to = e.ctx.shape(i.type)
    source = e.ctx.shape(i.x.type)
    vals = operand(e, i.x)
    if to.llvms == source.llvms:
        result(e, i, vals)
        return
    out: list[str] = []
    for a, b, v in zip(source.llvms, to.llvms, vals):
        if a == b:
            out.append(v)
        elif b == "ptr":
            out.append(e.op(f"inttoptr {a} {v} to ptr"))
        elif a == "ptr":
            out.append(e.op(f"ptrtoint ptr {v} to {b}"))
        else:
            raise Bug("codegen", f"changetype {i.x.type} to {i.type}", e.fn.name)
    result(e, i, out)


def convert(e: Emitter, i: Convert) -> None:
    to = e.ctx.shape(i.type)
    source = e.ctx.shape(i.x.type)
    vals = operand(e, i.x)
    if len(to.llvms) == 2:
        result(e, i, [_float_to_float(e, source.llvms[0], to.llvms[0], v) for v in vals])
        return
    result(e, i, [convert_scalar(e, source.llvms[0], is_unsigned(i.x.type), to.llvms[0], is_unsigned(i.type), vals[0])])


def convert_scalar(e: Emitter, a: str, a_unsigned: bool, b: str, b_unsigned: bool, v: str) -> str:
    a_float = a == "double" or a == "float"
    b_float = b == "double" or b == "float"
    if a_float and b_float:
        return _float_to_float(e, a, b, v)
    if a_float:
        return _float_to_int(e, a, b, b_unsigned, v)
    if a == "ptr":
        v = e.op(f"ptrtoint ptr {v} to i64")
        a = "i64"
    if b_float:
        if a != "i64":
            v = e.op(f"{'zext' if a_unsigned else 'sext'} {a} {v} to i64")
            a_unsigned = False
        return e.op(f"{'uitofp' if a_unsigned else 'sitofp'} i64 {v} to {b}")
    target = "i64" if b == "ptr" else b
    if PART_SIZE[a] > PART_SIZE[target]:
        v = e.op(f"trunc {a} {v} to {target}")
    elif PART_SIZE[a] < PART_SIZE[target]:
        v = e.op(f"{'zext' if a_unsigned else 'sext'} {a} {v} to {target}")
    return e.op(f"inttoptr i64 {v} to ptr") if b == "ptr" else v


def _float_to_float(e: Emitter, a: str, b: str, v: str) -> str:
    if a == b:
        return v
    return e.op(f"{'fpext' if b == 'double' else 'fptrunc'} {a} {v} to {b}")


def _truncate(e: Emitter, a: str, b: str, v: str) -> str:
    """cvttsd2si and its relatives: out of range gives 0x80...0."""
    name, vector = _CVT[(a, b)]
    packed = e.op(f"insertelement {vector} zeroinitializer, {a} {v}, i32 0")
    return e.intrinsic(b, name, [(vector, packed)])


def _float_to_int(e: Emitter, a: str, b: str, unsigned: bool, v: str) -> str:
    if b == "i64" and unsigned:
        small = e.op(f"fcmp olt {a} {v}, {TWO63}")
        low = _truncate(e, a, "i64", v)
        reduced = e.op(f"fsub {a} {v}, {TWO63}")
        high = _truncate(e, a, "i64", reduced)
        flipped = e.op(f"xor i64 {high}, -9223372036854775808")
        return e.op(f"select i1 {small}, i64 {low}, i64 {flipped}")
    if b == "i64":
        return _truncate(e, a, "i64", v)
    if b == "i32":
        if unsigned:
            return e.op(f"trunc i64 {_truncate(e, a, 'i64', v)} to i32")
        return _truncate(e, a, "i32", v)
    return e.op(f"trunc i32 {_truncate(e, a, 'i32', v)} to {b}")
