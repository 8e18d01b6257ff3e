"""Every instruction kind compiles to an object that the object reader accepts, at both levels.

Each case is one function; what it computes needs the runtime and is tested with whole programs.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from goes.codegen.emitter import Context
from goes.codegen.function import emit_function
from goes.codegen.intrinsics import intrinsic_body
from goes.codegen.llvm import FULL, QUICK, FunctionCode, assemble_module
from goes.codegen.workers import WorkerPool
from goes.diag.source import SourceSet
from goes.obj import symbol as sym
from goes.obj.llvmobject import read_object
from goes.ssa import instr as ir
from goes.ssa.function import NOSPLIT, Function
from goes.syntax import tokens
from goes.types import types as t
from goes.types.objects import Func, Var

from .harness import Builder, const, function, signature

INT, STRING, BOOL, BYTE = t.TYP_INT, t.TYP_STRING, t.TYP_BOOL, t.TYP_BYTE
P = t.Pointer(INT)
PP = t.Pointer(P)
INTS = t.Slice(INT)
STRINGS = t.Slice(STRING)
BYTES = t.Slice(BYTE)
RUNES = t.Slice(t.TYP_RUNE)
NINE = t.Array(INT, 9)
PAIR = t.Struct([Var(0, None, "A", BOOL, True), Var(0, None, "B", STRING, True)], [])
BIG = t.Struct([Var(0, None, f"F{k}", STRING, True) for k in range(4)], [])
ANY = t.Interface([], [])
ANY.complete = True
MAP = t.Map(STRING, BIG)
CHAN = t.Chan(t.SEND_RECV, INT)
FUNC = signature([], [])
NONE = t.Tuple([])


def method_interface() -> tuple[t.Interface, Func]:
    f = Func(0, None, "Run", signature([INT], [STRING, BOOL]))
    interface = t.Interface([f], [])
    interface.complete = True
    return interface, f


RUNNER, RUN = method_interface()


def tuple_of(*types: t.Type) -> t.Tuple:
    return t.Tuple([Var(0, None, "", x) for x in types])


Make = Callable[[Builder, list[ir.Value]], object]
CASES: dict[str, tuple[list[t.Type], Make]] = {
    "alloc": ([], lambda b, p: b.add(ir.Alloc(t.Pointer(BIG), BIG, "x", 0))),
    "load": ([t.Pointer(PAIR)], lambda b, p: b.add(ir.Load(PAIR, p[0], 0))),
    "store big": ([t.Pointer(BIG), BIG], lambda b, p: b.add(ir.Store(p[0], p[1], 0))),
    "store zero": ([t.Pointer(BIG)], lambda b, p: b.add(ir.Store(p[0], const(BIG, None), 0))),
    "store pair": ([t.Pointer(PAIR), PAIR], lambda b, p: b.add(ir.Store(p[0], p[1], 0))),
    "fieldaddr": ([t.Pointer(BIG)], lambda b, p: b.add(ir.FieldAddr(t.Pointer(STRING), p[0], 2, 0))),
    "field": ([BIG], lambda b, p: b.add(ir.Field(STRING, p[0], 3, 0))),
    "indexaddr": ([STRINGS, BYTE], lambda b, p: b.add(ir.IndexAddr(t.Pointer(STRING), p[0], p[1], 0))),
    "index string": ([STRING, INT], lambda b, p: b.add(ir.Index(BYTE, p[0], p[1], 0))),
    "index array": ([NINE, INT], lambda b, p: b.add(ir.Index(INT, p[0], p[1], 0))),
    "aggregate": ([STRING], lambda b, p: b.add(ir.Aggregate(BIG, [p[0]] * 4, 0))),
    "concat": ([STRING], lambda b, p: b.add(ir.Concat(STRING, [p[0], const(STRING, b"x")], 0))),
    "concat many": ([STRING], lambda b, p: b.add(ir.Concat(STRING, [p[0]] * 9, 0))),
    "order": ([STRING], lambda b, p: b.add(ir.BinOp(BOOL, tokens.LSS, p[0], const(STRING, b"m"), 0))),
    "equal any": ([ANY, ANY], lambda b, p: b.add(ir.BinOp(BOOL, tokens.EQL, p[0], p[1], 0))),
    "equal nil": ([RUNNER], lambda b, p: b.add(ir.BinOp(BOOL, tokens.NEQ, p[0], const(RUNNER, None), 0))),
    "equal pair": ([PAIR, PAIR], lambda b, p: b.add(ir.BinOp(BOOL, tokens.EQL, p[0], p[1], 0))),
    "equal big": ([BIG, BIG], lambda b, p: b.add(ir.BinOp(BOOL, tokens.EQL, p[0], p[1], 0))),
    "equal nine": ([NINE, NINE], lambda b, p: b.add(ir.BinOp(BOOL, tokens.EQL, p[0], p[1], 0))),
    "complex mul": (
        [t.TYP_COMPLEX64],
        lambda b, p: b.add(ir.BinOp(t.TYP_COMPLEX64, tokens.MUL, p[0], p[0], 0)),
    ),
    "complex div": (
        [t.TYP_COMPLEX128],
        lambda b, p: b.add(ir.BinOp(t.TYP_COMPLEX128, tokens.DIV, p[0], p[0], 0)),
    ),
    "max float": ([t.TYP_FLOAT32], lambda b, p: b.add(ir.MinMax(t.TYP_FLOAT32, True, [p[0], p[0]], 0))),
    "min string": ([STRING], lambda b, p: b.add(ir.MinMax(STRING, False, [p[0], p[0]], 0))),
    "pointer to uintptr": ([P], lambda b, p: b.add(ir.ChangeType(t.TYP_UINTPTR, p[0], 0))),
    "box int": ([INT], lambda b, p: b.add(ir.MakeInterface(ANY, p[0], 0))),
    "box byte": ([BYTE], lambda b, p: b.add(ir.MakeInterface(ANY, p[0], 0))),
    "box bool": ([BOOL], lambda b, p: b.add(ir.MakeInterface(ANY, p[0], 0))),
    "box float": ([t.TYP_FLOAT32], lambda b, p: b.add(ir.MakeInterface(ANY, p[0], 0))),
    "box constant": ([], lambda b, p: b.add(ir.MakeInterface(ANY, const(STRING, b"hi"), 0))),
    "box constant float": ([], lambda b, p: b.add(ir.MakeInterface(ANY, const(t.TYP_FLOAT64, 2), 0))),
    "box pointer": ([P], lambda b, p: b.add(ir.MakeInterface(ANY, p[0], 0))),
    "box big": ([BIG], lambda b, p: b.add(ir.MakeInterface(ANY, p[0], 0))),
    "box pair": ([PAIR], lambda b, p: b.add(ir.MakeInterface(ANY, p[0], 0))),
    "changeinterface": ([RUNNER], lambda b, p: b.add(ir.ChangeInterface(ANY, p[0], 0))),
    "assert int": ([ANY], lambda b, p: b.add(ir.TypeAssert(INT, p[0], INT, False, 0))),
    "assert pair ok": ([ANY], lambda b, p: b.add(ir.TypeAssert(tuple_of(PAIR, BOOL), p[0], PAIR, True, 0))),
    "assert big ok": ([ANY], lambda b, p: b.add(ir.TypeAssert(tuple_of(BIG, BOOL), p[0], BIG, True, 0))),
    "assert pointer ok": ([RUNNER], lambda b, p: b.add(ir.TypeAssert(tuple_of(P, BOOL), p[0], P, True, 0))),
    "assert interface": ([ANY], lambda b, p: b.add(ir.TypeAssert(RUNNER, p[0], RUNNER, False, 0))),
    "assert interface ok": ([ANY], lambda b, p: b.add(ir.TypeAssert(tuple_of(RUNNER, BOOL), p[0], RUNNER, True, 0))),
    "len map": ([MAP], lambda b, p: b.add(ir.Len(INT, p[0], 0))),
    "cap chan": ([CHAN], lambda b, p: b.add(ir.Cap(INT, p[0], 0))),
    "dataptr": ([STRING], lambda b, p: b.add(ir.DataPtr(t.Pointer(BYTE), p[0], 0))),
    "makeview": ([P, INT], lambda b, p: b.add(ir.MakeView(INTS, [p[0], p[1]], 0))),
    "slice": ([STRINGS, INT], lambda b, p: b.add(ir.SliceOp(STRINGS, p[0], p[1], p[1], p[1], 0))),
    "slice array": ([t.Pointer(NINE), INT], lambda b, p: b.add(ir.SliceOp(INTS, p[0], p[1], None, None, 0))),
    "slice string": ([STRING, INT], lambda b, p: b.add(ir.SliceOp(STRING, p[0], p[1], None, None, 0))),
    "toarray": ([INTS], lambda b, p: b.add(ir.SliceToArrayPointer(t.Pointer(NINE), p[0], 0))),
    "makeslice": ([INT], lambda b, p: b.add(ir.MakeSlice(STRINGS, p[0], p[0], 0))),
    "append": ([STRINGS, STRING], lambda b, p: b.add(ir.Append(STRINGS, [p[0], p[1], p[1]], 0))),
    "append string": ([BYTES, STRING], lambda b, p: b.add(ir.AppendSlice(BYTES, p[0], p[1], 0))),
    "append slice": ([STRINGS], lambda b, p: b.add(ir.AppendSlice(STRINGS, p[0], p[0], 0))),
    "copy": ([STRINGS], lambda b, p: b.add(ir.Copy(INT, p[0], p[0], 0))),
    "clear slice": ([STRINGS], lambda b, p: b.add(ir.Clear(p[0], 0))),
    "clear map": ([MAP], lambda b, p: b.add(ir.Clear(p[0], 0))),
    "makemap": ([INT], lambda b, p: b.add(ir.MakeMap(MAP, p[0], 0))),
    "makemap small": ([], lambda b, p: b.add(ir.MakeMap(MAP, None, 0))),
    "lookup": ([MAP, STRING], lambda b, p: b.add(ir.MapLookup(tuple_of(BIG, BOOL), p[0], p[1], True, 0))),
    "lookup array key": ([t.Map(NINE, INT), NINE], lambda b, p: b.add(ir.MapLookup(INT, p[0], p[1], False, 0))),
    "lookup fat": (
        [t.Map(INT, t.Array(INT, 200)), INT],
        lambda b, p: b.add(ir.MapLookup(t.Array(INT, 200), p[0], p[1], False, 0)),
    ),
    "assign": ([t.Map(P, INT), P], lambda b, p: b.add(ir.MapAssign(P, p[0], p[1], 0))),
    "delete": ([t.Map(t.TYP_INT32, INT), t.TYP_INT32], lambda b, p: b.add(ir.MapDelete(p[0], p[1], 0))),
    "stringnext": ([STRING, INT], lambda b, p: b.add(ir.StringNext(tuple_of(INT, t.TYP_RUNE), p[0], p[1], 0))),
    "string of int": ([INT], lambda b, p: b.add(ir.StringConvert(STRING, p[0], 0))),
    "string of bytes": ([BYTES], lambda b, p: b.add(ir.StringConvert(STRING, p[0], 0))),
    "string of runes": ([RUNES], lambda b, p: b.add(ir.StringConvert(STRING, p[0], 0))),
    "bytes of string": ([STRING], lambda b, p: b.add(ir.StringConvert(BYTES, p[0], 0))),
    "runes of string": ([STRING], lambda b, p: b.add(ir.StringConvert(RUNES, p[0], 0))),
    "makechan": ([INT], lambda b, p: b.add(ir.MakeChan(CHAN, p[0], 0))),
    "send": ([CHAN, INT], lambda b, p: b.add(ir.Send(p[0], p[1], 0))),
    "recv": ([CHAN], lambda b, p: b.add(ir.Recv(INT, p[0], False, 0))),
    "recv ok": ([t.Chan(0, BIG)], lambda b, p: b.add(ir.Recv(tuple_of(BIG, BOOL), p[0], True, 0))),
    "close": ([CHAN], lambda b, p: b.add(ir.CloseChan(p[0], 0))),
    "select": (
        [CHAN, INT],
        lambda b, p: b.add(
            ir.Select(
                tuple_of(INT, BOOL, INT, INT),
                [ir.SelectState(False, 0), ir.SelectState(True, 0), ir.SelectState(False, 0)],
                [p[0], p[0], p[1], p[0]],
                True,
                0,
            )
        ),
    ),
    "select default": (
        [CHAN],
        lambda b, p: b.add(ir.Select(tuple_of(INT, BOOL, INT), [ir.SelectState(False, 0)], [p[0]], False, 0)),
    ),
    "nilcheck": ([P], lambda b, p: b.add(ir.NilCheck(p[0], 0))),
    "slicecheck": ([t.TYP_UINT8, INT], lambda b, p: b.add(ir.SliceCheck(ir.SLICE_ACAP, p[0], p[1], 0))),
    "convertcheck": ([INT], lambda b, p: b.add(ir.SliceCheck(ir.SLICE_CONVERT, p[0], const(INT, 4), 0))),
    "divcheck": ([t.TYP_INT8], lambda b, p: b.add(ir.DivCheck(p[0], 0))),
    "shiftcheck": ([INT], lambda b, p: b.add(ir.ShiftCheck(p[0], 0))),
    "invoke": (
        [RUNNER, INT],
        lambda b, p: b.add(ir.CallInvoke(tuple_of(STRING, BOOL), RUNNER, RUN, RUN.type, [p[0], p[1]], 0)),  # type: ignore[arg-type]
    ),
    "runtime": ([INT], lambda b, p: b.add(ir.CallRuntime(NONE, "panicrangestate", [p[0]], 0))),
    "go": ([FUNC], lambda b, p: b.add(ir.Go(p[0], 0))),
    "recover": ([], lambda b, p: b.add(ir.Recover(ANY, 0))),
    "print": ([INT, PAIR, ANY, RUNNER, INTS, P, t.TYP_COMPLEX64, t.TYP_FLOAT32, BOOL, STRING], lambda b, p: b.add(
        ir.Print([p[0], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9]], True, 0))),
}  # fmt: skip


def deferring() -> Function:
    """func f(g func()) (r string) { defer g(); r = "x"; return }"""
    fn = function("deferring", [FUNC], [STRING])
    b = Builder(fn)
    r = ir.Alloc(t.Pointer(STRING), STRING, "r", 0)
    r.landing = True
    r.placement = ir.STACK
    b.add(r)
    fn.results = [r]
    fn.has_defer = True
    b.add(ir.Defer(fn.params[0], False, None, 0))
    b.add(ir.Defer(fn.params[0], True, None, 0))
    b.add(ir.Store(r, const(STRING, b"x"), 0))
    b.add(ir.RunDefers(0))
    b.ret(b.add(ir.Load(STRING, r, 0)))
    landing = b.new_block()
    fn.landing = landing
    b.block = landing
    b.add(ir.RunDefers(0))
    b.ret(b.add(ir.Load(STRING, r, 0)))
    return fn


def ranging() -> Function:
    """for k, v := range m { use both }"""
    fn = function("ranging", [MAP], [INT])
    b = Builder(fn)
    it = b.add(ir.MapRange(t.TYP_UNSAFE_POINTER, fn.params[0], MAP, 0))
    head, body, done = b.new_block(), b.new_block(), b.new_block()
    b.jump(head)
    b.block = head
    n = b.add(ir.MapNext(tuple_of(BOOL, STRING, BIG), it, True, True, 0))
    b.branch(b.add(ir.Extract(BOOL, n, 0)), body, done)
    b.block = body
    v = b.add(ir.Extract(BIG, n, 2))
    b.add(ir.Print([b.add(ir.Extract(STRING, n, 1)), b.add(ir.Field(STRING, v, 1, 0))], False, 0))
    b.jump(head)
    b.block = done
    b.ret(const(INT, 0))
    return fn


def intrinsic_calls() -> Function:
    fn = function("intrinsics", [INT, t.Pointer(t.TYP_UINT32), t.TYP_FLOAT64, FUNC], [])
    b = Builder(fn)
    n, p, x, f = fn.params

    def call(name: str, result: t.Type, *args: ir.Value) -> ir.Instr:
        callee = function(name, [a.type for a in args], [])
        return b.add(ir.CallStatic(result, callee, list(args), 0))

    bit = call("math/bits.Len64", INT, n)
    call("math/bits.TrailingZeros32", INT, const(t.TYP_UINT32, 8))
    call("math/bits.Mul64", tuple_of(t.TYP_UINT64, t.TYP_UINT64), n, bit)
    call("math/bits.Add64", tuple_of(t.TYP_UINT64, t.TYP_UINT64), n, n, n)
    call("math/bits.Div64", tuple_of(t.TYP_UINT64, t.TYP_UINT64), n, n, n)
    call("math/bits.RotateLeft32", t.TYP_UINT32, const(t.TYP_UINT32, 8), n)
    call("internal/runtime/atomic.Xadd", t.TYP_UINT32, p, const(t.TYP_INT32, -1))
    call("internal/runtime/atomic.Cas", BOOL, p, const(t.TYP_UINT32, 0), const(t.TYP_UINT32, 1))
    call("sync/atomic.StoreUint32", NONE, p, const(t.TYP_UINT32, 1))
    call("internal/runtime/math.MulUintptr", tuple_of(t.TYP_UINTPTR, BOOL), n, n)
    call("math.sqrt", t.TYP_FLOAT64, x)
    call("math.Floor", t.TYP_FLOAT64, x)
    call("math.FMA", t.TYP_FLOAT64, x, x, x)
    call("runtime.getg", P)
    call("runtime.publicationBarrier", NONE)
    call("internal/runtime/sys.GetCallerPC", t.TYP_UINTPTR)
    call("internal/runtime/sys.GetCallerSP", t.TYP_UINTPTR)
    call("internal/runtime/sys.GetClosurePtr", t.TYP_UINTPTR)
    call("internal/runtime/sys.Prefetch", NONE, n)
    call("crypto/internal/constanttime.Select", INT, n, n, n)
    call("internal/abi.FuncPCABI0", t.TYP_UINTPTR, b.add(ir.MakeInterface(ANY, f, 0)))
    call("runtime.KeepAlive", NONE, b.add(ir.MakeInterface(ANY, p, 0)))
    b.ret()
    return fn


def all_codes(level: int) -> list[FunctionCode]:
    ctx = Context(SourceSet(), level)
    functions: list[Function] = []
    for name, (params, make) in CASES.items():
        fn = function(name, params, [])
        b = Builder(fn)
        make(b, list(fn.params))
        b.ret()
        functions.append(fn)
    functions += [deferring(), ranging(), intrinsic_calls()]
    functions[0].pragmas = NOSPLIT
    codes = [emit_function(f, ctx) for f in functions]
    for name in ("sync/atomic.AddInt32", "internal/runtime/atomic.Cas64", "runtime.publicationBarrier"):
        body = intrinsic_body(name, ctx)
        assert body is not None
        codes.append(body)
    return codes


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_all_instructions_compile(level: int) -> None:
    codes = all_codes(level)
    with WorkerPool(1) as pool:
        pool.submit("all", codes, level)
        definitions = {d.name: d for d in pool.results()[0]}
    for c in codes:
        d = definitions[c.name]
        assert d.kind == sym.TEXT and d.size > 0
        assert d.text is not None and d.text.lines
    landing = definitions["deferring"].text
    assert landing is not None and landing.landing > 0
    barrier = definitions["store pair"].text
    assert barrier is not None and len(barrier.unsafe) == 1
    targets = {r.target for d in definitions.values() for r in d.relocations}
    assert "runtime.growslice" in targets and "runtime.wbStore" in targets
    assert not any(name.startswith("llvm.") for name in targets)
    libcalls = {name for name in targets if "." not in name and ":" not in name}
    assert libcalls <= {"memmove", "memset", "memcpy", "__morestack"}


def test_split_stack_is_checked_unless_nosplit() -> None:
    codes = all_codes(QUICK)
    with WorkerPool(1) as pool:
        data = pool.compile([("all", assemble_module(codes))], QUICK)[0]
    for d in read_object(data, [c.meta for c in codes]):
        calls_morestack = any(r.target == "__morestack" for r in d.relocations)
        if d.name in ("alloc", "index array", "nilcheck"):  # nosplit, and leaves that at most panic
            assert not calls_morestack
            assert d.flags & sym.NOSPLIT
        elif d.name == "box int":
            assert calls_morestack


def test_references_say_what_symbols_stand_for() -> None:
    codes = {c.name: c for c in all_codes(QUICK)}
    boxed = codes["box big"].references
    assert [r.kind for r in boxed.relocations] == [sym.R_USEIFACE]
    assert list(boxed.types.values()) == [BIG]
    invoke = codes["invoke"].references.relocations
    assert [(r.kind, r.addend) for r in invoke] == [(sym.R_USEIFACEMETHOD, 0)]
    assert codes["concat"].references.strings == {'go:string."x"': b"x"}
    assert "runtime.concatstring2" in codes["concat"].references.symbols


def test_a_crash_of_llvm_is_reported_with_its_module() -> None:
    from goes.diag.diagnostic import Bug

    with WorkerPool(1) as pool:
        with pytest.raises(Bug, match="rejects the module"):
            pool.compile([("bad", "define void @f() { ret i32 1 }")], QUICK)
        codes = all_codes(QUICK)[:6]
        for k in range(3):
            pool.submit(f"good {k}", codes[2 * k : 2 * k + 2], QUICK)
        found = [[d.name for d in definitions if d.kind == sym.TEXT] for definitions in pool.results()]
        assert found == [[c.name for c in codes[2 * k : 2 * k + 2]] for k in range(3)]
