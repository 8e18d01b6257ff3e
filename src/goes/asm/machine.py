"""LLVM's assembler as a function: AT&T text in, sections out.

    encode(".section .t0,\\"ax\\"\\nmovl $7, %eax\\n")   →   {".t0": Section(b"\\xb8\\x07\\0\\0\\0", [])}

The text travels as the `module asm` of an otherwise empty LLVM module; the ELF object that comes back is taken apart
here. LLVM ends the process on the first error in such text, so the work is done in a forked child: an error comes back
as LLVM's message with a line number.

Sources: llvm-notes; ELF-64 object file format.
"""

from __future__ import annotations

import os
import re
import struct
import tempfile
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import Bug

if TYPE_CHECKING:
    from llvmlite.binding import TargetMachine

R_X86_64_64: Final = 1
R_X86_64_PC32: Final = 2
R_X86_64_PLT32: Final = 4
R_X86_64_32: Final = 10
R_X86_64_32S: Final = 11

TRIPLE: Final = "x86_64-unknown-linux-gnu"
# All that 1.27's std and the common third-party assembly use: the text decides what it needs, not the target.
FEATURES: Final = (
    "+64bit,+adx,+aes,+avx,+avx2,+avx512bitalg,+avx512bw,+avx512cd,+avx512dq,+avx512f,+avx512ifma,+avx512vbmi,"
    "+avx512vbmi2,+avx512vl,+avx512vnni,+avx512vpopcntdq,+avx512fp16,+bmi,+bmi2,+cldemote,+clflushopt,+clwb,+cmov,+crc32,"
    "+cx16,+cx8,+evex512,+f16c,+fma,+fsgsbase,+fxsr,+gfni,+invpcid,+lzcnt,+mmx,+movbe,+mwaitx,+pclmul,+pku,+popcnt,+prfchw,"
    "+ptwrite,+rdpid,+rdrnd,+rdseed,+rtm,+sahf,+sha,+sse,+sse2,+sse3,+sse4.1,+sse4.2,+ssse3,+vaes,+vpclmulqdq,+waitpkg,"
    "+x87,+xsave,+xsavec,+xsaveopt,+xsaves,+shstk"
)
_ERROR: Final = re.compile(r"<inline asm>:(\d+):(?:\d+:)? (?:error: )?(.*)")


@final
class Section:
    """Contents and relocations (offset, ELF type, symbol name, addend)."""

    __slots__ = ("data", "relocations")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.relocations: list[tuple[int, int, str, int]] = []


@final
class EncodeError(Exception):
    """LLVM refused a line (numbered from 1)."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"{line}: {message}")
        self.line = line
        self.message = message


def encode(text: str) -> dict[str, Section]:
    """Assemble; raises EncodeError for the first line that is wrong."""
    return read_sections(_emit_in_child(text))


_machines: list[TargetMachine] = []  # at most one: made before the first fork, so that it is paid once


def _machine() -> TargetMachine:
    if not _machines:
        import llvmlite.binding as llvm  # slow to load: only when something is really assembled

        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        llvm.initialize_native_asmparser()
        _machines.append(llvm.Target.from_triple(TRIPLE).create_target_machine(features=FEATURES))
    return _machines[0]


def _emit(text: str) -> bytes:
    import llvmlite.binding as llvm

    quoted = text.replace("\\", "\\5C").replace('"', "\\22").replace("\n", "\\0A")
    module = llvm.parse_assembly(f'target triple = "{TRIPLE}"\nmodule asm "{quoted}"\n')
    return bytes(_machine().emit_object(module))


def _emit_in_child(text: str) -> bytes:
    _machine()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.dup2(errors.fileno(), 2)
                data = _emit(text)
                output.write(data)
                output.flush()
                status = 0
            except BaseException as e:
                os.write(2, f"{type(e).__name__}: {e}".encode())
            finally:
                os._exit(status)
        _, wait = os.waitpid(pid, 0)
        if wait == 0:
            output.seek(0)
            return output.read()
        errors.seek(0)
        message = errors.read().decode("utf-8", "replace")
    m = _ERROR.search(message)
    if m is None:
        raise Bug("asm", f"LLVM ended with status {wait}: {message.strip()[:500]}")
    raise EncodeError(int(m.group(1)), m.group(2))


def read_sections(data: bytes) -> dict[str, Section]:
    """The sections of a relocatable ELF-64 file that have contents, with their relocations."""
    shoff = struct.unpack_from("<Q", data, 0x28)[0]
    shentsize, shnum, shstrndx = struct.unpack_from("<HHH", data, 0x3A)
    if shnum == 0:  # more than 65,279 sections
        shnum = struct.unpack_from("<Q", data, shoff + 0x20)[0]
    if shstrndx == 0xFFFF:
        shstrndx = struct.unpack_from("<I", data, shoff + 0x28)[0]
    headers: list[tuple[int, int, int, int, int, int]] = []
    for i in range(shnum):
        name, kind, _, _, offset, size, link, info = struct.unpack_from("<IIQQQQII", data, shoff + i * shentsize)
        headers.append((name, kind, offset, size, link, info))
    names = headers[shstrndx][2]

    def name_of(table: int, at: int) -> str:
        start = table + at
        return data[start : data.index(b"\0", start)].decode()

    out: dict[str, Section] = {}
    by_index: dict[int, Section] = {}
    for i, (name, kind, offset, size, _, _) in enumerate(headers):
        if kind == 1:
            section = Section(data[offset : offset + size])
            by_index[i] = section
            out[name_of(names, name)] = section
    for _, kind, offset, size, link, info in headers:
        if kind != 4 or info not in by_index:
            continue
        symbols = headers[link][2]
        strings = headers[headers[link][4]][2]
        target = by_index[info].relocations
        for at in range(offset, offset + size, 24):
            place, packed, addend = struct.unpack_from("<QQq", data, at)
            symbol = struct.unpack_from("<I", data, symbols + (packed >> 32) * 24)[0]
            target.append((place, packed & 0xFFFFFFFF, name_of(strings, symbol), addend))
    return out
