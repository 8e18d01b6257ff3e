"""Calls, go and defer.

    r, err := f(x)     →   %r = call swiftcc { i64, ptr, ptr } @"main.f"(i64 %x)
    fn(x)              →   code = load ptr, ptr %fn ; call swiftcc ... %code(i64 %x, ptr swiftself %fn)
    w.Write(p)         →   code = load ptr, itab + 24 + 8*slot ; call ... %code(ptr %data, ...)

Memory-type arguments are passed by the address of a copy; results that do not fit in registers come back in an area of
the caller's frame. abi.py says which is which.

Sources: codegen/abi.py; compiler-contracts 5.2, 6.2; linker-and-runtime-contracts D.2, F.3; the overlay's
runtime/panic_goes.go.
"""

from __future__ import annotations

from typing import Final

from ..diag.diagnostic import Bug
from ..obj.symbol import R_USEIFACEMETHOD
from ..ssa import instr as ir
from ..ssa.instr import Value
from ..types import types as t
from ..types.objects import Func
from ..types.sizes import alignof, sizeof
from .abi import results_in_memory
from .checks import check_pointer
from .descriptors import method_order, sorted_interface_methods
from .emitter import Emitter
from .interfaces import ITAB_FUN
from .llvm import LIKELY
from .values import operand, result

NORETURN: Final = frozenset(
    [
        "runtime.gopanic", "runtime.throw", "runtime.fatal", "runtime.fatalthrow", "runtime.panicwrap",
        "runtime.panicdivide", "runtime.panicshift", "runtime.panicoverflow", "runtime.panicmem", "runtime.panicnil",
        "runtime.panicunsafeslicelen", "runtime.panicunsafeslicenilptr", "runtime.panicunsafestringlen",
        "runtime.panicunsafestringnilptr", "runtime.panicmakeslicelen", "runtime.panicmakeslicecap",
        "runtime.panicrangestate", "runtime.block",
    ]
)  # fmt: skip
DEFER_RECORD: Final = 48  # runtime._defer
DEFER_SP: Final = 8
DEFER_PC: Final = 16
DEFER_FN: Final = 24
DEFER_LINK: Final = 32
DEFER_HEAD: Final = 40
G_DEFER: Final = 40  # runtime.g._defer
MAX_OPEN: Final = 15  # deferred calls written out in a function, over all its returns
FRAME_RECORD: Final = 64  # runtime.deferFrame


def return_type(results: list[t.Type], e: Emitter) -> tuple[str, list[str], bool]:
    """LLVM return type, its fields (bool as i8), and whether results travel in memory."""
    if results_in_memory(results):
        return "void", [], True
    llvms: list[str] = []
    for r in results:
        shape = e.ctx.shape(r)
        llvms.extend(["i8"] if shape.is_bool else shape.llvms)
    if not llvms:
        return "void", [], False
    return (llvms[0] if len(llvms) == 1 else "{ " + ", ".join(llvms) + " }"), llvms, False


def argument_types(typ: t.Type, e: Emitter) -> list[str]:
    shape = e.ctx.shape(typ)
    return ["i8"] if shape.is_bool else shape.llvms


def result_types(sig: t.Signature) -> list[t.Type]:
    out: list[t.Type] = []
    for v in sig.results.vars:
        assert v.type is not None
        out.append(v.type)
    return out


def _call_results(i: ir.AnyCall) -> list[t.Type]:
    """The result types of a call instruction."""
    if not isinstance(i.type, t.Tuple):
        return [] if i.type is t.TYP_INVALID else [i.type]
    out: list[t.Type] = []
    for v in i.type.vars:
        assert v.type is not None
        out.append(v.type)
    return out


def _arguments(e: Emitter, args: list[Value], sig: t.Signature | None) -> list[tuple[str, str]]:
    """The LLVM arguments. A nil or zero constant takes the parameter's type."""
    out: list[tuple[str, str]] = []
    params = [] if sig is None else sig.params.vars
    first = len(args) - len(params)  # after the receiver
    for k, a in enumerate(args):
        if isinstance(a, ir.Const) and a.value is None and params and k >= first:
            wanted = params[k - first].type
            if wanted is not None:
                a = ir.Const(wanted, None)
        shape = e.ctx.shape(a.type)
        vals = e.to_memory(shape, operand(e, a))
        if shape.parts is None:
            out.append(("ptr", vals[0]))
        elif shape.is_bool:
            out.append(("i8", vals[0]))
        else:
            out.extend(zip(shape.llvms, vals))
    return out


