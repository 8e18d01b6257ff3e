"""An interpreter of SSA for tests: what a function prints, returns or panics with.

It is strict where a compiled program would go wrong silently. An allocation placed on the stack has one place per frame
and site: when the site runs again the old object is overwritten, when the function returns it is dead, and any use of a
dead object is an error. So a wrong placement, a dropped check or a wrong value show as an error or as different output.

Values: int, float, bool; bytes or Text for strings; tuples for structs and arrays; Pointer, SliceValue, Closure, Boxed,
MapValue, None for nil.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from goes.ssa import instr as ir
from goes.ssa.function import GOWRAP, Block, Function
from goes.syntax import tokens
from goes.types import types as t
from goes.types.identity import identical
from goes.types.sizes import is_direct_iface, sizeof

MAX_STEPS = 2_000_000


class Wrong(Exception):
    """The SSA does something no correct program can."""


class GoPanic(Exception):
    def __init__(self, value: Any, text: str) -> None:
        super().__init__(text)
        self.value = value
        self.text = text


class Object:
    """Memory of one variable."""

    def __init__(self, content: Any) -> None:
        self.content = content  # nested lists for structs and arrays
        self.alive = True


class Pointer:
    def __init__(self, obj: Object, path: tuple[int, ...]) -> None:
        self.obj = obj
        self.path = path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pointer) and self.obj is other.obj and self.path == other.path

    def __hash__(self) -> int:
        return hash((id(self.obj), self.path))


class SliceValue:
    def __init__(self, base: Pointer, offset: int, length: int, cap: int) -> None:
        self.base = base  # of the array
        self.offset = offset
        self.length = length
        self.cap = cap


class Text:
    """A string in a buffer of a frame."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.alive = True


class TextView:
    def __init__(self, text: Text, low: int, high: int) -> None:
        self.text = text
        self.low = low
        self.high = high


class Closure:
    def __init__(self, fn: Function, captures: list[Any]) -> None:
        self.fn = fn
        self.captures = captures
        self.alive = True


class Box:
    def __init__(self, value: Any) -> None:
        self.value = value
        self.alive = True


class Boxed:
    """An interface value."""

    def __init__(self, typ: t.Type, box: Box) -> None:
        self.typ = typ
        self.box = box


class MapValue:
    def __init__(self) -> None:
        self.items: dict[Any, Any] = {}
        self.keys: dict[Any, Any] = {}


class Slot:
    """Where m[k] is."""

    def __init__(self, m: MapValue, key: Any, typ: t.Type) -> None:
        self.m = m
        self.key = key
        self.typ = typ


class MapIterator:
    def __init__(self, keys: list[Any], m: MapValue) -> None:
        self.keys = keys
        self.m = m


def zero(typ: t.Type) -> Any:
    u = t.under(typ)
    if isinstance(u, t.Basic):
        if u.info & t.IS_STRING:
            return b""
        if u.info & t.IS_BOOLEAN:
            return False
        if u.info & t.IS_FLOAT:
            return 0.0
        if u.info & t.IS_INTEGER:
            return 0
        return None
    if isinstance(u, t.Struct):
        return tuple(zero(f.type) for f in u.fields)  # type: ignore[arg-type]
    if isinstance(u, t.Array):
        return tuple(zero(u.elem) for _ in range(u.length))
    return None


def thaw(v: Any) -> Any:
    return [thaw(x) for x in v] if isinstance(v, tuple) else v


def freeze(v: Any) -> Any:
    return tuple(freeze(x) for x in v) if isinstance(v, list) else v


def text_of(v: Any) -> bytes:
    if isinstance(v, Text):
        if not v.alive:
            raise Wrong("string in a dead buffer")
        return v.data
    if isinstance(v, TextView):
        return text_of(v.text)[v.low : v.high]
    assert isinstance(v, bytes), v
    return v


class Frame:
    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.values: dict[ir.Value, Any] = {}
        self.places: dict[ir.Instr, Any] = {}
        self.defers: list[Closure] = []
        self.panic: GoPanic | None = None
        self.recovered = False
        self.recoverer: Frame | None = None  # the frame whose panic a recover here stops


