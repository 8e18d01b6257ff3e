"""Functions that are instructions.

    bits.TrailingZeros64(x)     →   call i64 @llvm.cttz.i64(i64 %x, i1 false)
    atomic.Xadd(p, d)           →   atomicrmw add ptr %p, i32 %d seq_cst ; + d

A call is recognised by its callee's link name. Functions used as values, by linkname or from assembly need a body as
well: `intrinsic_body` makes one for those whose source has none or only a stub.

Sources: compiler-contracts 2; cmd/compile/internal/ssagen/intrinsics.go, intrinsics_test.go (the set for amd64).
"""

from __future__ import annotations

from typing import Final

from ..diag.source import NO_POS
from ..obj import symbol as sym
from ..ssa import instr as ir
from ..ssa.function import DECLARED, Function
from ..types import types as t
from .calls import current_g
from .emitter import MAX_INLINE_COPY, Context, Emitter, quote
from .llvm import NOSPLIT, FunctionCode
from .values import const_int, operand, result

# Atomic operations: (kind, LLVM type). Kinds: load, store, release (store), xchg, cas, add (new value), and/or (old
# value), and_/or_ (no result).
_ATOMICS: dict[str, tuple[str, str]] = {}
_RUNTIME_ATOMIC: Final = "internal/runtime/atomic."
for _name, _kind, _llvm in (
    ("Load", "load", "i32"), ("Loadp", "load", "ptr"), ("Load64", "load", "i64"), ("Load8", "load", "i8"),
    ("LoadAcq", "load", "i32"), ("LoadAcq64", "load", "i64"), ("LoadAcquintptr", "load", "i64"),
    ("Loaduintptr", "load", "i64"), ("Loaduint", "load", "i64"), ("Loadint32", "load", "i32"),
    ("Loadint64", "load", "i64"),
    ("Store", "store", "i32"), ("Store8", "store", "i8"), ("Store64", "store", "i64"), ("Storeint32", "store", "i32"),
    ("Storeint64", "store", "i64"), ("Storeuintptr", "store", "i64"), ("StorepNoWB", "store", "ptr"),
    ("StoreRel", "release", "i32"), ("StoreRel64", "release", "i64"), ("StoreReluintptr", "release", "i64"),
    ("Xchg", "xchg", "i32"), ("Xchg8", "xchg", "i8"), ("Xchg64", "xchg", "i64"), ("Xchguintptr", "xchg", "i64"),
    ("Xchgint32", "xchg", "i32"), ("Xchgint64", "xchg", "i64"),
    ("Xadd", "add", "i32"), ("Xadd64", "add", "i64"), ("Xadduintptr", "add", "i64"), ("Xaddint32", "add", "i32"),
    ("Xaddint64", "add", "i64"),
    ("Cas", "cas", "i32"), ("CasRel", "cas", "i32"), ("Cas64", "cas", "i64"), ("Casuintptr", "cas", "i64"),
    ("Casint32", "cas", "i32"), ("Casint64", "cas", "i64"), ("Casp1", "cas", "ptr"),
    ("And8", "and_", "i8"), ("Or8", "or_", "i8"), ("And", "and_", "i32"), ("Or", "or_", "i32"),
    ("And32", "and", "i32"), ("Or32", "or", "i32"), ("And64", "and", "i64"), ("Or64", "or", "i64"),
    ("Anduintptr", "and", "i64"), ("Oruintptr", "or", "i64"),
):  # fmt: skip
    _ATOMICS[_RUNTIME_ATOMIC + _name] = (_kind, _llvm)
for _name, _llvm in (("Int32", "i32"), ("Int64", "i64"), ("Uint32", "i32"), ("Uint64", "i64"), ("Uintptr", "i64")):
    for _prefix, _kind in (
        ("Load", "load"), ("Store", "store"), ("Swap", "xchg"), ("CompareAndSwap", "cas"), ("Add", "add"),
        ("And", "and"), ("Or", "or"),
    ):  # fmt: skip
        _ATOMICS[f"sync/atomic.{_prefix}{_name}"] = (_kind, _llvm)
