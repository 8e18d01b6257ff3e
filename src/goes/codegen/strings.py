"""Strings: concatenation, conversions, iteration, printing.

    a + b + c     →   runtime.concatstring3(buf or nil, a, b, c)
    println(n)    →   printlock() ; printint(n) ; printnl() ; printunlock()

A result that does not escape gets a buffer in the frame.

Sources: compiler-contracts 1.3, 1.7; cmd/compile/internal/walk expr.go, builtin.go (behaviour).
"""

from __future__ import annotations

from typing import Final

from ..ssa import instr as ir
from ..ssa.instr import Value
from ..types import types as t
from ..types.sizes import ptrdata
from ..types.typeset import type_set
from .emitter import Emitter
from .slices import element
from .values import convert_scalar, is_unsigned, operand, result, widen

_STRING: Final = "{ ptr, i64 }"
_SLICE: Final = "{ ptr, i64, i64 }"
BUFFER_BYTES: Final = 32  # runtime.tmpBuf
BUFFER_RUNES: Final = 32
MAX_CONCAT: Final = 5  # runtime.concatstring2 ... concatstring5


def concat(e: Emitter, i: ir.Concat) -> None:
    result(e, i, concat_values(e, i.args, i.placement == ir.STACK))


def concat_values(e: Emitter, values: list[Value], on_stack: bool) -> list[str]:
    buffer = e.alloca(BUFFER_BYTES) if on_stack else "null"
    n = len(values)
    if n <= MAX_CONCAT:
        args = [("ptr", buffer)]
        for v in values:
            p, length = operand(e, v)
            args.append(("ptr", p))
            args.append(("i64", length))
        return e.unpack(["ptr", "i64"], e.runtime(_STRING, f"concatstring{n}", args))
    area = e.alloca(16 * n)
    for k, v in enumerate(values):
        p, length = operand(e, v)
        e.store("ptr", p, e.gep(area, 16 * k))
        e.store("i64", length, e.gep(area, 16 * k + 8))
    args = [("ptr", buffer), ("ptr", area), ("i64", str(n)), ("i64", str(n))]
    return e.unpack(["ptr", "i64"], e.runtime(_STRING, "concatstrings", args))


def string_convert(e: Emitter, i: ir.StringConvert) -> None:
    to = t.under(i.type)
    source = t.under(i.x.type)
    vals = operand(e, i.x)
    stack = i.placement == ir.STACK
    if isinstance(to, t.Basic):
        if isinstance(source, t.Slice):
            if _is_rune(source.elem):
                buffer = e.alloca(BUFFER_BYTES) if stack else "null"
                args = [("ptr", buffer), ("ptr", vals[0]), ("i64", vals[1]), ("i64", vals[2])]
                result(e, i, e.unpack(["ptr", "i64"], e.runtime(_STRING, "slicerunetostring", args)))
            elif i.no_copy:
                result(e, i, vals[:2])
            else:
                buffer = e.alloca(BUFFER_BYTES) if stack else "null"
                args = [("ptr", buffer), ("ptr", vals[0]), ("i64", vals[1])]
                result(e, i, e.unpack(["ptr", "i64"], e.runtime(_STRING, "slicebytetostring", args)))
            return
        buffer = e.alloca(4, 4) if stack else "null"
        args = [("ptr", buffer), ("i64", widen(e, i.x))]
        result(e, i, e.unpack(["ptr", "i64"], e.runtime(_STRING, "intstring", args)))
        return
    assert isinstance(to, t.Slice)
    if _is_rune(to.elem):
        buffer = e.alloca(4 * BUFFER_RUNES, 4) if stack else "null"
        name = "stringtoslicerune"
    elif i.no_copy:
        result(e, i, [vals[0], vals[1], vals[1]])
        return
    else:
        buffer = e.alloca(BUFFER_BYTES) if stack else "null"
        name = "stringtoslicebyte"
    args = [("ptr", buffer), ("ptr", vals[0]), ("i64", vals[1])]
    result(e, i, e.unpack(["ptr", "i64", "i64"], e.runtime(_SLICE, name, args)))


