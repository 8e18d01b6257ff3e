"""SSA as text.

    func main.f(s []int, i int) int:
    0:                                                              entry
        t0 = len s                                                  int
        boundscheck i, t0
        ...

Values are numbered in order of appearance; the same function always prints the same. See instr.py for every form.
"""

from __future__ import annotations

from fractions import Fraction

from ..syntax.tokens import OPERATOR_TEXT
from ..types import types as t
from ..types.constant import ComplexValue
from ..types.typestring import type_string
from . import instr as ir
from .function import Function

_WIDTH = 64

_SLICE_KINDS = (
    "index", "slice alen", "slice acap", "slice b", "slice3 alen", "slice3 acap", "slice3 b", "slice3 c", "convert",
)  # fmt: skip


def print_function(fn: Function) -> str:
    """The printed form of a built function."""
    number = 0
    for b in fn.blocks:
        for i in b.instrs:
            if i.type is not t.TYP_INVALID:
                i.num = number
                number += 1
    params = ", ".join([f"{p.name or '_'} {type_string(p.type)}" for p in fn.params])
    results = [type_string(v.type) for v in fn.signature.results.vars if v.type is not None]
    tail = "" if not results else " " + (results[0] if len(results) == 1 else "(" + ", ".join(results) + ")")
    out = [f"func {fn.name}({params}){tail}:"]
    for fv in fn.free_vars:
        out.append(f"    free {fv.name or '_'}".ljust(_WIDTH) + type_string(fv.type))
    for b in fn.blocks:
        preds = " ".join([str(p.index) for p in b.preds])
        note = b.comment + (f"  ← {preds}" if preds else "") + ("  landing" if b is fn.landing else "")
        out.append(f"{b.index}:".ljust(_WIDTH) + note)
        for i in b.instrs:
            line = "    " + print_instr(i)
            if i.type is not t.TYP_INVALID:
                line = line.ljust(_WIDTH) + type_string(i.type)
            out.append(line.rstrip())
    return "\n".join(out) + "\n"


def value_name(v: ir.Value) -> str:
    if isinstance(v, ir.Const):
        return const_text(v)
    if isinstance(v, ir.Instr):
        return f"t{v.num}"
    if isinstance(v, ir.Param):
        return v.name or f"param{v.index}"
    if isinstance(v, ir.FreeVar):
        return v.name or f"free{v.index}"
    if isinstance(v, ir.Global):
        return "&" + v.symbol
    if isinstance(v, ir.FuncRef):
        return v.function.name
    return "?"


def const_text(c: ir.Const) -> str:
    v = c.value
    if v is None:
        text = "zero" if isinstance(t.under(c.type), (t.Struct, t.Array)) else "nil"
    elif isinstance(v, bool):
        text = "true" if v else "false"
    elif isinstance(v, bytes):
        text = '"' + v.decode("utf-8", "backslashreplace").replace("\n", "\\n").replace('"', '\\"') + '"'
    elif isinstance(v, Fraction):
        text = str(v)
    elif isinstance(v, ComplexValue):
        text = f"({v.re} + {v.im}i)"
    else:
        text = str(v)
    return f"{text}:{type_string(c.type)}"


def _list(values: list[ir.Value]) -> str:
    return ", ".join([value_name(v) for v in values])


def print_instr(i: ir.Instr) -> str:
    text = _text(i)
    return text if i.type is t.TYP_INVALID else f"t{i.num} = {text}"


