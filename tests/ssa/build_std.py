"""By hand: build and verify the SSA of every function of standard packages and what they import.

    python tests/ssa/build_std.py fmt            all functions and literals, generic ones as their instances come up
    python tests/ssa/build_std.py -n f fmt.Println   print one function

The file lists come from the official `go list` (set GO to its path).
"""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "types"))

from check_std import Listed  # noqa: E402

from goes.diag.diagnostic import Bug  # noqa: E402
from goes.ssa import instr as ir  # noqa: E402
from goes.ssa.function import Function  # noqa: E402
from goes.ssa.printer import print_function  # noqa: E402
from goes.ssa.program import Program, Resolver  # noqa: E402
from goes.ssa.verify import verify  # noqa: E402
from goes.types.lookup import method_set  # noqa: E402
from goes.types.objects import Func, TypeName  # noqa: E402
from goes.types.types import Interface, Named, Pointer, Signature, under  # noqa: E402


def references(fn: Function) -> list[Function]:
    """Functions that fn mentions."""
    out: list[Function] = list(fn.anonymous)
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, (ir.CallStatic, ir.MakeClosure)):
                out.append(i.function)
            for v in i.operands():
                if isinstance(v, ir.FuncRef):
                    out.append(v.function)
    return out


def package_functions(checker: object) -> list[Func]:
    """Declared functions and methods without type parameters."""
    out: list[Func] = []
    pkg = checker.pkg  # type: ignore[attr-defined]
    for name in pkg.scope.names():
        obj = pkg.scope.lookup(name)
        checker.resolve(obj)  # type: ignore[attr-defined]
        if isinstance(obj, Func):
            sig = obj.type
            if isinstance(sig, Signature) and not sig.tparams:
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
    work: list[Function] = []
    types: list[Named] = []
    start = time.process_time()
    bugs: Counter[str] = Counter()
    for path in list(listed.listed):
        if path == "unsafe":
            continue
        checker = listed.load(path)
        for f in package_functions(checker):
            work.append(program.function(f, []))
        for name in checker.pkg.scope.names():
            obj = checker.pkg.scope.lookup(name)
            if isinstance(obj, TypeName) and isinstance(obj.type, Named) and not obj.type.tparams:
                types.append(obj.type)
        inits = checker.init_order()
        if inits:
            work.append(program.package_init(checker.pkg, inits))
    print(f"declared: {len(work)} functions, {time.process_time() - start:.1f}s; {len(listed.errors)} errors")
    for d in listed.errors[:20]:
        print(f"  {listed.sources.position(d.pos)}: {d.message}")
    for n in types:
        for typ in (n, Pointer(n)):
            if isinstance(under(n), Interface):
                continue
            for entry in method_set(typ):
                if isinstance(entry.func.type, Signature) and entry.func.type.tparams:
                    continue
                work.extend(program.method_symbols(typ, entry))
    seen: set[Function] = set()
    built = 0
    instrs = 0
    build_time = 0.0
    while work:
        fn = work.pop()
        if fn in seen:
            continue
        seen.add(fn)
        try:
            if fn.object is not None and fn.has_body() and not fn.built:
                program.resolver.check_body(fn.object)
            t = time.process_time()
            program.build(fn)
            build_time += time.process_time() - t
        except Bug as e:
            bugs[str(e)] += 1
            continue
        except Exception as e:
            tb = traceback.extract_tb(e.__traceback__)[-1]
            where = f"{Path(tb.filename).name}:{tb.lineno}"
            bugs[f"{type(e).__name__} {e} at {where} in {fn.name}"] += 1
            if "-t" in args:
                traceback.print_exc()
            continue
        if fn.blocks:
            built += 1
        for e in verify(fn):
            bugs[e] += 1
        for b in fn.blocks:
            instrs += len(b.instrs)
        if show and fn.name == show:
            print(print_function(fn))
        work.extend(references(fn))
    for text, _ in list(bugs.items())[:60]:
        print(text)
    print(f"{built} functions, {instrs} instructions, {len(bugs)} complaints")
    print(f"{time.process_time() - start:.1f}s, of which building {build_time:.1f}s")
    return 1 if bugs else 0


def run() -> None:
    global status
    status = main()


if __name__ == "__main__":
    status = 0
    threading.stack_size(512 << 20)
    sys.setrecursionlimit(200_000)
    t = threading.Thread(target=run)
    t.start()
    t.join()
    sys.stdout.flush()
    sys.exit(status)
