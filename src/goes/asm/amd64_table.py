"""amd64: from Plan 9 mnemonics to AT&T ones.

    ADDQ     → addq, 64-bit registers          MOVBLZX → movzbl, source %al, destination %eax
    PUNPCKLLQ → punpckldq                      VPXOR   → vpxor

AT&T operand order is Plan 9's, so a rule is only a name and the width of general registers among the operands.
`WIDTHS[name]`: one character per operand (b w l q), the last one repeated.

Sources: the Intel manual's mnemonics; the LLVM assembler's AT&T spellings; cmd/asm/internal/asm/testdata/amd64enc.s.
"""

from __future__ import annotations

from typing import Final, final

from .amd64_names import MNEMONICS

# Condition codes: Plan 9 name and aliases → x86 name.
CONDITIONS: Final[dict[str, str]] = {
    "OS": "o", "OC": "no", "CS": "b", "CC": "ae", "EQ": "e", "NE": "ne", "LS": "be", "HI": "a", "MI": "s", "PL": "ns",
    "PS": "p", "PC": "np", "LT": "l", "GE": "ge", "LE": "le", "GT": "g", "A": "a", "AE": "ae", "B": "b", "BE": "be",
    "C": "b", "E": "e", "G": "g", "HS": "ae", "L": "l", "LO": "b", "NA": "be", "NAE": "b", "NB": "ae", "NBE": "a",
    "NC": "ae", "NG": "le", "NGE": "l", "NL": "ge", "NLE": "g", "NO": "no", "NP": "np", "NS": "ns", "NZ": "ne",
    "O": "o", "P": "p", "PE": "p", "PO": "np", "S": "s", "Z": "e",
}  # fmt: skip

# Integer families with a size suffix B W L Q and uniform operands.
_FAMILIES: Final[dict[str, str]] = {
    "ADC": "adc", "ADD": "add", "AND": "and", "OR": "or", "SBB": "sbb", "SUB": "sub", "XOR": "xor", "CMP": "cmp",
    "TEST": "test", "XCHG": "xchg", "XADD": "xadd", "CMPXCHG": "cmpxchg", "NEG": "neg", "NOT": "not", "INC": "inc",
    "DEC": "dec", "MUL": "mul", "IMUL": "imul", "DIV": "div", "IDIV": "idiv", "MOV": "mov", "BT": "bt", "BTC": "btc",
    "BTR": "btr", "BTS": "bts", "BSF": "bsf", "BSR": "bsr", "LZCNT": "lzcnt", "TZCNT": "tzcnt", "POPCNT": "popcnt",
    "BSWAP": "bswap", "ADCX": "adcx", "ADOX": "adox", "ANDN": "andn", "BEXTR": "bextr", "BLSI": "blsi",
    "BLSMSK": "blsmsk", "BLSR": "blsr", "BZHI": "bzhi", "MULX": "mulx", "PDEP": "pdep", "PEXT": "pext",
    "RORX": "rorx", "SARX": "sarx", "SHLX": "shlx", "SHRX": "shrx", "PUSH": "push", "POP": "pop", "LEA": "lea",
    "IMUL3": "imul", "RDRAND": "rdrand", "RDSEED": "rdseed", "MOVNTI": "movnti", "SLDT": "sldt", "SMSW": "smsw",
    "STR": "str", "RDFSBASE": "rdfsbase", "RDGSBASE": "rdgsbase", "WRFSBASE": "wrfsbase", "WRGSBASE": "wrgsbase",
    "NOP": "nop", "LAR": "lar", "LSL": "lsl", "LSS": "lss", "LFS": "lfs", "LGS": "lgs", "MOVBE": "movbe",
    "PUSHF": "pushf", "POPF": "popf", "IRET": "iret", "LEAVE": "leave", "RETF": "lret", "CMPS": "cmps",
    "LODS": "lods", "MOVS": "movs", "SCAS": "scas", "STOS": "stos", "INS": "ins", "OUTS": "outs", "IN": "in",
    "OUT": "out",
}  # fmt: skip
_SHIFTS: Final[dict[str, str]] = {
    "RCL": "rcl", "RCR": "rcr", "ROL": "rol", "ROR": "ror", "SAL": "shl", "SAR": "sar", "SHL": "shl", "SHR": "shr",
}  # fmt: skip

