"""Labels and branches of one function body.

    goto L; x := 1; L: return     →   goto L jumps over variable declaration ...

Checks that labels are declared once and used, and that break, continue, goto and fallthrough have a legal target,
which is written to BranchStmt.target. gc does this right behind the parser, so these messages come out with the
syntax errors; they say nothing about a body with syntax errors.

Sources: Go spec "Labeled statements" to "Fallthrough statements"; messages as cmd/compile/internal/syntax.
"""

from __future__ import annotations

from typing import Final, final

from ..diag.diagnostic import Diagnostic
from ..diag.source import NO_POS, Pos, SourceFile
from .exprstring import expr_list_string
from .nodes import (
    AssignStmt,
    BlockStmt,
    BranchStmt,
    DeclStmt,
    EmptyStmt,
    ForStmt,
    IfStmt,
    LabeledStmt,
    RangeStmt,
    SelectStmt,
    Stmt,
    SwitchStmt,
    TypeSwitchGuard,
    VarDecl,
)
from .tokens import BREAK, CONTINUE, DEFINE, FALLTHROUGH

_NO_CASE: Final = -1


@final
class _Block:
    __slots__ = ("parent", "start", "labeled")

    def __init__(self, parent: _Block | None, start: Pos, labeled: LabeledStmt | None) -> None:
        self.parent = parent
        self.start = start
        self.labeled = labeled  # the statement this block is the body of, if that has a label


@final
class _Label:
    __slots__ = ("block", "stmt", "used")

    def __init__(self, block: _Block, stmt: LabeledStmt) -> None:
        self.block = block
        self.stmt = stmt
        self.used = False


@final
class _Targets:
    """Where an unlabelled break or continue goes, and the clause of the enclosing switch (or -1)."""

    __slots__ = ("breaks", "continues", "case_index")

    def __init__(self, breaks: Stmt | None, continues: Stmt | None, case_index: int) -> None:
        self.breaks = breaks
        self.continues = continues
        self.case_index = case_index


def check_branches(body: BlockStmt, source: SourceFile, errors: list[Diagnostic]) -> None:
    """Check one function body, not the bodies of function literals in it."""
    checker = _Checker(source, errors)
    forward = checker.block(None, _Targets(None, None, _NO_CASE), None, body.pos, body.stmts)
    for goto in forward:
        assert goto.label is not None
        name = goto.label.text
        label = checker.labels.get(name)
        if label is not None:
            label.used = True
            at = source.position(label.block.start)
            checker.error(goto.label.pos, f"goto {name} jumps into block starting at {at}")
        else:
            checker.error(goto.label.pos, f"label {name} not defined")
    for label in checker.labels.values():
        if not label.used:
            name = label.stmt.label.text
            checker.error(label.stmt.label.pos, f"label {name} defined and not used")


