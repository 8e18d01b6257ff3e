"""From a typed function body to SSA.

    func f(a int) int { return a + 1 }     →     0: t0 = a + 1:int;  return t0

A body is looked over once before it is built, statements only: whether it defers, which labels are jumped to, and which
variables a range-over-func body shares with the function around it. Parameters that are neither captured by reference
nor addressed are values at once. The results of a function that defers live in memory, where its landing block reads
them after a recovered panic.

Sources: compiler-contracts 6.2, 6.3.
"""

from __future__ import annotations

from typing import final

from ..diag.source import NO_POS, Pos
from ..syntax import nodes as n
from ..syntax import tokens as tok
from ..types import types as t
from ..types.objects import Initializer, Var
from ..types.types import TYP_INVALID, Type, under
from . import instr as ir
from . import lower_stmt as stmts
from .emit import BOUND, IN_CELL, Builder, Local


@final
class Survey:
    """What the statements of one function body contain (not those of function literals in it)."""

    __slots__ = ("defers", "labels", "range_funcs", "returns_in_range", "defer_loops", "builder", "_ranges")

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.defers = False
        self.labels: set[n.Stmt] = set()
        self.range_funcs: list[n.RangeStmt] = []
        self.returns_in_range = False
        self.defer_loops: set[n.Stmt] = set()  # outermost range-over-func loops with defer statements
        self._ranges = 0

    def statements(self, body: list[n.Stmt]) -> None:
        for s in body:
            self.statement(s)

    def statement(self, s: n.Stmt) -> None:
        if isinstance(s, (n.ExprStmt, n.AssignStmt)):
            return
        if isinstance(s, n.IfStmt):
            other: n.Stmt | None = s
            while isinstance(other, n.IfStmt):
                self.statements(other.then.stmts)
                other = other.else_
            if other is not None:
                self.statement(other)
        elif isinstance(s, n.ReturnStmt):
            if self._ranges > 0:
                self.returns_in_range = True
        elif isinstance(s, n.BlockStmt):
            self.statements(s.stmts)
        elif isinstance(s, n.ForStmt):
            self.statements(s.body.stmts)
        elif isinstance(s, n.RangeStmt):
            if isinstance(under(self.builder.typ(s.x.type)), t.Signature):
                if self._ranges == 0:
                    self.range_funcs.append(s)
                self._ranges += 1
                self.statements(s.body.stmts)
                self._ranges -= 1
            else:
                self.statements(s.body.stmts)
        elif isinstance(s, n.SwitchStmt):
            for case in s.body:
                self.statements(case.body)
        elif isinstance(s, n.SelectStmt):
            for comm in s.body:
                self.statements(comm.body)
        elif isinstance(s, n.LabeledStmt):
            self.statement(s.stmt)
        elif isinstance(s, n.BranchStmt):
            if s.tok == tok.GOTO and s.target is not None:
                self.labels.add(s.target)
        elif isinstance(s, n.CallStmt) and s.tok == tok.DEFER:
            self.defers = True
            if self._ranges > 0:
                self.defer_loops.add(self.range_funcs[-1])


def build_body(b: Builder, func_type: n.FuncType, recv: Var | None, body: n.BlockStmt, signature: Type | None) -> None:
    """Build a declared function or function literal. `signature` is the one the checker gave the declaration (with type
    parameters): its variables are those that the body names."""
    assert isinstance(signature, t.Signature)
    fn = b.fn
    survey = Survey(b)
    survey.statements(body.stmts)
    b.goto_labels = survey.labels
    b.defer_loops = survey.defer_loops
    fn.has_defer = survey.defers
    b.result_cells = survey.defers or survey.returns_in_range
    if survey.range_funcs:
        from .rangefunc import shared_variables

        for s in survey.range_funcs:
            shared_variables(s, b.range_vars, b)
    b.start_sealed(b.new_block("entry"))
    if recv is not None:
        parameter(b, recv, recv.pos)
    for v in signature.params.vars:
        parameter(b, v, v.pos)
    _results(b, signature, fn.pos)
    if survey.range_funcs:
        b.next_var = shared_int(b, "#next")
    stmts.block(b, body.stmts)
    if b.block is not None:
        if b.result_vars and not _has_named_results(signature):
            b.terminate(ir.Unreachable(body.rbrace))  # the checker saw that control does not get here
        else:
            stmts.return_results(b, body.rbrace)
    if fn.has_defer:
        _landing(b, body.rbrace)
    b.finish()


