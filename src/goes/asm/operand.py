"""Operands, instructions and directives of Plan 9 assembly, as plain data.

    MOVQ  x+8(FP), AX        →  Instruction("MOVQ", [MEM x FP+8, REG AX])
    LEAQ  table<>(SB), DX    →  Instruction("LEAQ", [MEM table static SB, REG DX])
    JMP   loop               →  Instruction("JMP", [MEM loop])       (a label: no pseudo-register)
    JMP   2(PC)              →  Instruction("JMP", [BRANCH 2])

Nothing here knows an architecture, except that register names are kept as written.
"""

from __future__ import annotations

from typing import Final, final

NONE: Final = 0
REG: Final = 1  # AX
CONST: Final = 2  # $7
FCONST: Final = 3  # $(1.5)
SCONST: Final = 4  # $"abc"
MEM: Final = 5  # 8(AX)(BX*4), x+8(FP), x(SB)
ADDR: Final = 6  # $x(SB), $8(AX)
INDIR: Final = 7  # *x(SB)
BRANCH: Final = 8  # 2(PC)
REGLIST: Final = 9  # [Z0-Z3]

# Which pseudo-register a named operand hangs on.
NAME_NONE: Final = 0
NAME_SB: Final = 1
NAME_FP: Final = 2
NAME_SP: Final = 3


@final
class Operand:
    __slots__ = ("kind", "reg", "index", "scale", "offset", "symbol", "static", "abi", "name", "value", "text")

    def __init__(self) -> None:
        self.kind = NONE
        self.reg = ""
        self.index = ""
        self.scale = 0
        self.offset = 0
        self.symbol = ""  # qualified: "pkg.name"
        self.static = False  # name<>
        self.abi = ""  # "", "ABI0", "ABIInternal", "ABIGoes": the selector written
        self.name = NAME_NONE
        self.value = 0.0
        self.text = ""

    def copy(self) -> Operand:
        o = Operand()
        o.kind = self.kind
        o.reg = self.reg
        o.index = self.index
        o.scale = self.scale
        o.offset = self.offset
        o.symbol = self.symbol
        o.static = self.static
        o.abi = self.abi
        o.name = self.name
        o.value = self.value
        o.text = self.text
        return o

    def __str__(self) -> str:
        """As gc's assembler prints it in messages."""
        if self.kind == REG:
            return self.reg
        if self.kind == CONST:
            return f"${self.offset}"
        if self.kind == FCONST:
            return f"$({self.value})"
        if self.kind == SCONST:
            return f'$"{self.text}"'
        if self.kind == BRANCH:
            return f"{self.offset}(PC)"
        if self.kind == REGLIST:
            return f"[{self.reg}-{self.index}]"
        out = {ADDR: "$", INDIR: "*"}.get(self.kind, "")
        if self.symbol:
            out += self.symbol + ("<>" if self.static else f"<{self.abi}>" if self.abi else "")
            if self.offset:
                out += f"{self.offset:+d}"
            out += ("", "(SB)", "(FP)", "(SP)")[self.name]
        elif self.offset:
            out += str(self.offset)
        if self.reg:
            out += f"({self.reg})"
        if self.index:
            out += f"({self.index}*{self.scale})"
        return out


@final
class Instruction:
    """One machine instruction or PCDATA/FUNCDATA/PCALIGN (they count in n(PC)). `suffixes`: of VADDPD.RN_SAE.Z."""

    __slots__ = ("op", "suffixes", "operands", "file", "line")

    def __init__(self, op: str, suffixes: list[str], operands: list[Operand], file: str, line: int) -> None:
        self.op = op
        self.suffixes = suffixes
        self.operands = operands
        self.file = file
        self.line = line

    def __str__(self) -> str:
        dot = "".join("." + s for s in self.suffixes)
        return (self.op + dot + "\t" + ", ".join(str(o) for o in self.operands)).rstrip()


@final
class Text:
    """A function. `args` < 0: unknown. `labels`: name → index into `code`."""

    __slots__ = ("symbol", "static", "abi", "flags", "frame", "args", "code", "labels", "file", "line")

    def __init__(
        self, symbol: str, static: bool, abi: str, flags: int, frame: int, args: int, file: str, line: int
    ) -> None:
        self.symbol = symbol
        self.static = static
        self.abi = abi
        self.flags = flags
        self.frame = frame
        self.args = args
        self.code: list[Instruction] = []
        self.labels: dict[str, int] = {}
        self.file = file
        self.line = line


@final
class Datum:
    """One DATA directive: `size` bytes at `offset`."""

    __slots__ = ("offset", "size", "value")

    def __init__(self, offset: int, size: int, value: Operand) -> None:
        self.offset = offset
        self.size = size
        self.value = value


@final
class Global:
    """A data symbol. `size` < 0: DATA without GLOBL."""

    __slots__ = ("symbol", "static", "flags", "size", "data", "end", "file", "line")

    def __init__(self, symbol: str, static: bool, file: str, line: int) -> None:
        self.symbol = symbol
        self.static = static
        self.flags = 0
        self.size = -1
        self.data: list[Datum] = []
        self.end = 0  # DATA must not go back before this
        self.file = file
        self.line = line


@final
class Unit:
    """One assembled file."""

    __slots__ = ("path", "package", "texts", "globals")

    def __init__(self, path: str, package: str) -> None:
        self.path = path
        self.package = package
        self.texts: list[Text] = []
        self.globals: dict[str, Global] = {}  # key: symbol, with "<>" if static


# Flags of TEXT and GLOBL (textflag.h).
NOPROF: Final = 1
DUPOK: Final = 2
NOSPLIT: Final = 4
RODATA: Final = 8
NOPTR: Final = 16
WRAPPER: Final = 32
NEEDCTXT: Final = 64
TLSBSS: Final = 256
NOFRAME: Final = 512
REFLECTMETHOD: Final = 1024
TOPFRAME: Final = 2048
ABIWRAPPER: Final = 4096
