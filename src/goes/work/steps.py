"""The steps of a build as command lines that can be run by hand: what -x and -n print, and what -toolexec runs.

    mkdir -p $WORK/b001/
    cat >/tmp/go-build1/b001/importcfg << 'EOF' # internal
    ...
    .../compile -o $WORK/b001/_pkg_.a -p main -complete -importcfg /tmp/go-build1/b001/importcfg -pack ./main.go

Only the packages outside GOROOT have steps: std is compiled on demand by the link step, function by function. Packages
of std that the command line names or has flags for are shown too.
The root is b001, the others follow in the order the imports lead to them. In a here-document $WORK would not be
expanded, so the directory's name stands there.

Source: cmd/go/internal/work (form of the lines).
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final, TextIO, final

from ..diag.diagnostic import UserError
from ..load.context import BuildContext
from ..load.graph import Graph
from ..load.package import Package
from .childenv import tool_path
from .options import BuildOptions

_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%$")


def quote(word: str) -> str:
    """A word for the shell; $WORK stays a variable."""
    if word and all(c in _PLAIN for c in word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`") + '"'


def go_quote(data: bytes) -> str:
    """A Go string literal of any bytes."""
    out: list[str] = []
    short = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    for b in data:
        out.append(short.get(b) or (chr(b) if 32 <= b < 127 else f"\\x{b:02x}"))
    return '"' + "".join(out) + '"'


@final
class Steps:
    """Writes the steps of programs to `out` and, if `toolexec` is given, performs them with it before each tool.
    `work` is the work directory's real name."""

    __slots__ = (
        "context", "graph", "options", "work", "out", "show", "toolexec", "extra_std", "compiled", "profiles", "_shown",
        "_directories", "_cwd", "_checked",
    )  # fmt: skip

    def __init__(self, context: BuildContext, graph: Graph, options: BuildOptions, work: str, out: TextIO) -> None:
        self.context = context
        self.graph = graph
        self.options = options
        self.work = work
        self.out = out
        self.show = True
        self.toolexec: list[str] = []
        self.extra_std: frozenset[str] = frozenset()  # packages of std that have steps all the same
        self.compiled: dict[str, str] = {}  # packages that have no steps, and the file that stands for them
        self.profiles: dict[str, str] = {}  # profile → what the preprofile tool makes of it, "" if that is a step
        self._shown: dict[str, str] = {}  # description → directory below $WORK
        self._directories = 0
        self._cwd = ""
        self._checked: set[str] = set()  # tools that have been asked for their version

    # ---------------------------------------------------------------------------------------- primitive steps

    def _real(self, text: str) -> str:
        return text.replace("$WORK", self.work).replace("$GOROOT", self.context.goroot)

    def _line(self, text: str) -> None:
        if self.show:
            self.out.write(text + "\n")

    def _make_directory(self, path: str) -> None:
        self._line(f"mkdir -p {quote(path)}")
        if self.toolexec:
            os.makedirs(self._real(path), exist_ok=True)

    def _file(self, name: str, lines: list[str]) -> None:
        text = "\n".join(lines)
        self._line(f"cat >{name} << 'EOF' # internal\n{text}\nEOF")
        if self.toolexec:
            with open(self._real(name), "w", encoding="utf-8", errors="surrogateescape") as f:
                f.write(text + "\n")

    def _change(self, directory: str) -> None:
        if self._cwd != directory:
            self._cwd = directory
            self._line(f"cd {quote(os.getcwd() if directory == '.' else directory)}")

    def _tool(self, tool: str, words: list[str], package: Package, note: str = "") -> None:
        """One call of a tool in the current directory."""
        path = tool_path(tool)
        command = [*self.toolexec, path, *words]
        self._line(" ".join(quote(w) for w in command) + note)
        if not self.toolexec:
            return
        if note:
            command = command[len(self.toolexec) :]  # what gc does itself
        else:
            self._ask_version(tool, path)
        env = {**os.environ, "TOOLEXEC_IMPORTPATH": package.import_path, "GOROOT": self.context.goroot}
        done = _run([self._real(w) for w in command], self._cwd if self._cwd != "." else os.getcwd(), env)
        text = done.stdout.decode("utf-8", "replace")
        if done.returncode != 0:
            report = f"# {package.import_path}\n{text}".rstrip("\n") if text else f"{tool}: exit status {done.returncode}"
            failure = UserError(report)
            failure.reports = [(package.import_path, report)]
            raise failure
        if text:
            sys.stderr.write(f"# {package.import_path}\n{text}")
            sys.stderr.flush()

    def _ask_version(self, tool: str, path: str) -> None:
        """gc wants to know which tool it is before it calls it."""
        if tool in self._checked:
            return
        self._checked.add(tool)
        done = _run([*self.toolexec, path, "-V=full"], os.getcwd(), {**os.environ, "TOOLEXEC_IMPORTPATH": ""})
        text = done.stdout.decode("utf-8", "replace").strip()
        if done.returncode != 0:
            raise UserError(f"go: error obtaining buildID for go tool {tool}: exit status {done.returncode}\n{text}".rstrip())
        if not text.startswith(tool + " version "):
            raise UserError(
                f"go: parsing buildID from go tool {tool} -V=full: unexpected output:\n\t{text}".rstrip()
            )

    # ---------------------------------------------------------------------------------------- packages

    def has_steps(self, p: Package) -> bool:
        """Whether a package is compiled on its own."""
        return p.import_path not in ("unsafe", "C") and (not p.standard or p.import_path in self.extra_std)

    def packages_of(self, root: Package) -> list[Package]:
        """The packages with steps that root needs, root first."""
        order: list[Package] = []
        pending = [root]
        seen: set[str] = set()
        while pending:
            p = pending.pop()
            if p.description in seen:
                continue
            seen.add(p.description)
            if self.has_steps(p):
                order.append(p)
            if self.has_steps(p) or self.extra_std:
                pending.extend(reversed(p.dependencies or []))
        return order

    def _compile_all(self, root: Package) -> list[Package]:
        packages = self.packages_of(root)
        for p in packages:
            if p.description not in self._shown:
                self._directories += 1
                self._shown[p.description] = f"b{self._directories:03d}"
        for p in reversed(_dependencies_last(packages)):
            self._compile(p, p is root)
        return packages

    def program(self, root: Package, flags: list[str], target: str) -> None:
        """Compile everything root needs, link it with these flags, and put it at target ("" for nowhere)."""
        packages = self._compile_all(root)
        self._link(root, packages, flags)
        if not target:
            return
        folder = os.path.dirname(target)
        if folder and not os.path.isdir(folder):
            self._make_directory(folder + "/")
        made = f"$WORK/{self._directory(root)}/exe/a.out{self.context.executable_suffix}"
        self._line(f"mv {made} {quote(target)}")
        if self.toolexec:
            from shutil import copyfile

            copyfile(self._real(made), target)
            os.chmod(target, 0o755)

    def library(self, root: Package) -> None:
        """Compile a package that makes no executable, and what it needs."""
        self._compile_all(root)

    def _directory(self, p: Package) -> str:
        return self._shown[p.description].lstrip("+")

    def _archive(self, p: Package) -> str:
        return self.compiled.get(p.description) or f"{self.work}/{self._directory(p)}/_pkg_.a"

    def _import_config(self, p: Package, objdir: str) -> None:
        config = ["# import config"]
        for dependency in self.packages_of(p)[1:]:
            path = dependency.import_path
            config.append(f"packagefile {path}={self._archive(dependency)}")
        for written in sorted(p.import_map):
            if p.import_map[written] != written:
                config.append(f"importmap {written}={p.import_map[written]}")
        self._file(f"{objdir}importcfg", config)

    def _compile(self, p: Package, main: bool) -> None:
        """One package, once."""
        here = self._shown[p.description]
        if here.startswith("+") or p.description in self.compiled:
            return
        self._shown[p.description] = "+" + here
        compiled_as = "main" if p.name == "main" and main else p.import_path
        objdir = f"$WORK/{here}/"
        real = f"{self.work}/{here}/"
        self._make_directory(objdir)
        if p.embed_map:
            self._file(f"{real}embedcfg", [self._embed_config(p)])
        self._import_config(p, real)
        words = ["-o", objdir + "_pkg_.a", "-p", compiled_as]
        if self.options.trimpath:
            words += ["-trimpath", f"$WORK/{here}=>"]
        if p.standard:
            words.append("-std")
        if p.language_version:
            words.append("-lang=" + p.language_version)
        elif p.command_line and os.environ.get("GO111MODULE") != "off":
            # Files outside of every module are of one that is as new as the toolchain.
            words.append("-lang=go" + ".".join(self.context.go_version.split(".")[:2]))
        if not p.s_files:
            words.append("-complete")
        assembler = [
            "-p", compiled_as, "-I", objdir, "-I", "$GOROOT/pkg/include", "-D", "GOOS_" + self.context.goos, "-D",
            "GOARCH_" + self.context.goarch, *self.options.asm_flags.get(p.import_path, []),
        ]  # fmt: skip
        if p.s_files:
            self._change(p.dir)
            files = ["./" + f for f in p.s_files]
            self._line(f"GOROOT={quote(self.context.goroot)}")
            self._file(f"{real}go_asm.h", [])
            self._tool("asm", [*assembler, "-gensymabis", "-o", objdir + "symabis", *files], p)
            words += ["-symabis", objdir + "symabis", "-asmhdr", objdir + "go_asm.h"]
        if p.embed_map:
            words += ["-embedcfg", objdir + "embedcfg"]
        profile = self.options.profiles.get(p.description, "")
        if profile and not self.toolexec:
            words.append("-pgoprofile=" + self._profile(profile, p))
        workers = _workers()
        if workers > 1:
            words.append(f"-c={workers}")
        words += self.options.compile_flags.get(p.import_path, [])
        words += ["-importcfg", objdir + "importcfg", "-pack"]
        if p.testmain is not None:
            self._file(f"{real}_testmain.go", p.testmain.decode("utf-8", "surrogateescape").rstrip("\n").split("\n"))
            words.append(objdir + "_testmain.go")
        else:
            words += [self._source(p, f) for f in p.go_files]
        self._change(".")
        self._tool("compile", words, p)
        if p.s_files:
            self._change(p.dir)
            objects: list[str] = []
            for f in p.s_files:
                made = objdir + os.path.splitext(f)[0] + ".o"
                objects.append(made)
                self._tool("asm", [*assembler, "-o", made, "./" + f], p)
            self._tool("pack", ["r", objdir + "_pkg_.a", *objects], p, " # internal")

    def _profile(self, profile: str, p: Package) -> str:
        """The profile as the compiler reads it."""
        known = self.profiles.get(profile, "")
        if not known:
            known = f"$WORK/profile{len(self.profiles)}"
            self.profiles[profile] = known
            self._tool("preprofile", ["-o", known, "-i", profile], p)
        return known

    def _source(self, p: Package, file: str) -> str:
        path = os.path.join(p.dir, file)
        path = self.context.view.actual(path) or path
        here = os.getcwd()
        return f".{path[len(here) :]}" if path.startswith(here + "/") else path

    def _embed_config(self, p: Package) -> str:
        """-embedcfg's JSON: patterns to names, names to files."""
        import json

        files = {name: os.path.join(p.dir, name) for name in p.embed_files}
        return json.dumps({"Patterns": p.embed_map, "Files": files}, indent="\t", ensure_ascii=False)

    def _link(self, root: Package, packages: list[Package], flags: list[str]) -> None:
        here = self._directory(root)
        config = [f"packagefile {p.import_path}={self._archive(p)}" for p in packages]
        if self.options.modinfo:
            config.append("modinfo " + go_quote(self.options.modinfo))
        self._file(f"{self.work}/{here}/importcfg.link", config)
        self._make_directory(f"$WORK/{here}/exe/")
        self._change(".")
        words = [
            "-o", f"$WORK/{here}/exe/a.out{self.context.executable_suffix}", "-importcfg", f"$WORK/{here}/importcfg.link", "-buildmode=exe",
        ]  # fmt: skip
        if root.default_godebug:
            words.append("-X=runtime.godebugDefault=" + root.default_godebug)
        if root.testmain is not None:
            words += ["-X", "testing.testBinary=1"]
        if self.options.build_id:
            words.append("-buildid=" + self.options.build_id)
        words += [*flags, f"$WORK/{here}/_pkg_.a"]
        self._tool("link", words, root)


def _workers() -> int:
    """How many functions gc would compile at once."""
    text = os.environ.get("GOMAXPROCS", "")
    return min(int(text) if text.isdigit() and int(text) > 0 else os.cpu_count() or 1, 4)


def _run(command: list[str], directory: str, env: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command, cwd=directory, env={**env, "PWD": directory}, stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except OSError as e:
        reason = os.strerror(e.errno or 0).lower()
        raise UserError(f"go: fork/exec {command[0]}: {reason}") from None


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
