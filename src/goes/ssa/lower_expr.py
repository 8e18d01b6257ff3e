"""Expressions.

    s[i] + f(x)     →     t0 = f(x);  boundscheck i, len s;  t1 = load &s[i];  t2 = t1 + t0

`expr` gives the value of an expression in its own type; `expr_as` converts it to the type of where it goes (Go's
implicit conversions are not in the tree); `condition` branches on a boolean without making it a value; `multi` gives
the values of f() or of a comma-ok form.

Sources: Go spec "Expressions"; compiler-contracts 6.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from ..diag.source import Pos
from ..syntax import nodes as n
from ..syntax import tokens as tok
from ..types import objects
from ..types import types as t
from ..types.constant import ComplexValue, ConstValue
from ..types.identity import identical
from ..types.objects import METHOD_EXPR, Func, Nil, Var
from ..types.predicates import default_type
from ..types.types import TYP_BOOL, TYP_INT, Type, under
from . import instr as ir
from . import lower_call as calls
from . import lower_convert as conv
from . import lower_place as places
from .emit import Builder
from .function import Block

# Builtins that run no code but their operands'.
_COMPUTING: Final = frozenset((
    objects.CAP, objects.COMPLEX, objects.IMAG, objects.LEN, objects.MAX, objects.MIN, objects.REAL, objects.UNSAFE_ADD,
    objects.UNSAFE_SLICE, objects.UNSAFE_SLICE_DATA, objects.UNSAFE_STRING, objects.UNSAFE_STRING_DATA,
))  # fmt: skip


def type_of(b: Builder, x: n.Expr) -> Type:
    """The type of x's value for the instance at hand; untyped types as their default."""
    typ = b.typ(x.type)
    if isinstance(typ, t.Basic) and typ.info & t.IS_UNTYPED and typ.kind != t.UNTYPED_NIL:
        return default_type(typ)
    return typ


def constant(b: Builder, typ: Type, value: ConstValue, pos: Pos) -> ir.Const:
    """A constant of a basic type, its value in the form that fits the type."""
    u = under(typ)
    if isinstance(u, t.Basic):
        info = u.info
        if info & t.IS_UNTYPED:
            typ = default_type(u)
            u = under(typ)
            assert isinstance(u, t.Basic)
            info = u.info
        if info & t.IS_INTEGER:
            if isinstance(value, ComplexValue):
                value = value.re
            if isinstance(value, Fraction):
                value = int(value)
        elif info & t.IS_COMPLEX:
            if isinstance(value, int):
                value = ComplexValue(Fraction(value), Fraction(0))
            elif isinstance(value, Fraction):
                value = ComplexValue(value, Fraction(0))
        elif info & t.IS_FLOAT and isinstance(value, ComplexValue):
            value = value.re
        return b.const(typ, value)
    raise b.bug(f"constant of type {typ}", pos)


def is_nil_expr(x: n.Expr) -> bool:
    while isinstance(x, n.ParenExpr):
        x = x.x
    return x.mode == n.MODE_NILVALUE or isinstance(x, n.Name) and isinstance(x.obj, Nil)


def expr_as(b: Builder, x: n.Expr, typ: Type) -> ir.Value:
    """The value of x, implicitly converted to typ."""
    if x.value is not None:
        u = under(typ)
        if isinstance(u, t.Basic) and u.kind != t.UNSAFE_POINTER and not u.info & t.IS_UNTYPED:
            return constant(b, typ, x.value, x.pos)
    elif is_nil_expr(x):
        return ir.Const(typ, None)
    return conv.assign(b, expr(b, x), typ, x.pos)


def expr(b: Builder, x: n.Expr) -> ir.Value:
    """The value of x in its own type (a Tuple for calls without or with several results)."""
    if x.value is not None and x.mode != n.MODE_TYPE:
        return constant(b, b.typ(x.type), x.value, x.pos)
    b.enter()
    v = _expr(b, x)
    b.depth -= 1
    return v


