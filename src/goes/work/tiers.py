"""Which functions LLVM optimises.

    Tiers(BY_PACKAGE, packages).of("main.f", "main")                 →  FULL
    Tiers(BY_PACKAGE, packages).of("fmt.Println", "fmt")             →  QUICK
    Tiers(BY_PACKAGE, packages).of("runtime.mallocgc", "runtime")    →  FULL

The full tier takes seven times as long to compile and makes code that takes three quarters of the time to run
(llvm-notes section 7). It is spent where programs spend theirs: on the user's own packages while they are small, and
on those of std that allocate, collect, schedule, compare, hash, sort, scan and convert. std is compiled once per
toolchain and kept (stdstore), so its tier may depend on the package only, not on the program.
"""

from __future__ import annotations

from typing import Final, final

from ..codegen.llvm import FULL, QUICK
from ..syntax import nodes as n
from ..types.linkname import escape_path
from .options import BY_PACKAGE
from .packages import Packages
from .stdstore import UserNames

SMALL: Final = 400  # function declarations of the user; more are compiled quickly unless -O2 asks otherwise

# Import paths, and prefixes of import paths, of std's hot packages.
HOT_PACKAGES: Final = frozenset((
    "bufio", "bytes", "cmp", "encoding/base64", "encoding/binary", "encoding/hex", "encoding/json", "encoding/json/jsontext",
    "encoding/json/v2", "iter", "maps", "regexp", "regexp/syntax", "runtime", "slices", "sort", "strconv", "strings", "sync", "sync/atomic",
    "unicode/utf16", "unicode/utf8", "unique",
))  # fmt: skip
HOT_PREFIXES: Final = (
    "compress/", "container/", "crypto/internal/fips140/", "encoding/json/internal", "hash/", "internal/abi", "internal/bytealg",
    "internal/chacha8rand", "internal/runtime/", "internal/strconv", "internal/stringslite", "internal/sync", "math",
)  # fmt: skip


def is_hot(path: str) -> bool:
    """Whether a package of std is worth the full tier."""
    return path in HOT_PACKAGES or path.startswith(HOT_PREFIXES)


@final
class Tiers:
    """The tier of every function of one program. `level`: that of -O, or BY_PACKAGE."""

    __slots__ = ("level", "packages", "_user", "_user_level")

    def __init__(self, level: int, packages: Packages) -> None:
        self.level = level
        self.packages = packages
        self._user: UserNames | None = None
        self._user_level = FULL

    def of(self, name: str, path: str) -> int:
        """The tier of a function by its symbol and its package's import path ("" if it belongs to none)."""
        if self.level != BY_PACKAGE:
            return FULL if self.level >= 2 else QUICK
        if self._user is None:
            self._user = self._find_user()
        if self._user.mentioned_in(name):
            return self._user_level
        return FULL if not path or is_hot(path) else QUICK

    def _find_user(self) -> UserNames:
        """Who the user is, and how much there is of theirs."""
        prefixes: list[str] = []
        functions = 0
        for path, package in self.packages.inputs.items():
            if not package.is_std:
                prefixes.append(escape_path(package.link_path))
                functions += sum(isinstance(d, n.FuncDecl) for f in self.packages.parse(path) for d in f.decls)
        self._user_level = FULL if functions <= SMALL else QUICK
        return UserNames(prefixes or ["main"])
