"""The syntax tree: one final class per node kind.

    x + f(1)   →   BinaryExpr(ADD, Name("x"), CallExpr(Name("f"), [BasicLit("1")]))

Positions are those of cmd/compile/internal/syntax, because gc's messages and line tables use them: a BinaryExpr stands
at its operator, an AssignStmt and a SendStmt at their operator, a SelectorExpr, AssertExpr or TypeSwitchGuard at its
dot, a CallExpr at `(`, an IndexExpr or SliceExpr at `[`, a KeyValueExpr and a LabeledStmt at the colon, a CompositeLit
at `{`, a FuncType and a FuncDecl behind `func`, a spec in a declaration at its first name; all else where it begins.
`start_pos` and `end_pos` in `syntax.positions` give the extent.

The type checker writes its results straight onto the nodes:

* every Expr: `type` (types.Type), `mode` (see MODE_*), `value` (constant value or None);
* Name: `obj` (what it denotes or declares); SelectorExpr: `selection` (None for qualified identifiers pkg.X);
* a Name/SelectorExpr/IndexExpr that denotes an instantiated generic function: `targs` (on the Name, or the Name `.sel`);
* CaseClause of a type switch with a bound name: `implicit` (the Var of that clause).

Nodes know nothing but their operands. Sources: Go spec; cmd/compile/internal/syntax/nodes.go (shape only).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.source import Pos

if TYPE_CHECKING:
    from ..types.constant import ConstValue
    from ..types.objects import Object, PkgName, Selection, Var
    from ..types.scope import Scope
    from ..types.types import Type

# Expr.mode after checking.
MODE_INVALID: Final = 0
MODE_NOVALUE: Final = 1  # call without results
MODE_BUILTIN: Final = 2
MODE_TYPE: Final = 3
MODE_CONST: Final = 4
MODE_VAR: Final = 5  # addressable
MODE_MAPINDEX: Final = 6  # assignable, not addressable; comma-ok allowed
MODE_VALUE: Final = 7
MODE_NILVALUE: Final = 8
MODE_COMMAOK: Final = 9  # value; comma-ok allowed (receive, type assertion)
MODE_CGOFUNC: Final = 10


class Node:
    __slots__ = ("pos",)
    pos: Pos


# ---------------------------------------------------------------------------------------------------- expressions


class Expr(Node):
    """`comma_ok` is set by the checker where a MAPINDEX/COMMAOK expression is used in its two-value form; its `type`
    then is the Tuple (T, bool)."""

    __slots__ = ("type", "mode", "value", "comma_ok")
    type: Type | None
    mode: int
    value: ConstValue | None
    comma_ok: bool


def _init(x: Expr, pos: Pos) -> None:
    x.pos = pos
    x.type = None
    x.mode = MODE_INVALID
    x.value = None
    x.comma_ok = False


@final
class BadExpr(Expr):
    __slots__ = ()

    def __init__(self, pos: Pos) -> None:
        _init(self, pos)


@final
class Name(Expr):
    """An identifier. `text` is NFC-agnostic source text. `targs`: type arguments of an instantiated generic function."""

    __slots__ = ("text", "obj", "targs")

    def __init__(self, pos: Pos, text: str) -> None:
        _init(self, pos)
        self.text = text
        self.obj: Object | None = None
        self.targs: list[Type] | None = None


@final
class BasicLit(Expr):
    """`text` is the source text (str, surrogateescape for invalid UTF-8); `kind` is one of tokens.*_LIT."""

    __slots__ = ("text", "kind", "bad")

    def __init__(self, pos: Pos, text: str, kind: int, bad: bool = False) -> None:
        _init(self, pos)
        self.text = text
        self.kind = kind
        self.bad = bad


@final
class CompositeLit(Expr):
    """Type{elems}; type_expr is None for an elided inner type. `nkeys` counts KeyValueExpr elements."""

    __slots__ = ("type_expr", "elems", "nkeys", "rbrace")

    def __init__(self, pos: Pos, type_expr: Expr | None, elems: list[Expr], nkeys: int, rbrace: Pos) -> None:
        _init(self, pos)
        self.type_expr = type_expr
        self.elems = elems
        self.nkeys = nkeys
        self.rbrace = rbrace


@final
class KeyValueExpr(Expr):
    __slots__ = ("key", "val")

    def __init__(self, pos: Pos, key: Expr, val: Expr) -> None:
        _init(self, pos)
        self.key = key
        self.val = val


@final
class FuncLit(Expr):
    """`captures` is filled by the checker or builder: free local variables in order of first use."""

    __slots__ = ("func_type", "body", "scope")

    def __init__(self, pos: Pos, func_type: FuncType, body: BlockStmt) -> None:
        _init(self, pos)
        self.func_type = func_type
        self.body = body
        self.scope: Scope | None = None


@final
class ParenExpr(Expr):
    __slots__ = ("x",)

    def __init__(self, pos: Pos, x: Expr) -> None:
        _init(self, pos)
        self.x = x


@final
class SelectorExpr(Expr):
    """x.sel"""

    __slots__ = ("x", "sel", "selection")

    def __init__(self, pos: Pos, x: Expr, sel: Name) -> None:
        _init(self, pos)
        self.x = x
        self.sel = sel
        self.selection: Selection | None = None


@final
class IndexExpr(Expr):
    """x[index]; also instantiation x[T1, T2] (index is then a ListExpr if there are several)."""

    __slots__ = ("x", "index")

    def __init__(self, pos: Pos, x: Expr, index: Expr) -> None:
        _init(self, pos)
        self.x = x
        self.index = index


@final
class SliceExpr(Expr):
    """x[low:high:max]; full = the three-index form."""

    __slots__ = ("x", "low", "high", "max", "full")

    def __init__(self, pos: Pos, x: Expr, low: Expr | None, high: Expr | None, max: Expr | None, full: bool) -> None:
        _init(self, pos)
        self.x = x
        self.low = low
        self.high = high
        self.max = max
        self.full = full


@final
class AssertExpr(Expr):
    """x.(T)"""

    __slots__ = ("x", "type_expr")

    def __init__(self, pos: Pos, x: Expr, type_expr: Expr) -> None:
        _init(self, pos)
        self.x = x
        self.type_expr = type_expr


@final
class TypeSwitchGuard(Expr):
    """lhs := x.(type); lhs may be None"""

    __slots__ = ("lhs", "x")

    def __init__(self, pos: Pos, lhs: Name | None, x: Expr) -> None:
        _init(self, pos)
        self.lhs = lhs
        self.x = x


@final
class UnaryExpr(Expr):
    """op x, op in + - ! ^ & <- ~ (tokens ADD SUB NOT XOR AND ARROW TILDE)"""

    __slots__ = ("op", "x")

    def __init__(self, pos: Pos, op: int, x: Expr) -> None:
        _init(self, pos)
        self.op = op
        self.x = x


@final
class StarExpr(Expr):
    """*x: indirection or pointer type"""

    __slots__ = ("x",)

    def __init__(self, pos: Pos, x: Expr) -> None:
        _init(self, pos)
        self.x = x


@final
class BinaryExpr(Expr):
    __slots__ = ("op", "x", "y")

    def __init__(self, pos: Pos, op: int, x: Expr, y: Expr) -> None:
        _init(self, pos)
        self.op = op
        self.x = x
        self.y = y


@final
class CallExpr(Expr):
    """fun(args...); has_dots: the last argument is followed by `...`"""

    __slots__ = ("fun", "args", "has_dots", "rparen")

    def __init__(self, pos: Pos, fun: Expr, args: list[Expr], has_dots: bool, rparen: Pos) -> None:
        _init(self, pos)
        self.fun = fun
        self.args = args
        self.has_dots = has_dots
        self.rparen = rparen


@final
class ListExpr(Expr):
    """a, b, c on the left or right of an assignment, in return, in a case is a plain list; this node only appears as
    IndexExpr.index with several type arguments."""

    __slots__ = ("elems",)

    def __init__(self, pos: Pos, elems: list[Expr]) -> None:
        _init(self, pos)
        self.elems = elems


# ---------------------------------------------------------------------------------------------------- type expressions


@final
class ArrayType(Expr):
    """[len]elem; len None means [...]"""

    __slots__ = ("len", "elem")

    def __init__(self, pos: Pos, len: Expr | None, elem: Expr) -> None:
        _init(self, pos)
        self.len = len
        self.elem = elem


@final
class SliceType(Expr):
    __slots__ = ("elem",)

    def __init__(self, pos: Pos, elem: Expr) -> None:
        _init(self, pos)
        self.elem = elem


@final
class DotsType(Expr):
    """...elem, the type of a variadic parameter"""

    __slots__ = ("elem",)

    def __init__(self, pos: Pos, elem: Expr) -> None:
        _init(self, pos)
        self.elem = elem


@final
class Field(Node):
    """One name and type: parameter, result, receiver, type parameter, struct field (name None = embedded), interface
    element (name None = embedded element, else a method whose type is a FuncType). Fields of `a, b T` share `type`."""

    __slots__ = ("name", "type_expr")

    def __init__(self, pos: Pos, name: Name | None, type_expr: Expr) -> None:
        self.pos = pos
        self.name = name
        self.type_expr = type_expr


@final
class StructType(Expr):
    """tags[i] is None or the tag's BasicLit"""

    __slots__ = ("fields", "tags")

    def __init__(self, pos: Pos, fields: list[Field], tags: list[BasicLit | None]) -> None:
        _init(self, pos)
        self.fields = fields
        self.tags = tags