def _expr(b: Builder, x: n.Expr) -> ir.Value:
    if isinstance(x, n.Name):
        return _name(b, x, x)
    if isinstance(x, n.SelectorExpr):
        return _selector(b, x)
    if isinstance(x, n.CallExpr):
        return calls.call(b, x)
    if isinstance(x, n.BinaryExpr):
        return _binary(b, x)
    if isinstance(x, n.IndexExpr):
        return _index(b, x)
    if isinstance(x, n.UnaryExpr):
        return _unary(b, x)
    if isinstance(x, n.ParenExpr):
        return expr(b, x.x)
    if isinstance(x, n.StarExpr):
        return places.load(b, places.place(b, x))
    if isinstance(x, n.CompositeLit):
        from .lower_literal import literal

        return literal(b, x)
    if isinstance(x, n.FuncLit):
        from .lower_literal import func_literal

        return func_literal(b, x)
    if isinstance(x, n.AssertExpr):
        return type_assert(b, x, x.comma_ok)
    if isinstance(x, n.SliceExpr):
        return _slice(b, x)
    raise b.bug(f"unexpected expression {type(x).__name__}", x.pos)


def multi(b: Builder, x: n.Expr) -> list[ir.Value]:
    """The values of a call with several results, or of a map index, receive or type assertion in its two-value form."""
    x = places.unparen(x)
    if isinstance(x, n.CallExpr):
        v = expr(b, x)
        typ = v.type
        if isinstance(v, calls.Parts):
            return v.values
        if not isinstance(typ, t.Tuple):
            return [v]
        return [b.extract(v, i, typ.vars[i].type or t.TYP_INVALID, x.pos) for i in range(len(typ.vars))]
    if isinstance(x, n.IndexExpr):
        m = type_of(b, x.x)
        u = under(m)
        if not isinstance(u, t.Map):
            raise b.bug("comma-ok of an index of no map", x.pos)
        mv = expr(b, x.x)
        key = map_key(b, x.index, u.key)
        pair: ir.Instr = ir.MapLookup(b.program.pair(u.elem), mv, key, True, x.pos)
        b.emit(pair)
        elem = u.elem
    elif isinstance(x, n.UnaryExpr):
        cu = under(type_of(b, x.x))
        assert isinstance(cu, t.Chan)
        elem = cu.elem
        pair = ir.Recv(b.program.pair(elem), expr(b, x.x), True, x.pos)
        b.emit(pair)
    elif isinstance(x, n.AssertExpr):
        elem = b.typ(x.type_expr.type)
        v = type_assert(b, x, True)
        return [b.extract(v, 0, elem, x.pos), b.extract(v, 1, TYP_BOOL, x.pos)]
    else:
        raise b.bug("no several values", x.pos)
    return [b.extract(pair, 0, elem, x.pos), b.extract(pair, 1, TYP_BOOL, x.pos)]


def map_key(b: Builder, x: n.Expr, key_type: Type) -> ir.Value:
    """The key of a lookup; a []byte converted to string for it needs no copy."""
    key = expr_as(b, x, key_type)
    view_bytes(x, key)
    return key


def view_bytes(x: n.Expr, v: ir.Value) -> None:
    """If x is itself the conversion of a byte slice to a string, its value v needs no copy: nobody else has it, and
    it is dead before the bytes can change."""
    x = places.unparen(x)
    if isinstance(x, n.CallExpr) and x.fun.mode == n.MODE_TYPE and isinstance(v, ir.StringConvert):
        if isinstance(under(v.x.type), t.Slice):
            v.no_copy = True


# ------------------------------------------------------------------------------------------------ names and selectors


def _name(b: Builder, x: n.Expr, name: n.Name) -> ir.Value:
    obj = name.obj
    if isinstance(obj, Var):
        return b.load_var(obj, x.pos)
    if isinstance(obj, Func):
        targs = [b.typ(a) for a in name.targs] if name.targs else []
        fn = b.program.function(obj, targs)
        return ir.FuncRef(type_of(b, x), fn)
    if isinstance(obj, Nil):
        return ir.Const(b.typ(x.type), None)
    raise b.bug(f"{name.text} has no value", x.pos)


def _selector(b: Builder, x: n.SelectorExpr) -> ir.Value:
    s = x.selection
    if s is None:
        return _name(b, x, x.sel)
    if isinstance(s.obj, Var):
        return places.load(b, places.place(b, x))
    if s.kind == METHOD_EXPR:
        return ir.FuncRef(type_of(b, x), calls.method_expression(b, x, s))
    return calls.method_value(b, x, s)


# ------------------------------------------------------------------------------------------------ operators


