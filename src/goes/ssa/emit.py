"""The state of one function under construction: blocks, instructions, variables.

    x := 1; if c { x = 2 }; use(x)     →     0: if c   1: jump   2: t0 = phi [0: 1, 1: 2];  use t0

Local variables that live in registers are renamed on the fly: a variable's value at the end of each block is
remembered, a read in a block without one asks the predecessors, and a phi is made where they join. Phis that turn out
to be redundant disappear when the function is finished. Variables whose address matters have a cell (an Alloc or a
captured pointer); a loop variable with a cell gets a new one per iteration, so there the cell's address itself is a
variable.

Sources: Braun et al. 2013, "Simple and Efficient Construction of Static Single Assignment Form" (made iterative).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import Bug
from ..diag.source import NO_POS, Pos
from ..types import types as t
from ..types.constant import ConstValue
from ..types.objects import Var
from ..types.subst import Substituter
from ..types.types import TYP_BOOL, TYP_INT, TYP_INVALID, Type
from . import instr as ir
from .function import Block, Function

if TYPE_CHECKING:
    from ..syntax.nodes import Stmt
    from .program import Program

# Where a local variable is.
IN_VALUE: Final = 0  # renamed
IN_CELL: Final = 1  # at the address `value`
IN_MOVING_CELL: Final = 2  # at the address that the renamed variable `address` holds
BOUND: Final = 3  # never changes; is `value`

MAX_DEPTH: Final = 4000  # nesting of expressions and statements


@final
class Local:
    """Where a variable of this function, or one captured from an outer one, is."""

    __slots__ = ("where", "value", "address")

    def __init__(self, where: int, value: ir.Value | None = None, address: Var | None = None) -> None:
        self.where = where
        self.value = value
        self.address = address


@final
class Exit:
    """A way out of a range-over-func body: code in #next, and what to do in the function that has the target.
    `tok`: a BREAK, CONTINUE or GOTO token, or RETURN (target None)."""

    __slots__ = ("code", "tok", "target")

    def __init__(self, code: int, tok: int, target: Stmt | None) -> None:
        self.code = code
        self.tok = tok
        self.target = target


@final
class Builder:
    """Builds one function. `outer` is the builder of the enclosing function for literals and range bodies. `root` is
    the function whose return, defer and results a range body shares (itself otherwise)."""

    __slots__ = (
        "program", "fn", "outer", "_root", "block", "locals", "captures", "_defs", "_incomplete", "_phis",
        "_substituter", "_types", "_consts", "_checked", "breaks", "continues", "labels", "goto_labels",
        "range_vars", "result_vars", "result_cells", "func_count", "range_count", "wrap_count", "state_var",
        "next_var", "token_var", "defer_loops", "exits", "depth", "loop_depth", "any_type", "fallthrough",
        "pos",
    )  # fmt: skip

    def __init__(self, program: Program, fn: Function, outer: Builder | None) -> None:
        self.program = program
        self.fn = fn
        self.outer = outer
        self._root: Builder | None = None  # None: itself (without a reference cycle)
        self.block: Block | None = None
        self.locals: dict[Var, Local] = {}
        self.captures: list[Var] = []  # fn.free_vars[i] stands for captures[i]
        self._defs: dict[Block, dict[Var, ir.Value]] = {}
        self._incomplete: dict[Block, list[tuple[Var, ir.Phi]]] = {}
        self._phis: dict[Block, list[ir.Phi]] = {}
        self._types: dict[Type, Type] = {}
        self._substituter: Substituter | None = None
        if outer is not None and fn.type_map is not None:
            self._types = outer._types
            self._substituter = outer._substituter
        elif fn.type_map is not None:
            self._substituter = program.substituter(fn.type_map)
        self._consts: dict[tuple[Type, ConstValue], ir.Const] = {}
        self._checked: set[ir.Value] = set()
        self.breaks: dict[Stmt, Block] = {}
        self.continues: dict[Stmt, Block] = {}
        self.labels: dict[Stmt, Block] = {}
        self.goto_labels: set[Stmt] = set()
        self.range_vars: set[Var] = set()  # used in a range-over-func body inside their function
        self.result_vars: list[Var] = []
        self.result_cells = False  # results live in cells: the function defers, or a range body returns
        self.func_count = 0
        self.range_count = 0
        self.wrap_count = 0
        self.state_var: Var | None = None
        self.next_var: Var | None = None
        self.token_var: Var | None = None
        self.defer_loops: set[Stmt] = set()
        self.exits: list[Exit] = []
        self.depth = 0
        self.loop_depth = 0
        self.fallthrough: Block | None = None
        self.pos: Pos = NO_POS
        self.any_type: Type = program.any_type

    @property
    def root(self) -> Builder:
        return self if self._root is None else self._root

    def share_root(self, root: Builder) -> None:
        """This is a range body of root."""
        self._root = root

    # ---------------------------------------------------------------------------------------- types

    def typ(self, typ: Type | None) -> Type:
        """The type with this instance's type arguments."""
        if typ is None:
            raise self.bug("untyped expression")
        s = self._substituter
        if s is None or isinstance(typ, t.Basic):
            return typ
        known = self._types.get(typ)
        if known is None:
            known = s.typ(typ)
            self._types[typ] = known
        return known

    def is_instance(self) -> bool:
        return self._substituter is not None

    def pointer_to(self, elem: Type) -> Type:
        return self.program.pointer_to(elem)

    def bug(self, what: str, pos: Pos = NO_POS) -> Bug:
        pos = pos or self.pos
        where = str(self.program.sources.position(pos)) if pos else ""
        return Bug("ssa", f"{where}: {what}" if where else what, self.fn.name, pos)

    # ---------------------------------------------------------------------------------------- blocks

    def new_block(self, comment: str) -> Block:
        return Block(self.fn, comment)

    def start(self, block: Block) -> None:
        """Go on in block, which becomes part of the function; all its predecessors are known if sealed later."""
        block.index = len(self.fn.blocks)
        self.fn.blocks.append(block)
        self.block = block
        self._defs[block] = {}
        if self._checked:
            self._checked = set()

    def start_sealed(self, block: Block) -> None:
        self.start(block)
        self.seal(block)

    def current(self) -> Block:
        """The block instructions go to; after a jump or panic a new one that nothing reaches."""
        b = self.block
        if b is None:
            b = self.new_block("unreachable")
            self.start_sealed(b)
        return b

    def emit(self, i: ir.Instr) -> None:
        b = self.block
        if b is None:
            b = self.current()
        i.block = b
        b.instrs.append(i)

    def _edge(self, source: Block, target: Block) -> None:
        source.succs.append(target)
        target.preds.append(source)

    def jump(self, target: Block, pos: Pos = NO_POS) -> None:
        """Jump to target, unless this place is not reached."""
        b = self.block
        if b is None:
            return
        self.emit(ir.Jump(pos))
        self._edge(b, target)
        self.block = None

    def branch(self, cond: ir.Value, yes: Block, no: Block, pos: Pos = NO_POS, likely: int = 0) -> None:
        b = self.current()
        if isinstance(cond, ir.Const) and isinstance(cond.value, bool):
            self.jump(yes if cond.value else no, pos)
            return
        i = ir.If(cond, pos)
        i.likely = likely
        self.emit(i)
        self._edge(b, yes)
        self._edge(b, no)
        self.block = None

    def switch(self, x: ir.Value, cases: list[int], targets: list[Block], default: Block, pos: Pos) -> None:
        b = self.current()
        self.emit(ir.Switch(x, cases, pos))
        self._edge(b, default)
        for target in targets:
            self._edge(b, target)
        self.block = None

    def terminate(self, i: ir.Instr) -> None:
        """End the block with a Return, Panic or Unreachable."""
        self.emit(i)
        self.block = None

    def seal(self, block: Block) -> None:
        """All predecessors of block are known now."""
        if block.sealed:
            return
        block.sealed = True
        todo = self._incomplete.pop(block, None)
        if todo is not None:
            self._fill([(var, phi, block) for var, phi in todo])

    # ---------------------------------------------------------------------------------------- renamed variables

    def write(self, var: Var, value: ir.Value) -> None:
        self._defs[self.current()][var] = value

    def read(self, var: Var) -> ir.Value:
        block = self.current()
        v = self._defs[block].get(var)
        if v is not None:
            return v
        todo: list[tuple[Var, ir.Phi, Block]] = []
        v = self._lookup(var, block, todo)
        self._defs[block][var] = v
        if todo:
            self._fill(todo)
        return v

    def _lookup(self, var: Var, block: Block, todo: list[tuple[Var, ir.Phi, Block]]) -> ir.Value:
        """var's value at the end of block. Phis made on the way wait in todo for their operands."""
        defs = self._defs
        start = block
        while True:
            d = defs.get(block)
            if d is None:  # a block that has not been started: only an edge from dead code
                return self.zero(self.typ(var.type))
            v = d.get(var)
            if v is not None:
                if block is not start:
                    defs[start][var] = v
                return v
            preds = block.preds
            if not block.sealed:
                phi = self._phi(var, block)
                waiting = self._incomplete.get(block)
                if waiting is None:
                    self._incomplete[block] = [(var, phi)]
                else:
                    waiting.append((var, phi))
                return phi
            if len(preds) == 1:
                block = preds[0]
                continue
            if not preds:
                v = self.zero(self.typ(var.type))
                d[var] = v
                return v
            phi = self._phi(var, block)
            todo.append((var, phi, block))
            return phi

    def _phi(self, var: Var, block: Block) -> ir.Phi:
        phi = ir.Phi(self.typ(var.type), [], var.name)
        phi.block = block
        phis = self._phis.get(block)
        if phis is None:
            self._phis[block] = [phi]
        else:
            phis.append(phi)
        self._defs[block][var] = phi
        return phi

    def _fill(self, todo: list[tuple[Var, ir.Phi, Block]]) -> None:
        while todo:
            var, phi, block = todo.pop()
            for p in block.preds:
                phi.args.append(self._lookup(var, p, todo))

    def join_phi(self, typ: Type, block: Block, args: list[ir.Value], comment: str) -> ir.Value:
        """A phi at the head of block with operands already in the order of its predecessors."""
        if len(args) == 1:
            return args[0]
        phi = ir.Phi(typ, args, comment)
        phi.block = block
        phis = self._phis.get(block)
        if phis is None:
            self._phis[block] = [phi]
        else:
            phis.append(phi)
        return phi

    # ---------------------------------------------------------------------------------------- the end

    def finish(self) -> None:
        """Seal what is open, drop unreachable blocks and redundant phis, put phis in front, number blocks."""
        fn = self.fn
        for b in fn.blocks:
            if not b.sealed:
                self.seal(b)
        self._drop_unreachable()
        if self._phis:
            self._simplify_phis()
        for i in range(len(fn.blocks)):
            fn.blocks[i].index = i
        fn.built = True
        self._defs = {}
        self._incomplete = {}
        self._phis = {}
        self._checked = set()

    def _drop_unreachable(self) -> None:
        fn = self.fn
        reached: set[Block] = set()
        work: list[Block] = [fn.blocks[0]]
        reached.add(fn.blocks[0])
        if fn.landing is not None:
            work.append(fn.landing)
            reached.add(fn.landing)
        while work:
            b = work.pop()
            for s in b.succs:
                if s not in reached:
                    reached.add(s)
                    work.append(s)
        if len(reached) == len(fn.blocks):
            return
        for b in fn.blocks:
            if b not in reached:
                continue
            if all([p in reached for p in b.preds]):
                continue
            keep = [i for i in range(len(b.preds)) if b.preds[i] in reached]
            for phi in self._phis.get(b, []):
                phi.args = [phi.args[i] for i in keep]
            b.preds = [b.preds[i] for i in keep]
        for b in fn.blocks:
            if b not in reached:
                self._phis.pop(b, None)
                b.succs = []
                b.preds = []
        fn.blocks = [b for b in fn.blocks if b in reached]

    def _simplify_phis(self) -> None:
        replaced: dict[ir.Value, ir.Value] = {}
        live: list[ir.Phi] = []
        for b in self.fn.blocks:
            phis = self._phis.get(b)
            if phis is not None:
                live.extend(phis)
        changed = True
        while changed:
            changed = False
            rest: list[ir.Phi] = []
            for phi in live:
                only: ir.Value | None = None
                several = False
                for a in phi.args:
                    while True:
                        r = replaced.get(a)
                        if r is None:
                            break
                        a = r
                    if a is phi or a is only:
                        continue
                    if only is not None:
                        several = True
                        break
                    only = a
                if several:
                    rest.append(phi)
                else:
                    replaced[phi] = self.zero(phi.type) if only is None else only
                    changed = True
            live = rest
        for old in list(replaced):
            v = replaced[old]
            while v in replaced:
                v = replaced[v]
            replaced[old] = v
        # Only phis that something real uses stay.
        used: set[ir.Phi] = set()
        work: list[ir.Phi] = []
        for b in self.fn.blocks:
            for i in b.instrs:
                operands = i.operands()
                for k in range(len(operands)):
                    v = operands[k]
                    if isinstance(v, ir.Phi):
                        r = replaced.get(v)
                        if r is not None:
                            i.set_operand(k, r)
                            v = r
                        if isinstance(v, ir.Phi) and v not in used:
                            used.add(v)
                            work.append(v)
        while work:
            phi = work.pop()
            args = phi.args
            for k in range(len(args)):
                v = replaced.get(args[k], args[k])
                args[k] = v
                if isinstance(v, ir.Phi) and v not in used:
                    used.add(v)
                    work.append(v)
        for b in self.fn.blocks:
            phis = self._phis.get(b)
            if phis is not None:
                kept: list[ir.Instr] = [p for p in phis if p in used]
                if kept:
                    b.instrs[0:0] = kept

    # ---------------------------------------------------------------------------------------- constants

    def const(self, typ: Type, value: ConstValue) -> ir.Const:
        key = (typ, value)
        c = self._consts.get(key)
        if c is None or type(c.value) is not type(value):
            c = ir.Const(typ, value)
            self._consts[key] = c
        return c

    def int_const(self, value: int) -> ir.Const:
        return self.const(TYP_INT, value)

    def zero(self, typ: Type) -> ir.Const:
        u = t.under(typ)
        if isinstance(u, t.Basic):
            info = u.info
            if info & t.IS_INTEGER or info & t.IS_FLOAT:
                return self.const(typ, 0)
            if info & t.IS_STRING:
                return self.const(typ, b"")
            if info & t.IS_BOOLEAN:
                return self.const(typ, False)
        return ir.Const(typ, None)

    # ---------------------------------------------------------------------------------------- frequent instructions

    def load(self, typ: Type, address: ir.Value, pos: Pos) -> ir.Value:
        i = ir.Load(typ, address, pos)
        self.emit(i)
        return i

    def store(self, address: ir.Value, value: ir.Value, pos: Pos) -> None:
        self.emit(ir.Store(address, value, pos))

    def alloc(self, elem: Type, comment: str, pos: Pos, explicit: bool = False) -> ir.Alloc:
        i = ir.Alloc(self.pointer_to(elem), elem, comment, pos, explicit)
        self.emit(i)
        return i

    def field_addr(self, address: ir.Value, field_type: Type, index: int, pos: Pos) -> ir.Value:
        i = ir.FieldAddr(self.pointer_to(field_type), address, index, pos)
        self.emit(i)
        return i

    def index_addr(self, base: ir.Value, elem: Type, index: ir.Value, pos: Pos) -> ir.Value:
        i = ir.IndexAddr(self.pointer_to(elem), base, index, pos)
        self.emit(i)
        return i

    def binary(self, typ: Type, op: int, x: ir.Value, y: ir.Value, pos: Pos) -> ir.Value:
        i = ir.BinOp(typ, op, x, y, pos)
        self.emit(i)
        return i

    def compare(self, op: int, x: ir.Value, y: ir.Value, pos: Pos) -> ir.Value:
        i = ir.BinOp(TYP_BOOL, op, x, y, pos)
        self.emit(i)
        return i

    def extract(self, x: ir.Value, index: int, typ: Type, pos: Pos = NO_POS) -> ir.Value:
        i = ir.Extract(typ, x, index)
        i.pos = pos
        self.emit(i)
        return i

    def call_runtime(self, name: str, args: list[ir.Value], pos: Pos, result: Type | None = None) -> ir.Value:
        i = ir.CallRuntime(self.program.no_results if result is None else result, name, args, pos)
        self.emit(i)
        return i

    def nil_check(self, p: ir.Value, pos: Pos) -> None:
        """Panic if p is nil, unless it cannot be or has just been checked in this block."""
        if isinstance(p, (ir.Alloc, ir.Global, ir.FieldAddr, ir.IndexAddr, ir.FuncRef, ir.MakeClosure, ir.MapAssign)):
            return
        if p in self._checked:
            return
        self.emit(ir.NilCheck(p, pos))
        self._checked.add(p)

    def forget_checks(self) -> None:
        """Another path leads here."""
        self._checked = set()

    # ---------------------------------------------------------------------------------------- variables

    def is_package_level(self, var: Var) -> bool:
        return var.pkg is not None and var.parent is var.pkg.scope

    def wants_cell(self, var: Var, typ: Type) -> bool:
        """Whether a variable declared here must live in memory."""
        if var.addressed:
            return True
        if var.captured or var in self.range_vars:
            if var.reassigned or not self.program.is_small(typ):
                return True
        return not self.program.in_registers(typ)

    def is_captured(self, var: Var) -> bool:
        return var.captured or var in self.range_vars

    def captured_by_reference(self, var: Var) -> bool:
        return var.addressed or var.reassigned or not self.program.is_small(self.typ(var.type))

    def declare(self, var: Var, value: ir.Value | None, pos: Pos) -> None:
        """A new variable with its first value (None: zero)."""
        typ = self.typ(var.type)
        if self.wants_cell(var, typ):
            cell = self.alloc(typ, var.name, pos)
            self.locals[var] = Local(IN_CELL, cell)
            if value is not None:
                if not (isinstance(value, ir.Const) and value.value is None):
                    cell.needs_zero = False
                    self.store(cell, value, pos)
            return
        self.locals[var] = Local(IN_VALUE)
        self.write(var, self.zero(typ) if value is None else value)

    def declare_cell(self, var: Var, cell: ir.Value) -> None:
        self.locals[var] = Local(IN_CELL, cell)

    def hidden(self, name: str, typ: Type) -> Var:
        """A renamed variable of the compiler's own."""
        v = Var(NO_POS, None, name, typ)
        self.locals[v] = Local(IN_VALUE)
        return v

    def local(self, var: Var) -> Local | None:
        """Where var is; None for a package-level variable. Captures it if it belongs to an outer function."""
        l = self.locals.get(var)
        if l is not None:
            return l
        if self.is_package_level(var):
            return None
        if self.outer is None:
            raise self.bug(f"variable {var.name} is not declared", var.pos)
        return self._capture(var)

    def _capture(self, var: Var) -> Local:
        assert self.outer is not None
        source = self.outer.local(var)
        if source is None:
            raise self.bug(f"variable {var.name} is not local", var.pos)
        typ = self.typ(var.type)
        if source.where == IN_MOVING_CELL or source.where == IN_CELL and self.captured_by_reference(var):
            fv = ir.FreeVar(self.pointer_to(typ), var.name, len(self.captures))
            l = Local(IN_CELL, fv)
        else:
            if source.where == IN_VALUE and var.reassigned:
                raise self.bug(f"variable {var.name} is captured and assigned, but was not found to be", var.pos)
            fv = ir.FreeVar(typ, var.name, len(self.captures))
            l = Local(BOUND, fv)
        self.fn.free_vars.append(fv)
        self.captures.append(var)
        self.locals[var] = l
        return l

    def capture_operands(self, child: Builder) -> list[ir.Value]:
        """What a closure over child is made from, in the order of its free variables."""
        out: list[ir.Value] = []
        for i in range(len(child.captures)):
            var = child.captures[i]
            l = self.local(var)
            assert l is not None
            inner = child.locals[var]
            if inner.where == IN_CELL:
                out.append(self.cell_address(l))
            else:
                out.append(self.value_of_local(var, l, NO_POS))
        return out

    def cell_address(self, l: Local) -> ir.Value:
        if l.where == IN_CELL:
            assert l.value is not None
            return l.value
        if l.where == IN_MOVING_CELL:
            assert l.address is not None
            return self.read(l.address)
        raise self.bug("variable has no address")

    def value_of_local(self, var: Var, l: Local, pos: Pos) -> ir.Value:
        if l.where == IN_VALUE:
            return self.read(var)
        if l.where == BOUND:
            assert l.value is not None
            return l.value
        return self.load(self.typ(var.type), self.cell_address(l), pos)

    def load_var(self, var: Var, pos: Pos) -> ir.Value:
        l = self.local(var)
        if l is None:
            return self.load(self.typ(var.type), self.program.global_(var), pos)
        return self.value_of_local(var, l, pos)

    def store_var(self, var: Var, value: ir.Value, pos: Pos) -> None:
        l = self.local(var)
        if l is None:
            self.store(self.program.global_(var), value, pos)
        elif l.where == IN_VALUE:
            self.write(var, value)
        elif l.where == BOUND:
            raise self.bug(f"assignment to {var.name}, which was not found to be assigned", pos)
        else:
            self.store(self.cell_address(l), value, pos)

    # ---------------------------------------------------------------------------------------- defer

    def defer_token(self) -> Var:
        """The variable with this frame's token for defers out of range-over-func bodies."""
        if self.token_var is None:
            raise self.bug("no token for a deferred call in a range body")
        return self.token_var

    def has_back_goto(self) -> bool:
        """Whether statements may run again because of a goto."""
        return len(self.goto_labels) > 0

    # ---------------------------------------------------------------------------------------- nesting

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.bug("nesting too deep")

    def leave(self) -> None:
        self.depth -= 1


def is_nil(c: ir.Value) -> bool:
    return isinstance(c, ir.Const) and c.value is None


def result_types(sig: t.Signature) -> list[Type]:
    return [v.type if v.type is not None else TYP_INVALID for v in sig.results.vars]