@final
class InterfaceType(Expr):
    __slots__ = ("methods",)

    def __init__(self, pos: Pos, methods: list[Field]) -> None:
        _init(self, pos)
        self.methods = methods


@final
class FuncType(Expr):
    __slots__ = ("params", "results")

    def __init__(self, pos: Pos, params: list[Field], results: list[Field]) -> None:
        _init(self, pos)
        self.params = params
        self.results = results


@final
class MapType(Expr):
    __slots__ = ("key", "elem")

    def __init__(self, pos: Pos, key: Expr, elem: Expr) -> None:
        _init(self, pos)
        self.key = key
        self.elem = elem


SEND_RECV: Final = 0
SEND_ONLY: Final = 1
RECV_ONLY: Final = 2


@final
class ChanType(Expr):
    """dir: SEND_RECV, SEND_ONLY (chan<-) or RECV_ONLY (<-chan)"""

    __slots__ = ("dir", "elem")

    def __init__(self, pos: Pos, dir: int, elem: Expr) -> None:
        _init(self, pos)
        self.dir = dir
        self.elem = elem


# ---------------------------------------------------------------------------------------------------- declarations


@final
class Directive:
    """A `//go:verb args` (or //export, //extern) comment: text without the slashes."""

    __slots__ = ("pos", "text")

    def __init__(self, pos: Pos, text: str) -> None:
        self.pos = pos
        self.text = text


