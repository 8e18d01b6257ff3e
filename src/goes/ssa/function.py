"""Functions, blocks and the program.

    Program.function(obj, targs) → Function (declared)   builder.build(function) → blocks filled in

A Function exists as soon as somebody refers to it; its body is built on demand. Functions are canonical: one object per
link name in a Program.

Sources: golang.org/x/tools/go/ssa (roles).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.source import NO_POS, Pos

if TYPE_CHECKING:
    from ..syntax.nodes import FuncDecl, FuncLit
    from ..types.objects import Func, Package
    from ..types.types import Signature, Type, TypeParam
    from .instr import Alloc, FreeVar, Instr, Param, Phi


@final
class Block:
    """A basic block. `preds[i]` corresponds to Phi.args[i]; a block may occur several times in preds (both edges of an If)."""

    __slots__ = ("index", "comment", "instrs", "preds", "succs", "function", "sealed", "scratch")

    def __init__(self, function: Function, comment: str) -> None:
        self.index = -1
        self.comment = comment
        self.instrs: list[Instr] = []
        self.preds: list[Block] = []
        self.succs: list[Block] = []
        self.function = function
        self.sealed = False
        self.scratch = 0

    def phis(self) -> list[Phi]:
        from .instr import Phi

        out: list[Phi] = []
        for i in self.instrs:
            if not isinstance(i, Phi):
                break
            out.append(i)
        return out


# Function.pragmas (go: directives).
NOSPLIT: Final = 1
NOINLINE: Final = 2
NOESCAPE: Final = 4
SYSTEMSTACK: Final = 8
NOWRITEBARRIER: Final = 16
NOWRITEBARRIERREC: Final = 32
YESWRITEBARRIERREC: Final = 64
UINTPTR_KEEPALIVE: Final = 128
UINTPTR_ESCAPES: Final = 256
CGO_UNSAFE_ARGS: Final = 512
NORACE: Final = 1024
NOCHECKPTR: Final = 2048

# Function.kind
DECLARED: Final = 0  # a FuncDecl (perhaps without body), or an instance of one
LITERAL: Final = 1  # a FuncLit
WRAPPER: Final = 2  # (*T).M from T.M, promoted method, or interface adapter: funcID wrapper
BOUND: Final = 3  # method value  T.M-fm
THUNK: Final = 4  # method expression through an interface or promoted path
GOWRAP: Final = 5  # closure made for a go/defer statement (.gowrapN / .deferwrapN): funcID wrapper
PACKAGE_INIT: Final = 6  # pkg.init, dynamic variable initialisation
RANGE_BODY: Final = 7  # body of a range-over-func loop (name-rangeN)


@final
class Function:
    """`name` is the link name. `signature` is substituted (no type parameters). `params` includes the receiver first.
    For a closure `free_vars` describe the context layout {code pointer, captures...}.

    `results`: the result variables' Allocs when they live in memory (named results that are addressed, or any result of
    a deferring function), in order; else []. `landing`: entry block of the recover path of a deferring function
    (no predecessors; runs RunDefers, loads the results, returns). `summary` belongs to escape analysis, `cost` to the inliner.
    """

    __slots__ = (
        "name", "package", "object", "signature", "targs", "type_map", "kind", "pragmas", "decl", "literal", "parent",
        "params", "free_vars", "blocks", "results", "landing", "has_defer", "has_recover", "anonymous", "pos",
        "is_variadic_dots", "built", "summary", "cost", "wrapped", "start_line", "is_runtime", "data", "end_pos",
    )  # fmt: skip

    def __init__(self, name: str, package: Package | None, signature: Signature, kind: int, pos: Pos) -> None:
        self.name = name
        self.package = package
        self.object: Func | None = None
        self.signature = signature
        self.targs: list[Type] = []
        self.type_map: dict[TypeParam, Type] | None = None
        self.kind = kind
        self.pragmas = 0
        self.decl: FuncDecl | None = None
        self.literal: FuncLit | None = None
        self.parent: Function | None = None
        self.params: list[Param] = []
        self.free_vars: list[FreeVar] = []
        self.blocks: list[Block] = []
        self.results: list[Alloc] = []
        self.landing: Block | None = None
        self.has_defer = False
        self.has_recover = False
        self.anonymous: list[Function] = []
        self.pos = pos
        self.end_pos: Pos = NO_POS
        self.built = False
        self.summary: object | None = None
        self.cost = -1
        self.wrapped = ""
        self.start_line = 0
        self.is_runtime = False  # one of the runtime packages (objabi.runtimePkgs)
        self.data: object | None = None  # builder's private description of synthetic functions

    def has_body(self) -> bool:
        """Whether there is Go code for it (else it is assembly, a linkname pull or an intrinsic)."""
        return self.kind != DECLARED or (self.decl is not None and self.decl.has_body)

    def release(self) -> None:
        """Break the reference cycles so that memory is freed without a garbage collector."""
        for b in self.blocks:
            for i in b.instrs:
                i.block = None
            b.instrs = []
            b.preds = []
            b.succs = []
        self.blocks = []

    def __repr__(self) -> str:
        return f"Function({self.name})"
