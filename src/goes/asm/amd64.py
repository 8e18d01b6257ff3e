"""amd64: a parsed function becomes AT&T text, one line per machine instruction.

    TEXT ·f(SB), NOSPLIT, $16-8          pushq %rbp
        MOVQ  x+0(FP), AX                movq %rsp, %rbp
        CALL  ·g(SB)              →      subq $16, %rsp
        RET                              movq 32(%rsp), %rax
                                         callq S0
                                         addq $16, %rsp ; popq %rbp ; retq

The frame is gc's: with a frame size or a CALL (and without NOFRAME), %rbp is saved above the locals; name(FP) counts
from above the return address, name(SP) from below the saved %rbp, plain n(SP) from the real stack pointer. PUSH, POP
and ADJSP move the first two and the stack depth table. No stack check is made: callers leave room for assembly.

Symbols are written S0, S1, … and given back as a list: no name has to survive LLVM's lexer.

Sources: "A Quick Guide to Go's Assembler"; the behaviour of cmd/internal/obj/x86 (frame, RET, TLS, constants).
"""

from __future__ import annotations

import struct
from typing import Final, final

from . import operand as o
from .amd64_names import MNEMONICS
from .amd64_table import GENERAL, REGISTER_NAMES, REGISTERS, RULES, Rule
from .literals import float_bytes
from .operand import Instruction, Operand, Text
from .parser import Architecture

_SUFFIXES: Final = frozenset(
    "Z SAE SAE.Z RN_SAE RZ_SAE RD_SAE RU_SAE RN_SAE.Z RZ_SAE.Z RD_SAE.Z RU_SAE.Z BCST BCST.Z".split()
)
_ROUNDING: Final[dict[str, str]] = {
    "SAE": "{sae}", "RN_SAE": "{rn-sae}", "RZ_SAE": "{rz-sae}", "RD_SAE": "{rd-sae}", "RU_SAE": "{ru-sae}",
}  # fmt: skip
_STACK_EFFECT: Final[dict[str, int]] = {
    "PUSHQ": 8, "PUSHFQ": 8, "PUSHL": 4, "PUSHFL": 4, "PUSHW": 2, "PUSHFW": 2, "POPQ": -8, "POPFQ": -8, "POPL": -4,
    "POPFL": -4, "POPW": -2, "POPFW": -2,
}  # fmt: skip
_BYTES: Final[dict[str, tuple[str, int]]] = {
    "BYTE": (".byte", 1), "WORD": (".short", 2), "LONG": (".long", 4), "QUAD": (".quad", 8),
}  # fmt: skip
_COMPARE: Final = frozenset("CMPB CMPW CMPL CMPQ".split())  # Plan 9 compares its first operand with its second
_SHORT_JUMPS: Final = frozenset("LOOP LOOPEQ LOOPNE JCXZL JCXZQ JCXZW XBEGIN".split())
_WITHOUT_MASK: Final = ("VPMOVM2", "VPBROADCASTM", "KMOV")
_VOID: Final = frozenset("PCDATA FUNCDATA NOP".split())
_ALIGNMENTS: Final = frozenset([8, 16, 32, 64, 128, 256, 512, 1024, 2048])


@final
class Amd64(Architecture):
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(REGISTER_NAMES, MNEMONICS)

    def is_jump(self, word: str) -> bool:
        return word[:1] == "J" or word == "CALL" or word[:4] == "LOOP" or word == "XBEGIN"

    def check_suffixes(self, suffixes: list[str]) -> str:
        joined = ".".join(suffixes)
        if joined in _SUFFIXES:
            return ""
        messages: list[str] = []
        seen: list[str] = []
        for i, s in enumerate(suffixes):
            if s == "Z":
                if i != len(suffixes) - 1:
                    messages.append("Z suffix should be the last")
            elif s != "BCST" and s not in _ROUNDING and s not in seen:
                messages.append(f'unknown suffix "{s}"')
            if s in seen:
                messages.append(f'duplicate suffix "{s}"')
            seen.append(s)
        if "BCST" in suffixes and any(s in _ROUNDING for s in suffixes):
            messages.append("can't combine rounding/SAE and broadcast")
        return "; ".join(messages) or "bad suffix combination"


@final
class BadOperand(Exception):
    """The instruction cannot be written; the message is gc's "invalid instruction"."""