class Interpreter:
    """Runs functions that `prepare` has made ready."""

    def __init__(self, program: Any, prepare: Any) -> None:
        self.program = program
        self.prepare = prepare
        self.globals: dict[str, Object] = {}
        self.output: list[str] = []
        self.steps = 0
        self.checks = 0

    def run(self, fn: Function, args: list[Any]) -> str:
        """Output, results and panic of a call, as text."""
        try:
            result = self.call(fn, args, [], None)
            self.output.append(f"= {show(result)}")
        except GoPanic as p:
            self.output.append(f"panic: {p.text}")
        return "\n".join(self.output)

    def call(self, fn: Function, args: list[Any], captures: list[Any], recoverer: Frame | None) -> Any:
        self.prepare(fn)
        if not fn.blocks:
            raise Wrong(f"{fn.name} has no body")
        if len(args) != len(fn.params) or len(captures) != len(fn.free_vars):
            raise Wrong(f"call of {fn.name} with {len(args)} arguments and {len(captures)} captures")
        frame = Frame(fn)
        frame.recoverer = recoverer
        for p, a in zip(fn.params, args):
            frame.values[p] = a
        for v, a in zip(fn.free_vars, captures):
            frame.values[v] = a
        try:
            try:
                return self.execute(frame, fn.blocks[0])
            except GoPanic as p:
                if not frame.defers and fn.landing is None:
                    raise
                frame.panic = p
                while frame.defers:
                    self._deferred(frame, frame.defers.pop(), frame)
                    if frame.recovered:
                        break
                if not frame.recovered:
                    raise
                frame.panic = None
                assert fn.landing is not None
                return self.execute(frame, fn.landing)
        finally:
            for place in frame.places.values():
                place.alive = False

    def _deferred(self, frame: Frame, f: Any, recoverer: Frame | None) -> None:
        if isinstance(f, Closure):
            self._check(f)
            self.call(f.fn, [], list(f.captures), recoverer)
        else:
            raise Wrong("deferred value is no function")

    def _check(self, x: Any) -> None:
        if not x.alive:
            raise Wrong(f"use of a dead {type(x).__name__}")

    # ---------------------------------------------------------------------------------------- blocks

    def execute(self, frame: Frame, block: Block) -> Any:
        previous: Block | None = None
        edge = 0
        while True:
            values = frame.values
            phis = block.phis()
            if phis:
                assert previous is not None
                seen = previous.succs[:edge].count(block)
                at = [k for k, p in enumerate(block.preds) if p is previous][seen]
                new = [self.get(frame, p.args[at]) for p in phis]
                for p, v in zip(phis, new):
                    values[p] = v
            for i in block.instrs[len(phis) :]:
                self.steps += 1
                if self.steps > MAX_STEPS:
                    raise Wrong("too many steps")
                if isinstance(i, ir.Jump):
                    edge = 0
                elif isinstance(i, ir.If):
                    edge = 0 if self.get(frame, i.x) else 1
                elif isinstance(i, ir.Switch):
                    x = self.get(frame, i.x)
                    edge = i.cases.index(x) + 1 if x in i.cases else 0
                elif isinstance(i, ir.Return):
                    out = [self.get(frame, a) for a in i.args]
                    if len(fn_results(frame.fn)) == 1:
                        return out[0]
                    return tuple(out)
                elif isinstance(i, ir.Panic):
                    v = self.get(frame, i.x)
                    raise GoPanic(v, show(v))
                elif isinstance(i, ir.Unreachable):
                    raise Wrong("reached the unreachable")
                else:
                    values[i] = self.instruction(frame, i)
                    continue
                previous = block
                block = block.succs[edge]
                break

    def get(self, frame: Frame, v: ir.Value) -> Any:
        if isinstance(v, ir.Const):
            if v.value is None:
                return zero(v.type)
            if isinstance(v.value, Fraction):
                return float(v.value)
            u = t.under(v.type)
            if isinstance(u, t.Basic) and u.info & t.IS_FLOAT:
                return float(v.value)  # type: ignore[arg-type]
            return v.value
        if isinstance(v, ir.Global):
            obj = self.globals.get(v.symbol)
            if obj is None:
                obj = Object(thaw(zero(v.elem)))
                self.globals[v.symbol] = obj
            return Pointer(obj, ())
        if isinstance(v, ir.FuncRef):
            return Closure(v.function, [])
        if v not in frame.values:
            raise Wrong(f"value {type(v).__name__} used before its definition in {frame.fn.name}")
        return frame.values[v]

    # ---------------------------------------------------------------------------------------- memory

    def load(self, p: Any) -> Any:
        if isinstance(p, Slot):
            return p.m.items.get(p.key, zero(p.typ))
        if not isinstance(p, Pointer):
            raise Wrong("load through nil")
        self._check(p.obj)
        c = p.obj.content
        for k in p.path:
            if k >= len(c):
                raise Wrong("load out of bounds")
            c = c[k]
        return freeze(c)

    def store(self, p: Any, v: Any) -> None:
        if isinstance(p, Slot):
            p.m.items[p.key] = v
            return
        if not isinstance(p, Pointer):
            raise Wrong("store through nil")
        self._check(p.obj)
        if not p.path:
            p.obj.content = thaw(v)
            return
        c = p.obj.content
        for k in p.path[:-1]:
            c = c[k]
        if p.path[-1] >= len(c):
            raise Wrong("store out of bounds")
        c[p.path[-1]] = thaw(v)

    def element(self, s: SliceValue, i: int) -> Pointer:
        if not 0 <= i < s.cap:
            raise Wrong("index out of the slice's capacity")
        return Pointer(s.base.obj, (*s.base.path, s.offset + i))

    def elements(self, s: Any) -> list[Any]:
        if s is None:
            return []
        if not isinstance(s, SliceValue):
            return list(text_of(s))
        return [self.load(self.element(s, k)) for k in range(s.length)]

    def new_slice(self, items: list[Any], cap: int, fill: Any, frame: Frame | None, site: ir.Instr | None) -> SliceValue:
        content = [thaw(x) for x in items] + [thaw(fill) for _ in range(cap - len(items))]
        obj = self.place(frame, site, content)
        return SliceValue(Pointer(obj, ()), 0, len(items), cap)

    def place(self, frame: Frame | None, site: ir.Instr | None, content: Any) -> Object:
        """A new object: on the stack the site's own."""
        if frame is None or site is None:
            return Object(content)
        old = frame.places.get(site)
        if old is None:
            old = Object(content)
            frame.places[site] = old
        else:
            assert isinstance(old, Object)
            old.content = content
        return old

    # ---------------------------------------------------------------------------------------- instructions

    def instruction(self, frame: Frame, i: ir.Instr) -> Any:
        get = self.get
        if isinstance(i, ir.BinOp):
            return self.binary(i, get(frame, i.x), get(frame, i.y))
        if isinstance(i, ir.Load):
            return self.load(get(frame, i.x))
        if isinstance(i, ir.Store):
            self.store(get(frame, i.x), get(frame, i.y))
            return None
        if isinstance(i, ir.Alloc):
            on_stack = i.placement == ir.STACK
            content = thaw(zero(i.elem))
            if on_stack and not i.needs_zero and i in frame.places:
                return Pointer(frame.places[i], ())
            return Pointer(self.place(frame if on_stack else None, i, content), ())
        if isinstance(i, ir.FieldAddr):
            p = get(frame, i.x)
            if p is None:
                raise Wrong("field of nil")
            return Pointer(p.obj, (*p.path, i.field))
        if isinstance(i, ir.Field):
            return get(frame, i.x)[i.field]
        if isinstance(i, ir.IndexAddr):
            x = get(frame, i.x)
            k = get(frame, i.y)
            if isinstance(x, SliceValue):
                if not 0 <= k < x.length:
                    raise Wrong("unchecked index")
                return self.element(x, k)
            if x is None or k < 0:
                raise Wrong("index of nil")
            return Pointer(x.obj, (*x.path, k))
        if isinstance(i, ir.Index):
            x = get(frame, i.x)
            k = get(frame, i.y)
            seq = x if isinstance(x, tuple) else text_of(x)
            if not 0 <= k < len(seq):
                raise Wrong("unchecked index")
            return seq[k]
        if isinstance(i, ir.Aggregate):
            return tuple(get(frame, a) for a in i.args)
        if isinstance(i, ir.Extract):
            return get(frame, i.x)[i.index]
        if isinstance(i, ir.UnOp):
            x = get(frame, i.x)
            if i.op == tokens.NOT:
                return not x
            return wrap(-x if i.op == tokens.SUB else ~x, i.type)
        if isinstance(i, (ir.ChangeType, ir.ChangeInterface)):
            return get(frame, i.x)
        if isinstance(i, ir.Convert):
            return convert(get(frame, i.x), i.type)
        if isinstance(i, (ir.NilCheck, ir.BoundsCheck, ir.SliceCheck, ir.DivCheck, ir.ShiftCheck)):
            self.check(frame, i)
            return None
        if isinstance(i, ir.AnyCall):
            return self.any_call(frame, i)
        if isinstance(i, (ir.Len, ir.Cap)):
            return self.length(get(frame, i.x), isinstance(i, ir.Cap))
        if isinstance(i, ir.MakeInterface):
            v = get(frame, i.x)
            if i.placement == ir.STACK and not is_direct_iface(i.x.type):
                box = frame.places.get(i)
                if box is None:
                    box = Box(v)
                    frame.places[i] = box
                box.value = v
                return Boxed(i.x.type, box)
            return Boxed(i.x.type, Box(v))
        if isinstance(i, ir.MakeClosure):
            captures = [get(frame, a) for a in i.args]
            if i.placement == ir.STACK:
                c = frame.places.get(i)
                if c is None:
                    c = Closure(i.function, captures)
                    frame.places[i] = c
                c.captures = captures
                return c
            return Closure(i.function, captures)
        if isinstance(i, ir.TypeAssert):
            return self.type_assert(i, get(frame, i.x))
        return self.rare(frame, i)

    def rare(self, frame: Frame, i: ir.Instr) -> Any:
        get = self.get
        if isinstance(i, ir.Concat):
            return self.string(frame, i, b"".join(text_of(get(frame, a)) for a in i.args), i.placement)
        if isinstance(i, ir.StringConvert):
            return self.string_convert(frame, i, get(frame, i.x))
        if isinstance(i, ir.MakeSlice):
            n = get(frame, i.x)
            c = get(frame, i.y)
            if not 0 <= n <= c or c > 1 << 40:
                raise GoPanic(None, "makeslice: out of range")
            u = t.under(i.type)
            assert isinstance(u, t.Slice)
            z = zero(u.elem)
            return self.new_slice([z] * n, c, z, frame if i.placement == ir.STACK else None, i)
        if isinstance(i, ir.SliceOp):
            return self.slice_op(frame, i)
        if isinstance(i, ir.Append):
            return self.append(get(frame, i.args[0]), [get(frame, a) for a in i.args[1:]], i.type)
        if isinstance(i, ir.AppendSlice):
            return self.append(get(frame, i.x), self.elements(get(frame, i.y)), i.type)
        if isinstance(i, ir.Copy):
            x = get(frame, i.x)
            y = self.elements(get(frame, i.y))
            n = min(0 if x is None else x.length, len(y))
            for k in range(n):
                self.store(self.element(x, k), y[k])
            return n
        if isinstance(i, ir.MakeMap):
            return MapValue()
        if isinstance(i, ir.MapLookup):
            m = get(frame, i.x)
            u = t.under(i.x.type)
            assert isinstance(u, t.Map)
            key = map_key(get(frame, i.y))
            found = m is not None and key in m.items
            v = m.items[key] if found else zero(u.elem)
            return (v, found) if i.comma_ok else v
        if isinstance(i, ir.MapAssign):
            m = get(frame, i.x)
            if m is None:
                raise GoPanic(None, "assignment to entry in nil map")
            u = t.under(i.x.type)
            assert isinstance(u, t.Map)
            raw = get(frame, i.y)
            key = map_key(raw)
            m.keys[key] = raw
            m.items.setdefault(key, zero(u.elem))
            return Slot(m, key, u.elem)
        if isinstance(i, ir.MapDelete):
            m = get(frame, i.x)
            if m is not None:
                m.items.pop(map_key(get(frame, i.y)), None)
            return None
        if isinstance(i, ir.MapRange):
            m = get(frame, i.x)
            return MapIterator([] if m is None else sorted(m.items, key=repr), m)
        if isinstance(i, ir.MapNext):
            it = get(frame, i.x)
            while it.keys:
                k = it.keys.pop(0)
                if k in it.m.items:
                    return (True, it.m.keys[k], it.m.items[k])
            return (False, None, None)
        if isinstance(i, ir.StringNext):
            s = text_of(get(frame, i.x))
            at = get(frame, i.y)
            for n in (1, 2, 3, 4):
                try:
                    return (at + n, ord(s[at : at + n].decode()))
                except (UnicodeDecodeError, TypeError):
                    continue
            return (at + 1, 0xFFFD)
        if isinstance(i, ir.Print):
            parts = [show(get(frame, a)) for a in i.args]
            self.output.append((" " if i.newline else "").join(parts))
            return None
        if isinstance(i, ir.Defer):
            frame.defers.append(get(frame, i.x))
            return None
        if isinstance(i, ir.RunDefers):
            while frame.defers:
                self._deferred(frame, frame.defers.pop(), None)
            return None
        if isinstance(i, ir.Recover):
            f = frame.recoverer
            if f is None or f.panic is None or f.recovered:
                return None
            f.recovered = True
            return f.panic.value if f.panic.value is not None else Boxed(t.TYP_STRING, Box(f.panic.text.encode()))
        if isinstance(i, ir.MinMax):
            xs = [get(frame, a) for a in i.args]
            return max(xs) if i.is_max else min(xs)
        if isinstance(i, ir.Clear):
            x = get(frame, i.x)
            if isinstance(x, MapValue):
                x.items.clear()
            elif x is not None:
                u = t.under(i.x.type)
                assert isinstance(u, t.Slice)
                for k in range(x.length):
                    self.store(self.element(x, k), zero(u.elem))
            return None
        raise Wrong(f"cannot run {type(i).__name__}")

    def string(self, frame: Frame, i: ir.Instr, data: bytes, placement: int) -> Any:
        if placement != ir.STACK:
            return data
        text = frame.places.get(i)
        if text is None:
            text = Text(data)
            frame.places[i] = text
        text.data = data
        return TextView(text, 0, len(data))

    def string_convert(self, frame: Frame, i: ir.StringConvert, x: Any) -> Any:
        to = t.under(i.type)
        if isinstance(to, t.Basic):
            source = t.under(i.x.type)
            if isinstance(source, t.Slice):
                items = self.elements(x)
                rune = t.under(source.elem)
                assert isinstance(rune, t.Basic)
                data = bytes(items) if rune.kind == t.UINT8 else "".join(map(chr, items)).encode()
            else:
                data = chr(x).encode() if 0 <= x <= 0x10FFFF else b"\xef\xbf\xbd"
            return self.string(frame, i, data, i.placement)
        assert isinstance(to, t.Slice)
        elem = t.under(to.elem)
        assert isinstance(elem, t.Basic)
        data = text_of(x)
        items = list(data) if elem.kind == t.UINT8 else [ord(c) for c in data.decode()]
        return self.new_slice(items, len(items), 0, frame if i.placement == ir.STACK else None, i)

    def slice_op(self, frame: Frame, i: ir.SliceOp) -> Any:
        x = self.get(frame, i.args[0])
        low = self.get(frame, i.args[1]) if i.has_low else 0
        if isinstance(x, (bytes, Text, TextView)):
            data = text_of(x)
            high = self.get(frame, i.args[2]) if i.has_high else len(data)
            if not 0 <= low <= high <= len(data):
                raise Wrong("unchecked slice")
            if isinstance(x, TextView):
                return TextView(x.text, x.low + low, x.low + high)
            return data[low:high]
        if isinstance(x, Pointer):
            u = t.under(i.args[0].type)
            assert isinstance(u, t.Pointer)
            a = t.under(u.elem)
            assert isinstance(a, t.Array)
            s = SliceValue(x, 0, a.length, a.length)
        elif x is None:
            high = self.get(frame, i.args[2]) if i.has_high else 0
            if low or high:
                raise Wrong("unchecked slice of nil")
            return None
        else:
            s = x
        high = self.get(frame, i.args[2]) if i.has_high else s.length
        limit = self.get(frame, i.args[3]) if i.has_max else s.cap
        if not 0 <= low <= high <= limit <= s.cap:
            raise Wrong("unchecked slice")
        return SliceValue(s.base, s.offset + low, high - low, limit - low)

    def append(self, s: Any, items: list[Any], typ: t.Type) -> Any:
        u = t.under(typ)
        assert isinstance(u, t.Slice)
        if not items:
            return s
        have = 0 if s is None else s.length
        if s is not None and have + len(items) <= s.cap:
            for k, v in enumerate(items):
                self.store(self.element(s, have + k), v)
            return SliceValue(s.base, s.offset, have + len(items), s.cap)
        old = self.elements(s)
        n = len(old) + len(items)
        return self.new_slice(old + items, max(n, 2 * have), zero(u.elem), None, None)

    def length(self, x: Any, cap: bool) -> int:
        if x is None:
            return 0
        if isinstance(x, SliceValue):
            return x.cap if cap else x.length
        if isinstance(x, MapValue):
            return len(x.items)
        return len(text_of(x))

    def check(self, frame: Frame, i: ir.Instr) -> None:
        self.checks += 1
        if isinstance(i, ir.NilCheck):
            if self.get(frame, i.x) is None:
                raise GoPanic(None, "nil dereference")
        elif isinstance(i, ir.BoundsCheck):
            x, y = self.get(frame, i.x), self.get(frame, i.y)
            if not 0 <= x < y:
                raise GoPanic(None, f"index out of range [{x}] with length {y}")
        elif isinstance(i, ir.SliceCheck):
            x, y = self.get(frame, i.x), self.get(frame, i.y)
            if i.kind == ir.SLICE_CONVERT:
                if x < y:
                    raise GoPanic(None, f"cannot convert slice {x} {y}")
            elif not 0 <= x <= y:
                raise GoPanic(None, f"slice bounds out of range [{x}] {y}")
        elif isinstance(i, ir.DivCheck):
            if self.get(frame, i.x) == 0:
                raise GoPanic(None, "integer divide by zero")
        elif isinstance(i, ir.ShiftCheck):
            if self.get(frame, i.x) < 0:
                raise GoPanic(None, "negative shift amount")

    def any_call(self, frame: Frame, i: ir.AnyCall) -> Any:
        args = [self.get(frame, a) for a in i.args]
        recoverer = frame.recoverer if frame.fn.kind == GOWRAP else None
        if isinstance(i, ir.CallStatic):
            captures: list[Any] = []
            if i.closure is not None:
                c = self.get(frame, i.closure)
                self._check(c)
                captures = list(c.captures)
            return self.call(i.function, args, captures, recoverer)
        if isinstance(i, ir.CallValue):
            c = args[0]
            if not isinstance(c, Closure):
                raise Wrong("call of nil")
            self._check(c)
            return self.call(c.fn, args[1:], list(c.captures), recoverer)
        if isinstance(i, ir.CallInvoke):
            x = args[0]
            if x is None:
                raise GoPanic(None, "nil dereference")
            assert isinstance(x, Boxed)
            self._check(x.box)
            f = self.program.method_named(x.typ, i.method.name, i.method.pkg)
            return self.call(f, [x.box.value, *args[1:]], [], recoverer)
        assert isinstance(i, ir.CallRuntime)
        if i.name == "panicwrap" or i.name.startswith("panic"):
            raise GoPanic(None, i.name)
        raise Wrong(f"runtime call {i.name}")

    def type_assert(self, i: ir.TypeAssert, x: Any) -> Any:
        concrete = not isinstance(t.under(i.asserted), t.Interface)
        ok = x is not None
        if ok and concrete:
            ok = identical(x.typ, i.asserted)
        elif ok:
            ok = _implements(x.typ, i.asserted)
        if ok and concrete:
            self._check(x.box)
        v = (x.box.value if concrete else x) if ok else zero(i.asserted)
        if i.comma_ok:
            return (v, ok)
        if not ok:
            raise GoPanic(None, "interface conversion")
        return v

    # ---------------------------------------------------------------------------------------- arithmetic

    def binary(self, i: ir.BinOp, x: Any, y: Any) -> Any:
        op = i.op
        if op in (tokens.EQL, tokens.NEQ):
            return self.equal(x, y) == (op == tokens.EQL)
        if isinstance(x, (bytes, Text, TextView)):
            x = text_of(x)
            y = text_of(y)
        if op == tokens.LSS:
            return x < y
        if op == tokens.LEQ:
            return x <= y
        if op == tokens.GTR:
            return x > y
        if op == tokens.GEQ:
            return x >= y
        if isinstance(x, float):
            r = {tokens.ADD: x + y, tokens.SUB: x - y, tokens.MUL: x * y}.get(op)
            return x / y if r is None and y else r
        bits = 8 * sizeof(i.type)
        if op == tokens.ADD:
            r = x + y
        elif op == tokens.SUB:
            r = x - y
        elif op == tokens.MUL:
            r = x * y
        elif op in (tokens.DIV, tokens.REM):
            if y == 0:
                raise Wrong("unchecked division by zero")
            q = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
            r = q if op == tokens.DIV else x - q * y
        elif op == tokens.AND:
            r = x & y
        elif op == tokens.OR:
            r = x | y
        elif op == tokens.XOR:
            r = x ^ y
        elif op == tokens.ANDNOT:
            r = x & ~y
        elif op == tokens.SHL:
            if y < 0:
                raise Wrong("unchecked shift")
            r = 0 if y >= bits else x << y
        else:
            assert op == tokens.SHR
            if y < 0:
                raise Wrong("unchecked shift")
            r = x >> min(y, bits)
        return wrap(r, i.type)

    def equal(self, x: Any, y: Any) -> bool:
        if isinstance(x, (bytes, Text, TextView)):
            return text_of(x) == text_of(y)
        if isinstance(x, Boxed) and isinstance(y, Boxed):
            self._check(x.box)
            self._check(y.box)
            return identical(x.typ, y.typ) and self.equal(x.box.value, y.box.value)
        if isinstance(x, tuple):
            return all(self.equal(a, b) for a, b in zip(x, y))
        if x is None or y is None:
            return x is y
        return bool(x == y)