_ATOMICS["sync/atomic.LoadPointer"] = ("load", "ptr")

# Bit operations on one operand: (operation, width of the operand).
_BITS: Final[dict[str, tuple[str, int]]] = {
    "math/bits.TrailingZeros8": ("cttz", 8), "math/bits.TrailingZeros16": ("cttz", 16),
    "math/bits.TrailingZeros32": ("cttz", 32), "math/bits.TrailingZeros64": ("cttz", 64),
    "math/bits.TrailingZeros": ("cttz", 64),
    "math/bits.Len8": ("len", 8), "math/bits.Len16": ("len", 16), "math/bits.Len32": ("len", 32),
    "math/bits.Len64": ("len", 64), "math/bits.Len": ("len", 64),
    "math/bits.LeadingZeros8": ("ctlz", 8), "math/bits.LeadingZeros16": ("ctlz", 16),
    "math/bits.LeadingZeros32": ("ctlz", 32), "math/bits.LeadingZeros64": ("ctlz", 64),
    "math/bits.LeadingZeros": ("ctlz", 64),
    "math/bits.OnesCount8": ("ctpop", 8), "math/bits.OnesCount16": ("ctpop", 16),
    "math/bits.OnesCount32": ("ctpop", 32), "math/bits.OnesCount64": ("ctpop", 64),
    "math/bits.OnesCount": ("ctpop", 64),
    "math/bits.ReverseBytes16": ("bswap", 16), "math/bits.ReverseBytes32": ("bswap", 32),
    "math/bits.ReverseBytes64": ("bswap", 64), "math/bits.ReverseBytes": ("bswap", 64),
    "internal/runtime/sys.Bswap32": ("bswap", 32), "internal/runtime/sys.Bswap64": ("bswap", 64),
    "internal/runtime/sys.Len8": ("len", 8), "internal/runtime/sys.Len64": ("len", 64),
    "internal/runtime/sys.OnesCount64": ("ctpop", 64), "internal/runtime/sys.TrailingZeros8": ("cttz", 8),
    "internal/runtime/sys.TrailingZeros32": ("cttz", 32), "internal/runtime/sys.TrailingZeros64": ("cttz", 64),
    "internal/runtime/sys.LeadingZeros8": ("ctlz", 8), "internal/runtime/sys.LeadingZeros64": ("ctlz", 64),
}  # fmt: skip
_ROTATE: Final[dict[str, int]] = {
    "math/bits.RotateLeft8": 8, "math/bits.RotateLeft16": 16, "math/bits.RotateLeft32": 32,
    "math/bits.RotateLeft64": 64, "math/bits.RotateLeft": 64,
}  # fmt: skip
# Everything else by name: what _other does.
_OTHER: Final[dict[str, str]] = {
    "math/bits.Add": "add", "math/bits.Add64": "add", "internal/runtime/math.Add64": "add",
    "math/bits.Sub": "sub", "math/bits.Sub64": "sub",
    "math/bits.Mul": "mul", "math/bits.Mul64": "mul", "internal/runtime/math.Mul64": "mul", "math/big.mulWW": "mul",
    "math/bits.Div": "div", "math/bits.Div64": "div",
    "internal/runtime/math.MulUintptr": "muloverflow",
    "math.sqrt": "sqrt", "math.Sqrt": "sqrt", "math.Abs": "fabs",
    "math.Floor": "round1", "math.Ceil": "round2", "math.Trunc": "round3", "math.RoundToEven": "round0",
    "math.FMA": "fma",
    "math.Float64bits": "to_i64", "math.Float64frombits": "to_double",
    "math.Float32bits": "to_i32", "math.Float32frombits": "to_float",
    "runtime.getg": "getg", "runtime.getfp": "getfp", "runtime.KeepAlive": "keepalive",
    "runtime.publicationBarrier": "barrier", "runtime.slicebytetostringtmp": "view",
    "internal/runtime/sys.GetCallerPC": "callerpc", "internal/runtime/sys.GetCallerSP": "callersp",
    "internal/runtime/sys.GetClosurePtr": "context",
    "internal/runtime/sys.Prefetch": "prefetch3", "internal/runtime/sys.PrefetchStreamed": "prefetch0",
    "internal/abi.FuncPCABI0": "pcabi0", "internal/abi.FuncPCABIInternal": "pc",
    "crypto/internal/constanttime.boolToUint8": "booltobyte", "crypto/internal/constanttime.Select": "ctselect",
    # All eight or none: a set of slots has one bit per slot, in the Go bodies one byte.
    "internal/runtime/maps.ctrlGroupMatchH2": "match", "internal/runtime/maps.ctrlGroupMatchEmpty": "matchempty",
    "internal/runtime/maps.ctrlGroupMatchEmptyOrDeleted": "matchfree",
    "internal/runtime/maps.ctrlGroupMatchFull": "matchfull",
    "internal/runtime/maps.bitsetFirst": "setfirst", "internal/runtime/maps.bitsetRemoveBelow": "setabove",
    "internal/runtime/maps.bitsetLowestSet": "setlowest", "internal/runtime/maps.bitsetShiftOutLowest": "setshift",
}  # fmt: skip
_ESCAPE_PREFIX: Final = "internal/abi.EscapeNonString["


