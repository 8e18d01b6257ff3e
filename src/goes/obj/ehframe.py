"""Stack depth by program counter, from `.eh_frame`.

    push %rbx; sub $32,%rsp; ...        →  [(0, 0), (1, 8), (5, 40), ...]

`uwtable` makes LLVM describe the stack pointer after every instruction. With "frame-pointer"="none" and constant frames
every row's CFA is rsp + N, and the runtime's depth is N - 8: the distance from the entry's rsp. A row based on another
register means that a function escaped these rules (dynamic alloca, over-aligned alloca): an error, because the runtime
could not unwind it.

Sources: DWARF 5 section 6.4; LSB core, "Exception Frames"; linker-and-runtime-contracts B.8.
"""

from __future__ import annotations

import struct
from typing import Final, final

from ..diag.diagnostic import Bug
from .elfreader import ElfObject
from .varint import read_svarint, read_uvarint

_RSP: Final = 7

DW_CFA_NOP: Final = 0x00
DW_CFA_ADVANCE_LOC1: Final = 0x02
DW_CFA_ADVANCE_LOC2: Final = 0x03
DW_CFA_ADVANCE_LOC4: Final = 0x04
DW_CFA_OFFSET_EXTENDED: Final = 0x05
DW_CFA_RESTORE_EXTENDED: Final = 0x06
DW_CFA_UNDEFINED: Final = 0x07
DW_CFA_SAME_VALUE: Final = 0x08
DW_CFA_REMEMBER_STATE: Final = 0x0A
DW_CFA_RESTORE_STATE: Final = 0x0B
DW_CFA_DEF_CFA: Final = 0x0C
DW_CFA_DEF_CFA_REGISTER: Final = 0x0D
DW_CFA_DEF_CFA_OFFSET: Final = 0x0E
DW_CFA_OFFSET_EXTENDED_SF: Final = 0x11
DW_CFA_GNU_ARGS_SIZE: Final = 0x2E
DW_CFA_ADVANCE_LOC: Final = 0x40
DW_CFA_OFFSET: Final = 0x80
DW_CFA_RESTORE: Final = 0xC0


@final
class _Cie:
    __slots__ = ("code_align", "data_align", "augmented", "program")

    def __init__(self, code_align: int, data_align: int, augmented: bool, program: bytes) -> None:
        self.code_align = code_align
        self.data_align = data_align
        self.augmented = augmented
        self.program = program


def stack_depths(obj: ElfObject) -> dict[str, list[tuple[int, int]]]:
    """For each FDE: section index and offset of the function, joined as "section+offset" → [(pc, depth)...]."""
    out: dict[str, list[tuple[int, int]]] = {}
    at = obj.find(".eh_frame")
    if at < 0:
        return out
    data = obj.content(at)
    target: dict[int, tuple[int, int]] = {}
    for r in obj.relocations(at):
        target[r.offset] = (r.symbol.section, r.symbol.value + r.addend)
    cies: dict[int, _Cie] = {}
    pos = 0
    while pos + 4 <= len(data):
        start = pos
        length = struct.unpack_from("<I", data, pos)[0]
        if length == 0:
            break
        pos += 4
        end = pos + length
        cie_pointer = struct.unpack_from("<I", data, pos)[0]
        if cie_pointer == 0:
            cies[start] = _read_cie(data, pos + 4, end)
        else:
            cie = cies[pos - cie_pointer]
            section, offset = target[pos + 4]
            body = pos + 12  # behind the pc-relative 4-byte start and the 4-byte length
            if cie.augmented:
                size, body = read_uvarint(data, body)
                body += size
            out[f"{section}+{offset}"] = _run(cie, data[body:end], obj.sections[section].name)
        pos = end
    return out


def _read_cie(data: bytes, pos: int, end: int) -> _Cie:
    zero = data.index(0, pos + 1)
    augmentation = data[pos + 1 : zero]
    pos = zero + 1
    code_align, pos = read_uvarint(data, pos)
    data_align, pos = read_svarint(data, pos)
    _, pos = read_uvarint(data, pos)
    augmented = augmentation[:1] == b"z"
    if augmented:
        size, pos = read_uvarint(data, pos)
        pos += size
    return _Cie(code_align, data_align, augmented, data[pos:end])


def _run(cie: _Cie, program: bytes, where: str) -> list[tuple[int, int]]:
    """Interpret a CIE's and an FDE's instructions; only the CFA rule matters."""
    code_align = cie.code_align
    rows: list[tuple[int, int]] = []
    saved: list[tuple[int, int]] = []
    register = _RSP
    offset = 8
    pc = 0
    data = cie.program + program
    pos = 0
    end = len(data)
    while pos < end:
        op = data[pos]
        pos += 1
        high = op & 0xC0
        advance = 0
        if high == DW_CFA_ADVANCE_LOC:
            advance = op & 0x3F
        elif high == DW_CFA_OFFSET:
            _, pos = read_uvarint(data, pos)
        elif high == DW_CFA_RESTORE or op == DW_CFA_NOP:
            pass
        elif op == DW_CFA_DEF_CFA_OFFSET:
            offset, pos = read_uvarint(data, pos)
        elif op == DW_CFA_ADVANCE_LOC1:
            advance = data[pos]
            pos += 1
        elif op == DW_CFA_ADVANCE_LOC2:
            advance = data[pos] | data[pos + 1] << 8
            pos += 2
        elif op == DW_CFA_ADVANCE_LOC4:
            advance = int.from_bytes(data[pos : pos + 4], "little")
            pos += 4
        elif op == DW_CFA_REMEMBER_STATE:
            saved.append((register, offset))
        elif op == DW_CFA_RESTORE_STATE:
            register, offset = saved.pop()
        elif op == DW_CFA_DEF_CFA:
            register, pos = read_uvarint(data, pos)
            offset, pos = read_uvarint(data, pos)
        elif op == DW_CFA_DEF_CFA_REGISTER:
            register, pos = read_uvarint(data, pos)
        elif op == DW_CFA_GNU_ARGS_SIZE or op in (DW_CFA_RESTORE_EXTENDED, DW_CFA_UNDEFINED, DW_CFA_SAME_VALUE):
            _, pos = read_uvarint(data, pos)
        elif op == DW_CFA_OFFSET_EXTENDED:
            _, pos = read_uvarint(data, pos)
            _, pos = read_uvarint(data, pos)
        elif op == DW_CFA_OFFSET_EXTENDED_SF:
            _, pos = read_uvarint(data, pos)
            _, pos = read_svarint(data, pos)
        else:
            raise Bug("obj", f"unknown call frame instruction {op:#x}", where)
        if advance:
            if register != _RSP:
                raise Bug("obj", f"stack depth depends on register {register} at {pc:#x}", where)
            if not rows or rows[-1][1] != offset - 8:
                rows.append((pc, offset - 8))
            pc += advance * code_align
    if register != _RSP:
        raise Bug("obj", f"stack depth depends on register {register} at {pc:#x}", where)
    if not rows or rows[-1][1] != offset - 8:
        rows.append((pc, offset - 8))
    return rows
