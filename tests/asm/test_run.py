"""Assembled functions do what they say. (All are written for the C convention, which the test process calls.)"""

from __future__ import annotations

import ctypes
import zlib

from .execute import Image, definitions


def run(source: str, *args: int, name: str = "p.f.abi0") -> int:
    return Image(definitions(source)).call(name, *args)


def test_moves_and_arithmetic() -> None:
    assert run("TEXT ·f(SB), NOSPLIT, $0\n LEAQ (DI)(SI*4), AX\n SUBQ $2, AX\n RET\n", 10, 5) == 28


def test_compare_has_its_first_operand_on_the_left() -> None:
    source = "TEXT ·f(SB), NOSPLIT, $0\n MOVL $1, AX\n CMPQ DI, SI\n JLT less\n MOVL $0, AX\nless:\n RET\n"
    assert run(source, 3, 4) == 1
    assert run(source, 4, 3) == 0
    assert run(source, 4, 4) == 0


def test_shifts_divisions_and_sign_extension() -> None:
    source = """
TEXT ·f(SB), NOSPLIT, $0
	MOVQ DI, AX
	CQO
	IDIVQ SI
	MOVQ DX, CX
	SHLQ CX, AX
	MOVBQSX AX, AX
	RET
"""
    assert run(source, 17, 5) == 3 << 2
    assert run(source, -128 * 4 - 0, 4) == -128


def test_constants_keep_their_width() -> None:
    assert run("TEXT ·f(SB), NOSPLIT, $0\n MOVQ $0xffffffff, AX\n RET\n") == 0xFFFFFFFF
    assert run("TEXT ·f(SB), NOSPLIT, $0\n MOVQ $-2, AX\n RET\n") == -2
    assert run("TEXT ·f(SB), NOSPLIT, $0\n MOVQ $0x123456789abcdef0, AX\n RET\n") == 0x123456789ABCDEF0
    assert run("TEXT ·f(SB), NOSPLIT, $0\n MOVQ $(1<<40 | ~0xf & 0xff), AX\n RET\n") == 1 << 40 | 0xF0


def test_arguments_on_the_stack_and_a_frame() -> None:
    # f(x) pushes x as a stack argument of g, whose frame must not disturb the FP offsets.
    source = """
TEXT ·g(SB), NOSPLIT, $24-16
	MOVQ x+0(FP), AX
	MOVQ AX, tmp-8(SP)
	PUSHQ BX
	MOVQ x+0(FP), BX
	ADDQ tmp-8(SP), BX
	MOVQ BX, ret+8(FP)
	POPQ BX
	RET

TEXT ·f(SB), NOSPLIT, $16-0
	MOVQ DI, 0(SP)
	CALL ·g(SB)
	MOVQ 8(SP), AX
	RET
"""
    assert run(source, 21) == 42


def test_return_to_another_function() -> None:
    source = "TEXT ·g(SB), NOSPLIT, $0\n MOVL $9, AX\n RET\nTEXT ·f(SB), NOSPLIT, $32\n RET ·g(SB)\n"
    assert run(source) == 9


def test_relative_jumps_count_instructions() -> None:
    source = "TEXT ·f(SB), NOSPLIT, $0\n MOVL $1, AX\n JMP 2(PC)\n MOVL $2, AX\n NOP\n ADDL $4, AX\n JMP 1(PC)\n RET\n"
    assert run(source) == 5


def test_data_and_file_local_symbols() -> None:
    source = """
DATA table<>+0x00(SB)/8, $1111
DATA table<>+0x08(SB)/4, $-1
DATA table<>+0x0c(SB)/4, $"ab\\x00\\n"
GLOBL table<>(SB), RODATA, $24
DATA ·where+0(SB)/8, $table<>+8(SB)
GLOBL ·where(SB), NOPTR, $8

TEXT ·f(SB), NOSPLIT, $0
	LEAQ table<>(SB), CX
	MOVQ ·where(SB), DX
	MOVQ (CX)(DI*8), AX
	MOVLQZX 4(DX), DX
	ADDQ DX, AX
	RET
"""
    assert run(source, 0) == 1111 + int.from_bytes(b"ab\0\n", "little")


def test_floating_point_constants_are_pooled() -> None:
    source = """
TEXT ·f(SB), NOSPLIT, $0
	MOVSD $(1.5), X0
	ADDSD $2.25, X0
	MOVSD $(0.0), X1
	ADDSD X1, X0
	RET
"""
    image = Image(definitions(source))
    assert image.call("p.f.abi0", result=ctypes.c_double) == 3.75


def test_macros_with_arguments_and_several_lines() -> None:
    source = """
#define TWICE(r, n) \\
	ADDQ $n, r; \\
	ADDQ $n, r
#define START MOVQ DI, AX
#ifdef GOARCH_amd64
#define STEP 10
#else
#define STEP 1
#endif
TEXT ·f(SB), NOSPLIT, $0
	START
	TWICE(AX, STEP)
	RET
"""
    assert run(source, 1) == 21


def test_a_real_checksum() -> None:
    source = """
TEXT ·f(SB), NOSPLIT, $0
	MOVL $0xffffffff, AX
loop:
	CMPQ SI, $0
	JE done
	CRC32B (DI), AX
	INCQ DI
	DECQ SI
	JMP loop
done:
	NOTL AX
	RET
"""
    data = b"123456789"
    buffer = ctypes.create_string_buffer(data)
    got = run(source, ctypes.addressof(buffer), len(data)) & 0xFFFFFFFF
    assert got == 0xE3069283  # CRC-32C's check value
    assert got != zlib.crc32(data)