def _unary(b: Builder, x: n.UnaryExpr) -> ir.Value:
    op = x.op
    if op == tok.AND:
        return address_of(b, x)
    if op == tok.ARROW:
        ct = under(type_of(b, x.x))
        assert isinstance(ct, t.Chan)
        typ = b.program.pair(ct.elem) if x.comma_ok else ct.elem
        r = ir.Recv(typ, expr(b, x.x), x.comma_ok, x.pos)
        b.emit(r)
        return r
    typ = type_of(b, x)
    v = expr_as(b, x.x, typ)
    if op == tok.ADD:
        return v
    u = ir.UnOp(typ, op, v, x.pos)
    b.emit(u)
    return u


def address_of(b: Builder, x: n.UnaryExpr) -> ir.Value:
    inner = places.unparen(x.x)
    if isinstance(inner, n.CompositeLit):
        from .lower_literal import new_literal

        return new_literal(b, inner, b.typ(inner.type), x.pos)
    p = places.place(b, inner)
    if p.kind != places.ADDRESS:
        raise b.bug("& of a variable that was not found to be addressed", x.pos)
    v = places.address(b, p)
    return conv.assign(b, v, type_of(b, x), x.pos)


def _is_string(typ: Type) -> bool:
    u = under(typ)
    return isinstance(u, t.Basic) and u.info & t.IS_STRING != 0


def _binary(b: Builder, x: n.BinaryExpr) -> ir.Value:
    op = x.op
    if op == tok.ANDAND or op == tok.OROR:
        return _logical(b, x)
    if op <= tok.GEQ:
        return conv.assign(b, comparison(b, x), type_of(b, x), x.pos)
    typ = type_of(b, x)
    if op == tok.ADD and _is_string(typ):
        return _concat(b, x, typ)
    if op == tok.SHL or op == tok.SHR:
        v = expr_as(b, x.x, typ)
        return arithmetic(b, op, v, shift_count(b, x.y), typ, x.pos)
    # The left operand's value must be the one from before calls on the right change it only if it is a call itself;
    # like gc, plain variables in memory are read after them.
    v, w = operands(b, x.x, x.y, typ)
    return arithmetic(b, op, v, w, typ, x.pos)


def has_call(x: n.Expr) -> bool:
    """Whether x contains a call or a receive, so that it is evaluated even where only its type matters."""
    return _contains_call(x, False)


def runs_code(x: n.Expr) -> bool:
    """Whether evaluating x may run other code of the program: as has_call, but conversions and builtins that only compute
    do not count."""
    return _contains_call(x, True)


def _contains_call(x: n.Expr, of_code: bool) -> bool:
    while True:
        if isinstance(x, (n.Name, n.BasicLit, n.FuncLit)) or x.value is not None:
            return False
        if isinstance(x, n.SelectorExpr):
            if x.selection is None:
                return False
            x = x.x
        elif isinstance(x, (n.ParenExpr, n.StarExpr, n.AssertExpr)):
            x = x.x
        elif isinstance(x, n.UnaryExpr):
            if x.op == tok.ARROW:
                return True
            x = x.x
        elif isinstance(x, n.BinaryExpr):
            if _contains_call(x.y, of_code):
                return True
            x = x.x
        elif isinstance(x, n.IndexExpr):
            if _contains_call(x.index, of_code):
                return True
            x = x.x
        elif of_code and isinstance(x, n.CallExpr) and _only_computes(x):
            for k in range(1, len(x.args)):
                if _contains_call(x.args[k], True):
                    return True
            x = x.args[0]
        else:
            return True


def _only_computes(x: n.CallExpr) -> bool:
    if places.unparen(x.fun).mode == n.MODE_TYPE:
        return True
    builtin = calls.builtin_of(x)
    return builtin is not None and builtin.id in _COMPUTING


def late(x: n.Expr) -> bool:
    """Whether x is a plain variable, which gc reads after the calls to its right."""
    x = places.unparen(x)
    return isinstance(x, n.Name) and isinstance(x.obj, Var) and x.obj.reassigned


def operands(b: Builder, x: n.Expr, y: n.Expr, typ: Type) -> tuple[ir.Value, ir.Value]:
    if late(x) and runs_code(y):
        w = expr_as(b, y, typ)
        return expr_as(b, x, typ), w
    v = expr_as(b, x, typ)
    return v, expr_as(b, y, typ)


