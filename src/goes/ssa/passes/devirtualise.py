"""Call methods and functions directly where the target is known.

    t0 = makeinterface io.Writer <- f:*os.File           t0 = makeinterface io.Writer <- f:*os.File
    t1 = invoke t0.Write(p)                        →     t1 = call (*os.File).Write(f, p)
    t2 = makeclosure main.f.func1 [x]                    t2 = makeclosure main.f.func1 [x]
    t3 = callvalue t2(1)                           →     t3 = call main.f.func1(1) with t2

A method with a value receiver called through a pointer is called with the value loaded here, not through the wrapper
that interface tables hold: a nil pointer is a nil dereference of this call, as the explicit (*p).M() would be.

Source: cmd/compile/internal/devirtualize (static case).
"""

from __future__ import annotations

from ...types.types import Pointer, unalias
from .. import instr as ir
from ..function import Block, Function
from .context import Context
from .values import replace_values


def devirtualise_calls(fn: Function, context: Context) -> bool:
    """Make calls static; whether there were any."""
    replaced: dict[ir.Value, ir.Value] = {}
    for b in fn.blocks:
        instrs: list[ir.Instr] = []
        for i in b.instrs:
            known: ir.CallStatic | None = None
            if isinstance(i, ir.CallInvoke):
                known = known_method(i, i.args[0], context, b, instrs)
            elif isinstance(i, ir.CallValue):
                known = known_function(i, i.args[0])
            if known is None:
                instrs.append(i)
                continue
            known.block = b
            known.site = i.site
            i.block = None
            instrs.append(known)
            replaced[i] = known
        b.instrs = instrs
    if not replaced:
        return False
    replace_values(fn, replaced)
    context.found_callees = True
    return True


def known_function(i: ir.CallValue, f: ir.Value) -> ir.CallStatic | None:
    """The static call equivalent to calling the func value f, if it is a closure or function in sight."""
    while isinstance(f, ir.ChangeType):
        f = f.x
    if isinstance(f, ir.MakeClosure):
        return ir.CallStatic(i.type, f.function, i.args[1:], i.pos, f if f.function.free_vars else None)
    if isinstance(f, ir.FuncRef):
        return ir.CallStatic(i.type, f.function, i.args[1:], i.pos)
    return None


def known_method(
    i: ir.CallInvoke, x: ir.Value, context: Context, block: Block, before: list[ir.Instr]
) -> ir.CallStatic | None:
    """The static call equivalent to calling a method of the interface value x, if its dynamic type is in sight. What
    loads the receiver is appended to `before`, as instructions of the block."""
    while isinstance(x, (ir.ChangeType, ir.ChangeInterface)):
        x = x.x
    if not isinstance(x, ir.MakeInterface):
        return None
    f = context.methods.method_of(x.x.type, i.method)
    if f is None:
        return None
    if context.decisions is not None:
        context.decisions.note(i.pos, f"devirtualizing {i.method.name} to {x.x.type}")
    receiver = x.x
    held = unalias(receiver.type)
    declared = f.signature.recv
    assert declared is not None and declared.type is not None
    if isinstance(held, Pointer) and not isinstance(unalias(declared.type), Pointer):
        check = ir.NilCheck(receiver, i.pos)
        receiver = ir.Load(held.elem, receiver, i.pos)
        for new in (check, receiver):
            new.block = block
            new.site = i.site
            before.append(new)
    return ir.CallStatic(i.type, f, [receiver, *i.args[1:]], i.pos)
