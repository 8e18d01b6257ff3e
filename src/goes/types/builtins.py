"""Calls of the predeclared functions and of those of package unsafe.

    append(s, x...)   len(a)   make([]T, n)   unsafe.Sizeof(x)

Source of the behaviour: cmd/compile/internal/types2 builtins.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..diag.source import NO_POS
from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_CONST,
    MODE_INVALID,
    MODE_NILVALUE,
    MODE_NOVALUE,
    MODE_TYPE,
    MODE_VALUE,
    MODE_VAR,
    RECV_ONLY,
    CallExpr,
    Expr,
    SelectorExpr,
)
from ..syntax.positions import start_pos
from ..syntax.tokens import ADD, GTR, LSS
from . import assignments, call, index, typexpr
from . import decl as decls
from . import expr as exprs
from . import objects as o
from .checker_base import KIND_EXPRESSION, KIND_STATEMENT
from .const import convert_untyped, update_expr_type
from .constant import UNKNOWN, ConstValue, binary_op, compare, imag, make_imag, real, sign, to_float
from .errors import INVALID_ARG, INVALID_OP
from .identity import identical
from .lookup import deref_struct_ptr, lookup_field_or_method
from .named import new_type_param
from .objects import FIELD_VAL, Func, Selection, TypeName, Var
from .operand import Operand, assignable_to
from .predicates import (
    all_ordered,
    all_string,
    common_under,
    default_type,
    is_numeric,
    is_string,
    is_type_param,
    is_untyped,
    is_valid,
)
from .ranges import array_ptr_deref
from .resolver import unparen
from .sizes import alignof, offsets_of, sizeof
from .types import (
    COMPLEX64,
    COMPLEX128,
    FLOAT32,
    FLOAT64,
    TYP_BYTE,
    TYP_COMPLEX64,
    TYP_COMPLEX128,
    TYP_FLOAT32,
    TYP_FLOAT64,
    TYP_INT,
    TYP_STRING,
    TYP_UINTPTR,
    TYP_UNSAFE_POINTER,
    TYP_UNTYPED_COMPLEX,
    TYP_UNTYPED_FLOAT,
    UNTYPED_COMPLEX,
    UNTYPED_FLOAT,
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Term,
    Tuple,
    Type,
    TypeParam,
    Union,
    unalias,
    under,
)
from .typeset import EMPTY_INTERFACE, pairs_of, specific_terms
from .universe import BUILTINS, STATEMENT_BUILTINS, UNSAFE_BUILTINS

if TYPE_CHECKING:
    from .checker import Checker

# By builtin id: name, least number of arguments, whether more are allowed, kind of expression.
_TABLE: Final = BUILTINS + UNSAFE_BUILTINS
NAMES: Final[dict[int, str]] = {row[1]: row[0] for row in _TABLE}
_N_ARGS: Final[dict[int, int]] = {row[1]: row[2] for row in _TABLE}
_VARIADIC: Final[dict[int, bool]] = {row[1]: row[3] for row in _TABLE}
KINDS: Final[dict[int, int]] = {
    row[1]: KIND_STATEMENT if row[1] in STATEMENT_BUILTINS else KIND_EXPRESSION for row in _TABLE
}

MAX_SIZE: Final = (1 << 63) - 1


def builtin(check: Checker, x: Operand, c: CallExpr, id: int) -> bool:
    """Check the call c of builtin id; the result is in x. False if there was an error."""
    arg_list = c.args
    name = NAMES[id]
    if c.has_dots and id != o.APPEND:
        check.error_at(c, "InvalidDotDotDot", f"{INVALID_OP}invalid use of ... with built-in {name}")
        exprs.use(check, arg_list)
        return False
    if id == o.LEN or id == o.CAP:
        # For len(x) and cap(x) we need to know if x contains any function calls or channel receives.
        saved = check.env.has_call_or_recv
        check.env.has_call_or_recv = False
        ok = _builtin(check, x, c, id, name)
        check.env.has_call_or_recv = saved
        return ok
    return _builtin(check, x, c, id, name)


def _builtin(check: Checker, x: Operand, c: CallExpr, id: int, name: str) -> bool:
    arg_list = c.args
    args: list[Operand] = []
    if id == o.MAKE or id == o.NEW or id == o.UNSAFE_OFFSETOF:
        n_args = len(arg_list)
    else:
        args = exprs.expr_list(check, arg_list)
        n_args = len(args)
        for a in args:
            if a.mode == MODE_INVALID:
                return False
        if n_args > 0:
            x.copy_from(args[0])
    message = ""
    if n_args < _N_ARGS[id]:
        message = "not enough"
    elif not _VARIADIC[id] and n_args > _N_ARGS[id]:
        message = "too many"
    if message:
        text = f"{message} arguments for {expr_string(c)} (expected {_N_ARGS[id]}, found {n_args})"
        check.error_at(c, "WrongArgCount", INVALID_OP + text)
        return False

    if id == o.LEN or id == o.CAP:
        return _len_cap(check, x, id, name)
    if id == o.APPEND:
        return _append(check, x, c, args)
    if id == o.MAKE:
        return _make(check, x, c)
    if id == o.NEW:
        return _new(check, x, c)
    if id == o.PANIC:
        env = check.env
        # Record the call for the termination analysis.
        if env.sig is not None and env.sig.results.vars:
            env.panics.append(c)
        assignments.assignment(check, x, EMPTY_INTERFACE, "argument to panic")
        if x.mode == MODE_INVALID:
            return False
        x.mode = MODE_NOVALUE
        return True
    if id == o.COPY:
        return _copy(check, x, args[1])
    if id == o.DELETE:
        return _delete(check, x, args[1])
    if id == o.CLEAR:
        check.verify_version(start_pos(c.fun), 21, "clear")
        for _, u in pairs_of(x.type):
            if not isinstance(u, (Map, Slice)):
                text = f"cannot clear {check.os(x)}: argument must be (or constrained by) map or slice"
                check.error_op(x, "InvalidClear", INVALID_ARG + text)
                return False
        x.mode = MODE_NOVALUE
        return True
    if id == o.CLOSE:
        for _, u in pairs_of(x.type):
            if not isinstance(u, Chan):
                check.error_op(x, "InvalidClose", f"{INVALID_OP}cannot close non-channel {check.os(x)}")
                return False
            if u.dir == RECV_ONLY:
                text = f"cannot close receive-only channel {check.os(x)}"
                check.error_op(x, "InvalidClose", INVALID_OP + text)
                return False
        x.mode = MODE_NOVALUE
        return True
    if id == o.MIN or id == o.MAX:
        return _min_max(check, x, c, args, id, name)
    if id == o.PRINT or id == o.PRINTLN:
        for a in args:
            assignments.assignment(check, a, None, f"argument to built-in {name}")
            if a.mode == MODE_INVALID:
                return False
        x.mode = MODE_NOVALUE
        return True
    if id == o.RECOVER:
        x.mode = MODE_VALUE
        x.type = EMPTY_INTERFACE
        return True
    if id == o.COMPLEX:
        return _complex(check, x, c, args[1])
    if id == o.REAL or id == o.IMAG:
        return _real_imag(check, x, id)
    return _unsafe(check, x, c, args, id)


def _len_cap(check: Checker, x: Operand, id: int, name: str) -> bool:
    mode = MODE_INVALID
    value: ConstValue | None = None
    u = under(x.type)
    t = array_ptr_deref(u)
    if isinstance(t, (Slice, Chan)):
        mode = MODE_VALUE
    elif isinstance(t, Basic):
        if id == o.LEN and is_string(t):
            if x.mode == MODE_CONST:
                mode = MODE_CONST
                value = len(x.value) if isinstance(x.value, bytes) else UNKNOWN
            else:
                mode = MODE_VALUE
    elif isinstance(t, Array):
        # len(x) and cap(x) are constants if x contains no function calls or receives.
        if check.env.has_call_or_recv:
            mode = MODE_VALUE
        else:
            mode = MODE_CONST
            value = t.length if t.length >= 0 else UNKNOWN
    elif isinstance(t, Map):
        if id == o.LEN:
            mode = MODE_VALUE
    elif isinstance(t, Interface) and is_type_param(x.type):
        mode = MODE_VALUE
        for _, pu in pairs_of(x.type):
            if not _has_len(pu, id):
                mode = MODE_INVALID
                break
    if mode == MODE_INVALID:
        if is_valid(u):
            code = "InvalidLen" if id == o.LEN else "InvalidCap"
            check.error_op(x, code, f"{INVALID_ARG}{check.os(x)} for built-in {name}")
        return False
    x.mode = mode
    x.type = TYP_INT
    x.value = value
    return True


def _has_len(u: Type | None, id: int) -> bool:
    if u is None:
        return False
    t = array_ptr_deref(u)
    if isinstance(t, Basic):
        return id == o.LEN and is_string(t)
    if isinstance(t, Map):
        return id == o.LEN
    return isinstance(t, (Array, Slice, Chan))


def _slice_elem(check: Checker, x: Operand) -> tuple[Type | None, str]:
    """The element type of the slice x (of all slices, for a type parameter), or None and a cause."""
    elem: Type | None = None
    for _, u in pairs_of(x.type):
        if not isinstance(u, Slice):
            if x.mode == MODE_NILVALUE:
                return None, "argument must be a slice; have untyped nil"
            return None, f"argument must be a slice; have {check.os(x)}"
        if elem is None:
            elem = u.elem
        elif not identical(elem, u.elem):
            types = f"{check.ts(elem)} and {check.ts(u.elem)}"
            return None, f"mismatched slice element types {types} in {check.os(x)}"
    return elem, ""


def _bytes_or_string(y: Operand) -> tuple[bool, bool]:
    """(all types of y are byte slices or strings, one of them is a string)"""
    has_string = False
    for _, u in pairs_of(y.type):
        if isinstance(u, Slice) and identical(u.elem, TYP_BYTE):
            continue
        if u is None or not is_string(u):
            return False, False
        has_string = True
    return True, has_string


def _append(check: Checker, x: Operand, c: CallExpr, args: list[Operand]) -> bool:
    s = x.type
    elem, cause = _slice_elem(check, x)
    if elem is None:
        check.error_op(x, "InvalidAppend", f"invalid append: {cause}")
        return False
    # append([]byte, string...)
    if len(args) == 2 and c.has_dots and assignable_to(check, x, Slice(TYP_BYTE), None) == "":
        y = args[1]
        ok, has_string = _bytes_or_string(y)
        if ok and has_string:
            update_expr_type(check, y.expr, default_type(y.type), True)
            x.mode = MODE_VALUE
            return True
    params = [Var(NO_POS, None, "", s), Var(NO_POS, None, "", Slice(elem))]
    sig = Signature(None, Tuple(params), Tuple([Var(NO_POS, None, "", s)]), True)
    call.arguments(check, c, sig, [], [], args, [])
    x.mode = MODE_VALUE
    x.type = s
    return True


def _copy(check: Checker, x: Operand, y: Operand) -> bool:
    dst, cause = _slice_elem(check, x)
    if dst is None:
        check.error_op(x, "InvalidCopy", f"invalid copy: {cause}")
        return False
    special = assignable_to(check, x, Slice(TYP_BYTE), None) == "" and _bytes_or_string(y)[0]
    if not special:
        src, cause = _slice_elem(check, y)
        if src is None:
            if not all_string(y.type):
                check.error_op(y, "InvalidCopy", f"invalid copy: {cause}")
                return False
            src = TYP_BYTE
        if not identical(dst, src):
            types = f"{check.ts(dst)} and {check.ts(src)}"
            text = f"arguments {check.os(x)} and {check.os(y)} have different element types {types}"
            check.error_op(x, "InvalidCopy", f"invalid copy: {text}")
            return False
    if is_untyped(y.type):
        update_expr_type(check, y.expr, default_type(y.type), True)
    x.mode = MODE_VALUE
    x.type = TYP_INT
    return True


def _delete(check: Checker, x: Operand, k: Operand) -> bool:
    key: Type | None = None
    for _, u in pairs_of(x.type):
        if not isinstance(u, Map):
            check.error_op(x, "InvalidDelete", f"{INVALID_ARG}{check.os(x)} is not a map")
            return False
        if key is not None and not identical(u.key, key):
            text = f"maps of {check.os(x)} must have identical key types"
            check.error_op(x, "InvalidDelete", INVALID_ARG + text)
            return False
        key = u.key
    x.copy_from(k)
    assignments.assignment(check, x, key, "argument to delete")
    if x.mode == MODE_INVALID:
        return False
    x.mode = MODE_NOVALUE
    return True


def _make(check: Checker, x: Operand, c: CallExpr) -> bool:
    arg0 = c.args[0]
    n_args = len(c.args)
    t = typexpr.var_type(check, arg0)
    if not is_valid(t):
        return False
    cause = ""
    least = 1
    for _, u in pairs_of(t):
        if u is None:
            cause = "no specific type"
        elif not isinstance(u, (Slice, Map, Chan)):
            cause = "type must be slice, map, or channel"
        if cause:
            break
    if not cause:
        cu, cause = common_under(t, None, check.qualifier)
        if isinstance(cu, Slice):
            least = 2
    if cause:
        check.error_at(arg0, "InvalidMake", f"{INVALID_ARG}cannot make {expr_string(arg0)}: {cause}")
        return False
    if n_args < least or least + 1 < n_args:
        text = f"{expr_string(c)} expects {least} or {least + 1} arguments; found {n_args}"
        check.error_at(c, "WrongArgCount", INVALID_OP + text)
        return False
    sizes: list[int] = []
    for arg in c.args[1:]:
        _, size = index.index(check, arg, -1)
        if size >= 0:
            sizes.append(size)
    if len(sizes) == 2 and sizes[0] > sizes[1]:
        check.error_at(c.args[1], "SwappedMakeArgs", f"{INVALID_ARG}length and capacity swapped")
        # safe to continue
    x.mode = MODE_VALUE
    x.type = t
    return True


def _new(check: Checker, x: Operand, c: CallExpr) -> bool:
    arg = c.args[0]
    exprs.expr_or_type(check, x, arg, False)
    exprs.exclude(check, x, False)
    if x.mode == MODE_INVALID:
        return False
    if x.mode == MODE_TYPE:
        typexpr.valid_var_type(check, arg, x.type)
    else:
        if is_untyped(x.type):
            assignments.assignment(check, x, None, "argument to new")
            if x.mode == MODE_INVALID:
                return False
        check.verify_version(start_pos(c.fun), 26, f"new({expr_string(arg)})")
    x.mode = MODE_VALUE
    x.type = Pointer(x.type)
    return True


def _min_max(check: Checker, x: Operand, c: CallExpr, args: list[Operand], id: int, name: str) -> bool:
    check.verify_version(start_pos(c.fun), 21, f"built-in {name}")
    op = LSS if id == o.MIN else GTR
    for i, a in enumerate(args):
        if a.mode == MODE_INVALID:
            return False
        if not all_ordered(a.type):
            check.error_op(a, "InvalidMinMaxOperand", f"{INVALID_ARG}{check.os(a)} cannot be ordered")
            return False
        if i == 0:
            continue
        # min(a, b) should behave like a < b
        exprs.match_types(check, x, a)
        if x.mode == MODE_INVALID:
            return False
        if not identical(x.type, a.type):
            assert a.expr is not None
            text = (
                f"mismatched types {check.ts(x.type)} (previous argument) and {check.ts(a.type)} "
                f"(type of {expr_string(a.expr)})"
            )
            check.error_op(a, "MismatchedTypes", INVALID_ARG + text)
            return False
        if x.mode == MODE_CONST and a.mode == MODE_CONST:
            assert x.value is not None and a.value is not None
            if compare(a.value, op, x.value):
                x.copy_from(a)
        else:
            x.mode = MODE_VALUE
    # If nothing is constant, the result has a type; so have the arguments.
    if x.mode != MODE_CONST:
        x.mode = MODE_VALUE
        assignments.assignment(check, x, EMPTY_INTERFACE, f"argument to built-in {name}")
        if x.mode == MODE_INVALID:
            return False
    for a in args:
        update_expr_type(check, a.expr, x.type, True)
    return True


# ------------------------------------------------------------------------------------------------- complex numbers


def _complex(check: Checker, x: Operand, c: CallExpr, y: Operand) -> bool:
    x_untyped = is_untyped(x.type)
    y_untyped = is_untyped(y.type)
    if x_untyped and y_untyped:
        if x.mode == MODE_CONST and y.mode == MODE_CONST:
            # Ok if both can be floats.
            _to_float(x)
            _to_float(y)
        else:
            convert_untyped(check, x, TYP_FLOAT64)
            convert_untyped(check, y, TYP_FLOAT64)
    elif x_untyped:
        convert_untyped(check, x, y.type)
    elif y_untyped:
        convert_untyped(check, y, x.type)
    if x.mode == MODE_INVALID or y.mode == MODE_INVALID:
        return False
    if not identical(x.type, y.type):
        types = f"(mismatched types {check.ts(x.type)} and {check.ts(y.type)})"
        check.error_op(x, "InvalidComplex", f"{INVALID_OP}{expr_string(c)} {types}")
        return False
    t = _apply(check, x, o.COMPLEX)
    if t is None:
        text = f"arguments have type {check.ts(x.type)}, expected floating-point"
        check.error_op(x, "InvalidComplex", INVALID_ARG + text)
        return False
    if x.mode == MODE_CONST and y.mode == MODE_CONST:
        assert x.value is not None and y.value is not None
        x.value = binary_op(to_float(x.value), ADD, make_imag(to_float(y.value)))
    else:
        x.mode = MODE_VALUE
    x.type = t
    return True


def _to_float(x: Operand) -> None:
    if is_numeric(x.type) and x.value is not None and sign(imag(x.value)) == 0:
        x.type = TYP_UNTYPED_FLOAT


def _real_imag(check: Checker, x: Operand, id: int) -> bool:
    if is_untyped(x.type):
        if x.mode == MODE_CONST:
            # An untyped constant number is a complex constant.
            if is_numeric(x.type):
                x.type = TYP_UNTYPED_COMPLEX
        else:
            convert_untyped(check, x, TYP_COMPLEX128)
            if x.mode == MODE_INVALID:
                return False
    t = _apply(check, x, id)
    if t is None:
        code = "InvalidReal" if id == o.REAL else "InvalidImag"
        text = f"argument has type {check.ts(x.type)}, expected complex type"
        check.error_op(x, code, INVALID_ARG + text)
        return False
    if x.mode == MODE_CONST:
        assert x.value is not None
        x.value = real(x.value) if id == o.REAL else imag(x.value)
    else:
        x.mode = MODE_VALUE
    x.type = t
    return True


def _result_type(t: Type, id: int) -> Type | None:
    u = under(t)
    if not isinstance(u, Basic):
        return None
    if id == o.COMPLEX:
        if u.kind == FLOAT32:
            return TYP_COMPLEX64
        if u.kind == FLOAT64:
            return TYP_COMPLEX128
        return TYP_UNTYPED_COMPLEX if u.kind == UNTYPED_FLOAT else None
    if u.kind == COMPLEX64:
        return TYP_FLOAT32
    if u.kind == COMPLEX128:
        return TYP_FLOAT64
    return TYP_UNTYPED_FLOAT if u.kind == UNTYPED_COMPLEX else None


def _apply(check: Checker, x: Operand, id: int) -> Type | None:
    """The result type of complex, real or imag; for a type parameter, a new one over the result types."""
    tp = unalias(x.type)
    if not isinstance(tp, TypeParam):
        return _result_type(x.type, id)
    terms: list[Term] = []
    for term in specific_terms(tp):
        r = _result_type(term.type, id)
        if r is None:
            return None
        terms.append(Term(term.tilde, r))
    if not terms:
        return None
    code = "InvalidReal" if id == o.REAL else "InvalidImag" if id == o.IMAG else "InvalidComplex"
    text = f"{check.os(x)} not supported as argument to built-in {NAMES[id]} for go1.18 (see go.dev/issue/50937)"
    check.error_op(x, code, text)
    bound = Interface([], [Union(terms)])
    bound.complete = True
    return new_type_param(TypeName(NO_POS, check.pkg, tp.obj.name, None), bound, tp.index)


# ---------------------------------------------------------------------------------------------------------- unsafe


def _unsafe(check: Checker, x: Operand, c: CallExpr, args: list[Operand], id: int) -> bool:
    fun_pos = start_pos(c.fun)
    if id == o.UNSAFE_ADD:
        check.verify_version(fun_pos, 17, "unsafe.Add")
        assignments.assignment(check, x, TYP_UNSAFE_POINTER, "argument to unsafe.Add")
        if x.mode == MODE_INVALID or not index.is_valid_index(check, args[1], "InvalidUnsafeAdd", "length", True):
            return False
        x.mode = MODE_VALUE
        x.type = TYP_UNSAFE_POINTER
        return True
    if id == o.UNSAFE_ALIGNOF or id == o.UNSAFE_SIZEOF:
        name = NAMES[id]
        assignments.assignment(check, x, None, f"argument to unsafe.{name}")
        if x.mode == MODE_INVALID:
            return False
        if has_var_size(check, x.type):
            x.mode = MODE_VALUE
        else:
            n = alignof(x.type) if id == o.UNSAFE_ALIGNOF else sizeof(x.type)
            if n < 0 or n > MAX_SIZE:
                check.error_op(x, "TypeTooLarge", f"{check.os(x)} is too large")
                return False
            x.mode = MODE_CONST
            x.value = n
        x.type = TYP_UINTPTR
        return True
    if id == o.UNSAFE_OFFSETOF:
        return _offsetof(check, x, c.args[0])
    if id == o.UNSAFE_SLICE:
        check.verify_version(fun_pos, 17, "unsafe.Slice")
        ptr, _ = common_under(x.type, None)
        if not isinstance(ptr, Pointer):
            check.error_op(x, "InvalidUnsafeSlice", f"{INVALID_ARG}{check.os(x)} is not a pointer")
            return False
        if not index.is_valid_index(check, args[1], "InvalidUnsafeSlice", "length", False):
            return False
        x.mode = MODE_VALUE
        x.type = Slice(ptr.elem)
        return True
    if id == o.UNSAFE_SLICE_DATA:
        check.verify_version(fun_pos, 20, "unsafe.SliceData")
        s, _ = common_under(x.type, None)
        if not isinstance(s, Slice):
            check.error_op(x, "InvalidUnsafeSliceData", f"{INVALID_ARG}{check.os(x)} is not a slice")
            return False
        x.mode = MODE_VALUE
        x.type = Pointer(s.elem)
        return True
    if id == o.UNSAFE_STRING:
        check.verify_version(fun_pos, 20, "unsafe.String")
        assignments.assignment(check, x, Pointer(TYP_BYTE), "argument to unsafe.String")
        if x.mode == MODE_INVALID or not index.is_valid_index(check, args[1], "InvalidUnsafeString", "length", False):
            return False
        x.mode = MODE_VALUE
        x.type = TYP_STRING
        return True
    check.verify_version(fun_pos, 20, "unsafe.StringData")
    assignments.assignment(check, x, TYP_STRING, "argument to unsafe.StringData")
    if x.mode == MODE_INVALID:
        return False
    x.mode = MODE_VALUE
    x.type = Pointer(TYP_BYTE)
    return True


def _offsetof(check: Checker, x: Operand, arg0: Expr) -> bool:
    selx = unparen(arg0)
    if not isinstance(selx, SelectorExpr):
        text = f"{expr_string(arg0)} is not a selector expression"
        check.error_at(arg0, "BadOffsetofSyntax", INVALID_ARG + text)
        exprs.use(check, [arg0])
        return False
    exprs.expr(check, None, x, selx.x)
    if x.mode == MODE_INVALID:
        return False
    base = deref_struct_ptr(x.type)
    sel = selx.sel.text
    found = lookup_field_or_method(base, False, check.pkg, sel)
    fld = found.obj
    if fld is None or found.index is None:
        text = f"{check.ts(base)} has no single field {sel}"
        check.error_op(x, "MissingFieldOrMethod", INVALID_ARG + text)
        return False
    if isinstance(fld, Func):
        check.error_at(arg0, "InvalidOffsetof", f"{INVALID_ARG}{expr_string(arg0)} is a method value")
        return False
    if found.indirect:
        text = f"field {sel} is embedded via a pointer in {check.ts(base)}"
        check.error_op(x, "InvalidOffsetof", INVALID_ARG + text)
        return False
    assert fld.type is not None
    selx.sel.obj = fld
    selx.selection = Selection(FIELD_VAL, base, fld, found.index, False, fld.type)
    exprs.record_type(selx, MODE_VAR if x.mode == MODE_VAR else MODE_VALUE, fld.type)
    if has_var_size(check, base):
        x.mode = MODE_VALUE
    else:
        offset = 0
        t: Type = base
        for i in found.index:
            s = under(t)
            assert isinstance(s, Struct)
            offset += offsets_of(s)[i]
            ft = s.fields[i].type
            assert ft is not None
            t = ft
        if offset < 0 or offset > MAX_SIZE:
            check.error_op(x, "TypeTooLarge", f"{check.os(x)} is too large")
            return False
        x.mode = MODE_CONST
        x.value = offset
    x.type = TYP_UINTPTR
    return True


def has_var_size(check: Checker, t: Type) -> bool:
    """Whether the size of t depends on type parameters. Reports a type whose size depends on itself."""
    t = unalias(t)
    if isinstance(t, Named):
        known = check.var_sizes.get(t)
        if known is not None:
            return known
        obj = t.obj
        if obj in check.path_index:
            cycle = check.path[check.path_index[obj] :]
            decls.cycle_error(check, cycle, decls.first_in_source(cycle))
            return True
        check.push(obj)
        u = under(t)
        result = has_var_size(check, u) if isinstance(u, (Array, Struct)) else False
        check.pop()
        return check.var_sizes.setdefault(t, result)
    if isinstance(t, Array):
        return has_var_size(check, t.elem)
    if isinstance(t, Struct):
        for f in t.fields:
            if f.type is not None and has_var_size(check, f.type):
                return True
        return False
    return isinstance(t, TypeParam)

