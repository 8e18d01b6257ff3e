"""Every instruction of the official encoder's tests: same bytes, or another encoding of the same instruction.

Each line of GOROOT's amd64enc.s reads `ADCB $7, AL // 1407`, the bytes (or alternatives) after the comment sign.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
from official import GOROOT

from goes.asm import machine
from goes.asm.amd64 import Amd64, Symbols, translate
from goes.asm.assemble import FileNames
from goes.asm.lexer import Input
from goes.asm.parser import parse_file
from goes.asm.report import Errors
from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet

_LINE = re.compile(r"\s+(.*?)\s*// (?:[^/]*// )?([0-9a-f]{2,}(?: or [0-9a-f]+)*)\s*$")

# Same instruction, other bytes: swapped operands of XCHG, extension to 64 bits without REX.W, system registers stored
# without a prefix, and vector moves or commutative operations in their shorter form.
MAY_DIFFER: Final = frozenset(
    "MOVBQZX MOVWQZX MOVSWW MOVZWW SLDTW SLDTL SLDTQ SMSWW SMSWL SMSWQ STRW STRL STRQ XCHGB XCHGW XCHGL XCHGQ".split()
)


def disassemble(codes: list[str], folder: Path) -> list[str]:
    """The text of one instruction per code."""
    image = folder / "code.bin"
    image.write_bytes(b"".join(bytes.fromhex(c).ljust(32, b"\x90") for c in codes))
    command = ["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "-w", str(image)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[int, str] = {}
    for line in listing.splitlines():
        m = re.match(r"\s*([0-9a-f]+):\t[0-9a-f ]+\t(.*)", line)
        if m is not None:
            # ".s" and "{evex}" only tell which of two encodings it is.
            found[int(m.group(1), 16)] = re.sub(r"\.s\b|\{evex\} |\s+", " ", m.group(2)).replace("  ", " ").strip()
    return [found.get(32 * k, "") for k in range(len(codes))]


def encode_table(path: Path) -> list[tuple[str, str, list[str]]]:
    """(source line, bytes, accepted bytes) for every line with an expectation."""
    source = path.read_text()
    expected: dict[int, tuple[str, list[str]]] = {}
    for n, line in enumerate(source.splitlines(), 1):
        m = _LINE.match(line)
        if m is not None and not m.group(1).startswith("//"):
            expected[n] = (m.group(1), m.group(2).split(" or "))
    errors: list[Diagnostic] = []
    report = Errors(SourceSet(), errors)
    stream = Input(str(path), source, {}, [str(path.parent)], {})
    unit = parse_file(stream, str(path), "p", Amd64(), report, frozenset())
    assert errors == []
    lines: list[tuple[int, str]] = []
    for t in unit.texts:
        f = translate(t, Symbols(FileNames("p", "p.s", frozenset(), [])))
        assert f.errors == []
        lines += [(line.line, line.text) for line in f.lines if line.line in expected and line.text]
    out = ['.section .t0,"ax"']
    out += [f".L{k}: {line}" for k, (_, line) in enumerate(lines)]
    out += [f".L{len(lines)}:", '.section .tab,"",@progbits']
    out += [f".long .L{k}-.L0" for k in range(len(lines) + 1)]
    sections = machine.encode("\n".join(out) + "\n")
    table = sections[".tab"].data
    offsets = [int.from_bytes(table[k : k + 4], "little") for k in range(0, len(table), 4)]
    code = sections[".t0"].data
    return [(expected[n][0], code[offsets[k] : offsets[k + 1]].hex(), expected[n][1]) for k, (n, _) in enumerate(lines)]


FILES = ["amd64enc.s", "amd64enc_extra.s", "avx512enc/avx512f.s", "avx512enc/avx512bw.s", "avx512enc/avx512dq.s"]


@pytest.mark.parametrize("name", FILES)
def test_official_encodings(tmp_path: Path, name: str) -> None:
    rows = encode_table(GOROOT / "src/cmd/asm/internal/asm/testdata" / name)
    different = [(line, got, want) for line, got, want in rows if got not in want and line.split()[0] not in MAY_DIFFER]
    assert len(rows) > 900
    assert len(different) < len(rows) // 20
    if not different:
        return
    if shutil.which("objdump") is None:
        pytest.skip("no disassembler to compare what is encoded differently")
    ours = disassemble([got for _, got, _ in different], tmp_path)
    theirs = disassemble([want[0] for _, _, want in different], tmp_path)
    for (line, _, _), got_text, want_text in zip(different, ours, theirs):
        assert (line, got_text) == (line, want_text)
