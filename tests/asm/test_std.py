"""Assembly of std against the official assembler's listing: the same instructions, jumps and references.

The official tool is only an oracle here. Code is compared as disassembly, since one instruction may have two encodings.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from official import GOROOT

from goes.asm.assemble import assemble, default_defines
from goes.diag.diagnostic import Diagnostic
from goes.obj.symbol import R_ADDR64, Definition

FILES = [
    "crypto/internal/fips140/nistec/p256_asm_amd64.s",
    "crypto/internal/fips140/sha256/sha256block_amd64.s",
    "crypto/internal/fips140/subtle/xor_amd64.s",
    "crypto/md5/md5block_amd64.s",
    "internal/chacha8rand/chacha8_amd64.s",
    "internal/cpu/cpu_x86.s",
    "internal/runtime/atomic/atomic_amd64.s",
    "math/exp_amd64.s",
    "math/floor_amd64.s",
    "syscall/asm_linux_amd64.s",
    "vendor/golang.org/x/crypto/chacha20poly1305/chacha20poly1305_amd64.s",
]
# Either order means the same.
_COMMUTATIVE = re.compile(r"(vpx?or\w*|vpand|vpadd\w|vaddp\w|vxorp\w|xchg) (%\w+),(%\w+)(.*)")
_JUMP = re.compile(r"(j\w+|call\w*|loop\w*) 0x([0-9a-f]+)$")


def listing(code: bytes, folder: Path) -> list[str]:
    """Instructions without padding; jump targets as instruction numbers."""
    image = folder / "code.bin"
    image.write_bytes(code)
    command = ["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "-w", str(image)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    out: list[str] = []
    number: dict[int, int] = {}
    for line in text.splitlines():
        m = re.match(r"\s*([0-9a-f]+):\t[0-9a-f ]+\t(.*)", line)
        if m is None:
            continue
        number[int(m.group(1), 16)] = len(out)
        s = re.sub(r"\s+", " ", re.sub(r"#.*|\.s\b|\{evex\} ", "", m.group(2))).strip()
        if re.match(r"(data16 )*(cs )?nop|xchg %ax,%ax|int3$", s):
            continue
        c = _COMMUTATIVE.match(s)
        if c is not None:
            first, second = sorted((c.group(2), c.group(3)))
            s = f"{c.group(1)} {first},{second}{c.group(4)}"
        out.append(s)
    for i, s in enumerate(out):
        m = _JUMP.match(s)
        if m is not None:
            out[i] = f"{m.group(1)} to {number.get(int(m.group(2), 16))}"
    return out


def without_relocations(d: Definition) -> bytes:
    code = bytearray(d.data)
    for r in d.relocations:
        size = 8 if r.kind == R_ADDR64 else 4
        code[r.offset : r.offset + size] = bytes(size)
    return bytes(code)


def oracle(
    tool: Path, file: Path, package: str, folder: Path
) -> dict[str, tuple[bool, bytes, list[str]]]:
    """Of each function: whether it has no stack check, its code with relocated fields zero, its references."""
    command = [str(tool), "-S", "-p", package, "-std", "-I", str(GOROOT / "pkg/include"), "-D", "GOOS_linux"]
    command += ["-D", "GOARCH_amd64", "-D", "GOAMD64_v1", "-o", str(folder / "x.o"), str(file)]
    env = dict(os.environ, GOOS="linux", GOARCH="amd64")
    text = subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout
    out: dict[str, tuple[bool, bytes, list[str]]] = {}
    code = bytearray()
    references: list[str] = []
    for line in text.splitlines():
        m = re.match(r"(\S+) STEXT(.*)", line)
        if m is not None:
            code = bytearray()
            references = []
        elif not line.startswith("\t"):
            code = bytearray()
        elif re.match(r"\t0x[0-9a-f]{4}(?: [0-9a-f]{2})+ ", line):
            code += bytes.fromhex(line[8 : 8 + 47].strip().replace(" ", ""))
        else:
            r = re.match(r"\trel (\d+)\+(\d+) t=(\w+) (.*?)(?:<\d+>)?(?:[+-]\d*)?$", line)
            if r is not None and r.group(3) != "R_CALLIND":
                at, size = int(r.group(1)), int(r.group(2))
                code[at : at + size] = bytes(size)
                references.append(re.sub(r"[+-]\d*$", "", r.group(4)).removesuffix("<>"))
        if m is not None:
            out[m.group(1).removesuffix("<>")] = ("nosplit" in m.group(2), code, references)  # type: ignore[assignment]
    return {name: (nosplit, bytes(c), refs) for name, (nosplit, c, refs) in out.items()}


def base_name(symbol: str) -> str:
    """A link name without convention and file."""
    symbol = re.sub(r"<[\w.]+>$", "", symbol)
    return symbol.removesuffix(".abi0").removesuffix(".abiint")


@pytest.mark.parametrize("name", FILES)
def test_same_as_the_official_assembler(tmp_path: Path, name: str) -> None:
    tool = GOROOT / "pkg/tool/linux_amd64/asm"
    if not tool.exists() or shutil.which("objdump") is None:
        pytest.skip("no oracle")
    file = GOROOT / "src" / name
    package = os.path.dirname(name)
    errors: list[Diagnostic] = []
    include = [str(GOROOT / "pkg/include")]
    defs = assemble(str(file), file.read_bytes(), package, {}, include, default_defines(), frozenset(), errors)
    assert [e.message for e in errors] == []
    expected = oracle(tool, file, package, tmp_path)
    compared = 0
    for d in defs:
        if d.text is None:
            continue
        ours = base_name(d.name)
        found = expected.get(ours) or expected.get(ours.removeprefix(package + "."))
        assert found is not None, d.name
        nosplit, code, references = found
        if not nosplit:
            continue  # begins with a stack check that we leave out
        compared += 1
        assert listing(without_relocations(d), tmp_path) == listing(code, tmp_path), d.name
        targets = [base_name(r.target).split(".")[-1] for r in sorted(d.relocations, key=lambda r: r.offset)]
        assert targets == [r.split(".")[-1] for r in references], d.name
    assert compared
