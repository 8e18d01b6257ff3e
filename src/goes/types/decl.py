"""Declarations: typing package-level objects, and declarations inside functions.

    type T struct{ next *T }      T is on the path while its right-hand side is typed, so the cycle is seen

`object_decl` types one object. An object that is met again while it is on the path closes a cycle; cycles through
type definitions or functions are fine, others are errors.

Source of the behaviour: cmd/compile/internal/types2 decl.go, cycles.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import NO_POS, Pos
from ..syntax.nodes import (
    BinaryExpr,
    ConstDecl,
    Decl,
    Expr,
    Field,
    FuncDecl,
    InterfaceType,
    Name,
    TypeDecl,
    UnaryExpr,
    VarDecl,
)
from ..syntax.positions import end_pos, start_pos
from ..syntax.tokens import OR, TILDE
from . import assignments, resolver, signature, stmt, typexpr
from . import expr as exprs
from .checker_base import Action, Env
from .constant import UNKNOWN, ConstValue
from .errors import Report
from .identity import object_id
from .named import as_named, new_type_param
from .objects import BLACK, GREY, Const, Func, Object, TypeName, Var
from .operand import Operand
from .predicates import is_const_type, is_generic, is_type_param, is_valid
from .resolver import DeclInfo
from .scope import Scope
from .types import TYP_INVALID, Alias, Interface, Named, Struct, Type, TypeParam, under
from .typeset import type_set
from .typestring import is_alias_name, package_prefix
from .validtype import invalid_cycle

if TYPE_CHECKING:
    from .checker import Checker


def declare(check: Checker, scope: Scope, name: Name | None, obj: Object, scope_pos: Pos) -> None:
    """Insert obj into scope ("_" is not inserted) and let name denote it."""
    if obj.name != "_":
        alt = scope.insert(obj)
        if alt is not None:
            r = Report("DuplicateDecl")
            r.add(obj.pos, f"{obj.name} redeclared in this block")
            r.add_other_declaration(alt)
            check.report(r)
            return
        obj.scope_pos = scope_pos
        if isinstance(obj, Var) and not obj.is_param and scope_pos != NO_POS:
            check.env.local_vars.append(obj)
    if name is not None:
        name.obj = obj


def new_local_var(check: Checker, pos: Pos, name: str, t: Type | None) -> Var:
    v = Var(pos, check.pkg, name, t)
    v.owner = check.env.func
    return v


# ------------------------------------------------------------------------------------------------ the path and cycles


def object_decl(check: Checker, obj: Object) -> None:
    """Type obj, a package-level object or method of this package, if that is not done yet."""
    if obj in check.path_index:
        # obj is being typed: a cycle.
        if isinstance(obj, (Const, Var)):
            if not _valid_cycle(check, obj) or obj.type is None:
                obj.type = TYP_INVALID
        elif isinstance(obj, TypeName):
            if not _valid_cycle(check, obj):
                obj.type = TYP_INVALID
        elif isinstance(obj, Func):
            _valid_cycle(check, obj)
        if obj.type is None:
            obj.type = TYP_INVALID
        return
    if obj.type is not None:
        return
    d = obj.decl
    if not isinstance(d, DeclInfo):
        obj.type = TYP_INVALID
        return
    check.push(obj)
    obj.color = GREY
    saved = check.env
    env = Env(None, d.scope, d.version)
    check.env = env
    if isinstance(obj, Const):
        env.decl = d
        _const_decl(check, obj, d.vtyp, d.init, d.inherited)
    elif isinstance(obj, Var):
        env.decl = d
        if d.vtyp is not None and d.init is not None and not check.eager:
            _typed_var(check, obj, d)
        else:
            _var_decl(check, obj, d.lhs, d.vtyp, d.init)
    elif isinstance(obj, TypeName):
        assert d.tdecl is not None
        _type_decl(check, obj, d.tdecl)
        collect_methods(check, obj)
    elif isinstance(obj, Func):
        _func_decl(check, obj, d)
    check.env = saved
    check.pop()
    obj.color = BLACK




def _valid_cycle(check: Checker, obj: Object) -> bool:
    """Whether the cycle that obj closes is fine; reports it if not."""
    cycle = check.path[check.path_index[obj] :]
    values = 0
    definitions = 0
    for o in cycle:
        if isinstance(o, (Const, Var)):
            values += 1
        elif isinstance(o, TypeName):
            if check.env.in_tparam_list and o.type is not None and is_generic(o.type):
                return True  # through a type parameter list
            if not _is_alias(o):
                definitions += 1
    # A cycle of only values is reported by the initialisation order; one through a definition by validtype.
    if values == len(cycle) or values == 0 and definitions > 0:
        return True
    cycle_error(check, cycle, first_in_source(cycle))
    return False


def _is_alias(o: TypeName) -> bool:
    d = o.decl
    if isinstance(d, DeclInfo) and d.tdecl is not None:
        return d.tdecl.alias
    return is_alias_name(o)


def first_in_source(path: list[Object]) -> int:
    first = 0
    for i, o in enumerate(path):
        if o.pos < path[first].pos:
            first = i
    return first


def cycle_error(check: Checker, cycle: list[Object], start: int) -> None:
    obj = cycle[start]
    is_type = isinstance(obj, TypeName)
    # An alias in the cycle must not be followed again.
    if is_type and isinstance(obj.type, Alias):
        obj.type.from_rhs = TYP_INVALID
        obj.type._actual = TYP_INVALID
    if len(cycle) == 1:
        what = "invalid recursive type:" if is_type else "invalid cycle in declaration:"
        check.error(obj.pos, "InvalidDeclCycle", f"{what} {_cycle_name(check, obj)} refers to itself")
        return
    r = Report("InvalidDeclCycle")
    what = "invalid recursive type" if is_type else "invalid cycle in declaration of"
    r.add(obj.pos, f"{what} {_cycle_name(check, obj)}")
    for i in range(len(cycle)):
        next_obj = cycle[(start + i + 1) % len(cycle)]
        r.add(obj.pos, f"{_cycle_name(check, obj)} refers to {_cycle_name(check, next_obj)}")
        obj = next_obj
    check.report(r)


def _cycle_name(check: Checker, obj: Object) -> str:
    n = as_named(obj.type) if obj.type is not None else None
    if n is not None and n.targs:
        return check.ts(n)
    return package_prefix(obj.pkg, check.qualifier) + obj.name


def direct_cycles(check: Checker) -> None:
    """Report type A B; type B A: names that only stand for each other."""
    done: set[TypeName] = set()
    for obj in check.decls:
        if not isinstance(obj, TypeName) or obj in done:
            continue
        path: list[TypeName] = []
        tname = obj
        while tname not in done:
            if tname in path:
                tname.type = TYP_INVALID
                cycle: list[Object] = [o for o in path[path.index(tname) :]]
                cycle_error(check, cycle, first_in_source(cycle))
                break
            path.append(tname)
            d = tname.decl
            if not isinstance(d, DeclInfo) or d.tdecl is None or not isinstance(d.tdecl.type_expr, Name):
                break
            next_obj = check.pkg.scope.lookup(d.tdecl.type_expr.text)
            if not isinstance(next_obj, TypeName):
                break
            tname = next_obj
        done.update(path)


# --------------------------------------------------------------------------------------------- constants, variables


def _const_decl(check: Checker, obj: Const, vtyp: Expr | None, init: Expr | None, inherited: bool) -> None:
    env = check.env
    saved_iota = env.iota
    saved_errpos = env.errpos
    env.iota = obj.value
    env.errpos = NO_POS
    obj.value = UNKNOWN
    _const_init(check, obj, vtyp, init, inherited)
    env.iota = saved_iota
    env.errpos = saved_errpos


def _const_init(check: Checker, obj: Const, vtyp: Expr | None, init: Expr | None, inherited: bool) -> None:
    if vtyp is not None:
        t = typexpr.typ(check, vtyp)
        if not is_const_type(t):
            if is_valid(under(t)):
                check.error_at(vtyp, "InvalidConstType", f"invalid constant type {check.ts(t)}")
            obj.type = TYP_INVALID
            return
        obj.type = t
    x = Operand()
    if init is not None:
        if inherited:
            check.env.errpos = obj.pos
        exprs.expr(check, None, x, init)
    assignments.init_const(check, obj, x)


def _typed_var(check: Checker, obj: Var, d: DeclInfo) -> None:
    """A variable's declared type; its initialiser waits until somebody asks (Checker.check_var_init)."""
    assert d.vtyp is not None
    obj.type = typexpr.var_type(check, d.vtyp)
    d.pending_init = True
    if d.lhs is not None:
        for v in d.lhs:
            v.type = obj.type


