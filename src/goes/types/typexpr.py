"""Identifiers and type expressions.

    map[string][]T   →   Map(STRING, Slice(Named T))

`typ` evaluates a type expression; checks that need complete types (map keys, constraint interfaces used as variable
types, instantiations) are queued.

Source of the behaviour: cmd/compile/internal/types2 typexpr.go, cycles.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import Pos
from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_BUILTIN,
    MODE_CONST,
    MODE_INVALID,
    MODE_NILVALUE,
    MODE_NOVALUE,
    MODE_TYPE,
    MODE_VALUE,
    MODE_VAR,
    ArrayType,
    BadExpr,
    ChanType,
    DotsType,
    Expr,
    FuncType,
    IndexExpr,
    InterfaceType,
    MapType,
    Name,
    ParenExpr,
    SelectorExpr,
    SliceType,
    StarExpr,
    StructType,
)
from ..syntax.positions import start_pos
from . import call, interfaces, signature, structs
from . import decl as decls
from . import expr as exprs
from .checker_base import MAX_DEPTH, Action
from .const import representable_const
from .constant import to_int
from .errors import INVALID_OP
from .instantiate import type_arg_count_error, verify
from .objects import Builtin, Const, Func, Nil, Object, PkgName, TypeName, Var
from .operand import Operand
from .predicates import comparable, is_generic, is_integer, is_type_param, is_untyped, is_valid
from .resolver import unpack_list
from .types import (
    TYP_INT,
    TYP_INVALID,
    Alias,
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Type,
    under,
)
from .typeset import type_set
from .typestring import object_kind
from .universe import ANY, COMPARABLE, IOTA

if TYPE_CHECKING:
    from .checker import Checker


def ident(check: Checker, x: Operand, e: Name, want_type: bool) -> None:
    """What an identifier denotes."""
    x.mode = MODE_INVALID
    x.expr = e
    name = e.text
    env = check.env
    scope = env.scope
    obj: Object | None = None
    while True:
        obj = scope.elems.get(name)
        if obj is not None or scope.parent is None:
            break
        scope = scope.parent
    if obj is None:
        if name == "_":
            check.error(e.pos, "InvalidBlank", "cannot use _ as value or type")
        else:
            check.error(e.pos, "UndeclaredName", f"undefined: {name}")
        return
    t = obj.type
    if t is ANY or t is COMPARABLE:
        if obj.pkg is None and not check.verify_version(e.pos, 18, f"predeclared {name}"):
            return
    e.obj = obj
    got_type = isinstance(obj, TypeName)
    if want_type and not got_type:
        check.error(e.pos, "NotAType", f"{name} ({object_kind(obj)}) is not a type")
        if isinstance(obj, Var) and obj.pkg is check.pkg:
            obj.used = True
        return
    pkg = check.pkg
    if t is None or got_type and want_type and obj.pkg is pkg:
        if obj.pkg is not None and obj.pkg is not pkg and obj.pkg.checker is not None:
            obj.pkg.checker.resolve(obj)
        else:
            decls.object_decl(check, obj)
        t = obj.type
    assert t is not None
    if check.dot_imports:
        through = check.dot_imports.get(scope)
        if through is not None:
            pkg_name = through.get(name)
            if pkg_name is not None:
                pkg_name.used = True
    if isinstance(obj, Var):
        if obj.pkg is pkg:
            obj.used = True
            owner = obj.owner
            if owner is None:
                check.depends_on(obj)
            elif owner is not env.func:
                obj.captured = True
        if t is TYP_INVALID:
            return
        x.mode = MODE_VAR
    elif isinstance(obj, TypeName):
        x.mode = MODE_TYPE
    elif isinstance(obj, Const):
        check.depends_on(obj)
        if t is TYP_INVALID:
            return
        if obj is IOTA:
            if env.iota is None:
                check.error(e.pos, "InvalidIota", "cannot use iota outside constant declaration")
                return
            x.value = env.iota
        else:
            x.value = obj.value
        x.mode = MODE_CONST
    elif isinstance(obj, Func):
        check.depends_on(obj)
        x.mode = MODE_VALUE
    elif isinstance(obj, Builtin):
        x.id = obj.id
        x.mode = MODE_BUILTIN
    elif isinstance(obj, Nil):
        x.mode = MODE_NILVALUE
    elif isinstance(obj, PkgName):
        check.error(e.pos, "InvalidPkgUse", f"use of package {name} not in selector")
        return
    x.type = t


def typ(check: Checker, e: Expr) -> Type:
    """The type that e denotes (TYP_INVALID after an error); it must not be generic."""
    return declared_type(check, e, None)


def var_type(check: Checker, e: Expr) -> Type:
    """Like typ, for a variable's type: no constraint interfaces."""
    t = declared_type(check, e, None)
    if not isinstance(t, (Pointer, Slice, Signature, Map)):
        valid_var_type(check, e, t)
    return t