class Decl(Node):
    """`directives`: those directly before the declaration (or its group). `group`: shared object of a parenthesised
    declaration group, else None."""

    __slots__ = ("group", "directives")
    group: object | None
    directives: list[Directive]


@final
class ImportDecl(Decl):
    __slots__ = ("local_name", "path", "obj")

    def __init__(self, pos: Pos, group: object | None, local_name: Name | None, path: BasicLit) -> None:
        self.pos = pos
        self.group = group
        self.directives = []
        self.local_name = local_name
        self.path = path
        self.obj: PkgName | None = None


@final
class ConstDecl(Decl):
    """One ConstSpec. `iota` is its index in the group. An implicit repetition has type_expr None and values []; the
    checker repeats the previous one's."""

    __slots__ = ("names", "type_expr", "values", "iota")

    def __init__(self, pos: Pos, group: object | None, names: list[Name], type_expr: Expr | None, values: list[Expr], iota: int) -> None:
        self.pos = pos
        self.group = group
        self.directives = []
        self.names = names
        self.type_expr = type_expr
        self.values = values
        self.iota = iota


@final
class TypeDecl(Decl):
    __slots__ = ("name", "tparams", "alias", "type_expr")

    def __init__(self, pos: Pos, group: object | None, name: Name, tparams: list[Field], alias: bool, type_expr: Expr) -> None:
        self.pos = pos
        self.group = group
        self.directives = []
        self.name = name
        self.tparams = tparams
        self.alias = alias
        self.type_expr = type_expr


