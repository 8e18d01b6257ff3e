"""What `go test` has vet look at before it runs the tests.

    vet = TestVet(command, plan)
    vet.add(packages)           the packages and variants of all tests
    vet.check(packages)         UserError with what vet says about some of them

All are looked at together when the first question comes, so that what they import is looked at once.

Source: cmd/go/internal/test (addTestVet).
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, final

from ..diag.diagnostic import UserError

if TYPE_CHECKING:
    from ..load.package import Package
    from ..work.vet import VetOutcome
    from .buildflags import Plan
    from .testflags import TestCommand


@final
class TestVet:
    __test__ = False
    __slots__ = ("command", "plan", "_packages", "_outcomes", "_problem", "_lock")

    def __init__(self, command: TestCommand, plan: Plan) -> None:
        self.command = command
        self.plan = plan
        self._packages: list[Package] = []
        self._outcomes: dict[int, VetOutcome] | None = None
        self._problem: UserError | None = None
        self._lock = threading.Lock()

    def add(self, packages: list[Package]) -> None:
        if not self.command.vet_off:
            self._packages += [p for p in packages if p.go_files]

    def check(self, packages: list[Package]) -> None:
        """Raise what vet found in packages that can be compiled."""
        if self.command.vet_off:
            return
        with self._lock:
            if self._outcomes is None and self._problem is None:
                try:
                    self._outcomes = self._run()
                except UserError as e:
                    self._problem = e
        if self._problem is not None:
            raise self._problem
        assert self._outcomes is not None
        found = [self._outcomes[id(p)] for p in packages if id(p) in self._outcomes]
        reports = [o.report for o in found if o.report and o.built]
        if reports:
            raise UserError("\n".join(reports))

    def _run(self) -> dict[int, VetOutcome]:
        from ..work.exports import Exports
        from ..work.options import split_quoted
        from ..work.toolprograms import tool_program
        from ..work.vet import Vet, VetOptions, VetTool

        values = self.command.values
        program = tool_program("vet", self.plan.cache)
        options = VetOptions([f"-{name}" for name in self.command.analyzers])
        options.explicit = self.command.vet_explicit
        options.in_test = True
        options.rebuild = values.flag("a")
        options.show = values.flag("x")
        options.dry = values.flag("n")
        options.jobs = values.number("p")
        options.toolexec = split_quoted(values.text("toolexec"))[0]
        exports = Exports(self.plan.context, self.plan.cache, os.getcwd())
        work = os.path.join(self.plan.work.path(), "vet")
        os.makedirs(work, exist_ok=True)
        outcomes = Vet(exports, VetTool(program, program, True), options, work).run(self._packages)
        return {id(p): outcome for p, outcome in zip(self._packages, outcomes)}