def check_pending_init(check: Checker, obj: Var, d: DeclInfo) -> None:
    if not d.pending_init or d.init is None:
        return
    d.pending_init = False
    saved = check.env
    check.env = Env(d, d.scope, d.version)
    top = len(check.delayed)
    _init_var_decl(check, obj, d.lhs, d.init)
    check.process_delayed(top)
    check.env = saved


def _var_decl(check: Checker, obj: Var, lhs: list[Var] | None, vtyp: Expr | None, init: Expr | None) -> None:
    if vtyp is not None:
        obj.type = typexpr.var_type(check, vtyp)
    if init is None:
        if vtyp is None:
            obj.type = TYP_INVALID  # error reported before by arity check
        return
    if lhs is not None and len(lhs) > 1 and vtyp is not None:
        # We have a type for all variables.
        for v in lhs:
            v.type = obj.type
    _init_var_decl(check, obj, lhs, init)


def _init_var_decl(check: Checker, obj: Var, lhs: list[Var] | None, init: Expr) -> None:
    if lhs is None or len(lhs) == 1:
        x = Operand()
        exprs.expr(check, exprs.new_target(obj.type, obj.name), x, init)
        assignments.init_var(check, obj, x, "variable declaration")
        return
    assignments.init_vars(check, lhs, [init], None)