def _has_named_results(signature: t.Signature) -> bool:
    return len(signature.results.vars) > 0 and signature.results.vars[0].name != ""


def shared_int(b: Builder, name: str) -> Var:
    """An int in memory that range bodies share."""
    v = Var(NO_POS, None, name, t.TYP_INT)
    v.reassigned = True
    v.captured = True
    b.locals[v] = Local(IN_CELL, b.alloc(t.TYP_INT, name, NO_POS))
    return v


def parameter(b: Builder, var: Var, pos: Pos) -> None:
    typ = b.typ(var.type)
    fn = b.fn
    p = ir.Param(typ, var.name, len(fn.params))
    fn.params.append(p)
    if var.name == "_" or var.name == "":
        return
    if not b.program.in_registers(typ) and not var.addressed and not var.reassigned:
        if not b.is_captured(var) or b.program.is_small(typ):
            b.locals[var] = Local(BOUND, p)
            return
    b.declare(var, p, pos)


def _results(b: Builder, signature: t.Signature, pos: Pos) -> None:
    fn = b.fn
    for v in signature.results.vars:
        var = v
        if v.name == "" or v.name == "_":
            if not b.result_cells:
                continue
            var = Var(v.pos, v.pkg, f"~r{len(b.result_vars)}", v.type)
        b.result_vars.append(var)
        typ = b.typ(var.type)
        if b.is_captured(var) or b.result_cells:
            var.reassigned = True  # by every return statement
        if b.result_cells or b.wants_cell(var, typ):
            cell = b.alloc(typ, var.name, pos)
            cell.landing = fn.has_defer
            b.locals[var] = Local(IN_CELL, cell)
            fn.results.append(cell)
        else:
            b.declare(var, None, pos)
    if fn.results:
        b.result_cells = True  # pointers to them may be about
    if len(fn.results) != len(signature.results.vars):
        fn.results = []
    if len(b.result_vars) != len(signature.results.vars):
        # Results `(int, _ string)` with some blank: those have no variable and return as zero.
        b.result_vars = _complete(b, signature)


def _complete(b: Builder, signature: t.Signature) -> list[Var]:
    known = {v for v in b.result_vars}
    if not _has_named_results(signature):
        return []
    out: list[Var] = []
    for v in signature.results.vars:
        if v in known:
            out.append(v)
        else:
            hidden = b.hidden("_", v.type or TYP_INVALID)
            b.write(hidden, b.zero(b.typ(v.type)))
            out.append(hidden)
    return out


def _landing(b: Builder, pos: Pos) -> None:
    """Where control comes out after a recovered panic: the rest of the defers, and the results as they are."""
    landing = b.new_block("landing")
    b.start_sealed(landing)
    b.fn.landing = landing
    b.emit(ir.RunDefers(pos))
    values: list[ir.Value] = []
    for v in b.result_vars:
        values.append(b.load_var(v, pos))
    b.terminate(ir.Return(values, pos))


def build_package_init(b: Builder, initializers: list[Initializer]) -> None:
    """pkg.init: assign the variables that are not data, in order."""
    b.start_sealed(b.new_block("entry"))
    for i in initializers:
        rhs = i.rhs
        assert isinstance(rhs, n.Expr)
        stmts.initialize(b, i.lhs, rhs)
    b.terminate(ir.Return([], NO_POS))
    b.finish()