@final
class Symbols:
    """Names of external symbols, numbered S0, S1, … in text; and pooled floating-point constants."""

    __slots__ = ("names", "floats", "_numbers", "_resolve")

    def __init__(self, resolve: Resolver) -> None:
        self.names: list[str] = []
        self.floats: dict[str, bytes] = {}
        self._numbers: dict[str, int] = {}
        self._resolve = resolve

    def number(self, name: str) -> str:
        n = self._numbers.get(name)
        if n is None:
            n = len(self.names)
            self.names.append(name)
            self._numbers[name] = n
        return f"S{n}"

    def reference(self, a: Operand, is_call: bool) -> str:
        return self.number(self._resolve.link_name(a, is_call))

    def constant(self, value: float, size: int) -> str:
        data = float_bytes(value, size)
        name = f"$f{size * 8}.{int.from_bytes(data, 'little'):0{size * 2}x}"
        self.floats[name] = data
        return self.number(name)


class Resolver:
    """Turns a written reference into a link name."""

    __slots__ = ()

    def link_name(self, a: Operand, is_call: bool) -> str:
        raise NotImplementedError


@final
class Line:
    """One line of output: text, source place, stack depth before it, label number of a jump target (-1: none)."""

    __slots__ = ("text", "file", "line", "depth", "source")

    def __init__(self, text: str, file: str, line: int, depth: int, source: Instruction | None) -> None:
        self.text = text
        self.file = file
        self.line = line
        self.depth = depth
        self.source = source


@final
class FunctionText:
    """A translated function. `starts[i]`: index of the first line of instruction i."""

    __slots__ = ("lines", "starts", "jumps", "spwrite", "nosplit", "align", "errors")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.starts: list[int] = []
        self.jumps: list[tuple[int, str, int]] = []  # (line index, mnemonic, instruction index)
        self.spwrite = False
        self.nosplit = False
        self.align = 1
        self.errors: list[tuple[str, int, str]] = []


def translate(text: Text, symbols: Symbols) -> FunctionText:
    """All of one function."""
    return _Translator(text, symbols).run()


