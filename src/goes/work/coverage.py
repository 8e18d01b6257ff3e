"""Coverage: packages instrumented by cmd/cover before they are compiled.

    a.go  →  covervars.go (meta-data and counters), a.cover.go (counts blocks; //line leads back to a.go)
             coverinit.go (tells the runtime where the meta-data is, before anything else of the package runs)

The counters' names begin with a prefix of the package's own; the linker lays them out side by side, where the runtime
finds them. In a main package a hook is added that writes the data when the program ends; in a test's main package it
leaves that to package testing.

cmd/cover is a Go program: goes builds it from GOROOT. Sources: cmd/go/internal/work (runCover, cover), cmd/cover
documentation, cmd/compile/internal/coverage (what is registered), internal/coverage/pkid.go.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from typing import Final, final

from ..diag.diagnostic import UserError
from ..load.package import Package
from ..syntax.unicode import quote
from ..types.linkname import escape_path
from .packages import PackageInput

_MODES: Final = {"set": 1, "count": 2, "atomic": 3, "regonly": 4, "testmain": 5}
_GRANULARITIES: Final = {"perblock": 1, "perfunc": 2}

# Packages that run before package identifiers can be given out have fixed ones: -2, -3, ... in this order.
_FIXED: Final = (
    "internal/asan", "internal/byteorder", "internal/coverage/rtcov", "internal/cpu", "internal/bytealg",
    "internal/goarch", "internal/abi", "internal/chacha8rand", "internal/godebugs", "internal/goexperiment",
    "internal/goos", "internal/msan", "internal/profilerecord", "internal/race", "internal/runtime/atomic",
    "internal/runtime/exithook", "internal/runtime/gc", "internal/runtime/math", "internal/runtime/sys",
    "internal/runtime/maps", "internal/runtime/syscall/linux", "internal/runtime/syscall/windows",
    "internal/runtime/cgroup", "internal/strconv", "internal/stringslite", "runtime",
)  # fmt: skip


def meta_file_name(path: str) -> str:
    """What a package's meta-data is called if cmd/cover writes it."""
    return f"covmeta.{hashlib.sha256(path.encode()).hexdigest()}"


