"""Package-level variables whose initial value is data.

    var a = []int{1, 2}          →  main.a (DATA: pointer to main..stmp_1, 2, 2) and main..stmp_1 (NOPTRDATA: 1, 2)
    var e error = errorString("x")  →  main.e (DATA: itab, pointer to a read-only string header)
    var m = map[string]int{}     →  not static: left to pkg.init

`StaticInit.variable` tries one initialiser; it either returns all definitions, or None and leaves no trace. Whatever the
runtime reads before its own init tasks must succeed here (compiler-contracts 9.3).

Handled: constants, nil, addresses of variables (with constant fields and indices), composite literals of structs,
arrays, slices and pointers to them, function names, method expressions, closures without captures, conversions that keep the bits,
[]byte("…"), interface values of any of these, copies of other static variables' initialisers, abi.FuncPCABI0/FuncPCABIInternal.

Sources: Go spec "Package initialization"; compiler-contracts 9.2.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Final, final

from ..diag.native import mypyc_attr, trait
from ..obj import symbol as sym
from ..obj.symbol import Definition, Relocation
from ..syntax import nodes as n
from ..syntax import tokens
from ..types import types as t
from ..types.constant import ComplexValue, ConstValue
from ..types.identity import identical
from ..types.objects import Func, Nil, Object, Var
from ..types.sizes import alignof, is_direct_iface, offsets_of, pointer_mask, ptrdata, sizeof
from ..types.typeset import type_set

MAX_DEPTH: Final = 500

_INT_FORMAT: Final[dict[int, str]] = {1: "<B", 2: "<H", 4: "<I", 8: "<Q"}


@trait
@mypyc_attr(allow_interpreted_subclasses=True)
class StaticEnvironment:
    """What static data needs to name; implemented by the build engine."""

    def func_symbol(self, obj: Func, targs: list[t.Type]) -> str:
        """Code symbol of a function or method."""
        raise NotImplementedError

    def literal_symbol(self, lit: n.FuncLit) -> str:
        """Code symbol of a function literal, "" if it captures variables."""
        raise NotImplementedError

    def method_expression_symbol(self, x: n.SelectorExpr) -> str:
        """Code symbol of T.m, "" if unsupported."""
        raise NotImplementedError

    def global_symbol(self, var: Var) -> str:
        raise NotImplementedError

    def string_symbol(self, data: bytes) -> str:
        """A GOSTRING symbol."""
        raise NotImplementedError

    def type_symbol(self, typ: t.Type) -> str:
        raise NotImplementedError

    def itab_symbol(self, typ: t.Type, interface: t.Type) -> str:
        raise NotImplementedError

    def initializer_of(self, var: Var) -> n.Expr | None:
        """The initialiser of a package-level variable of the package at hand that is never assigned elsewhere, if the
        checker knows it; else None."""
        raise NotImplementedError

    def has_abi0(self, obj: Func) -> bool:
        """Whether the function is an assembly TEXT with gc's ABI0."""
        raise NotImplementedError


@final
class _NotStatic(Exception):
    """Raised inside an attempt; never leaves this module."""


@final
class _Image:
    __slots__ = ("data", "relocations")

    def __init__(self, size: int) -> None:
        self.data = bytearray(size)
        self.relocations: list[Relocation] = []

    def put_int(self, offset: int, size: int, value: int) -> None:
        struct.pack_into(_INT_FORMAT[size], self.data, offset, value & ((1 << (8 * size)) - 1))

    def put_address(self, offset: int, target: str, addend: int = 0) -> None:
        self.relocations.append(Relocation(offset, sym.R_ADDR64, target, addend))


def float_bits(value: ConstValue, size: int) -> int:
    """IEEE bits of a constant rounded to float32 or float64."""
    from ..types.constant import float64_value, round_float32

    assert isinstance(value, (int, Fraction))
    if size == 8:
        return int.from_bytes(struct.pack("<d", float64_value(value)), "little")
    f = round_float32(value)
    return int.from_bytes(struct.pack("<f", float64_value(value if f is None else f)), "little")