@final
class _Translator:
    __slots__ = ("text", "symbols", "out", "depth", "saved_bp", "frame", "_tls_base")

    def __init__(self, text: Text, symbols: Symbols) -> None:
        self.text = text
        self.symbols = symbols
        self.out = FunctionText()
        frame = max(text.frame, 0)
        calls = any(i.op == "CALL" for i in text.code)
        self.saved_bp = 8 if not text.flags & o.NOFRAME and (frame or calls) else 0
        self.frame = frame + self.saved_bp
        self.depth = 0
        # As gc: a small leaf function needs no stack check.
        self.out.nosplit = bool(text.flags & o.NOSPLIT) or (not calls and self.frame < 128)

    def run(self) -> FunctionText:
        text = self.text
        out = self.out
        if text.frame % 8:
            out.errors.append((text.file, text.line, f"unaligned stack size {self.frame}"))
            return out
        if self.saved_bp:
            self._line("pushq %rbp", text.file, text.line, 8)
            self._line("movq %rsp, %rbp", text.file, text.line, 0)
        local = self.frame - self.saved_bp
        if local:
            self._line(_adjust(local), text.file, text.line, local)
        for n, i in enumerate(text.code):
            out.starts.append(len(out.lines))
            try:
                self._instruction(n, i)
            except BadOperand as e:
                message = str(e) or f"invalid instruction: {i}"
                out.errors.append((i.file, i.line, message))
        out.starts.append(len(out.lines))
        if not text.code:
            # Falling off the end is a fault, not the next function.
            self._line("ud2", text.file, text.line, 0)
        return out

    def _line(self, s: str, file: str, line: int, effect: int, source: Instruction | None = None) -> None:
        self.out.lines.append(Line(s, file, line, self.depth, source))
        self.depth += effect

    def _emit(self, i: Instruction, s: str, effect: int = 0) -> None:
        self.out.lines.append(Line(s, i.file, i.line, self.depth, i))
        self.depth += effect

    # Instructions.

    def _instruction(self, n: int, i: Instruction) -> None:
        op = i.op
        if op in _VOID:
            return
        ops = i.operands
        if op == "PCALIGN":
            value = ops[0].offset
            if value not in _ALIGNMENTS:
                what = "alignment value of an instruction must be a power of two and in the range [8, 2048]"
                raise BadOperand(f"{what}, got {value}\n")
            self.out.align = max(self.out.align, value)
            self._emit(i, f".p2align {value.bit_length() - 1}")
            return
        if op in _BYTES:
            if len(ops) != 1 or ops[0].kind not in (o.CONST, o.ADDR):
                raise BadOperand
            directive, size = _BYTES[op]
            if ops[0].kind == o.ADDR:
                self._emit(i, f"{directive} {self.symbols.reference(ops[0], False)}{_plus(ops[0].offset)}")
            else:
                self._emit(i, f"{directive} {ops[0].offset & ((1 << (8 * size)) - 1)}")
            return
        if op == "RET":
            self._return(i)
            return
        if op == "CALL" or op[:1] == "J" or op in _SHORT_JUMPS:
            self._jump(n, i)
            return
        if op == "ADJSP":
            if len(ops) != 1 or ops[0].kind != o.CONST:
                raise BadOperand
            self._emit(i, _adjust(ops[0].offset), ops[0].offset)
            return
        if ops and ops[-1].kind == o.REG and ops[-1].reg == "SP":
            if op not in ("CMPL", "CMPQ") and op not in _STACK_EFFECT:
                self.out.spwrite = True
        text = self._plain(i)
        if text:
            self._emit(i, text, _STACK_EFFECT.get(op, 0))

    def _return(self, i: Instruction) -> None:
        if self.depth != self.frame:
            raise BadOperand(f"{self.text.symbol}: unbalanced PUSH/POP")
        local = self.frame - self.saved_bp
        if local:
            self._emit(i, _adjust(-local), -local)
        if self.saved_bp:
            self._emit(i, "popq %rbp", -8)
        if i.operands:
            target = i.operands[0]
            if target.kind == o.REG:
                self._emit(i, f"jmpq *{_register(target.reg, 'q')}", self.frame)
            elif target.kind == o.MEM and target.name == o.NAME_SB:
                self._emit(i, f"jmp {self.symbols.reference(target, True)}{_plus(target.offset)}", self.frame)
            else:
                raise BadOperand
        else:
            self._emit(i, "retq", self.frame)

    def _jump(self, n: int, i: Instruction) -> None:
        op = i.op
        rule = RULES[op]
        att = {"JMP": "jmp", "CALL": "callq"}.get(op, rule.att)
        if not i.operands:
            raise BadOperand
        target = i.operands[-1]  # a first operand is a branch hint
        kind = target.kind
        if kind == o.BRANCH:
            self._branch(i, att, n + target.offset)
        elif kind == o.MEM and target.symbol and target.name == o.NAME_NONE:
            found = self.text.labels.get(target.symbol)
            if found is None:
                raise BadOperand(f"undefined label {target.symbol}")
            self._branch(i, att, found)
        elif kind == o.MEM and target.name == o.NAME_SB and not target.index:
            self._emit(i, f"{att} {self.symbols.reference(target, True)}{_plus(target.offset)}")
        elif op != "JMP" and op != "CALL":
            raise BadOperand
        elif kind == o.REG:
            self._emit(i, f"{att.rstrip('q')}q *{_register(target.reg, 'q')}")
        elif kind == o.MEM or kind == o.INDIR:
            a = target
            if kind == o.INDIR:
                a = target.copy()
                a.kind = o.MEM
            self._emit(i, f"{att.rstrip('q')}q *{self._memory(a)}")
        else:
            raise BadOperand

    def _branch(self, i: Instruction, att: str, target: int) -> None:
        if target < 0 or target > len(self.text.code):
            raise BadOperand("invalid branch target")
        self.out.jumps.append((len(self.out.lines), att, target))
        self._emit(i, "")

    def _plain(self, i: Instruction) -> str:
        op = i.op
        ops = i.operands
        rule = RULES[op]
        att = rule.att
        widths = rule.widths
        if i.suffixes and op[0] != "V":
            raise BadOperand
        if not ops:
            return att
        if op == "LEAL":
            # The sum is taken modulo 2**32 anyway.
            for a in ops:
                if a.kind == o.MEM and a.offset >> 31 == 1:
                    a.offset -= 1 << 32
        for a in ops:
            if a.index and a.kind == o.MEM and a.index[0] in "XYZ" and "GATHER" not in op and "SCATTER" not in op:
                raise BadOperand
        if op == "EXTRACTPS" and not 0 <= ops[0].offset < 4:
            raise BadOperand
        special = _special(op, ops)
        if special is not None:
            att = special.att
            widths = special.widths
        elif op in ("MOVQ", "MOVL", "MOVD") and len(ops) == 2:
            if ops[0].kind == o.REG and ops[0].reg == "TLS":
                return ""  # the thread register needs no copy: see _memory
            if ops[0].kind == o.ADDR:
                a = ops[0].copy()
                a.kind = o.MEM
                width = "l" if op == "MOVL" else "q"
                return f"lea{width} {self._memory(a)}, {self._operand(ops[1], width)}"
            if op != "MOVL" and ops[0].kind == o.CONST and ops[1].kind == o.REG and ops[1].reg in GENERAL:
                value = ops[0].offset
                if 0 <= value < 1 << 32:
                    return f"movl ${value}, {_register(ops[1].reg, 'l')}"
                if not -(1 << 31) <= value < 0:
                    return f"movabsq ${value}, {_register(ops[1].reg, 'q')}"
        if op in ("MOVSS", "MOVSD", "VMOVSS", "VMOVSD") and ops[0].kind == o.FCONST and ops[0].value == 0.0:
            if struct.pack("<d", ops[0].value) == bytes(8) and ops[-1].kind == o.REG and ops[-1].reg[:1] == "X":
                r = _register(ops[-1].reg, "q")
                return f"xorps {r}, {r}"
        if op in _COMPARE and len(ops) == 2:
            return f"{att} {self._operand(ops[1], widths)}, {self._operand(ops[0], widths)}"
        move = _x87_move(op, ops)
        if move:
            return f"{move} {self._operand(ops[0] if ops[0].kind != o.REG or ops[1].reg == 'F0' else ops[1], 'q')}"
        if op in ("FCOMD", "FCOMDP") and ops[0].kind == o.REG:
            return f"{att} {self._operand(ops[0], 'q')}"
        if op[0] == "F" and len(ops) == 2 and ops[0].kind != o.REG and op[:2] not in ("FX",):
            return f"{att} {self._float_or_memory(ops[0], 8 if op.rstrip('P')[-1:] == 'D' else 4)}"
        parts: list[str] = []
        for k, a in enumerate(ops):
            width = widths[k] if k < len(widths) else widths[-1]
            if rule.shift and k == 0 and a.kind == o.REG:
                width = "b"
            if a.kind == o.FCONST:
                parts.append(self._float_or_memory(a, 4 if op.endswith("SS") else 8))
            elif op == "PUSHQ" and a.kind == o.CONST and 0 <= a.offset < 1 << 32:
                parts.append(f"${(a.offset ^ 1 << 31) - (1 << 31)}")
            else:
                parts.append(self._operand(a, width))
        if rule.shift and len(ops) == 3:
            att = {"shl": "shld", "shr": "shrd"}.get(att[:3], att[:3]) + att[3:]
        elif op in ("CMPPD", "CMPPS", "CMPSD", "CMPSS") and len(parts) == 3:
            # The predicate is written last and bare.
            predicate = ops[2]
            parts = [f"${predicate.offset}", parts[0], parts[1]]
        elif op[:5] in ("IMULQ", "IMULL", "IMULW") and len(ops) == 2 and ops[0].kind == o.CONST:
            parts.append(parts[1])
        if op[0] == "V":
            self._vector(i, parts)
        return f"{att} {', '.join(parts)}"

    def _vector(self, i: Instruction, parts: list[str]) -> None:
        """EVEX extras: write mask, zeroing, broadcast, rounding."""
        ops = i.operands
        op = i.op
        if "GATHER" in op and len(ops) == 3:
            _check_gather(ops)
        if "BCST" in i.suffixes and all(a.kind != o.MEM for a in ops):
            raise BadOperand("illegal broadcast without memory argument")
        if len(ops) >= 2 and ops[-2].kind == o.REG and ops[-2].reg[0] == "K" and not op.startswith(_WITHOUT_MASK):
            if ops[-2].reg == "K0":
                raise BadOperand  # K0 means "no mask" and cannot be written as one
            mask = parts.pop(-2)
            parts[-1] += "{" + mask + "}"
            if "Z" in i.suffixes:
                parts[-1] += "{z}"
        elif "Z" in i.suffixes:
            raise BadOperand("mask register must be specified for .Z instructions")
        for s in i.suffixes:
            if s in _ROUNDING:
                parts.insert(1 if ops[0].kind == o.CONST else 0, _ROUNDING[s])
            elif s == "BCST":
                for k, a in enumerate(ops):
                    if a.kind == o.MEM:
                        parts[k] += f"{{1to{_broadcast(op, ops)}}}"
                        break

    # Operands.

    def _operand(self, a: Operand, width: str) -> str:
        kind = a.kind
        if kind == o.REG:
            return _register(a.reg, width[0])
        if kind == o.CONST:
            return f"${a.offset}"
        if kind == o.MEM:
            return self._memory(a)
        if kind == o.ADDR and a.name == o.NAME_SB:
            return f"${self.symbols.reference(a, False)}{_plus(a.offset)}"
        if kind == o.REGLIST:
            if not _is_quad(a.reg, a.index):
                raise BadOperand
            return _register(a.reg, "q")
        raise BadOperand

    def _float_or_memory(self, a: Operand, size: int) -> str:
        if a.kind == o.FCONST:
            return f"{self.symbols.constant(a.value, size)}(%rip)"
        return self._memory(a)

    def _memory(self, a: Operand) -> str:
        offset = a.offset
        base = a.reg
        name = a.name
        if name != o.NAME_NONE and base:
            raise BadOperand
        if name == o.NAME_SB:
            s = self.symbols.reference(a, False) + _plus(offset)
            if a.index:
                return f"{s}({_scaled(a)})"
            return f"{s}(%rip)"
        if name == o.NAME_FP:
            offset += self.depth + 8
            base = "SP"
        elif name == o.NAME_SP:
            offset += self.depth - self.saved_bp
            base = "SP"
        elif a.symbol:
            raise BadOperand
        if base == "TLS" or a.index == "TLS":
            # g lives 8 bytes below the thread pointer.
            return f"%fs:{offset - 8}"
        segment = ""
        index = _scaled(a)
        if a.index in ("FS", "GS", "CS", "DS", "ES", "SS"):
            segment = f"%{a.index.lower()}:"
            index = ""
        if not base and not index:
            return f"{segment}{offset}"
        if not -(1 << 31) <= offset < 1 << 31:
            raise BadOperand(f"offset too large in {a}")
        return f"{segment}{offset or ''}({_address_register(base)}{index})"