@final
class VarDecl(Decl):
    __slots__ = ("names", "type_expr", "values")

    def __init__(self, pos: Pos, group: object | None, names: list[Name], type_expr: Expr | None, values: list[Expr]) -> None:
        self.pos = pos
        self.group = group
        self.directives = []
        self.names = names
        self.type_expr = type_expr
        self.values = values


@final
class FuncDecl(Decl):
    """`body` is None for a declaration without body. With lazy parsing `body` is None and `lazy` is the (start, end)
    byte range of `{...}`; `syntax.parser.parse_body(file, decl, errors)` fills `body` and clears `lazy`.
    `has_body` is true in both cases."""

    __slots__ = ("recv", "name", "tparams", "func_type", "body", "lazy", "has_body", "file", "checked")

    def __init__(self, pos: Pos, recv: Field | None, name: Name, tparams: list[Field], func_type: FuncType) -> None:
        self.pos = pos
        self.group = None
        self.directives = []
        self.recv = recv
        self.name = name
        self.tparams = tparams
        self.func_type = func_type
        self.body: BlockStmt | None = None
        self.lazy: tuple[int, int] | None = None
        self.has_body = False
        self.file: File | None = None
        self.checked = False


# ---------------------------------------------------------------------------------------------------- statements


class Stmt(Node):
    __slots__ = ()


@final
class EmptyStmt(Stmt):
    __slots__ = ()

    def __init__(self, pos: Pos) -> None:
        self.pos = pos


@final
class LabeledStmt(Stmt):
    __slots__ = ("label", "stmt")

    def __init__(self, pos: Pos, label: Name, stmt: Stmt) -> None:
        self.pos = pos
        self.label = label
        self.stmt = stmt


@final
class BlockStmt(Stmt):
    __slots__ = ("stmts", "rbrace")

    def __init__(self, pos: Pos, stmts: list[Stmt], rbrace: Pos) -> None:
        self.pos = pos
        self.stmts = stmts
        self.rbrace = rbrace


@final
class ExprStmt(Stmt):
    __slots__ = ("x",)

    def __init__(self, pos: Pos, x: Expr) -> None:
        self.pos = pos
        self.x = x


@final
class SendStmt(Stmt):
    __slots__ = ("chan", "val")

    def __init__(self, pos: Pos, chan: Expr, val: Expr) -> None:
        self.pos = pos
        self.chan = chan
        self.val = val


@final
class DeclStmt(Stmt):
    __slots__ = ("decls",)

    def __init__(self, pos: Pos, decls: list[Decl]) -> None:
        self.pos = pos
        self.decls = decls


@final
class AssignStmt(Stmt):
    """op: ASSIGN, DEFINE, or a binary operator for `x op= y`. x++ / x-- have op ADD/SUB and rhs == [] ."""

    __slots__ = ("op", "lhs", "rhs")

    def __init__(self, pos: Pos, op: int, lhs: list[Expr], rhs: list[Expr]) -> None:
        self.pos = pos
        self.op = op
        self.lhs = lhs
        self.rhs = rhs


@final
class BranchStmt(Stmt):
    """tok: BREAK, CONTINUE, FALLTHROUGH, GOTO. `target` is set by the checker's label pass: the LabeledStmt, or the
    enclosing For/Switch/Select statement of an unlabelled break or continue."""

    __slots__ = ("tok", "label", "target")

    def __init__(self, pos: Pos, tok: int, label: Name | None) -> None:
        self.pos = pos
        self.tok = tok
        self.label = label
        self.target: Stmt | None = None


@final
class CallStmt(Stmt):
    """go call / defer call (tok GO or DEFER)"""

    __slots__ = ("tok", "call")

    def __init__(self, pos: Pos, tok: int, call: Expr) -> None:
        self.pos = pos
        self.tok = tok
        self.call = call