# Renamed or with registers of several widths: "att" or "att widths".
_OTHERS: Final[dict[str, str]] = {
    # Moves that extend.
    "MOVBLSX": "movsbl bl", "MOVBLZX": "movzbl bl", "MOVBQSX": "movsbq bq", "MOVBQZX": "movzbl bl",
    "MOVBWSX": "movsbw bw", "MOVBWZX": "movzbw bw", "MOVLQSX": "movslq lq", "MOVLQZX": "movl l",
    "MOVWLSX": "movswl wl", "MOVWLZX": "movzwl wl", "MOVWQSX": "movswq wq", "MOVWQZX": "movzwl wl", "MOVQL": "movl l",
    "MOVSWW": "movw w", "MOVZWW": "movw w", "CBW": "cbtw", "CWDE": "cwtl", "CDQE": "cltq", "CWD": "cwtd",
    "CDQ": "cltd", "CQO": "cqto", "MOVBELL": "movbel l", "MOVBEQQ": "movbeq q", "MOVBEWW": "movbew w",
    # Old double-word names of MMX and SSE2.
    "PACKSSLW": "packssdw", "PADDL": "paddd", "PCMPEQL": "pcmpeqd", "PCMPGTL": "pcmpgtd", "PMADDWL": "pmaddwd",
    "PMULULQ": "pmuludq", "PSHUFL": "pshufd", "PSLLL": "pslld", "PSLLO": "pslldq", "PSRAL": "psrad", "PSRLL": "psrld",
    "PSRLO": "psrldq", "PSUBL": "psubd", "PUNPCKHLQ": "punpckhdq", "PUNPCKHWL": "punpckhwd", "PUNPCKLLQ": "punpckldq",
    "PUNPCKLWL": "punpcklwd", "MOVO": "movdqa", "MOVOA": "movdqa", "MOVOU": "movdqu", "MOVNTO": "movntdq",
    "MOVNTDQ": "movntdq", "MASKMOVOU": "maskmovdqu", "MASKMOVDQU": "maskmovdqu", "MOVQOZX": "movq q",
    "MOVDQ2Q": "movdq2q",
    # Conversions.
    "CVTPD2PL": "cvtpd2dq", "CVTPL2PD": "cvtdq2pd", "CVTPL2PS": "cvtdq2ps", "CVTPS2PL": "cvtps2dq",
    "CVTTPD2PL": "cvttpd2dq", "CVTTPS2PL": "cvttps2dq", "CVTSD2SL": "cvtsd2si l", "CVTSD2SQ": "cvtsd2si q",
    "CVTSS2SL": "cvtss2si l", "CVTSS2SQ": "cvtss2si q", "CVTTSD2SL": "cvttsd2si l", "CVTTSD2SQ": "cvttsd2si q",
    "CVTTSS2SL": "cvttss2si l", "CVTTSS2SQ": "cvttss2si q", "CVTSL2SD": "cvtsi2sdl l", "CVTSL2SS": "cvtsi2ssl l",
    "CVTSQ2SD": "cvtsi2sdq q", "CVTSQ2SS": "cvtsi2ssq q", "VCVTSD2SIQ": "vcvtsd2si q", "VCVTSS2SIQ": "vcvtss2si q",
    "VCVTTSD2SIQ": "vcvttsd2si q", "VCVTTSS2SIQ": "vcvttss2si q", "VCVTSI2SDQ": "vcvtsi2sdq q",
    "VCVTSI2SSQ": "vcvtsi2ssq q", "VCVTUSI2SDQ": "vcvtusi2sdq q", "VCVTUSI2SSQ": "vcvtusi2ssq q",
    "VCVTSD2USIL": "vcvtsd2usi l", "VCVTSD2USIQ": "vcvtsd2usi q", "VCVTSS2USIL": "vcvtss2usi l",
    "VCVTSS2USIQ": "vcvtss2usi q", "VCVTTSD2USIL": "vcvttsd2usi l", "VCVTTSD2USIQ": "vcvttsd2usi q",
    "VCVTTSS2USIL": "vcvttss2usi l", "VCVTTSS2USIQ": "vcvttss2usi q",
    # General registers beside vectors and masks.
    "PINSRQ": "pinsrq q", "PEXTRQ": "pextrq q", "VPINSRQ": "vpinsrq q", "VPEXTRQ": "vpextrq q", "VMOVQ": "vmovq q",
    "VPBROADCASTQ": "vpbroadcastq q", "KMOVQ": "kmovq q", "CRC32B": "crc32b bl", "CRC32W": "crc32w wl",
    "CRC32L": "crc32l l", "CRC32Q": "crc32q q",
    # x87: D is a double in memory or a register, F a float, L and W integers, P pops.
    "FADDF": "fadds", "FADDL": "fiaddl", "FADDW": "fiadds", "FSUBF": "fsubs", "FSUBL": "fisubl", "FSUBW": "fisubs",
    "FSUBRF": "fsubrs", "FSUBRL": "fisubrl", "FSUBRW": "fisubrs", "FMULF": "fmuls", "FMULL": "fimull",
    "FMULW": "fimuls", "FDIVF": "fdivs", "FDIVL": "fidivl", "FDIVW": "fidivs", "FDIVRF": "fdivrs",
    "FDIVRL": "fidivrl", "FDIVRW": "fidivrs", "FCOMF": "fcoms", "FCOMFP": "fcomps", "FCOML": "ficoml",
    "FCOMLP": "ficompl", "FCOMW": "ficoms", "FCOMWP": "ficomps", "FCOMDPP": "fcompp", "FADDDP": "faddp",
    "FMULDP": "fmulp", "FDIVDP": "fdivrp", "FDIVRDP": "fdivp", "FSUBDP": "fsubrp", "FSUBRDP": "fsubp",
    "FXCHD": "fxch", "FCOMDP": "fcomp",
    # System and the rest.
    "INVPCID": "invpcid q", "LARQ": "larq lq", "LARL": "larl l", "LARW": "larw w", "LSLQ": "lslq lq",
    "JCXZL": "jecxz", "JCXZQ": "jrcxz", "UNDEF": "ud2", "REPN": "repne", "RDPID": "rdpid q", "SYSRET": "sysretl",
    "SYSEXIT64": "sysexitq", "SYSEXIT": "sysexitl",  "LMSW": "lmsw w", "LLDT": "lldt w", "LTR": "ltr w",
    "VERR": "verr w", "VERW": "verw w", "ENTER": "enter", "XLAT": "xlatb", "FXSAVE64": "fxsave64",
    "FXRSTOR64": "fxrstor64", "LOOPEQ": "loope", "LOOPNE": "loopne", "CMPXCHG8B": "cmpxchg8b",
    "CMPXCHG16B": "cmpxchg16b", "MONITOR": "monitor", "MWAIT": "mwait", "UMONITOR": "umonitor q",
    "UMWAIT": "umwait l", "TPAUSE": "tpause l", "INVLPG": "invlpg", "WAIT": "wait",
}  # fmt: skip