@final
class Coverage:
    """What is instrumented in one program. `hook`: "" for none, else the mode of the main package's exit hook, "test"
    or "program". `tool` finds the executable of cmd/cover; `directory` is for the instrumented files."""

    __slots__ = ("mode", "packages", "hook", "directory", "tool")

    def __init__(self, mode: str, packages: list[str], hook: str, directory: str, tool: Callable[[], str]) -> None:
        self.mode = mode
        self.packages = sorted(packages)
        self.hook = hook
        self.directory = directory
        self.tool = tool

    def key(self) -> list[str]:
        """What it adds to the identity of a program."""
        return ["cover", self.mode, self.hook, *self.packages]

    def std_key(self, inputs: dict[str, PackageInput]) -> list[str]:
        """What it adds to the identity of std's machine code: other packages may have inlined from those covered."""
        imported = {path for i in inputs.values() for path in i.imports if i.is_std and not i.reinitialised}
        std = [p for p in self.packages if p in imported and inputs[p].is_std and not inputs[p].reinitialised]
        return ["cover", self.mode, *std] if std else []

    def apply(self, inputs: dict[str, PackageInput], packages: list[Package]) -> list[str]:
        """Replace the sources of the covered packages; returns the prefixes of all counters' link names."""
        prefixes: list[str] = []
        known = {p.import_path: p for p in packages}
        for number, path in enumerate(self.packages):
            package = known.get(path)
            if package is None:
                continue
            made = self.instrument(inputs[path], package, os.path.join(self.directory, f"cover{number:03d}"))
            if made:
                prefixes.append(f"{escape_path(inputs[path].link_path)}.{made}")
        if self.hook:
            for i in inputs.values():
                if i.link_path == "main":
                    self._add_hook(i)
        return prefixes

    def _add_hook(self, main: PackageInput) -> None:
        for_test = "true" if self.hook == "test" else "false"
        text = (
            "package main\n\nimport _ \"unsafe\"\n\n//go:linkname goCover_initHook runtime/coverage.initHook\n"
            f"func goCover_initHook(istest bool)\n\nfunc init() {{ goCover_initHook({for_test}) }}\n"
        )
        name = os.path.join(main.directory, "coverhook.go")
        main.generated[name] = text.encode()
        main.go_files.insert(0, name)
        if "runtime/coverage" not in main.imports:
            main.imports.append("runtime/coverage")

    def instrument(self, input: PackageInput, package: Package, directory: str, meta_file: str = "") -> str:
        """Run cmd/cover over a package's files that are not tests; returns the prefix of its counters, "" if it has no
        such files. With meta_file the meta-data is written there too."""
        sources = [f for f in input.go_files if not f.endswith("_test.go") and f not in input.generated]
        if not sources:
            return ""
        os.makedirs(directory, exist_ok=True)
        prefix = f"goCover_{hashlib.sha256(package.import_path.encode()).hexdigest()[:12]}_"
        config = os.path.join(directory, "coveragecfg")
        variables = os.path.join(directory, "covervars.go")
        made = {f: os.path.join(directory, os.path.basename(f)[: -len(".go")] + ".cover.go") for f in sources}
        self._run(package, sources, [variables, *made.values()], prefix, directory, config, meta_file)
        with open(config, encoding="utf-8") as f:
            fixup = json.load(f)
        name = os.path.join(directory, "coverinit.go")
        input.generated[name] = _registration(package, prefix, fixup).encode()
        input.go_files = [name, variables, *(made.get(f, f) for f in input.go_files)]
        input.variant = input.is_std
        if self.mode == "atomic" and "sync/atomic" not in input.imports and package.import_path != "sync/atomic":
            input.imports.append("sync/atomic")
        return prefix

    def _run(
        self, package: Package, sources: list[str], outputs: list[str], prefix: str, directory: str, config: str,
        meta_file: str,
    ) -> None:  # fmt: skip
        facts = {
            "OutConfig": config, "PkgPath": package.import_path, "PkgName": package.name, "Granularity": "perblock",
            "ModulePath": "" if package.module is None else package.module.path, "Local": package.is_local,
            "EmitMetaFile": meta_file,
        }  # fmt: skip
        package_config = os.path.join(directory, "pkgcfg.txt")
        output_list = os.path.join(directory, "coveroutfiles.txt")
        with open(package_config, "w", encoding="utf-8") as f:
            f.write(json.dumps(facts) + "\n")
        with open(output_list, "w", encoding="utf-8") as f:
            f.write("".join(name + "\n" for name in outputs))
        command = [
            self.tool(), "-pkgcfg", package_config, "-mode", self.mode, "-var", prefix, "-outfilelist", output_list,
            *sources,
        ]  # fmt: skip
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=directory, check=False
        )
        if done.returncode != 0:
            text = done.stdout.decode("utf-8", "replace").replace(package.dir + os.sep, _shown(package.dir))
            raise UserError(f"# {package.description}\n{text.rstrip()}")


def _shown(directory: str) -> str:
    relative = os.path.relpath(directory, os.getcwd())
    return "./" if relative == "." else relative + os.sep


def _registration(package: Package, prefix: str, fixup: dict[str, str | int]) -> str:
    """The file that registers a package's meta-data with the runtime: its variable is the first to be initialised."""
    path = package.import_path
    digest = str(fixup["MetaHash"])
    numbers = ", ".join(str(b) for b in bytes.fromhex(digest))
    fixed = -2 - _FIXED.index(path) if path in _FIXED else -1
    mode = _MODES[str(fixup["CounterMode"])]
    granularity = _GRANULARITIES[str(fixup["CounterGranularity"])]
    length = int(fixup["MetaLen"])
    call = (
        f"{prefix}add({prefix}unsafe.Pointer(&{fixup['MetaVar']}), {length}, [16]byte{{{numbers}}}, {quote(path)}, "
        f"{fixed}, {mode}, {granularity})"
    )
    assign = f"{fixup['PkgIdVar']} = {call}" if fixed == -1 else call
    if path == "runtime":
        return (
            f"package runtime\n\nimport {prefix}unsafe \"unsafe\"\n\n"
            f"func {prefix}register() bool {{\n\t{assign.replace(prefix + 'add(', 'addCovMeta(', 1)}\n\treturn true\n}}\n\n"
            f"var _ = {prefix}register()\n"
        )
    return (
        f"package {package.name}\n\nimport {prefix}unsafe \"unsafe\"\n\n"
        f"//go:linkname {prefix}add runtime.addCovMeta\n"
        f"func {prefix}add(p {prefix}unsafe.Pointer, dlen uint32, hash [16]byte, pkgpath string, pkgid int, "
        "cmode uint8, cgran uint8) uint32\n\n"
        f"func {prefix}register() bool {{\n\t{assign}\n\treturn true\n}}\n\n"
        f"var _ = {prefix}register()\n"
    )
