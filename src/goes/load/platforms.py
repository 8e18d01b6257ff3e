"""The pairs of GOOS and GOARCH that Go knows, and what works on them.

    PLATFORMS["linux/amd64"]   →   "CF"     C: cgo is supported, F: a first-class port, B: broken

Source: internal/platform (zosarch.go).
"""

from __future__ import annotations

from typing import Final

PLATFORMS: Final[dict[str, str]] = {
    "aix/ppc64": "C",
    "android/386": "C",
    "android/amd64": "C",
    "android/arm": "C",
    "android/arm64": "C",
    "darwin/amd64": "CF",
    "darwin/arm64": "CF",
    "dragonfly/amd64": "C",
    "freebsd/386": "C",
    "freebsd/amd64": "C",
    "freebsd/arm": "C",
    "freebsd/arm64": "C",
    "freebsd/riscv64": "CB",
    "illumos/amd64": "C",
    "ios/amd64": "C",
    "ios/arm64": "C",
    "js/wasm": "",
    "linux/386": "CF",
    "linux/amd64": "CF",
    "linux/arm": "CF",
    "linux/arm64": "CF",
    "linux/loong64": "C",
    "linux/mips": "C",
    "linux/mips64": "C",
    "linux/mips64le": "C",
    "linux/mipsle": "C",
    "linux/ppc64": "C",
    "linux/ppc64le": "C",
    "linux/riscv64": "C",
    "linux/s390x": "C",
    "linux/sparc64": "CB",
    "netbsd/386": "C",
    "netbsd/amd64": "C",
    "netbsd/arm": "C",
    "netbsd/arm64": "C",
    "openbsd/386": "C",
    "openbsd/amd64": "C",
    "openbsd/arm": "C",
    "openbsd/arm64": "C",
    "openbsd/ppc64": "",
    "openbsd/riscv64": "C",
    "plan9/386": "",
    "plan9/amd64": "",
    "plan9/arm": "",
    "solaris/amd64": "C",
    "wasip1/wasm": "",
    "windows/386": "CF",
    "windows/amd64": "CF",
    "windows/arm64": "C",
}

# Where programs are linked by the C compiler's linker, cgo or not.
_LINKED_BY_C: Final = frozenset(("android/386", "android/amd64", "android/arm", "ios/arm64"))


def linking_problem(goos: str, goarch: str, cgo_enabled: bool) -> str:
    """Why no program can be linked for a target, ""."""
    target = f"{goos}/{goarch}"
    if cgo_enabled or target not in _LINKED_BY_C:
        return ""
    return f"{target} requires external (cgo) linking, but cgo is not enabled"


# Where the race detector and the sanitizers exist.
RACE: Final = frozenset((
    "linux/amd64", "linux/arm64", "linux/loong64", "linux/ppc64le", "linux/riscv64", "linux/s390x", "freebsd/amd64",
    "netbsd/amd64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64",
))  # fmt: skip
MSAN: Final = frozenset(("linux/amd64", "linux/arm64", "linux/loong64", "freebsd/amd64"))
ASAN: Final = frozenset(("linux/amd64", "linux/arm64", "linux/loong64", "linux/ppc64le", "linux/riscv64"))
