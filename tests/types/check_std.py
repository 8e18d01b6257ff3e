"""By hand: type-check standard packages and everything they import; there must be no error.

    python tests/types/check_std.py fmt            whole bodies of fmt and its imports
    python tests/types/check_std.py --decls fmt    declarations only, resolved on demand
    python tests/types/check_std.py --bodies fmt   bodies one by one, on demand; the order of initialisation must be
                                                   that of a complete check

The file lists come from the official `go list` (set GO to its path).
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
import time

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.syntax.parser import parse_file
from goes.types.checker import Checker, Importer, ImportFailed
from goes.types.objects import Func, Package
from goes.types.universe import UNSAFE

GO = os.environ.get("GO", os.path.join(os.path.dirname(sys.executable), "go"))


class Listed(Importer):
    """Packages of one `go list -deps`, checked when they are asked for."""

    def __init__(self, patterns: list[str], lazy: bool) -> None:
        env = dict(os.environ, CGO_ENABLED="0", GOFLAGS="", GOTOOLCHAIN="local")
        fields = "-json=ImportPath,Name,Dir,GoFiles,ImportMap"
        out = subprocess.run(
            [GO, "list", "-deps", fields] + patterns, capture_output=True, text=True, env=env, check=True, cwd="/"
        ).stdout
        decoder = json.JSONDecoder()
        self.listed: dict[str, dict] = {}
        i = 0
        while i < len(out.rstrip()):
            p, i = decoder.raw_decode(out, i)
            self.listed[p["ImportPath"]] = p
            while i < len(out) and out[i].isspace():
                i += 1
        self.lazy = lazy
        self.sources = SourceSet()
        self.errors: list[Diagnostic] = []
        self.checkers: dict[str, Checker] = {}
        self.parse_time = 0.0

    def import_package(self, path: str, from_pkg: Package) -> Package:
        if path == "unsafe":
            return UNSAFE
        path = self.listed[from_pkg.path].get("ImportMap", {}).get(path, path)
        if path not in self.listed:
            raise ImportFailed("not listed")
        return self.load(path).pkg

    def load(self, path: str) -> Checker:
        check = self.checkers.get(path)
        if check is not None:
            return check
        p = self.listed[path]
        t = time.process_time()
        files = []
        for name in p.get("GoFiles", []):
            full = os.path.join(p["Dir"], name)
            with open(full, "rb") as f:
                source = self.sources.add(full, f.read())
            file = parse_file(source, self.errors, self.lazy, True)
            if file is not None:
                files.append(file)
        self.parse_time += time.process_time() - t
        check = Checker(path, p["Name"], self.sources, self, "go1.27", self.errors, is_std=True)
        self.checkers[path] = check
        check.declare(files)
        return check


def main() -> int:
    gc.disable()
    args = sys.argv[1:]
    decls = "--decls" in args
    bodies = "--bodies" in args
    patterns = [a for a in args if not a.startswith("-")]
    listed = Listed(patterns, decls or bodies)
    whole = Listed(patterns, False) if bodies else listed
    start = time.process_time()
    for path in list(listed.listed):
        if path == "unsafe":
            continue
        t = time.process_time()
        before = len(listed.errors)
        check = listed.load(path)
        if decls:
            for obj in check.decls:
                check.resolve(obj)
        elif bodies:
            order = [[v.name for v in i.lhs] for i in check.init_order()]
            for obj in reversed(check.decls):
                if isinstance(obj, Func):
                    check.check_body(obj)
            complete = whole.load(path)
            complete.check_all()
            if order != [[v.name for v in i.lhs] for i in complete.init_order()]:
                print(f"{path}: order of initialisation differs")
        else:
            check.check_all()
        if "-v" in args or len(listed.errors) > before:
            print(f"{path}: {time.process_time() - t:.2f}s, {len(listed.errors) - before} errors", flush=True)
        for d in listed.errors[before : before + 15]:
            print(f"  {listed.sources.position(d.pos)}: {d.message}")
    total = time.process_time() - start
    print(f"{len(listed.errors)} errors, {total:.1f}s of which {listed.parse_time:.1f}s parsing")
    return 1 if listed.errors else 0


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
    os._exit(status)