@final
class StaticInit:
    """Static initialisation of one package. `prefix` is the package's escaped link path."""

    __slots__ = ("env", "prefix", "_count", "_out", "_depth")

    def __init__(self, env: StaticEnvironment, prefix: str) -> None:
        self.env = env
        self.prefix = prefix
        self._count = 0
        self._out: list[Definition] = []
        self._depth = 0

    def variable(self, symbol: str, typ: t.Type, rhs: n.Expr | None) -> list[Definition] | None:
        """The definition of a variable with its initial value (rhs None: zero) followed by hidden helpers, or None if the
        value is not static."""
        count = self._count
        self._out = []
        self._depth = 0
        image = _Image(sizeof(typ))
        if rhs is not None:
            try:
                self._assign(image, 0, typ, rhs)
            except _NotStatic:
                self._count = count
                self._out = []
                return None
        out = [self._definition(symbol, typ, image, 0), *self._out]
        self._out = []
        return out

    def zero(self, symbol: str, typ: t.Type) -> Definition:
        """A variable without static value."""
        return self._definition(symbol, typ, _Image(sizeof(typ)), 0)

    def _definition(self, symbol: str, typ: t.Type, image: _Image, flags: int) -> Definition:
        pointers = ptrdata(typ) != 0
        empty = not image.relocations and not any(image.data)
        if empty:
            d = Definition(symbol, sym.BSS if pointers else sym.NOPTRBSS, size=sizeof(typ))
        else:
            d = Definition(symbol, sym.DATA if pointers else sym.NOPTRDATA, bytes(image.data))
            d.relocations = image.relocations
        d.align = _variable_align(typ)
        d.flags = flags
        d.package = self.prefix
        d.gotype = self.env.type_symbol(typ) if isinstance(t.under(typ), t.Basic) else ""
        if pointers:
            d.ptrmask = pointer_mask(typ)
        return d

    def _hidden(self, typ: t.Type, image: _Image, read_only: bool) -> str:
        """A new hidden symbol holding image."""
        self._count += 1
        symbol = f"{self.prefix}..stmp_{self._count}"
        d = self._definition(symbol, typ, image, sym.LOCAL)
        if read_only:
            d.kind = sym.RODATA
            d.data = bytes(image.data)
            d.ptrmask = b""
        d.gotype = ""
        self._out.append(d)
        return symbol

    # ---------------------------------------------------------------------------------------- values

    def _assign(self, image: _Image, offset: int, typ: t.Type, x: n.Expr) -> None:
        """Store the value of x, converted to typ, at offset."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _NotStatic
        while isinstance(x, n.ParenExpr):
            x = x.x
        u = t.under(typ)
        if x.mode == n.MODE_NILVALUE or (isinstance(x, n.Name) and isinstance(x.obj, Nil)):
            pass
        elif isinstance(u, t.Interface) and x.type is not None and not isinstance(t.under(x.type), t.Interface):
            self._box(image, offset, u, typ, x)
        elif x.value is not None and x.mode == n.MODE_CONST:
            self._constant(image, offset, typ, x.value)
        else:
            self._value(image, offset, typ, u, x)
        self._depth -= 1

    def _constant(self, image: _Image, offset: int, typ: t.Type, value: ConstValue) -> None:
        u = t.under(typ)
        if not isinstance(u, t.Basic):
            raise _NotStatic
        if isinstance(value, bytes):
            if value:
                image.put_address(offset, self.env.string_symbol(value))
                image.put_int(offset + 8, 8, len(value))
            return
        size = sizeof(u)
        if isinstance(value, bool):
            image.put_int(offset, 1, 1 if value else 0)
        elif u.info & t.IS_COMPLEX:
            re: ConstValue = value.re if isinstance(value, ComplexValue) else value
            im: ConstValue = value.im if isinstance(value, ComplexValue) else 0
            image.put_int(offset, size // 2, float_bits(re, size // 2))
            image.put_int(offset + size // 2, size // 2, float_bits(im, size // 2))
        elif u.info & t.IS_FLOAT:
            if isinstance(value, ComplexValue):
                value = value.re
            image.put_int(offset, size, float_bits(value, size))
        elif isinstance(value, int):
            image.put_int(offset, size, value)
        elif isinstance(value, Fraction) and value.denominator == 1:
            image.put_int(offset, size, value.numerator)
        else:
            raise _NotStatic

    def _box(self, image: _Image, offset: int, u: t.Interface, interface: t.Type, x: n.Expr) -> None:
        typ = x.type
        assert typ is not None
        if isinstance(typ, t.Basic) and typ.info & t.IS_UNTYPED:
            raise _NotStatic
        type_symbol = self.env.type_symbol(typ)
        word = self.env.itab_symbol(typ, interface) if type_set(u).methods else type_symbol
        image.put_address(offset, word)
        image.relocations.append(Relocation(0, sym.R_USEIFACE, type_symbol))
        if is_direct_iface(typ):
            self._assign(image, offset + 8, typ, x)
        elif sizeof(typ) == 0:
            image.put_address(offset + 8, "runtime.zerobase")
        else:
            box = _Image(sizeof(typ))
            self._assign(box, 0, typ, x)
            image.put_address(offset + 8, self._hidden(typ, box, True))

    def _value(self, image: _Image, offset: int, typ: t.Type, u: t.Type, x: n.Expr) -> None:
        if isinstance(x, n.CompositeLit):
            self._literal(image, offset, typ, u, x)
        elif isinstance(x, n.UnaryExpr) and x.op == tokens.AND:
            self._address(image, offset, x.x)
        elif isinstance(x, n.FuncLit):
            symbol = self.env.literal_symbol(x)
            if symbol == "":
                raise _NotStatic
            image.put_address(offset, symbol + "·f")
        elif isinstance(x, n.Name):
            self._name(image, offset, typ, x)
        elif isinstance(x, n.SelectorExpr):
            if x.selection is None:
                self._name(image, offset, typ, x.sel)
            else:
                symbol = self.env.method_expression_symbol(x)
                if symbol == "":
                    raise _NotStatic
                image.put_address(offset, symbol + "·f")
        elif isinstance(x, n.IndexExpr) and x.mode == n.MODE_VALUE and isinstance(u, t.Signature):
            inner = x.x.sel if isinstance(x.x, n.SelectorExpr) else x.x
            if not isinstance(inner, n.Name) or not isinstance(inner.obj, Func):
                raise _NotStatic
            self._name(image, offset, typ, inner)
        elif isinstance(x, n.CallExpr):
            self._call(image, offset, typ, u, x)
        else:
            raise _NotStatic

    def _name(self, image: _Image, offset: int, typ: t.Type, x: n.Name) -> None:
        obj = x.obj
        if isinstance(obj, Func):
            image.put_address(offset, self.env.func_symbol(obj, x.targs or []) + "·f")
            return
        if isinstance(obj, Var) and obj.type is not None:
            rhs = self.env.initializer_of(obj)
            u = t.under(obj.type)
            is_string = isinstance(u, t.Basic) and u.info & t.IS_STRING != 0
            if rhs is not None and not is_string and identical(obj.type, typ):
                self._assign(image, offset, typ, rhs)
                return
        raise _NotStatic

    def _call(self, image: _Image, offset: int, typ: t.Type, u: t.Type, x: n.CallExpr) -> None:
        fun = x.fun
        while isinstance(fun, n.ParenExpr):
            fun = fun.x
        if fun.mode == n.MODE_TYPE and len(x.args) == 1:
            self._convert(image, offset, typ, u, x.args[0])
            return
        callee = fun.sel if isinstance(fun, n.SelectorExpr) else fun
        if isinstance(callee, n.Name) and _is_abi_function(callee.obj) and len(x.args) == 1:
            assert callee.obj is not None
            target = x.args[0]
            inner = target.sel if isinstance(target, n.SelectorExpr) else target
            if isinstance(inner, n.Name) and isinstance(inner.obj, Func):
                name = callee.obj.name
                symbol = self.env.func_symbol(inner.obj, [])
                if name == "FuncPCABI0":
                    image.put_address(offset, symbol + ".abi0" if self.env.has_abi0(inner.obj) else symbol)
                    return
                if name == "FuncPCABIInternal":
                    image.put_address(offset, symbol)
                    return
        raise _NotStatic

    def _convert(self, image: _Image, offset: int, typ: t.Type, u: t.Type, arg: n.Expr) -> None:
        source = arg.type
        assert source is not None
        if isinstance(u, t.Slice) and isinstance(arg.value, bytes):
            elem = t.under(u.elem)
            if not isinstance(elem, t.Basic) or elem.kind != t.UINT8:
                raise _NotStatic
            data = arg.value
            backing = _Image(len(data))
            backing.data[:] = data
            image.put_address(offset, self._hidden(t.Array(t.TYP_UINT8, len(data)), backing, False) if data else "runtime.zerobase")
            image.put_int(offset + 8, 8, len(data))
            image.put_int(offset + 16, 8, len(data))
            return
        su = t.under(source)
        if identical(su, u) or _is_pointer_like(su) and _is_pointer_like(u):
            self._assign(image, offset, source if not isinstance(u, t.Interface) else typ, arg)
            return
        if isinstance(u, t.Interface):
            self._assign(image, offset, typ, arg)
            return
        raise _NotStatic

    # ---------------------------------------------------------------------------------------- literals and addresses

    def _literal(self, image: _Image, offset: int, typ: t.Type, u: t.Type, x: n.CompositeLit) -> None:
        if isinstance(u, t.Struct):
            offsets = offsets_of(u)
            for i, e in enumerate(x.elems):
                if isinstance(e, n.KeyValueExpr):
                    assert isinstance(e.key, n.Name)
                    path = _field_path(u, e.key)
                    if len(path) != 1:
                        raise _NotStatic
                    i = path[0]
                    e = e.val
                field = u.fields[i].type
                assert field is not None
                self._assign(image, offset + offsets[i], field, e)
        elif isinstance(u, t.Array):
            self._elements(image, offset, u.elem, x)
        elif isinstance(u, t.Slice):
            length = _literal_length(x)
            backing = _Image(length * sizeof(u.elem))
            self._elements(backing, 0, u.elem, x)
            if length:
                image.put_address(offset, self._hidden(t.Array(u.elem, length), backing, False))
            else:
                image.put_address(offset, "runtime.zerobase")
            image.put_int(offset + 8, 8, length)
            image.put_int(offset + 16, 8, length)
        elif isinstance(u, t.Pointer):
            # Elided &T in a literal of pointer elements.
            inner = _Image(sizeof(u.elem))
            self._literal(inner, 0, u.elem, t.under(u.elem), x)
            image.put_address(offset, self._hidden(u.elem, inner, False))
        else:
            raise _NotStatic

    def _elements(self, image: _Image, offset: int, elem: t.Type, x: n.CompositeLit) -> None:
        size = sizeof(elem)
        index = 0
        for e in x.elems:
            if isinstance(e, n.KeyValueExpr):
                if not isinstance(e.key.value, int):
                    raise _NotStatic
                index = e.key.value
                e = e.val
            self._assign(image, offset + index * size, elem, e)
            index += 1

    def _address(self, image: _Image, offset: int, x: n.Expr) -> None:
        while isinstance(x, n.ParenExpr):
            x = x.x
        if isinstance(x, n.CompositeLit):
            assert x.type is not None
            inner = _Image(sizeof(x.type))
            self._literal(inner, 0, x.type, t.under(x.type), x)
            image.put_address(offset, self._hidden(x.type, inner, False))
            return
        symbol, addend = self._place(x)
        image.put_address(offset, symbol, addend)

    def _place(self, x: n.Expr) -> tuple[str, int]:
        """Symbol and offset of an addressable package-level place."""
        while isinstance(x, n.ParenExpr):
            x = x.x
        if isinstance(x, n.Name) and isinstance(x.obj, Var):
            return self.env.global_symbol(x.obj), 0
        if isinstance(x, n.SelectorExpr):
            if x.selection is None:
                if isinstance(x.sel.obj, Var):
                    return self.env.global_symbol(x.sel.obj), 0
                raise _NotStatic
            symbol, addend = self._place(x.x)
            typ = x.selection.recv
            for i in x.selection.index:
                u = t.under(typ)
                if not isinstance(u, t.Struct):
                    raise _NotStatic
                addend += offsets_of(u)[i]
                field = u.fields[i].type
                assert field is not None
                typ = field
            return symbol, addend
        if isinstance(x, n.IndexExpr) and isinstance(x.index.value, int) and x.x.type is not None:
            u = t.under(x.x.type)
            if isinstance(u, t.Array):
                symbol, addend = self._place(x.x)
                return symbol, addend + x.index.value * sizeof(u.elem)
        raise _NotStatic


def _variable_align(typ: t.Type) -> int:
    """Assembly may use aligned accesses to variables: like gc's linker, align by size, up to 32."""
    align = 32
    size = sizeof(typ)
    while align > size and align > 1:
        align >>= 1
    return max(align, alignof(typ))


def _is_abi_function(obj: Object | None) -> bool:
    return isinstance(obj, Func) and obj.pkg is not None and obj.pkg.path == "internal/abi"


def _is_pointer_like(u: t.Type) -> bool:
    return isinstance(u, t.Pointer) or isinstance(u, t.Basic) and u.kind == t.UNSAFE_POINTER


def _literal_length(x: n.CompositeLit) -> int:
    length = 0
    index = 0
    for e in x.elems:
        if isinstance(e, n.KeyValueExpr):
            if not isinstance(e.key.value, int):
                raise _NotStatic
            index = e.key.value
        index += 1
        length = max(length, index)
    return length


def _field_path(u: t.Struct, key: n.Name) -> list[int]:
    """Index of the field a literal's key names; several indices (promoted field, Go 1.27) are not static."""
    for i, f in enumerate(u.fields):
        if f.name == key.text:
            return [i]
    return []