def _implements(typ: t.Type, interface: t.Type) -> bool:
    from goes.types.lookup import method_set
    from goes.types.typeset import type_set

    u = t.under(interface)
    assert isinstance(u, t.Interface)
    have = {e.func.name for e in method_set(typ)}
    return all(m.name in have for m in type_set(u).methods)


def fn_results(fn: Function) -> list[Any]:
    return fn.signature.results.vars


def wrap(n: int, typ: t.Type) -> int:
    u = t.under(typ)
    assert isinstance(u, t.Basic)
    bits = 8 * sizeof(u)
    n &= (1 << bits) - 1
    if not u.info & t.IS_UNSIGNED and n >> (bits - 1):
        n -= 1 << bits
    return n


def convert(x: Any, typ: t.Type) -> Any:
    u = t.under(typ)
    assert isinstance(u, t.Basic)
    if u.info & t.IS_FLOAT:
        return float(x)
    return wrap(int(x), typ)


def map_key(v: Any) -> Any:
    if isinstance(v, (Text, TextView)):
        return text_of(v)
    if isinstance(v, Boxed):
        return ("iface", str(v.typ), map_key(v.box.value))
    if isinstance(v, tuple):
        return tuple(map_key(x) for x in v)
    return v


def show(v: Any) -> str:
    if isinstance(v, (bytes, Text, TextView)):
        return text_of(v).decode("utf-8", "replace")
    if isinstance(v, bool):
        return "true" if v else "false"
    if v is None:
        return "nil"
    if isinstance(v, tuple):
        return "(" + ", ".join(show(x) for x in v) + ")"
    if isinstance(v, Boxed):
        if not v.box.alive:
            raise Wrong("use of a dead box")
        return show(v.box.value)
    if isinstance(v, (int, float)):
        return str(v)
    return type(v).__name__