# Without a spelling in LLVM.
_CODES: Final = {"ICEBP": "0xf1", "UD1": "0x0f, 0xb9", "SYSENTER64": "0x48, 0x0f, 0x34"}

_SUFFIX_WIDTH: Final = {"B": "b", "W": "w", "L": "l", "Q": "q"}


@final
class Rule:
    """How to write one mnemonic. `widths`: sizes of general registers, per operand, the last repeated."""

    __slots__ = ("att", "widths", "shift")

    def __init__(self, att: str, widths: str, shift: bool = False) -> None:
        self.att = att
        self.widths = widths
        self.shift = shift


def _build() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for name in MNEMONICS:
        rules[name] = Rule(name.lower(), "l")
    for base, att in _FAMILIES.items():
        for suffix, width in _SUFFIX_WIDTH.items():
            # MOVQ and the SSE instructions CMPSD, MOVSD ... keep their own rows: only B W L Q are families.
            if base + suffix in MNEMONICS:
                rules[base + suffix] = Rule(att + width, width)
    for base, att in _SHIFTS.items():
        for suffix, width in _SUFFIX_WIDTH.items():
            rules[base + suffix] = Rule(att + width, width, True)
    for name in MNEMONICS:
        if name[:4] == "CMOV" and name[5:] in CONDITIONS:
            rules[name] = Rule("cmov" + CONDITIONS[name[5:]] + name[4].lower(), name[4].lower())
        elif name[:3] == "SET" and name[3:] in CONDITIONS:
            rules[name] = Rule("set" + CONDITIONS[name[3:]], "b")
        elif name[:1] == "J" and name[1:] in CONDITIONS:
            rules[name] = Rule("j" + CONDITIONS[name[1:]], "q")
    for name, row in _OTHERS.items():
        att, _, widths = row.partition(" ")
        rules[name] = Rule(att, widths or "l")
    for name, code in _CODES.items():
        rules[name] = Rule(".byte " + code, "l")
    return rules