def _plus(offset: int) -> str:
    return f"{offset:+d}" if offset else ""


def _adjust(n: int) -> str:
    """Move the stack pointer by n bytes down, in the shorter of two encodings."""
    if n < 0:
        return f"addq ${-n}, %rsp" if n != -128 else "subq $-128, %rsp"
    return f"subq ${n}, %rsp" if n != 128 else "addq $-128, %rsp"


def _register(name: str, width: str) -> str:
    row = REGISTERS.get(name)
    if row is None:
        raise BadOperand
    return row[width]


def _address_register(name: str) -> str:
    if not name:
        return ""
    if name not in GENERAL:
        raise BadOperand
    return REGISTERS[name]["q"]


def _scaled(a: Operand) -> str:
    if not a.index:
        return ""
    return f",{_register(a.index, 'q')},{a.scale or 1}"


_X87: Final = frozenset("FADDD FSUBD FSUBRD FMULD FDIVD FDIVRD FCOMD".split())
_SYSTEM: Final = frozenset("SLDTL SLDTQ SMSWL SMSWQ STRL STRQ".split())
_MOVD: Final = Rule("movd", "l")
_MOVQ: Final = Rule("movq", "q")


def _special(op: str, ops: list[Operand]) -> Rule | None:
    """Moves between general and vector registers share their names with plain moves."""
    if op == "MOVL" or op == "MOVQ" or op == "MOVD":
        for a in ops:
            if a.kind == o.REG and a.reg[0] in "XM" and a.reg != "MSW":
                if op == "MOVL":
                    return _MOVD
                if ops[0].kind == o.REG and ops[-1].kind == o.REG and ops[0].reg[0] == "X" and ops[-1].reg[0] == "M":
                    return Rule("movdq2q", "q")
                if ops[0].kind == o.REG and ops[-1].kind == o.REG and ops[0].reg[0] == "M" and ops[-1].reg[0] == "X":
                    return Rule("movq2dq", "q")
                return _MOVQ
    if op == "MOVD":
        return _MOVQ
    if op == "MOVQOZX" and ops[0].kind == o.REG and ops[0].reg[0] == "M":
        return Rule("movq2dq", "q")
    if op in _SYSTEM and ops[0].kind != o.REG:
        return Rule(op[:-1].lower() + "w", "w")
    if op in _X87:
        return Rule(op[:-1].lower() + ("l" if ops[0].kind != o.REG else ""), "q")
    return None