# ------------------------------------------------------------------------------------------------------------- types


@final
class _ValidType(Action):
    __slots__ = ("obj", "rhs_expr", "rhs", "version_error")

    def __init__(self, obj: TypeName, rhs_expr: Expr) -> None:
        self.obj = obj
        self.rhs_expr = rhs_expr
        self.rhs: Type | None = None
        self.version_error = False

    def run(self, check: Checker) -> None:
        t = as_named(self.obj.type) if self.obj.type is not None else None
        if t is not None:
            cycle: list[Object] = [o for o in invalid_cycle(t)]
            if cycle:
                cycle_error(check, cycle, 0)
        rhs = self.rhs
        if not self.version_error and rhs is not None and _is_imported_constraint(check, rhs):
            check.verify_version(start_pos(self.rhs_expr), 18, f"using type constraint {check.ts(rhs)}")


def _is_imported_constraint(check: Checker, t: Type) -> bool:
    named = as_named(t)
    if named is None or named.obj.pkg is check.pkg or named.obj.pkg is None:
        return False
    u = named.underlying()
    return isinstance(u, Interface) and not type_set(u).is_method_set()


def _type_decl(check: Checker, obj: TypeName, tdecl: TypeDecl) -> None:
    valid = _ValidType(obj, tdecl.type_expr)
    check.later(valid)
    tparam0 = tdecl.tparams[0] if tdecl.tparams else None
    if tdecl.alias:
        if tparam0 is not None and not check.verify_version(start_pos(tparam0), 23, "generic type alias"):
            valid.version_error = True
        if not valid.version_error and not check.verify_version(start_pos(tdecl), 9, "type alias"):
            valid.version_error = True
        alias = Alias(obj, None)
        if obj.type is None:
            obj.type = alias
        if tparam0 is not None:
            check.open_scope(tdecl.pos, NO_POS, "type parameters")
            collect_type_params(check, alias.tparams, tdecl.tparams)
        rhs = typexpr.declared_type(check, tdecl.type_expr, obj)
        valid.rhs = rhs
        if alias.from_rhs is None:  # else a cycle error made it invalid
            alias.from_rhs = rhs
        if isinstance(rhs, TypeParam) and rhs in alias.tparams:
            message = "cannot use type parameter declared in alias declaration as RHS"
            check.error_at(tdecl.type_expr, "MisplacedTypeParam", message)
            alias.from_rhs = TYP_INVALID
        if tparam0 is not None:
            check.close_scope()
        return
    if tparam0 is not None and not check.verify_version(start_pos(tparam0), 18, "type parameter"):
        valid.version_error = True
    named = Named(obj, None, [])
    named.check = check
    named.context = check.context
    if obj.type is None:
        obj.type = named
    if check.env.func is not None:
        named.local_id = _local_id(check, obj)
    if tparam0 is not None:
        check.open_scope(tdecl.pos, NO_POS, "type parameters")
        collect_type_params(check, named.tparams, tdecl.tparams)
    rhs = typexpr.declared_type(check, tdecl.type_expr, obj)
    valid.rhs = rhs
    named.from_rhs = rhs
    if is_type_param(rhs):
        message = "cannot use a type parameter as RHS in type declaration"
        check.error_at(tdecl.type_expr, "MisplacedTypeParam", message)
        named.from_rhs = TYP_INVALID
    if tparam0 is not None:
        check.close_scope()