@final
class ReturnStmt(Stmt):
    __slots__ = ("results",)

    def __init__(self, pos: Pos, results: list[Expr]) -> None:
        self.pos = pos
        self.results = results


@final
class IfStmt(Stmt):
    """else_ is None, an IfStmt or a BlockStmt"""

    __slots__ = ("init", "cond", "then", "else_")

    def __init__(self, pos: Pos, init: Stmt | None, cond: Expr, then: BlockStmt, else_: Stmt | None) -> None:
        self.pos = pos
        self.init = init
        self.cond = cond
        self.then = then
        self.else_ = else_


@final
class ForStmt(Stmt):
    """for init; cond; post { }.  `distinct_vars`: init's variables are per iteration (file version >= go1.22)."""

    __slots__ = ("init", "cond", "post", "body", "distinct_vars")

    def __init__(self, pos: Pos, init: Stmt | None, cond: Expr | None, post: Stmt | None, body: BlockStmt) -> None:
        self.pos = pos
        self.init = init
        self.cond = cond
        self.post = post
        self.body = body
        self.distinct_vars = False


@final
class RangeStmt(Stmt):
    """for lhs (= or :=) range x { }.  lhs has 0 to 2 expressions (more is an error the checker reports)."""

    __slots__ = ("lhs", "define", "x", "body", "range_pos", "distinct_vars")

    def __init__(self, pos: Pos, lhs: list[Expr], define: bool, x: Expr, body: BlockStmt, range_pos: Pos) -> None:
        self.pos = pos
        self.lhs = lhs
        self.define = define
        self.x = x
        self.body = body
        self.range_pos = range_pos
        self.distinct_vars = False


@final
class CaseClause(Node):
    """cases [] with is_default: default. In a type switch, cases are type expressions (or nil); `implicit` is the
    variable bound in this clause."""

    __slots__ = ("cases", "is_default", "body", "colon", "implicit")

    def __init__(self, pos: Pos, cases: list[Expr], is_default: bool, body: list[Stmt], colon: Pos) -> None:
        self.pos = pos
        self.cases = cases
        self.is_default = is_default
        self.body = body
        self.colon = colon
        self.implicit: Var | None = None


@final
class SwitchStmt(Stmt):
    """Expression switch, or type switch if tag is a TypeSwitchGuard."""

    __slots__ = ("init", "tag", "body", "rbrace")

    def __init__(self, pos: Pos, init: Stmt | None, tag: Expr | None, body: list[CaseClause], rbrace: Pos) -> None:
        self.pos = pos
        self.init = init
        self.tag = tag
        self.body = body
        self.rbrace = rbrace


@final
class CommClause(Node):
    """comm: SendStmt, ExprStmt(<-c), AssignStmt(lhs = or := <-c), or None for default"""

    __slots__ = ("comm", "body", "colon")

    def __init__(self, pos: Pos, comm: Stmt | None, body: list[Stmt], colon: Pos) -> None:
        self.pos = pos
        self.comm = comm
        self.body = body
        self.colon = colon


@final
class SelectStmt(Stmt):
    __slots__ = ("body", "rbrace")

    def __init__(self, pos: Pos, body: list[CommClause], rbrace: Pos) -> None:
        self.pos = pos
        self.body = body
        self.rbrace = rbrace


# ---------------------------------------------------------------------------------------------------- file


@final
class File(Node):
    """One source file. `directives` holds every //go: comment in order, `go_version` the version its //go:build line
    asks for ("go1.22" or ""). `scope` is the file scope once declared."""

    __slots__ = ("name", "source", "pkg_name", "decls", "directives", "go_version", "eof", "scope", "version", "imports")

    def __init__(self, pos: Pos, name: str, source: object, pkg_name: Name) -> None:
        self.pos = pos
        self.name = name
        self.source = source  # diag.source.SourceFile
        self.pkg_name = pkg_name
        self.decls: list[Decl] = []
        self.directives: list[Directive] = []
        self.go_version = ""
        self.eof: Pos = pos
        self.scope: Scope | None = None
        self.version = ""  # effective language version, set by the checker
        self.imports: list[ImportDecl] = []