def arithmetic(b: Builder, op: int, v: ir.Value, w: ir.Value, typ: Type, pos: Pos) -> ir.Value:
    """v op w with the checks that Go demands. Operands are of type typ (except a shift count)."""
    if op == tok.DIV or op == tok.REM:
        u = under(typ)
        if isinstance(u, t.Basic) and u.info & t.IS_INTEGER and not (isinstance(w, ir.Const) and w.value):
            b.emit(ir.DivCheck(w, pos))
    elif op == tok.SHL or op == tok.SHR:
        wu = under(w.type)
        if isinstance(wu, t.Basic) and not wu.info & t.IS_UNSIGNED and not _is_count(w):
            b.emit(ir.ShiftCheck(w, pos))
    elif op == tok.ADD and _is_string(typ):
        c = ir.Concat(typ, [v, w], pos)
        b.emit(c)
        return c
    return b.binary(typ, op, v, w, pos)


def _is_count(w: ir.Value) -> bool:
    return isinstance(w, ir.Const) and isinstance(w.value, int) and w.value >= 0


def shift_count(b: Builder, y: n.Expr) -> ir.Value:
    if y.value is not None:
        typ = b.typ(y.type)
        u = under(typ)
        if not (isinstance(u, t.Basic) and u.info & t.IS_INTEGER and not u.info & t.IS_UNTYPED):
            typ = t.TYP_UINT
        return constant(b, typ, y.value, y.pos)
    return expr(b, y)


def _concat(b: Builder, x: n.BinaryExpr, typ: Type) -> ir.Value:
    """a + b + c + … in one go."""
    parts: list[n.Expr] = [x.y]
    left: n.Expr = x.x
    while True:
        left = places.unparen(left)
        if isinstance(left, n.BinaryExpr) and left.op == tok.ADD and left.value is None:
            parts.append(left.y)
            left = left.x
        else:
            parts.append(left)
            break
    parts.reverse()
    calls_after = False
    values: list[ir.Value | None] = [None] * len(parts)
    for k in range(len(parts) - 1, -1, -1):
        if calls_after and late(parts[k]):
            continue
        values[k] = ir.Const(typ, None)  # wanted now
        if not calls_after and runs_code(parts[k]):
            calls_after = True
    for k in range(len(parts)):
        if values[k] is not None:
            values[k] = expr_as(b, parts[k], typ)
    args: list[ir.Value] = []
    was_constant = False
    for k in range(len(parts)):
        v = values[k]
        if v is None:
            v = expr_as(b, parts[k], typ)
        if parts[k].value is not None and isinstance(v, ir.Const) and isinstance(v.value, bytes):
            if not v.value:
                continue
            if was_constant and isinstance(args[-1], ir.Const) and isinstance(args[-1].value, bytes):
                args[-1] = b.const(typ, args[-1].value + v.value)
                continue
            was_constant = True
        else:
            was_constant = False
        args.append(v)
    if not args:
        return b.const(typ, b"")
    if len(args) == 1:
        return args[0]
    c = ir.Concat(typ, args, x.pos)
    b.emit(c)
    return c


def _logical(b: Builder, x: n.BinaryExpr) -> ir.Value:
    typ = type_of(b, x)
    done = b.new_block("logical.done")
    more = b.new_block("logical.more")
    if x.op == tok.ANDAND:
        condition(b, x.x, more, done)
    else:
        condition(b, x.x, done, more)
    short: ir.Value = b.const(typ, x.op == tok.OROR)
    if not more.preds:
        b.start_sealed(done)
        return short
    b.start_sealed(more)
    args: list[ir.Value] = [short] * len(done.preds)
    v = expr_as(b, x.y, typ)
    if not args:
        return v
    b.jump(done)
    args.append(v)
    b.start_sealed(done)
    return b.join_phi(typ, done, args, "&&" if x.op == tok.ANDAND else "||")


