"""By hand: run the passes over the functions of a program and verify after every pass.

    python tests/ssa/passes_std.py strconv            the functions of strconv; what they call
    python tests/ssa/passes_std.py -a fmt             and all functions of the packages fmt imports
    python tests/ssa/passes_std.py -v strconv         verify after every pass
    python tests/ssa/passes_std.py -p strconv         profile
    python tests/ssa/passes_std.py -n NAME strconv    print one function before and after

The list of packages comes from `go list` (GO names it).
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "types"))

from check_std import Listed  # noqa: E402

from goes.ssa import instr as ir  # noqa: E402
from goes.ssa.function import Function  # noqa: E402
from goes.ssa.printer import print_function  # noqa: E402
from goes.ssa.program import Program, Resolver  # noqa: E402
from goes.ssa.verify import verify  # noqa: E402
from goes.types.objects import Func, TypeName  # noqa: E402
from goes.types.types import Named, Signature  # noqa: E402
from goes.work import analysis as analysis_module  # noqa: E402
from goes.work.analysis import Analysis, Intrinsics, Observer  # noqa: E402


class NoIntrinsics(Intrinsics):
    def is_intrinsic(self, name: str) -> bool:
        return False


def intrinsics() -> Intrinsics:
    try:
        from goes.codegen.intrinsics import is_intrinsic
    except ImportError:
        return NoIntrinsics()

    class Real(Intrinsics):
        def is_intrinsic(self, name: str) -> bool:
            return is_intrinsic(name)

    return Real()


class Verifier(Observer):
    def __init__(self) -> None:
        self.bugs: Counter[str] = Counter()

    def passed(self, fn: Function, name: str) -> None:
        for e in verify(fn):
            self.bugs[f"after {name}: {e}"] += 1


class Timer(Observer):
    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.last = time.process_time()

    def passed(self, fn: Function, name: str) -> None:
        now = time.process_time()
        self.times[name] += now - self.last
        self.last = now


def declared(checker: object) -> list[Func]:
    out: list[Func] = []
    pkg = checker.pkg  # type: ignore[attr-defined]
    for name in pkg.scope.names():
        obj = pkg.scope.lookup(name)
        checker.resolve(obj)  # type: ignore[attr-defined]
        if isinstance(obj, Func):
            if isinstance(obj.type, Signature) and not obj.type.tparams:
                out.append(obj)
        elif isinstance(obj, TypeName) and isinstance(obj.type, Named) and not obj.type.tparams:
            for m in obj.type.methods():
                checker.resolve(m)  # type: ignore[attr-defined]
                if isinstance(m.type, Signature) and not m.type.tparams:
                    out.append(m)
    return out


def main() -> int:
    gc.disable()
    args = sys.argv[1:]
    show = args[args.index("-n") + 1] if "-n" in args else ""
    patterns = [a for a in args if not a.startswith("-") and a != show]
    listed = Listed(patterns, True)
    program = Program(listed.sources, Resolver())
    start = time.process_time()
    work: list[Function] = []
    for path in list(listed.listed):
        if path == "unsafe":
            continue
        checker = listed.load(path)
        for f in declared(checker):
            if not patterns or "-a" in args or path in patterns:
                work.append(program.function(f, []))
    print(f"declared {len(work)} in {time.process_time() - start:.1f}s")
    analysis = Analysis(program, intrinsics())
    bugs: Counter[str] = Counter()
    check = Verifier()
    timer = Timer()
    if "-v" in args:
        analysis.observer = check
    elif "-p" not in args:
        analysis.observer = timer
    profile = cProfile.Profile() if "-p" in args else None
    build = [0.0]
    original = program.build

    def timed_build(fn: Function) -> None:
        t = time.process_time()
        original(fn)
        build[0] += time.process_time() - t
        timer.last = time.process_time()

    class Proxy:
        def build(self, fn: Function) -> None:
            timed_build(fn)

        def method_expression(self, *a: object) -> object:
            return program.method_expression(*a)  # type: ignore[arg-type]

    analysis.program = Proxy()  # type: ignore[assignment]
    start = time.process_time()
    if profile is not None:
        profile.enable()
    for fn in work:
        try:
            if show and fn.name == show:
                program.build(fn)
                print(print_function(fn))
            analysis.prepare(fn)
        except Exception as e:
            tb = traceback.extract_tb(e.__traceback__)[-1]
            bugs[f"{type(e).__name__} {e} at {Path(tb.filename).name}:{tb.lineno}"] += 1
            if "-t" in args:
                traceback.print_exc()
                return 1
            analysis._stack.clear()
    if profile is not None:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)
    total = time.process_time() - start
    functions = 0
    instrs = 0
    placements: Counter[str] = Counter()
    checks: Counter[str] = Counter()
    for fn in analysis._states:
        functions += 1
        for b in fn.blocks:
            instrs += len(b.instrs)
            for i in b.instrs:
                p = getattr(i, "placement", None)
                if p is not None:
                    placements[f"{type(i).__name__} {('undecided', 'stack', 'heap')[p]}"] += 1
                if isinstance(i, ir.Store):
                    placements[f"Store {('unknown', 'none', 'needed')[i.barrier]}"] += 1
                if type(i).__name__.endswith("Check"):
                    checks[type(i).__name__] += 1
        if show and fn.name == show:
            print(print_function(fn))
    bugs.update(check.bugs)
    for text, n in list(bugs.items())[:40]:
        print(n, text)
    print(sorted(placements.items()))
    print(sorted(checks.items()))
    for name, seconds in timer.times.most_common():
        print(f"  {seconds:6.2f}s {name}")
    print(
        f"{functions} functions, {instrs} instructions, {len(bugs)} complaints; "
        f"{total:.1f}s, of which building {build[0]:.1f}s"
    )
    return 1 if bugs else 0


def run() -> None:
    global status
    status = main()


if __name__ == "__main__":
    status = 0
    _ = analysis_module
    threading.stack_size(512 << 20)
    sys.setrecursionlimit(200_000)
    t = threading.Thread(target=run)
    t.start()
    t.join()
    sys.stdout.flush()
    sys.exit(status)