def _is_rune(elem: t.Type) -> bool:
    u = t.under(elem)
    return isinstance(u, t.Basic) and u.kind == t.INT32


def string_next(e: Emitter, i: ir.StringNext) -> None:
    s = operand(e, i.x)
    at = operand(e, i.y)[0]
    slow = e.new_label()
    fast = e.new_label()
    done = e.new_label()
    byte = e.load("i8", element(e, s[0], at, 1))
    e.branch(e.op(f"icmp sge i8 {byte}, 0"), fast, slow)
    e.label(slow)
    args = [("ptr", s[0]), ("i64", s[1]), ("i64", at)]
    decoded = e.unpack(["i32", "i64"], e.runtime("{ i32, i64 }", "decoderune", args))
    e.jump(done)
    e.label(fast)
    rune = e.op(f"zext i8 {byte} to i32")
    after = e.op(f"add i64 {at}, 1")
    e.jump(done)
    e.label(done)
    position = e.phi("i64", [(decoded[1], slow), (after, fast)])
    value = e.phi("i32", [(decoded[0], slow), (rune, fast)])
    e.tuples[i] = [[position], [value]]


# print and println


def print_builtin(e: Emitter, i: ir.Print) -> None:
    e.runtime("void", "printlock", [])
    for k, a in enumerate(i.args):
        if i.newline and k > 0:
            e.runtime("void", "printsp", [])
        _print_value(e, a)
    if i.newline:
        e.runtime("void", "printnl", [])
    e.runtime("void", "printunlock", [])


def _print_value(e: Emitter, v: Value) -> None:
    vals = operand(e, v)
    typ = t.unalias(v.type)
    u = t.under(typ)
    if isinstance(u, t.Basic):
        info = u.info
        special = _special_name(typ)
        if info & t.IS_BOOLEAN:
            e.runtime("void", "printbool", [("i8", e.to_byte(vals[0]))])
        elif info & t.IS_STRING:
            name = "printquoted" if special == "quoted" else "printstring"
            e.runtime("void", name, [("ptr", vals[0]), ("i64", vals[1])])
        elif info & t.IS_INTEGER:
            name = "printhex" if special == "hex" else "printuint" if is_unsigned(typ) else "printint"
            e.runtime("void", name, [("i64", widen(e, v))])
        elif info & t.IS_FLOAT:
            llvm = e.ctx.shape(typ).llvms[0]
            e.runtime("void", "printfloat64" if llvm == "double" else "printfloat32", [(llvm, vals[0])])
        elif info & t.IS_COMPLEX:
            llvm = e.ctx.shape(typ).llvms[0]
            name = "printcomplex128" if llvm == "double" else "printcomplex64"
            e.runtime("void", name, [(llvm, vals[0]), (llvm, vals[1])])
        else:
            e.runtime("void", "printpointer", [("ptr", vals[0])])
    elif isinstance(u, t.Interface):
        name = "printiface" if type_set(u).methods else "printeface"
        e.runtime("void", name, [("ptr", vals[0]), ("ptr", vals[1])])
    elif isinstance(u, t.Slice):
        e.runtime("void", "printslice", [("ptr", vals[0]), ("i64", vals[1]), ("i64", vals[2])])
    elif isinstance(u, t.Pointer) and ptrdata(u) == 0:
        address = convert_scalar(e, "ptr", True, "i64", True, vals[0])
        e.runtime("void", "printuintptr", [("i64", address)])
    else:
        e.runtime("void", "printpointer", [("ptr", vals[0])])


def _special_name(typ: t.Type) -> str:
    """Name of a type of package runtime that prints in its own way."""
    if isinstance(typ, t.Named) and typ.obj.pkg is not None and typ.obj.pkg.path == "runtime":
        return typ.obj.name
    return ""