def _x87_move(op: str, ops: list[Operand]) -> str:
    """FMOVD and its kin: load, store, store and pop; "" for other instructions."""
    if len(ops) != 2 or op[:4] != "FMOV":
        return ""
    size = op[4:5]
    integer = size in ("L", "V", "W")
    suffix = {"D": "l", "F": "s", "X": "t", "L": "l", "V": "ll", "W": "s"}.get(size, "")
    if ops[0].kind == o.REG and ops[1].kind == o.REG:
        return "fstp" if op.endswith("P") else "fld" if ops[1].reg == "F0" else "fst"
    stem = "fi" if integer else "f"
    if ops[0].kind == o.REG:
        return f"{stem}st{'p' if op.endswith('P') else ''}{suffix}"
    return f"{stem}ld{suffix}"


def _is_quad(low: str, high: str) -> bool:
    """[Z0-Z3]: four consecutive vector registers."""
    if low[0] not in "XYZ" or high[0] != low[0]:
        return False
    return int(high[1:]) - int(low[1:]) == 3


def _check_gather(ops: list[Operand]) -> None:
    """The processor faults if mask, index and destination share a register."""
    first, second = ops[0], ops[1]
    if first.kind == o.MEM:
        if first.index[1:] == ops[2].reg[1:]:
            raise BadOperand("index and destination registers should be distinct")
    elif second.kind == o.MEM and first.kind == o.REG:
        numbers = {first.reg[1:], second.index[1:], ops[2].reg[1:]}
        if len(numbers) < 3:
            raise BadOperand("mask, index, and destination registers should be distinct")