def condition(b: Builder, x: n.Expr, yes: Block, no: Block) -> None:
    """Branch on x."""
    while isinstance(x, n.ParenExpr):
        x = x.x
    if x.value is None:
        if isinstance(x, n.BinaryExpr):
            if x.op == tok.ANDAND or x.op == tok.OROR:
                b.enter()
                more = b.new_block("cond.more")
                if x.op == tok.ANDAND:
                    condition(b, x.x, more, no)
                else:
                    condition(b, x.x, yes, more)
                if more.preds:
                    b.start_sealed(more)
                    condition(b, x.y, yes, no)
                b.leave()
                return
            if tok.EQL <= x.op <= tok.GEQ:
                b.branch(comparison(b, x), yes, no, x.pos)
                return
        elif isinstance(x, n.UnaryExpr) and x.op == tok.NOT:
            condition(b, x.x, no, yes)
            return
    b.branch(expr(b, x), yes, no, x.pos)


_SWAPPED = {tok.EQL: tok.EQL, tok.NEQ: tok.NEQ, tok.LSS: tok.GTR, tok.GTR: tok.LSS, tok.LEQ: tok.GEQ, tok.GEQ: tok.LEQ}


def comparison(b: Builder, x: n.BinaryExpr) -> ir.Value:
    """x == y and so on, as a bool."""
    if is_nil_expr(x.y):
        v = expr(b, x.x)
        return b.compare(x.op, v, ir.Const(v.type, None), x.pos)
    if is_nil_expr(x.x):
        v = expr(b, x.y)
        return b.compare(x.op, v, ir.Const(v.type, None), x.pos)
    xt = b.typ(x.x.type)
    yt = b.typ(x.y.type)
    if isinstance(xt, t.Basic) and xt.info & t.IS_UNTYPED:
        xt = type_of(b, x.x) if isinstance(yt, t.Basic) and yt.info & t.IS_UNTYPED else yt
    common = comparison_type(xt, yt)
    v, w = operands(b, x.x, x.y, common)
    # The second is converted last. A function called for it may change the bytes of the first.
    view_bytes(x.y, w)
    if not runs_code(x.y):
        view_bytes(x.x, v)
    return b.compare(x.op, v, w, x.pos)


def comparison_type(xt: Type, yt: Type) -> Type:
    """The type in which operands of types xt and yt are compared."""
    x_iface = isinstance(under(xt), t.Interface)
    y_iface = isinstance(under(yt), t.Interface)
    if x_iface and not y_iface:
        return xt
    if y_iface and not x_iface:
        return yt
    if x_iface and y_iface and not identical(xt, yt):
        # The one with fewer methods: the other converts to it.
        from ..types.typeset import type_set

        xu = under(xt)
        yu = under(yt)
        assert isinstance(xu, t.Interface) and isinstance(yu, t.Interface)
        return xt if len(type_set(xu).methods) <= len(type_set(yu).methods) else yt
    if isinstance(yt, t.Basic) and yt.info & t.IS_UNTYPED:
        return xt
    if isinstance(xt, t.Chan):
        return yt
    return xt


# ------------------------------------------------------------------------------------------------ indexing and slicing


def index_value(b: Builder, x: n.Expr) -> ir.Value:
    """An index or length operand: of any integer type, constants as int."""
    if x.value is not None:
        typ = b.typ(x.type)
        u = under(typ)
        if not (isinstance(u, t.Basic) and u.info & t.IS_INTEGER and not u.info & t.IS_UNTYPED):
            typ = TYP_INT
        return constant(b, typ, x.value, x.pos)
    return expr(b, x)


def _index(b: Builder, x: n.IndexExpr) -> ir.Value:
    inner = places.unparen(x.x)
    if x.x.mode == n.MODE_TYPE or isinstance(x.type, t.Signature) and x.mode == n.MODE_VALUE:
        name = inner.sel if isinstance(inner, n.SelectorExpr) else inner
        if isinstance(name, n.Name) and isinstance(name.obj, Func) and name.targs:
            if isinstance(inner, n.SelectorExpr) and inner.selection is not None:
                s = inner.selection
                if s.kind == METHOD_EXPR:
                    return ir.FuncRef(type_of(b, x), calls.method_expression(b, inner, s))
                return calls.method_value(b, inner, s)
            fn = b.program.function(name.obj, [b.typ(a) for a in name.targs])
            return ir.FuncRef(type_of(b, x), fn)
    u = under(type_of(b, x.x))
    if isinstance(u, t.Basic):  # a string
        s_value = expr(b, x.x)
        i = index_value(b, x.index)
        size: ir.Value
        if isinstance(s_value, ir.Const) and isinstance(s_value.value, bytes):
            size = b.int_const(len(s_value.value))
        else:
            length = ir.Len(TYP_INT, s_value, x.pos)
            b.emit(length)
            size = length
        b.emit(ir.BoundsCheck(i, size, x.pos))
        r = ir.Index(t.TYP_UINT8, s_value, i, x.pos)
        b.emit(r)
        return conv.assign(b, r, type_of(b, x), x.pos)
    if isinstance(u, t.Map):
        m = expr(b, x.x)
        key = map_key(b, x.index, u.key)
        look = ir.MapLookup(b.program.pair(u.elem) if x.comma_ok else u.elem, m, key, x.comma_ok, x.pos)
        b.emit(look)
        return look
    return places.load(b, places.place(b, x))