RULES: Final[dict[str, Rule]] = _build()

# Registers: Plan 9 name → AT&T names by width.
_LEGACY: Final = {"AX": "a", "CX": "c", "DX": "d", "BX": "b"}
_POINTER: Final = {"SP": "sp", "BP": "bp", "SI": "si", "DI": "di"}


def _registers() -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for name, letter in _LEGACY.items():
        out[name] = {"b": f"%{letter}l", "w": f"%{letter}x", "l": f"%e{letter}x", "q": f"%r{letter}x"}
        out[letter.upper() + "L"] = dict.fromkeys("bwlq", f"%{letter}l")
        out[letter.upper() + "H"] = dict.fromkeys("bwlq", f"%{letter}h")
    for name, stem in _POINTER.items():
        out[name] = {"b": f"%{stem}l", "w": f"%{stem}", "l": f"%e{stem}", "q": f"%r{stem}"}
        out[name + "B"] = dict.fromkeys("bwlq", f"%{stem}l")
    for i in range(8, 16):
        out[f"R{i}"] = {"b": f"%r{i}b", "w": f"%r{i}w", "l": f"%r{i}d", "q": f"%r{i}"}
        out[f"R{i}B"] = dict.fromkeys("bwlq", f"%r{i}b")
    out["g"] = out["R14"]
    fixed: dict[str, str] = {}
    for i in range(32):
        fixed[f"X{i}"] = f"%xmm{i}"
        fixed[f"Y{i}"] = f"%ymm{i}"
        fixed[f"Z{i}"] = f"%zmm{i}"
    for i in range(16):
        fixed[f"CR{i}"] = f"%cr{i}"
    for i in range(8):
        fixed[f"K{i}"] = f"%k{i}"
        fixed[f"M{i}"] = f"%mm{i}"
        fixed[f"F{i}"] = f"%st({i})"
        fixed[f"DR{i}"] = f"%dr{i}"
    for s in ("CS", "SS", "DS", "ES", "FS", "GS"):
        fixed[s] = "%" + s.lower()
    for name, text in fixed.items():
        out[name] = dict.fromkeys("bwlq", text)
    return out


REGISTERS: Final[dict[str, dict[str, str]]] = _registers()
GENERAL: Final = frozenset(["AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI", "g"] + [f"R{i}" for i in range(8, 16)])
REGISTER_NAMES: Final = frozenset(
    list(REGISTERS) + ["SB", "FP", "PC", "TLS", "GDTR", "IDTR", "LDTR", "MSW", "TASK"] + [f"TR{i}" for i in range(8)]
)