def _finish(
    e: Emitter, i: ir.Instr, target: str, args: list[tuple[str, str]], results: list[t.Type], symbol: str
) -> None:
    """Make the call and take its results apart. symbol: the callee's name if it is known."""
    ret, llvms, in_memory = return_type(results, e)
    area = ""
    offsets: list[int] = []
    if in_memory:
        size = 0
        for r in results:
            a = alignof(r)
            size = (size + a - 1) // a * a
            offsets.append(size)
            size += sizeof(r)
        area = e.alloca((size + 7) // 8 * 8, 16)
        args = [("ptr", area), *args]
    if symbol:
        target = e.code(symbol, ret, [ty for ty, _ in args])
    noreturn = symbol in NORETURN
    value = e.call(ret, target, args, noreturn)
    values: list[list[str]] = []
    if in_memory:
        for r, offset in zip(results, offsets):
            values.append(e.fetch(e.ctx.shape(r), e.gep(area, offset)))
    else:
        flat = e.unpack(llvms, value)
        at = 0
        for r in results:
            shape = e.ctx.shape(r)
            n = len(shape.llvms)
            values.append(e.from_memory(shape, flat[at : at + n]))
            at += n
    if isinstance(i.type, t.Tuple):
        e.tuples[i] = values
    elif values:
        result(e, i, values[0])


def call_static(e: Emitter, i: ir.CallStatic) -> None:
    from .intrinsics import expand

    f = i.function
    if expand(e, i, f.name):
        return
    e.refs.functions[f.name] = f
    _mark_reflect(e, f.name.rsplit(".", 1)[-1], f.signature)
    args = _arguments(e, i.args, f.signature)
    if i.closure is not None:
        args.append(("ptr swiftself", operand(e, i.closure)[0]))
    # By the call's own types: a linkname may give the callee others of the same layout.
    _finish(e, i, "", args, _call_results(i), f.name)


def call_value(e: Emitter, i: ir.CallValue) -> None:
    fn = operand(e, i.args[0])[0]
    code = e.load("ptr", fn)
    args = _arguments(e, i.args[1:], i.signature)
    args.append(("ptr swiftself", fn))
    _finish(e, i, code, args, result_types(i.signature), "")


def method_slot(interface: t.Interface, method: Func) -> int:
    """Position of a method in itabs of the interface."""
    key = method_order(method)
    for k, m in enumerate(sorted_interface_methods(interface)):
        if m is method or method_order(m) == key:
            return k
    raise Bug("codegen", f"method {method.name} is not in the interface")


def call_invoke(e: Emitter, i: ir.CallInvoke) -> None:
    itab, data = operand(e, i.args[0])
    check_pointer(e, itab)
    interface = t.under(i.args[0].type)
    if not isinstance(interface, t.Interface):
        interface = i.interface
    slot = method_slot(interface, i.method)
    code = e.load("ptr", e.gep(itab, ITAB_FUN + 8 * slot))
    name = "type:" + e.ctx.type_name(i.args[0].type)
    e.refs.types[name] = i.args[0].type
    e.refs.add_relocation(R_USEIFACEMETHOD, name, slot)
    _mark_reflect(e, i.method.name, i.signature)
    args = [("ptr", data), *_arguments(e, i.args[1:], i.signature)]
    _finish(e, i, code, args, result_types(i.signature), "")


# Live through method tables anyway; the thunk reflect.Type.Method of a method expression is not among them.
_REFLECT_ITSELF = frozenset(
    f"reflect.{owner}.{name}" for owner in ("(*rtype)", "(*interfaceType)", "Value") for name in ("Method", "MethodByName")
)


def _mark_reflect(e: Emitter, name: str, sig: t.Signature) -> None:
    """Note calls of reflect's Method and MethodByName: they keep all exported methods alive."""
    if name not in ("Method", "MethodByName") or len(sig.params.vars) != 1 or not sig.results.vars:
        return
    if e.fn.name in _REFLECT_ITSELF:
        return
    parameter = sig.params.vars[0].type
    first = sig.results.vars[0].type
    assert parameter is not None and first is not None
    u = t.under(parameter)
    if not isinstance(u, t.Basic) or u.kind != (t.INT if name == "Method" else t.STRING):
        return
    first = t.unalias(first)
    if isinstance(first, t.Named) and first.obj.pkg is not None:
        if first.obj.pkg.path in ("reflect", "internal/reflectlite") and first.obj.name in ("Method", "Value"):
            e.refs.reflect_method = True


def call_runtime(e: Emitter, i: ir.CallRuntime) -> None:
    e.refs.symbols["runtime." + i.name] = None
    _finish(e, i, "", _arguments(e, i.args, None), _call_results(i), "runtime." + i.name)


def go(e: Emitter, i: ir.Go) -> None:
    e.runtime("void", "newproc", [("ptr", operand(e, i.x)[0])])


def defer(e: Emitter, i: ir.Defer) -> None:
    fn = operand(e, i.x)[0]
    if i.token is not None:
        token = operand(e, i.token)
        e.runtime("void", "deferprocat", [("ptr", fn), ("ptr", token[0]), ("ptr", token[1])])
    elif i.in_loop:
        e.runtime("void", "deferproc", [("ptr", e.landing_area), ("ptr", fn)])
    elif e.fn.is_runtime:
        record = _defer_record(e, i)
        e.store("ptr", fn, e.gep(record, DEFER_FN))
        e.runtime("void", "deferprocStack", [("ptr", e.landing_area), ("ptr", record)])
    else:
        # runtime.deferprocStack. Without write barriers: the record is in the frame, and g is scanned with its stack.
        record = _defer_record(e, i)
        head = e.gep(current_g(e), G_DEFER)
        e.store("i64", "0", record)  # heap, rangefunc
        e.store("ptr", e.landing_area, e.gep(record, DEFER_SP))
        e.store("i64", "0", e.gep(record, DEFER_PC))
        e.store("ptr", fn, e.gep(record, DEFER_FN))
        e.store("ptr", e.load("ptr", head), e.gep(record, DEFER_LINK))
        e.store("ptr", "null", e.gep(record, DEFER_HEAD))
        e.store("ptr", record, head)


def _defer_record(e: Emitter, i: ir.Defer) -> str:
    """The record of a defer statement that runs at most once per call."""
    record = e.defer_records.get(i)
    if record is None:
        record = e.alloca(DEFER_RECORD)
        e.defer_records[i] = record
    return record


def current_g(e: Emitter) -> str:
    """The running goroutine."""
    return e.op("load ptr, ptr addrspace(257) inttoptr (i64 -8 to ptr addrspace(257)), align 8")


def defer_token(e: Emitter, i: ir.DeferToken) -> None:
    token = e.runtime("{ ptr, ptr }", "deferrangefunc", [("ptr", e.landing_area)])
    result(e, i, e.unpack(["ptr", "ptr"], token))


def run_defers(e: Emitter, i: ir.RunDefers) -> None:
    """Run what is deferred on this frame, at a return or, by the runtime, in the landing block.

    At a return each record that lies on top of g's list is taken off and its function called from here. Records of
    statements outside of loops are pushed in the order of the blocks, so they lie in the opposite order.
    """
    records = _open_defers(e)
    if not records or i.block is e.fn.landing:
        e.runtime("void", "deferreturn", [("ptr", e.landing_area)])
        return
    head = e.gep(current_g(e), G_DEFER)
    for d in reversed(records):
        record = _defer_record(e, d)
        there = e.new_label()
        done = e.new_label()
        e.branch(e.op(f"icmp eq ptr {e.load('ptr', head)}, {record}"), there, done, LIKELY)
        e.label(there)
        fn = e.load("ptr", e.gep(record, DEFER_FN))
        e.store("ptr", e.load("ptr", e.gep(record, DEFER_LINK)), head)
        made = d.x
        if not isinstance(made, ir.MakeClosure):
            e.call("void", e.load("ptr", fn), [("ptr swiftself", fn)])
        elif made.args:
            e.refs.functions[made.function.name] = made.function
            e.call("void", e.code(made.function.name, "void", ["ptr swiftself"]), [("ptr swiftself", fn)])
        else:
            e.refs.functions[made.function.name] = made.function
            e.call("void", e.code(made.function.name, "void", []), [])
        e.jump(done)
        e.label(done)


def _open_defers(e: Emitter) -> list[ir.Defer]:
    """The defer statements in the order they run, if all run at most once and they are few; else none."""
    if e.open_defers is None:
        found: list[ir.Defer] = []
        returns = 0
        simple = not e.fn.is_runtime
        for block in e.order:
            for i in block.instrs:
                if isinstance(i, ir.RunDefers):
                    returns += 1
                elif isinstance(i, ir.Defer):
                    found.append(i)
                    simple = simple and not i.in_loop and i.token is None
                elif isinstance(i, ir.DeferToken):
                    simple = False
        e.open_defers = found if simple and len(found) * returns <= MAX_OPEN else []
    return e.open_defers


def recover(e: Emitter, i: ir.Recover) -> None:
    result(e, i, e.unpack(["ptr", "ptr"], e.runtime("{ ptr, ptr }", "gorecover", [])))


def panic(e: Emitter, i: ir.Panic) -> None:
    vals = operand(e, i.x)
    e.runtime("void", "gopanic", [("ptr", vals[0]), ("ptr", vals[1])], noreturn=True)
    e.do("unreachable")
