"""By hand: check one package as `go tool compile -e` does, printing its diagnostics.

    python tests/types/compile_check.py [-lang=go1.N] a.go b.go

Imports are standard packages, found below GOROOT with the files `go list` would choose (by file name suffix and
//go:build line). The type checker's conformance suite runs through this.
"""

from __future__ import annotations

import gc
import os
import sys
import threading

from official import GOROOT

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.syntax.parser import parse_file
from goes.types.checker import Checker, Importer, ImportFailed
from goes.types.errors import sorted_as_printed
from goes.types.objects import Package
from goes.types.universe import UNSAFE

OSES = {"aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "netbsd", "openbsd", "plan9",
        "solaris", "wasip1", "windows", "zos", "nacl", "hurd"}  # fmt: skip
ARCHS = {"386", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64",
         "s390x", "wasm", "riscv", "sparc64", "ppc", "sparc", "armbe", "arm64be", "amd64p32", "mips64p32"}  # fmt: skip
TRUE_TAGS = {"linux", "amd64", "gc", "unix", "goexperiment.regabiwrappers", "goexperiment.regabiargs", "amd64.v1",
             "goexperiment.aliastypeparams", "goexperiment.swissmap", "goexperiment.spinbitmutex",
             "goexperiment.greenteagc", "goexperiment.randomizedheapbase64", "goexperiment.dwarf5",
             "goexperiment.sizespecializedmalloc"}  # fmt: skip


def tag_holds(expr: str) -> bool:
    words = []
    for w in expr.replace("(", " ( ").replace(")", " ) ").replace("!", " ! ").replace("&&", " && ").split():
        if w in ("(", ")"):
            words.append(w)
        elif w == "!":
            words.append("not")
        elif w == "&&":
            words.append("and")
        elif w == "||":
            words.append("or")
        else:
            words.append(str(w in TRUE_TAGS or w.startswith("go1.")))
    return bool(eval(" ".join(words)))


def wanted(name: str, data: bytes) -> bool:
    if not name.endswith(".go") or name.endswith("_test.go") or name[0] in "._":
        return False
    parts = name[:-3].split("_")[1:]
    if parts and (parts[-1] in ARCHS or parts[-1] in OSES):
        return False
    if len(parts) > 1 and parts[-1] == "amd64" and parts[-2] in OSES:
        return False
    for line in data.split(b"\n"):
        if line.startswith(b"package "):
            break
        if line.startswith(b"//go:build "):
            return tag_holds(line[11:].decode())
    return True


class Std(Importer):
    def __init__(self, sources: SourceSet) -> None:
        self.sources = sources
        self.errors: list[Diagnostic] = []
        self.packages: dict[str, Package] = {"unsafe": UNSAFE}

    def import_package(self, path: str, from_pkg: Package) -> Package:
        pkg = self.packages.get(path)
        if pkg is not None:
            return pkg
        for folder in ("src", "src/vendor"):
            d = os.path.join(GOROOT, folder, path)
            if os.path.isdir(d):
                break
        else:
            raise ImportFailed(f"file not found: {path}")
        files = []
        for name in sorted(os.listdir(d)):
            full = os.path.join(d, name)
            if not name.endswith(".go"):
                continue
            with open(full, "rb") as f:
                data = f.read()
            if not wanted(name, data):
                continue
            file = parse_file(self.sources.add(full, data), self.errors, True)
            if file is not None and file.pkg_name.text != "main":
                files.append(file)
        if not files:
            raise ImportFailed(f"no files: {path}")
        check = Checker(path, files[0].pkg_name.text, self.sources, self, "", self.errors, is_std=True)
        self.packages[path] = check.pkg
        check.declare(files)
        return check.pkg


def check_files(files: list[str], lang: str, std: Std | None = None, complete: bool = False) -> tuple[list[str], int]:
    """The printed diagnostics. `std` may be shared between calls."""
    if std is None:
        std = Std(SourceSet())
    sources = std.sources
    errors: list[Diagnostic] = []
    trees = []
    for name in files:
        with open(name, "rb") as f:
            source = sources.add(name, f.read())
        tree = parse_file(source, errors, False, True)
        if tree is not None:
            trees.append(tree)
    if not any(d.message.startswith("syntax error") for d in errors) and len(trees) == len(files):
        name = trees[0].pkg_name.text
        check = Checker(name, name, sources, std, lang or "go1.27", errors)
        check.declare(trees)
        check.check_all(complete)
        errors.extend(std.errors)
    lines = []
    for d in sorted_as_printed(errors, sources):
        lines.append(f"{sources.position(d.pos)}: {d.message}")
    return lines, 1 if errors else 0


def main() -> None:
    lang = ""
    files = []
    complete = False
    for a in sys.argv[1:]:
        complete |= a == "-complete"
        if a.startswith("-lang="):
            lang = a[6:]
        elif not a.startswith("-"):
            files.append(a)
    gc.disable()
    lines, status = check_files(files, lang, None, complete)
    print("\n".join(lines))
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    threading.stack_size(512 << 20)
    sys.setrecursionlimit(1_000_000)
    t = threading.Thread(target=main)
    t.start()
    t.join()
    os._exit(2)