def is_intrinsic(name: str) -> bool:
    """Whether calls of the function need no body."""
    return name in _ATOMICS or name in _BITS or name in _ROTATE or name in _OTHER or name.startswith(_ESCAPE_PREFIX)


def expand(e: Emitter, i: ir.CallStatic, name: str) -> bool:
    """Emit a call of an intrinsic; False if name is none."""
    atomic = _ATOMICS.get(name)
    if atomic is not None:
        args = [operand(e, a)[0] for a in i.args]
        v = _atomic(e, atomic[0], atomic[1], args)
        if v:
            result(e, i, [v])
        return True
    bits = _BITS.get(name)
    if bits is not None:
        result(e, i, [_bit_operation(e, bits[0], bits[1], operand(e, i.args[0])[0], e.ctx.shape(i.type).llvms[0])])
        return True
    width = _ROTATE.get(name, 0)
    if width:
        x = operand(e, i.args[0])[0]
        k = operand(e, i.args[1])[0]
        ty = f"i{width}"
        if width < 64:
            k = e.op(f"trunc i64 {k} to {ty}")
        result(e, i, [e.intrinsic(ty, f"llvm.fshl.{ty}", [(ty, x), (ty, x), (ty, k)])])
        return True
    what = _OTHER.get(name)
    if what is not None:
        return _other(e, i, what)
    if name == "runtime.memclrNoHeapPointers" or name == "runtime.memmove":
        return _small_memory(e, i, name)
    return name.startswith(_ESCAPE_PREFIX)


def _small_memory(e: Emitter, i: ir.CallStatic, name: str) -> bool:
    """Clear or copy a few bytes, known how many, on the spot."""
    size = const_int(i.args[-1])
    if size is None or not 0 <= size <= MAX_INLINE_COPY:
        return False
    to = operand(e, i.args[0])[0]
    if name == "runtime.memmove":
        e.copy(to, operand(e, i.args[1])[0], size, 1)
    else:
        e.clear(to, size, 1)
    return True


def _atomic(e: Emitter, kind: str, ty: str, args: list[str]) -> str:
    """The result as i1 (cas), ty, or "" for none."""
    size = {"i8": 1, "i32": 4, "i64": 8, "ptr": 8}[ty]
    p = args[0]
    if kind == "load":
        return e.op(f"load atomic {ty}, ptr {p} seq_cst, align {size}")
    if kind == "store" or kind == "release":
        order = "seq_cst" if kind == "store" else "release"
        e.do(f"store atomic {ty} {args[1]}, ptr {p} {order}, align {size}")
        return ""
    if kind == "cas":
        pair = e.op(f"cmpxchg ptr {p}, {ty} {args[1]}, {ty} {args[2]} seq_cst seq_cst, align {size}")
        return e.op(f"extractvalue {{ {ty}, i1 }} {pair}, 1")
    old = e.op(f"atomicrmw {kind.rstrip('_')} ptr {p}, {ty} {args[1]} seq_cst, align {size}")
    if kind == "add":
        return e.op(f"add {ty} {old}, {args[1]}")
    return "" if kind.endswith("_") else old