def _local_id(check: Checker, obj: TypeName) -> int:
    """A number for a type declared in a function: unique in the package, and the same in whatever order bodies are
    checked."""
    source = check.sources.file(obj.pos)
    for i, file in enumerate(check.files):
        if source is not None and file.source is source:
            return (obj.pos - source.base) * len(check.files) + i + 1
    return 1


def collect_type_params(check: Checker, into: list[TypeParam], fields: list[Field]) -> None:
    """Declare type parameters, then type their constraints (which may mention all of them)."""
    scope_pos = start_pos(fields[0])
    for f in fields:
        assert f.name is not None
        tpar = declare_type_param(check, f.name, scope_pos)
        tpar.index = len(into)
        into.append(tpar)
    env = check.env
    env.in_tparam_list = True
    bound: Type = TYP_INVALID
    for i, f in enumerate(fields):
        if i == 0 or f.type_expr is not fields[i - 1].type_expr:
            bound = _bound(check, f.type_expr)
            if is_type_param(bound):
                # Type parameters as constraints are not permitted.
                message = "cannot use a type parameter as constraint"
                check.error_at(f.type_expr, "MisplacedTypeParam", message)
                bound = TYP_INVALID
        into[i].bound = bound
    env.in_tparam_list = False


def _bound(check: Checker, e: Expr) -> Type:
    # A constraint literal like ~int or A | B stands for an interface with that element.
    if isinstance(e, UnaryExpr) and e.op == TILDE or isinstance(e, BinaryExpr) and e.op == OR:
        t = typexpr.typ(check, InterfaceType(e.pos, [Field(e.pos, None, e)]))
        if isinstance(t, Interface):
            t.implicit = True
        return t
    return typexpr.typ(check, e)


def declare_type_param(check: Checker, name: Name, scope_pos: Pos) -> TypeParam:
    tname = TypeName(name.pos, check.pkg, name.text, None)
    tpar = new_type_param(tname, TYP_INVALID)
    tpar.check = check
    tname.color = BLACK
    declare(check, check.env.scope, name, tname, scope_pos)
    name.obj = tname
    return tpar


@final
class _FieldUniqueness(Action):
    __slots__ = ("base",)

    def __init__(self, base: Named) -> None:
        self.base = base

    def run(self, check: Checker) -> None:
        """No field may have the name of a method."""
        u = self.base.underlying()
        if not isinstance(u, Struct) or not self.base._methods:
            return
        methods: dict[str, Func] = {}
        for m in self.base._methods:
            methods[object_id(m)] = m
        for f in u.fields:
            alt = methods.get(object_id(f)) if f.name != "_" else None
            if alt is not None:
                r = Report("DuplicateFieldAndMethod")
                r.add(alt.pos, f"field and method with the same name {f.name}")
                r.add_other_declaration(f)
                check.report(r)


def collect_methods(check: Checker, obj: TypeName) -> None:
    """Attach the methods collected for a type name to its type."""
    methods = check.methods.pop(obj, None)
    if methods is None:
        return
    base = as_named(obj.type) if obj.type is not None else None
    if base is not None:
        check.later(_FieldUniqueness(base))
    seen: dict[str, Func] = {}
    for m in methods:
        key = object_id(m)
        alt = seen.get(key)
        if alt is not None:
            at = check.sources.position(alt.pos)
            check.error(m.pos, "DuplicateMethod", f"method {obj.name}.{m.name} already declared at {at}")
            continue
        seen[key] = m
        if base is not None:
            base._methods.append(m)


# --------------------------------------------------------------------------------------------------------- functions