def _slice(b: Builder, x: n.SliceExpr) -> ir.Value:
    xt = type_of(b, x.x)
    u = under(xt)
    array: t.Array | None = None
    if isinstance(u, t.Array):
        p = places.place(b, x.x)
        if p.kind != places.ADDRESS:
            raise b.bug("slice of an array that was not found to be addressed", x.pos)
        base = places.address(b, p)
        array = u
    else:
        base = expr(b, x.x)
        if isinstance(u, t.Pointer):
            au = under(u.elem)
            assert isinstance(au, t.Array)
            array = au
    low = index_value(b, x.low) if x.low is not None else None
    high = index_value(b, x.high) if x.high is not None else None
    top = index_value(b, x.max) if x.max is not None else None
    if array is not None:
        b.nil_check(base, x.pos)
    return slice_values(b, base, array, low, high, top, type_of(b, x), x.pos)


def slice_values(
    b: Builder, base: ir.Value, array: t.Array | None, low: ir.Value | None, high: ir.Value | None,
    top: ir.Value | None, typ: Type, pos: Pos,
) -> ir.Value:  # fmt: skip
    """base[low:high:top] with its checks. base is a string, a slice, or the (checked) address of `array`."""
    is_string = isinstance(under(base.type), t.Basic)
    limit: ir.Value | None = None  # capacity (string: length)
    length: ir.Value | None = None

    def_limit = b.int_const(array.length) if array is not None else None
    if top is not None or high is not None:
        if def_limit is not None:
            limit = def_limit
        else:
            size: ir.Unary = ir.Len(TYP_INT, base, pos) if is_string else ir.Cap(TYP_INT, base, pos)
            b.emit(size)
            limit = size
    fixed = array is not None or is_string
    if top is not None:
        assert limit is not None
        _slice_check(b, ir.SLICE3_ALEN if array is not None else ir.SLICE3_ACAP, top, limit, pos)
        assert high is not None
        _slice_check(b, ir.SLICE3_B, high, top, pos)
        if low is not None:
            _slice_check(b, ir.SLICE3_C, low, high, pos)
    elif high is not None:
        assert limit is not None
        _slice_check(b, ir.SLICE_ALEN if fixed else ir.SLICE_ACAP, high, limit, pos)
        if low is not None:
            _slice_check(b, ir.SLICE_B, low, high, pos)
    elif low is not None:
        if def_limit is not None:
            length = def_limit
        else:
            size = ir.Len(TYP_INT, base, pos)
            b.emit(size)
            length = size
        _slice_check(b, ir.SLICE_B, low, length, pos)
    op = ir.SliceOp(typ, base, low, high, top, pos)
    b.emit(op)
    return op


def _slice_check(b: Builder, kind: int, x: ir.Value, y: ir.Value, pos: Pos) -> None:
    if isinstance(x, ir.Const) and isinstance(x.value, int):
        if x.value == 0:
            return
        if isinstance(y, ir.Const) and isinstance(y.value, int) and 0 <= x.value <= y.value:
            return
    b.emit(ir.SliceCheck(kind, x, y, pos))


def type_assert(b: Builder, x: n.AssertExpr, comma_ok: bool) -> ir.Value:
    asserted = b.typ(x.type_expr.type)
    v = expr(b, x.x)
    a = ir.TypeAssert(b.program.pair(asserted) if comma_ok else asserted, v, asserted, comma_ok, x.pos)
    b.emit(a)
    return a