def _bit_operation(e: Emitter, operation: str, width: int, x: str, to: str) -> str:
    ty = f"i{width}"
    args = [(ty, x)]
    if operation in ("cttz", "ctlz"):
        args.append(("i1", "false"))
    if operation == "len":
        zeros = e.intrinsic(ty, f"llvm.ctlz.{ty}", [(ty, x), ("i1", "false")])
        v = e.op(f"sub {ty} {width}, {zeros}")
    else:
        v = e.intrinsic(ty, f"llvm.{operation}.{ty}", args)
    if operation == "bswap" or ty == to:
        return v
    return e.op(f"zext {ty} {v} to {to}")


def _carry(e: Emitter, i: ir.CallStatic, name: str) -> None:
    x, y, c = (operand(e, a)[0] for a in i.args)
    pair = "{ i64, i1 }"
    first = e.intrinsic(pair, f"llvm.{name}.with.overflow.i64", [("i64", x), ("i64", y)])
    v = e.op(f"extractvalue {pair} {first}, 0")
    o1 = e.op(f"extractvalue {pair} {first}, 1")
    second = e.intrinsic(pair, f"llvm.{name}.with.overflow.i64", [("i64", v), ("i64", c)])
    total = e.op(f"extractvalue {pair} {second}, 0")
    o2 = e.op(f"extractvalue {pair} {second}, 1")
    e.tuples[i] = [[total], [e.op(f"zext i1 {e.op(f'or i1 {o1}, {o2}')} to i64")]]