@final
class _ValidVarType(Action):
    __slots__ = ("expr", "type")

    def __init__(self, expr: Expr, type: Type) -> None:
        self.expr = expr
        self.type = type

    def run(self, check: Checker) -> None:
        u = under(self.type)
        if not isinstance(u, Interface):
            return
        pos = start_pos(self.expr)
        tset = type_set(u, pos)
        if not tset.is_method_set():
            what = "is (or embeds) comparable" if tset.comparable else "contains type constraints"
            message = f"cannot use type {check.ts(self.type)} outside a type constraint: interface {what}"
            check.soft_error(pos, "MisplacedConstraintIface", message)


def valid_var_type(check: Checker, e: Expr, t: Type) -> None:
    if isinstance(t, (Named, Alias, Interface)) and not is_type_param(t):
        check.later(_ValidVarType(e, t))


def declared_type(check: Checker, e: Expr, definition: TypeName | None) -> Type:
    """Like typ; `definition` is the type name being declared as e."""
    t = _type_internal(check, e, definition)
    if isinstance(t, (Named, Alias)) and is_generic(t):
        message = f"cannot use generic type {check.ts(t)} without instantiation"
        check.error_at(e, "WrongTypeArgCount", message)
        t = TYP_INVALID
    exprs.record_type(e, MODE_TYPE, t)
    return t


def known_invalid(t: Type) -> bool:
    """Whether t is invalid; an alias that is still being declared is not (yet)."""
    return t is TYP_INVALID or isinstance(t, Alias) and t.from_rhs is not None and not is_valid(t)


def generic_type(check: Checker, e: Expr) -> tuple[Type, str]:
    """The generic type that e denotes, or TYP_INVALID and a cause ("" if reported)."""
    t = _type_internal(check, e, None)
    cause = ""
    if is_valid(t) and not is_generic(t):
        cause = f"{check.ts(t)} is not a generic type"
        t = TYP_INVALID
    exprs.record_type(e, MODE_TYPE, t)
    return t, cause


@final
class _ComparableKey(Action):
    __slots__ = ("expr", "key")

    def __init__(self, expr: Expr, key: Type) -> None:
        self.expr = expr
        self.key = key

    def run(self, check: Checker) -> None:
        if not comparable(self.key):
            why = " (missing comparable constraint)" if is_type_param(self.key) else ""
            message = f"invalid map key type {check.ts(self.key)}{why}"
            check.error_at(self.expr, "IncomparableMapKey", message)


def _type_internal(check: Checker, e: Expr, definition: TypeName | None) -> Type:
    check.depth += 1
    if check.depth > MAX_DEPTH:
        check.error(start_pos(e), "", "type nested too deeply")
        t: Type = TYP_INVALID
    else:
        t = _type_switch(check, e, definition)
    check.depth -= 1
    return t


def _type_switch(check: Checker, e: Expr, definition: TypeName | None) -> Type:
    if isinstance(e, (Name, SelectorExpr)):
        x = Operand()
        if isinstance(e, Name):
            ident(check, x, e, True)
        else:
            call.selector(check, x, e, True)
        if x.mode == MODE_TYPE:
            return x.type
        if x.mode == MODE_NOVALUE:
            check.error_op(x, "NotAType", f"{check.os(x)} used as type")
        elif x.mode != MODE_INVALID:
            check.error_op(x, "NotAType", f"{check.os(x)} is not a type")
        return TYP_INVALID
    if isinstance(e, StarExpr):
        elem = var_type(check, e.x)
        return TYP_INVALID if known_invalid(elem) else Pointer(elem)
    if isinstance(e, SliceType):
        return Slice(var_type(check, e.elem))
    if isinstance(e, IndexExpr):
        check.verify_version(start_pos(e), 18, "type instantiation")
        return _instantiated_type(check, e.x, unpack_list(e.index))
    if isinstance(e, ParenExpr):
        return declared_type(check, e.x, definition)
    if isinstance(e, ArrayType):
        if e.len is not None:
            length = array_length(check, e.len)
        else:
            message = "invalid use of [...] array (outside a composite literal)"
            check.error_at(e, "BadDotDotDotSyntax", message)
            length = -1
        elem = var_type(check, e.elem)
        return Array(elem, length) if length >= 0 else TYP_INVALID
    if isinstance(e, StructType):
        return structs.struct_type(check, e)
    if isinstance(e, FuncType):
        sig = signature.new_signature()
        signature.func_type(check, sig, None, [], e)
        return sig
    if isinstance(e, InterfaceType):
        return interfaces.interface_type(check, e, definition)
    if isinstance(e, MapType):
        key = var_type(check, e.key)
        elem = var_type(check, e.elem)
        if not _surely_comparable(key):
            check.later(_ComparableKey(e.key, key))
        return Map(key, elem)
    if isinstance(e, ChanType):
        return Chan(e.dir, var_type(check, e.elem))
    if isinstance(e, DotsType):
        check.error_at(e, "InvalidSyntaxTree", "invalid use of ...")
        return TYP_INVALID
    if isinstance(e, BadExpr):
        return TYP_INVALID
    check.error_at(e, "NotAType", f"{expr_string(e)} is not a type")
    exprs.use(check, [e])
    return TYP_INVALID