@final
class _FuncBody(Action):
    __slots__ = ("obj", "decl")

    def __init__(self, obj: Func, decl: DeclInfo) -> None:
        self.obj = obj
        self.decl = decl

    def run(self, check: Checker) -> None:
        check_func_body(check, self.obj, self.decl)


def _func_decl(check: Checker, obj: Func, d: DeclInfo) -> None:
    fdecl = d.fdecl
    assert fdecl is not None
    sig = signature.new_signature()
    obj.type = sig  # guard against cycles
    signature.func_type(check, sig, fdecl.recv, fdecl.tparams, fdecl.func_type)
    if fdecl.tparams and not fdecl.has_body:
        check.soft_error(fdecl.pos, "BadDecl", "generic function is missing function body")
    if check.eager:
        queue_body(check, obj, d)


def queue_body(check: Checker, obj: Func, d: DeclInfo) -> None:
    if d.fdecl is not None and d.fdecl.has_body and not d.queued:
        d.queued = True
        saved = check.env.version
        check.env.version = d.version
        check.later(_FuncBody(obj, d))
        check.env.version = saved


def check_func_body(check: Checker, obj: Func, d: DeclInfo) -> None:
    from .types import Signature

    fdecl = d.fdecl
    if fdecl is None or fdecl.checked or not fdecl.has_body:
        return
    fdecl.checked = True
    if fdecl.body is None:
        check.parse_body(d.file, fdecl)
    sig = obj.type
    if fdecl.body is None or not isinstance(sig, Signature):
        return
    check.env.version = d.version
    stmt.func_body(check, d, fdecl, sig, fdecl.body, None)


def decl_stmt(check: Checker, decls: list[Decl]) -> None:
    """Declarations inside a function."""
    last: ConstDecl | None = None
    previous: Decl | None = None
    for d in decls:
        if isinstance(d, VarDecl):
            _local_vars(check, d)
        elif isinstance(d, ConstDecl):
            if not (isinstance(previous, ConstDecl) and d.group is not None and previous.group is d.group):
                last = None
            last = _local_consts(check, d, last)
        elif isinstance(d, TypeDecl):
            obj = TypeName(d.name.pos, check.pkg, d.name.text, None)
            declare(check, check.env.scope, d.name, obj, d.name.pos)
            d.name.obj = obj
            check.push(obj)
            obj.color = GREY
            _type_decl(check, obj, d)
            check.pop()
            obj.color = BLACK
        elif not isinstance(d, FuncDecl):
            check.error_at(d, "InvalidSyntaxTree", "unknown declaration")
        previous = d


def _local_consts(check: Checker, d: ConstDecl, last: ConstDecl | None) -> ConstDecl:
    top = len(check.delayed)
    source, inherited = resolver.const_source(d, last)
    values = source.values
    iota: ConstValue = d.iota
    objects: list[Const] = []
    for i, name in enumerate(d.names):
        obj = Const(name.pos, check.pkg, name.text, None, iota)
        objects.append(obj)
        init = values[i] if i < len(values) else None
        _const_decl(check, obj, source.type_expr, init, inherited)
        obj.color = BLACK
    resolver.arity(check, d.pos, d.names, values, True, inherited)
    check.process_delayed(top)
    scope_pos = end_pos(d)
    for i, name in enumerate(d.names):
        declare(check, check.env.scope, name, objects[i], scope_pos)
    return source


def _local_vars(check: Checker, d: VarDecl) -> None:
    top = len(check.delayed)
    names = d.names
    values = d.values
    objects: list[Var] = []
    for name in names:
        objects.append(new_local_var(check, name.pos, name.text, None))
    for i, obj in enumerate(objects):
        lhs: list[Var] | None = None
        init: Expr | None = None
        if len(values) == len(names):
            init = values[i]
        elif len(values) == 1:
            lhs = objects
            init = values[0]
        elif i < len(values):
            init = values[i]
        if i > 0 and d.type_expr is not None and not values and objects[0].type is not None:
            obj.type = objects[0].type
            continue
        _var_decl(check, obj, lhs, d.type_expr, init)
        if len(values) == 1:
            break
    if d.type_expr is None or values:
        resolver.arity(check, d.pos, names, values, False, False)
    check.process_delayed(top)
    scope_pos = end_pos(d)
    for i, name in enumerate(names):
        objects[i].color = BLACK
        declare(check, check.env.scope, name, objects[i], scope_pos)