def _text(i: ir.Instr) -> str:
    block = i.block
    succs = [str(s.index) for s in block.succs] if block is not None else []
    ops = i.operands()
    if isinstance(i, ir.Phi):
        edges = [f"{p.index}: {value_name(a)}" for p, a in zip(block.preds if block else [], i.args, strict=False)]
        return f"phi [{', '.join(edges)}]" + (f" #{i.comment}" if i.comment else "")
    if isinstance(i, ir.Alloc):
        return f"alloc {type_string(i.elem)} ({i.comment})"
    if isinstance(i, ir.BinOp):
        return f"{value_name(i.x)} {OPERATOR_TEXT[i.op]} {value_name(i.y)}"
    if isinstance(i, ir.UnOp):
        return f"{OPERATOR_TEXT[i.op]}{value_name(i.x)}"
    if isinstance(i, (ir.FieldAddr, ir.Field)):
        return f"{type(i).__name__.lower()} {value_name(i.x)}, {i.field}"
    if isinstance(i, ir.Extract):
        return f"extract {value_name(i.x)}, {i.index}"
    if isinstance(i, ir.MinMax):
        return ("max " if i.is_max else "min ") + _list(ops)
    if isinstance(i, ir.ComplexOp):
        return f"{i.what} {_list(ops)}"
    if isinstance(i, (ir.ChangeType, ir.Convert, ir.StringConvert)):
        return f"{type(i).__name__.lower()} {type_string(i.type)} <- {value_name(i.x)}"
    if isinstance(i, (ir.MakeInterface, ir.ChangeInterface, ir.SliceToArrayPointer)):
        return f"{type(i).__name__.lower()} {type_string(i.type)} <- {value_name(i.x)}"
    if isinstance(i, ir.TypeAssert):
        return f"typeassert {value_name(i.x)}.({type_string(i.asserted)})" + (" ok" if i.comma_ok else "")
    if isinstance(i, ir.MapLookup):
        return f"maplookup {value_name(i.x)}[{value_name(i.y)}]" + (" ok" if i.comma_ok else "")
    if isinstance(i, ir.MapAssign):
        return f"mapassign {value_name(i.x)}[{value_name(i.y)}]"
    if isinstance(i, ir.Recv):
        return f"recv {value_name(i.x)}" + (" ok" if i.comma_ok else "")
    if isinstance(i, ir.Send):
        return f"send {value_name(i.x)} <- {value_name(i.y)}"
    if isinstance(i, ir.SliceOp):
        low, high, top = i.args[1], i.args[2], i.args[3]
        text = f"slice {value_name(i.args[0])}[{value_name(low) if i.has_low else ''}:"
        text += value_name(high) if i.has_high else ""
        return text + (f":{value_name(top)}]" if i.has_max else "]")
    if isinstance(i, ir.SliceCheck):
        return f"slicecheck {_SLICE_KINDS[i.kind]} {value_name(i.x)}, {value_name(i.y)}"
    if isinstance(i, ir.Select):
        parts: list[str] = []
        k = 0
        for s in i.states:
            if s.is_send:
                parts.append(f"{value_name(i.args[k])} <- {value_name(i.args[k + 1])}")
                k += 2
            else:
                parts.append(f"<-{value_name(i.args[k])}")
                k += 1
        return f"select [{', '.join(parts)}] {'blocking' if i.blocking else 'nonblocking'}"
    return _call_or_control(i, ops, succs)


def _call_or_control(i: ir.Instr, ops: list[ir.Value], succs: list[str]) -> str:
    if isinstance(i, ir.MakeClosure):
        return f"makeclosure {i.function.name} [{_list(ops)}]"
    if isinstance(i, ir.CallStatic):
        context = f" closure {value_name(i.closure)}" if i.closure is not None else ""
        return f"call {i.function.name}({_list(i.args)}){context}"
    if isinstance(i, ir.CallValue):
        return f"callvalue {value_name(i.args[0])}({_list(i.args[1:])})"
    if isinstance(i, ir.CallInvoke):
        return f"invoke {value_name(i.args[0])}.{i.method.name}({_list(i.args[1:])})"
    if isinstance(i, ir.CallRuntime):
        return f"runtime {i.name}({_list(ops)})"
    if isinstance(i, ir.Print):
        return ("println " if i.newline else "print ") + _list(ops)
    if isinstance(i, ir.Defer):
        token = f" token {value_name(i.token)}" if i.token is not None else ""
        return f"defer {value_name(i.x)}" + (" in loop" if i.in_loop else "") + token
    if isinstance(i, ir.Jump):
        return f"jump {succs[0] if succs else '?'}"
    if isinstance(i, ir.If):
        return f"if {value_name(i.x)} then {succs[0]} else {succs[1]}"
    if isinstance(i, ir.Switch):
        cases = ", ".join([f"{c}: {s}" for c, s in zip(i.cases, succs[1:], strict=False)])
        return f"switch {value_name(i.x)} [{cases}] else {succs[0]}"
    text = type(i).__name__.lower()
    return f"{text} {_list(ops)}" if ops else text