def _other(e: Emitter, i: ir.CallStatic, what: str) -> bool:
    if what == "add" or what == "sub":
        _carry(e, i, "u" + what)
        return True
    if what == "pc" or what == "pcabi0":
        result(e, i, [_code_address(e, i.args[0], what == "pcabi0")])
        return True
    args = [operand(e, a) for a in i.args]
    a0 = args[0][0] if args and args[0] else ""
    a1 = args[1][0] if len(args) > 1 and args[1] else ""
    if what == "mul":
        wide = [e.op(f"zext i64 {v} to i128") for v in (a0, a1)]
        product = e.op(f"mul i128 {wide[0]}, {wide[1]}")
        high = e.op(f"lshr i128 {product}, 64")
        e.tuples[i] = [[e.op(f"trunc i128 {high} to i64")], [e.op(f"trunc i128 {product} to i64")]]
    elif what == "div":
        y = args[2][0]
        e.fail_unless(e.op(f"icmp ne i64 {y}, 0"), "panicdivide", [])
        e.fail_unless(e.op(f"icmp ugt i64 {y}, {a0}"), "panicoverflow", [])
        pair = "{ i64, i64 }"
        asm = f'call {pair} asm "divq $4", "={{ax}},={{dx}},0,1,r,~{{flags}}"(i64 {a1}, i64 {a0}, i64 {y})'
        e.tuples[i] = [[v] for v in e.unpack(["i64", "i64"], e.op(asm))]
    elif what == "muloverflow":
        pair = "{ i64, i1 }"
        v = e.intrinsic(pair, "llvm.umul.with.overflow.i64", [("i64", a0), ("i64", a1)])
        e.tuples[i] = [[v] for v in e.unpack(["i64", "i1"], v)]
    elif what in ("sqrt", "fabs"):
        result(e, i, [e.intrinsic("double", f"llvm.{what}.f64", [("double", a0)])])
    elif what.startswith("round"):
        mode = 8 + int(what[5:])  # no inexact exception
        asm = f'call double asm "roundsd $${mode}, $1, $0", "=x,x"(double {a0})'
        _guarded(e, i, "x86HasSSE41", asm, [("double", a0)])
    elif what == "fma":
        asm = (
            'call double asm "vfmadd231sd $2, $3, $0", "=x,0,x,x"'
            f"(double {args[2][0]}, double {a0}, double {a1})"
        )
        _guarded(e, i, "x86HasFMA", asm, [("double", v[0]) for v in args])
    elif what.startswith("to_"):
        have = e.ctx.shape(i.args[0].type).llvms[0]
        result(e, i, [e.op(f"bitcast {have} {a0} to {what[3:]}")])
    elif what == "getg":
        result(e, i, [current_g(e)])
    elif what == "getfp":
        result(e, i, ["0"])  # no frame pointers
    elif what == "keepalive":
        e.do(f'call void asm sideeffect "", "r,~{{memory}}"(ptr {args[0][1]})')
    elif what == "barrier":
        e.do('fence syncscope("singlethread") release')
    elif what == "view":
        result(e, i, [a0, a1])
    elif what == "callerpc" or what == "callersp":
        _caller(e, i, what == "callersp")
    elif what == "context":
        e.needs_context = True
        result(e, i, [e.op("ptrtoint ptr %ctx to i64")])
    elif what.startswith("match"):
        result(e, i, [_match_group(e, what, a0, a1)])
    elif what == "setfirst":
        result(e, i, [e.intrinsic("i64", "llvm.cttz.i64", [("i64", a0), ("i1", "true")])])
    elif what == "setabove":
        result(e, i, [e.op(f"and i64 {a0}, {e.op(f'shl i64 -1, {a1}')}")])
    elif what == "setlowest":
        result(e, i, [e.op(f"trunc i64 {a0} to i1")])
    elif what == "setshift":
        result(e, i, [e.op(f"lshr i64 {a0}, 1")])
    elif what.startswith("prefetch"):
        p = e.op(f"inttoptr i64 {a0} to ptr")
        flags = [("i32", "0"), ("i32", what[8:]), ("i32", "1")]
        name = "llvm.prefetch.p0"
        e.declarations[name] = f"declare void @{name}(ptr, i32 immarg, i32 immarg, i32 immarg)"
        e.intrinsic("void", name, [("ptr", p), *flags])
    elif what == "booltobyte":
        result(e, i, [e.to_byte(a0)])
    elif what == "ctselect":
        # A conditional move that LLVM cannot turn into a branch.
        asm = 'call i64 asm "testq $1, $1\\0Acmovneq $2, $0", "=&r,r,r,0,~{flags}"'
        result(e, i, [e.op(f"{asm}(i64 {a0}, i64 {a1}, i64 {args[2][0]})")])
    return True


def _match_group(e: Emitter, what: str, group: str, hash2: str) -> str:
    """The set of slots, one bit each, whose control byte is that of an empty, free, full or matching slot."""
    pair = e.op(f"insertelement <2 x i64> zeroinitializer, i64 {group}, i32 0")
    wide = e.op(f"bitcast <2 x i64> {pair} to <16 x i8>")
    if what == "matchfree":
        bits = e.op(f"icmp slt <16 x i8> {wide}, zeroinitializer")
    elif what == "matchfull":
        bits = e.op(f"icmp sge <16 x i8> {wide}, zeroinitializer")
    else:
        byte = "-128" if what == "matchempty" else e.op(f"trunc i64 {hash2} to i8")
        one = e.op(f"insertelement <16 x i8> poison, i8 {byte}, i32 0")
        every = e.op(f"shufflevector <16 x i8> {one}, <16 x i8> poison, <16 x i32> zeroinitializer")
        bits = e.op(f"icmp eq <16 x i8> {wide}, {every}")
    mask = e.op(f"bitcast <16 x i1> {bits} to i16")
    return e.op(f"zext i8 {e.op(f'trunc i16 {mask} to i8')} to i64")


def _guarded(e: Emitter, i: ir.CallStatic, feature: str, asm: str, args: list[tuple[str, str]]) -> None:
    """Use an instruction if the processor has it, else call the Go function."""
    have = e.op(f"icmp ne i8 {e.load('i8', e.runtime_data(feature))}, 0")
    yes = e.new_label()
    no = e.new_label()
    done = e.new_label()
    e.branch(have, yes, no)
    e.label(no)
    e.refs.functions[i.function.name] = i.function
    slow = e.call("double", e.code(i.function.name, "double", [ty for ty, _ in args]), args)
    e.jump(done)
    e.label(yes)
    fast = e.op(asm)
    e.jump(done)
    e.label(done)
    result(e, i, [e.phi("double", [(slow, no), (fast, yes)])])


