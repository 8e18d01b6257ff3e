"""The steps of a build as command lines that can be run by hand: what -x and -n print.

    mkdir -p $WORK/b001/
    cat >/tmp/go-build1/b001/importcfg << 'EOF' # internal
    ...
    goes tool compile -o $WORK/b001/_pkg_.a -p main -complete -importcfg /tmp/go-build1/b001/importcfg ./main.go

Only the packages outside GOROOT have steps: std is compiled on demand by the link step, function by function.
The root is b001, the others follow in the order the imports lead to them. In a here-document $WORK would not be
expanded, so the directory's name stands there.

Source: cmd/go/internal/work (form of the lines).
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import Final, TextIO, final

from ..load.context import BuildContext
from ..load.graph import Graph
from ..load.package import Package
from .options import BuildOptions

_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%$")


def quote(word: str) -> str:
    """A word for the shell; $WORK stays a variable."""
    if word and all(c in _PLAIN for c in word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`") + '"'


def tool_command() -> str:
    """How to call goes again."""
    found = shutil.which("goes")
    return found if found else f"{quote(sys.executable)} -m goes"


def user_packages(graph: Graph, root: Package) -> list[Package]:
    """The packages outside GOROOT that root needs, root first."""
    order: list[Package] = []
    pending = [root]
    while pending:
        p = pending.pop()
        if p.standard or p.import_path in ("unsafe", "C") or p in order:
            continue
        order.append(p)
        pending.extend(reversed(p.dependencies or []))
    return order


def go_quote(data: bytes) -> str:
    """A Go string literal of any bytes."""
    out: list[str] = []
    short = {9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    for b in data:
        out.append(short.get(b) or (chr(b) if 32 <= b < 127 else f"\\x{b:02x}"))
    return '"' + "".join(out) + '"'


@final
class Steps:
    """Writes the steps of one program to `out`. `work` is the work directory's real name."""

    __slots__ = ("context", "graph", "options", "work", "out", "_shown", "_directories", "_cwd", "_tool")

    def __init__(self, context: BuildContext, graph: Graph, options: BuildOptions, work: str, out: TextIO) -> None:
        self.context = context
        self.graph = graph
        self.options = options
        self.work = work
        self.out = out
        self._shown: dict[str, str] = {}  # import path → directory below $WORK
        self._directories = 0
        self._cwd = ""
        self._tool = tool_command() + " tool"

    def _line(self, text: str) -> None:
        self.out.write(text + "\n")

    def _file(self, name: str, lines: list[str]) -> None:
        text = "\n".join(lines)
        self._line(f"cat >{name} << 'EOF' # internal\n{text}\nEOF")

    def _change(self, directory: str) -> None:
        if self._cwd != directory:
            self._cwd = directory
            self._line(f"cd {quote(directory)}")

    def _compile_all(self, root: Package) -> list[Package]:
        packages = user_packages(self.graph, root)
        for p in packages:
            if p.import_path not in self._shown:
                self._directories += 1
                self._shown[p.import_path] = f"b{self._directories:03d}"
        for p in reversed(_dependencies_last(packages)):
            self._compile(p, p is root)
        return packages

    def program(self, root: Package, target: str) -> None:
        """Compile everything root needs and link it. `target` may begin with $WORK."""
        self._link(root, self._compile_all(root), target)

    def library(self, root: Package) -> None:
        """Compile a package that makes no executable, and what it needs."""
        self._compile_all(root)

    def _compile(self, p: Package, main: bool) -> None:
        """One package, once."""
        here = self._shown[p.import_path]
        if here.startswith("+"):
            return
        compiled_as = "main" if p.name == "main" and main else p.import_path
        objdir = f"$WORK/{here}/"
        real = f"{self.work}/{here}/"
        self._line(f"mkdir -p {objdir}")
        if p.embed_map:
            self._file(f"{real}embedcfg", [_embed_config(p)])
        config = ["# import config"]
        for dependency in user_packages(self.graph, p)[1:]:
            path = dependency.import_path
            config.append(f"packagefile {path}={self.work}/{self._shown[path].lstrip('+')}/_pkg_.a")
        for written in sorted(p.import_map):
            if p.import_map[written] != written:
                config.append(f"importmap {written}={p.import_map[written]}")
        self._file(f"{real}importcfg", config)
        self._change(p.dir)
        words = [self._tool, "compile", "-o", objdir + "_pkg_.a", "-p", compiled_as]
        if p.language_version:
            words.append("-lang=" + p.language_version)
        if not p.s_files:
            words.append("-complete")
        if not self.options.inline:
            words.append("-l")
        if self.options.all_errors:
            words.append("-e")
        if p.s_files:
            assembler = [
                self._tool,
                "asm",
                "-p",
                compiled_as,
                "-I",
                objdir,
                "-I",
                "$GOROOT/pkg/include",
                "-D",
                "GOOS_" + self.context.goos,
                "-D",
                "GOARCH_" + self.context.goarch,
            ]
            files = ["./" + f for f in p.s_files]
            self._line(f"GOROOT={quote(self.context.goroot)}")
            self._line(f"echo -n > {objdir}go_asm.h # internal")
            self._line(" ".join([*assembler, "-gensymabis", "-o", objdir + "symabis", *map(quote, files)]))
            words += ["-symabis", objdir + "symabis", "-asmhdr", objdir + "go_asm.h"]
        if p.embed_map:
            words += ["-embedcfg", objdir + "embedcfg"]
        words += ["-importcfg", objdir + "importcfg", "-pack"]
        words += [quote("./" + f) for f in p.go_files]
        self._line(" ".join(words))
        if p.s_files:
            objects: list[str] = []
            for f in p.s_files:
                made = objdir + os.path.splitext(f)[0] + ".o"
                objects.append(made)
                self._line(" ".join([*assembler, "-o", made, quote("./" + f)]))
            self._line(" ".join([self._tool, "pack", "r", objdir + "_pkg_.a", *objects, "# internal"]))
        self._shown[p.import_path] = "+" + here

    def _link(self, root: Package, packages: list[Package], target: str) -> None:
        here = self._shown[root.import_path].lstrip("+")
        config = [
            f"packagefile {p.import_path}={self.work}/{self._shown[p.import_path].lstrip('+')}/_pkg_.a"
            for p in packages
        ]
        if self.options.modinfo:
            config.append("modinfo " + go_quote(self.options.modinfo))
        self._file(f"{self.work}/{here}/importcfg.link", config)
        folder = os.path.dirname(target)
        if folder.startswith("$WORK"):
            self._line(f"mkdir -p {folder}/")
        self._change(".")
        words = [
            self._tool,
            "link",
            "-o",
            quote(target),
            "-importcfg",
            f"$WORK/{here}/importcfg.link",
            "-buildmode=exe",
        ]
        if self.options.build_id:
            words.append("-buildid=" + self.options.build_id)
        words += [quote(w) for w in self.options.ldflags]
        words.append(f"$WORK/{here}/_pkg_.a")
        self._line(" ".join(words))


def _dependencies_last(packages: list[Package]) -> list[Package]:
    """Every package before the ones it imports."""
    out: list[Package] = []
    seen: set[str] = set()
    for p in packages:
        _post_order(p, packages, seen, out)
    out.reverse()
    return out


def _post_order(root: Package, known: list[Package], seen: set[str], out: list[Package]) -> None:
    if root.import_path in seen:
        return
    seen.add(root.import_path)
    stack: list[tuple[Package, int]] = [(root, 0)]
    while stack:
        p, i = stack.pop()
        dependencies = [d for d in p.dependencies or [] if d in known]
        while i < len(dependencies) and dependencies[i].import_path in seen:
            i += 1
        if i < len(dependencies):
            stack.append((p, i + 1))
            seen.add(dependencies[i].import_path)
            stack.append((dependencies[i], 0))
        else:
            out.append(p)


def _embed_config(p: Package) -> str:
    """-embedcfg's JSON: patterns to names, names to files."""
    import json

    files = {name: os.path.join(p.dir, name) for name in p.embed_files}
    return json.dumps({"Patterns": p.embed_map, "Files": files}, indent="\t", ensure_ascii=False)