def _surely_comparable(t: Type) -> bool:
    """Whether t is comparable for certain without looking into other types."""
    return isinstance(t, (Basic, Pointer, Chan)) and is_valid(t)


@final
class _VerifyInstance(Action):
    __slots__ = ("x", "xlist", "targs", "inst")

    def __init__(self, x: Expr, xlist: list[Expr], targs: list[Type], inst: Named | Alias) -> None:
        self.x = x
        self.xlist = xlist
        self.targs = targs
        self.inst = inst

    def run(self, check: Checker) -> None:
        origin = self.inst.origin
        tparams = origin.tparams
        pos = self.x.pos
        name = origin.obj.name
        if not validate_targ_count(check, pos, name, len(tparams), len(self.targs)):
            return
        i, cause = verify(tparams, self.targs, check.context, check.qualifier, check.allows(20))
        if i >= 0:
            at = start_pos(self.xlist[i]) if i < len(self.xlist) else pos
            check.soft_error(at, "InvalidTypeArg", cause)
            return
        check.mono.record_instance(check.pkg, pos, tparams, self.targs, [start_pos(e) for e in self.xlist])


def validate_targ_count(check: Checker, pos: Pos, name: str, want: int, got: int) -> bool:
    message = type_arg_count_error(name, want, got)
    if message == "":
        return True
    check.error(pos, "WrongTypeArgCount", message)
    return False


def _instantiated_type(check: Checker, x: Expr, xlist: list[Expr]) -> Type:
    gtype, cause = generic_type(check, x)
    if cause:
        args = ", ".join([expr_string(e) for e in xlist])
        check.error_at(x, "NotAGenericType", f"{INVALID_OP}{expr_string(x)}[{args}] ({cause})")
    if not isinstance(gtype, (Named, Alias)):
        return TYP_INVALID
    targs = type_list(check, xlist)
    if targs is None:
        return TYP_INVALID
    name = instantiated_name(x)
    if name is not None:
        name.targs = targs
    inst = instance(check, x.pos, gtype, targs)
    if isinstance(inst, (Named, Alias)):
        check.later(_VerifyInstance(x, xlist, targs, inst))
        return inst
    if is_valid(inst):
        return inst
    # The wrong number of arguments for an alias: report now.
    validate_targ_count(check, x.pos, gtype.obj.name, len(gtype.tparams), len(targs))
    return TYP_INVALID


def instance(check: Checker, pos: Pos, orig: Named | Alias, targs: list[Type]) -> Type:
    """orig[targs]; a new instance is positioned where it is first mentioned."""
    known = len(check.context.instances)
    inst = check.context.instantiate(orig, targs)
    if isinstance(inst, (Named, Alias)) and len(check.context.instances) > known:
        inst.obj.pos = pos
    return inst


def instantiated_name(e: Expr) -> Name | None:
    """The identifier of a (possibly partially) instantiated generic function or type."""
    if isinstance(e, IndexExpr):
        e = e.x
    while isinstance(e, ParenExpr):
        e = e.x
    if isinstance(e, Name):
        return e
    if isinstance(e, SelectorExpr):
        return e.sel
    return None


def array_length(check: Checker, e: Expr) -> int:
    """The value of an array length, or -1 (reported)."""
    # If e is an identifier, the array declaration might be an attempt at a parameterised type declaration.
    if isinstance(e, Name):
        obj = check.lookup(e.text)
        if obj is None:
            message = f"undefined array length {e.text} or missing type constraint"
            check.error(e.pos, "InvalidArrayLen", message)
            return -1
        if not isinstance(obj, Const):
            check.error(e.pos, "InvalidArrayLen", f"invalid array length {e.text}")
            return -1
    x = Operand()
    exprs.expr(check, None, x, e)
    if x.mode != MODE_CONST:
        if x.mode != MODE_INVALID:
            check.error_op(x, "InvalidArrayLen", f"array length {check.os(x)} must be constant")
        return -1
    if is_untyped(x.type) or is_integer(x.type):
        assert x.value is not None
        v = to_int(x.value)
        if isinstance(v, int) and not isinstance(v, bool) and v >= 0 and representable_const(v, TYP_INT) is not None:
            return v
    if is_integer(x.type):
        message = f"invalid array length {check.os(x)}"
    else:
        message = f"array length {check.os(x)} must be integer"
    check.error_op(x, "InvalidArrayLen", message)
    return -1


def type_list(check: Checker, exprs_: list[Expr]) -> list[Type] | None:
    """The types of a type argument list; None if one is invalid."""
    result: list[Type] = []
    valid = True
    for e in exprs_:
        t = var_type(check, e)
        if known_invalid(t):
            valid = False
        result.append(t)
    return result if valid else None


def is_complete(check: Checker, t: Type) -> bool:
    """Whether t's declaration is finished; reports the cycle if it is not."""
    seen = 0
    while isinstance(t, (Named, Alias)):
        if t.obj in check.path_index:
            cycle = check.path[check.path_index[t.obj] :]
            decls.cycle_error(check, cycle, decls.first_in_source(cycle))
            return False
        rhs = t.from_rhs
        seen += 1
        if rhs is None or seen > 100:
            return True
        t = rhs
    return True