@final
class _Checker:
    def __init__(self, source: SourceFile, errors: list[Diagnostic]) -> None:
        self.source = source
        self.errors = errors
        self.labels: dict[str, _Label] = {}

    def error(self, pos: Pos, message: str) -> None:
        self.errors.append(Diagnostic(pos, message, "Syntax"))

    def declare(self, block: _Block, stmt: LabeledStmt) -> _Label:
        name = stmt.label.text
        old = self.labels.get(name)
        if old is not None:
            at = self.source.position(old.stmt.label.pos)
            self.error(stmt.label.pos, f"label {name} already defined at {at}")
            return old
        label = _Label(block, stmt)
        self.labels[name] = label
        return label

    def goto_target(self, block: _Block, name: str) -> LabeledStmt | None:
        """The label in this block or one around it, if it has been declared."""
        label = self.labels.get(name)
        if label is None:
            return None
        label.used = True
        b: _Block | None = block
        while b is not None:
            if label.block is b:
                return label.stmt
            b = b.parent
        return None

    def enclosing(self, block: _Block, label: _Label) -> Stmt | None:
        """The statement with this label, if it is one around the block."""
        label.used = True
        b: _Block | None = block
        while b is not None:
            if label.stmt is b.labeled:
                return label.stmt.stmt
            b = b.parent
        return None

    def block(
        self, parent: _Block | None, targets: _Targets, labeled: LabeledStmt | None, start: Pos, body: list[Stmt]
    ) -> list[BranchStmt]:
        """Check a statement list; the gotos whose label has not been seen yet."""
        block = _Block(parent, start, labeled)
        forward: list[BranchStmt] = []
        # The variable declared last in this block, and the gotos that jump over it if their label comes later.
        var_pos = NO_POS
        var_name = ""
        over_var: list[BranchStmt] = []
        count = len(body)
        # A fallthrough before empty statements still ends the clause.
        while count > 0 and isinstance(body[count - 1], EmptyStmt):
            count -= 1
        for index in range(count):
            stmt = body[index]
            labeled = None
            while isinstance(stmt, LabeledStmt):
                name = stmt.label.text
                if name != "_":
                    label = self.declare(block, stmt)
                    rest: list[BranchStmt] = []
                    for goto in forward:
                        assert goto.label is not None
                        if goto.label.text != name:
                            rest.append(goto)
                            continue
                        goto.target = stmt
                        label.used = True
                        if var_pos != NO_POS and any(goto is g for g in over_var):
                            at = self.source.position(var_pos)
                            self.error(
                                goto.label.pos, f"goto {name} jumps over declaration of {var_name} at {at}"
                            )
                    forward = rest
                    labeled = stmt
                stmt = stmt.stmt
            if isinstance(stmt, DeclStmt):
                for d in stmt.decls:
                    if isinstance(d, VarDecl):
                        var_pos = d.pos
                        var_name = d.names[0].text
                        over_var = list(forward)
                        break
            elif isinstance(stmt, AssignStmt):
                if stmt.op == DEFINE:
                    var_pos = stmt.pos
                    var_name = expr_list_string(stmt.lhs)
                    over_var = list(forward)
            elif isinstance(stmt, BranchStmt):
                self.branch(block, targets, stmt, index + 1 == count, forward)
            elif isinstance(stmt, BlockStmt):
                inner = _Targets(targets.breaks, targets.continues, _NO_CASE)
                forward += self.block(block, inner, labeled, stmt.pos, stmt.stmts)
            elif isinstance(stmt, IfStmt):
                inner = _Targets(targets.breaks, targets.continues, _NO_CASE)
                forward += self.block(block, inner, labeled, stmt.then.pos, stmt.then.stmts)
                if stmt.else_ is not None:
                    forward += self.block(block, inner, labeled, stmt.else_.pos, [stmt.else_])
            elif isinstance(stmt, (ForStmt, RangeStmt)):
                inner = _Targets(stmt, stmt, _NO_CASE)
                forward += self.block(block, inner, labeled, stmt.body.pos, stmt.body.stmts)
            elif isinstance(stmt, SwitchStmt):
                for i in range(len(stmt.body)):
                    clause = stmt.body[i]
                    inner = _Targets(stmt, targets.continues, i)
                    forward += self.block(block, inner, labeled, clause.pos, clause.body)
            elif isinstance(stmt, SelectStmt):
                for comm in stmt.body:
                    inner = _Targets(stmt, targets.continues, _NO_CASE)
                    forward += self.block(block, inner, labeled, comm.pos, comm.body)
        return forward

    def branch(
        self, block: _Block, targets: _Targets, stmt: BranchStmt, is_last: bool, forward: list[BranchStmt]
    ) -> None:
        tok = stmt.tok
        if stmt.label is None:
            if tok == BREAK:
                stmt.target = targets.breaks
                if stmt.target is None:
                    self.error(stmt.pos, "break is not in a loop, switch, or select")
            elif tok == CONTINUE:
                stmt.target = targets.continues
                if stmt.target is None:
                    self.error(stmt.pos, "continue is not in a loop")
            elif tok == FALLTHROUGH:
                self.fallthrough(targets, stmt, is_last)
            return
        name = stmt.label.text
        if tok == BREAK or tok == CONTINUE:
            word = "break" if tok == BREAK else "continue"
            label = self.labels.get(name)
            if label is None:
                self.error(stmt.label.pos, f"{word} label not defined: {name}")
                return
            t = self.enclosing(block, label)
            if isinstance(t, (ForStmt, RangeStmt)) or (tok == BREAK and isinstance(t, (SwitchStmt, SelectStmt))):
                stmt.target = t
            else:
                self.error(stmt.label.pos, f"invalid {word} label {name}")
            return
        target = self.goto_target(block, name)
        if target is None:
            forward.append(stmt)
        else:
            stmt.target = target

    def fallthrough(self, targets: _Targets, stmt: BranchStmt, is_last: bool) -> None:
        message = "fallthrough statement out of place"
        switch = targets.breaks
        if isinstance(switch, SwitchStmt):
            if isinstance(switch.tag, TypeSwitchGuard):
                message = "cannot fallthrough in type switch"
            elif targets.case_index >= 0 and is_last:
                if targets.case_index + 1 < len(switch.body):
                    return
                message = "cannot fallthrough final case in switch"
        self.error(stmt.pos, message)