def _caller(e: Emitter, i: ir.CallStatic, want_sp: bool) -> None:
    """The return address may be that of a stack segment's first frame: the runtime looks through it."""
    name = "llvm.returnaddress"
    e.declarations[name] = f"declare ptr @{name}(i32 immarg)"
    e.calls += 1
    ra = e.op(f"ptrtoint ptr {e.op(f'call ptr @{name}(i32 0)')} to i64")
    if not want_sp:
        result(e, i, [e.runtime("i64", "callerpc", [("i64", ra)])])
        return
    name = "llvm.addressofreturnaddress.p0"
    e.declarations[name] = f"declare ptr @{name}()"
    slot = e.op(f"ptrtoint ptr {e.op(f'call ptr @{name}()')} to i64")
    result(e, i, [e.runtime("i64", "callersp", [("i64", ra), ("i64", e.op(f"add i64 {slot}, 8"))])])


def _code_address(e: Emitter, x: ir.Value, abi0: bool) -> str:
    """The entry of the function in an interface value: by name if it is known."""
    fn = x.x if isinstance(x, ir.MakeInterface) else None
    while isinstance(fn, ir.ChangeType):
        fn = fn.x
    if isinstance(fn, ir.FuncRef):
        name = fn.function.name
        e.refs.functions[name] = fn.function
        if abi0 and name in e.ctx.abi0:
            del e.refs.functions[name]
            name += ".abi0"
            e.refs.symbols[name] = None
        return e.op(f"ptrtoint ptr {e.data(name)} to i64")
    if isinstance(x, ir.MakeInterface):
        funcval = operand(e, x.x)[0]
    else:
        funcval = operand(e, x)[1]
    return e.load("i64", funcval)


# Bodies


def intrinsic_body(name: str, ctx: Context) -> FunctionCode | None:
    """A body for an intrinsic that is used other than by a call, if its Go source has none that works."""
    atomic = _ATOMICS.get(name)
    params: list[str]
    if atomic is not None:
        kind, ty = atomic
        params = ["ptr %a0"]
        if kind != "load":
            params.append(f"{ty} %a1")
        if kind == "cas":
            params.append(f"{ty} %a2")
        ret = "i8" if kind == "cas" else "void" if kind in ("store", "release", "and_", "or_") else ty
    elif name == "crypto/internal/constanttime.boolToUint8":
        params = ["i8 %a0"]
        ret = "i8"
    elif name == "runtime.publicationBarrier":
        params = []
        ret = "void"
    else:
        return None
    sig = t.Signature(None, t.Tuple([]), t.Tuple([]), False)
    e = Emitter(Function(name, None, sig, DECLARED, NO_POS), ctx)
    e.at(NO_POS, None)
    v = ""
    if atomic is not None:
        v = _atomic(e, atomic[0], atomic[1], [p.split()[1] for p in params])
        if atomic[0] == "cas":
            v = e.to_byte(v)
    elif ret == "i8":
        v = "%a0"
    e.do("ret void" if ret == "void" else f"ret {ret} {v}")
    e.meta.file = "<autogenerated>"
    e.meta.start_line = 1
    e.meta.package = name.rsplit(".", 1)[0]
    e.meta.flags = sym.NOSPLIT | sym.UNSAFE_POINT
    section = quote(".text." + name)
    header = (
        f"define dso_local swiftcc {ret} @{quote(name)}({', '.join(params)}) {NOSPLIT} section {section} "
        "align 16 !dbg !SP {"
    )
    text = "\n".join([header, "entry:", *e.out, "}", ""])
    return FunctionCode(name, text, e.meta, e.refs, e.declarations, ctx.level)


def body_override(name: str, ctx: Context) -> FunctionCode | None:
    """The body to use instead of a function's own source."""
    return intrinsic_body(name, ctx)