def explain_refusal(i: Instruction) -> str:
    """Why the encoder may have refused an instruction, as gc says it."""
    memory = any(a.kind == o.MEM for a in i.operands)
    for s in i.suffixes:
        if s == "SAE":
            return "illegal SAE with memory argument" if memory else "unsupported SAE"
        if s in _ROUNDING:
            return "illegal rounding with memory argument" if memory else "unsupported rounding"
        if s == "BCST":
            return "unsupported broadcast"
        if s == "Z":
            return "unsupported zeroing"
    return "invalid instruction"


_DOUBLES: Final = ("PD", "QQ", "UQQ")


def _broadcast(op: str, ops: list[Operand]) -> int:
    """Elements in a broadcast memory operand: vector bits over element bits."""
    bits = 0
    last = 0
    for a in ops:
        if a.kind == o.REG:
            bits = max(bits, {"X": 128, "Y": 256, "Z": 512}.get(a.reg[0], 0))
    if op.startswith("VFPCLASS") or op[:4] == "VCVT":
        last = {"X": 128, "Y": 256, "Z": 512}.get(op[-1:], 0)
        if last:
            bits = last
            op = op[:-1]
    if op[:4] == "VCVT":
        source, _, destination = op[4:].removeprefix("T").partition("2")
        if source in _DOUBLES and destination not in _DOUBLES:
            # Narrowing: without a width suffix only the 512-bit form is left.
            return bits // 64 if last else 8
        return bits // 64 if source in _DOUBLES or destination in _DOUBLES else bits // 32
    if op.endswith("UDQ") or op.endswith("MULDQ"):
        return bits // 64
    if op.endswith(("PUNPCKHDQ", "PUNPCKLDQ")):
        return bits // 32
    return bits // (64 if op.endswith(("PD", "Q", "QB")) else 32)
