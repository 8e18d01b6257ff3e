"""The memory functions agree with Python's bytes for every small size and for sizes around each internal limit."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Callable
from typing import Any

import pytest
from machine import OVERLAY, Image, assemble_file

SIZES = [*range(70), *range(126, 132), 255, 256, 257, 1000, 2047, 2048, 2049, 5000]
U64 = ctypes.c_uint64


@pytest.fixture(scope="module")
def image() -> Image:
    return Image(assemble_file(OVERLAY / "runtime" / "memory_goes_amd64.s"))


def function(image: Image, name: str, result: Any, *arguments: Any) -> Callable[..., int]:
    return ctypes.CFUNCTYPE(result, *arguments)(image.symbols[name])


def test_memmove_without_and_with_overlap(image: Image) -> None:
    move = function(image, "memmove", U64, U64, U64, U64)
    rng = random.Random(1)
    for n in SIZES:
        for shift in (-3000, -n // 2, -1, 0, 1, 7, 63, n // 2, n, 3000):
            buffer = ctypes.create_string_buffer(rng.randbytes(16000), 16000)
            want = bytearray(buffer.raw)
            base = ctypes.addressof(buffer)
            want[6000 + shift : 6000 + shift + n] = buffer.raw[6000 : 6000 + n]
            assert move(base + 6000 + shift, base + 6000, n) == base + 6000 + shift
            assert buffer.raw == bytes(want), (n, shift)


def test_memset_and_memclr(image: Image) -> None:
    fill = function(image, "memset", U64, U64, ctypes.c_int, U64)
    clear = function(image, "runtime.memclrNoHeapPointers", None, U64, U64)
    for n in SIZES:
        buffer = ctypes.create_string_buffer(b"\xee" * 6000, 6000)
        base = ctypes.addressof(buffer)
        assert fill(base + 9, 0x1A7, n) == base + 9
        assert buffer.raw == b"\xee" * 9 + b"\xa7" * n + b"\xee" * (6000 - 9 - n)
        clear(base + 9, n)
        assert buffer.raw == b"\xee" * 9 + b"\0" * n + b"\xee" * (6000 - 9 - n)


def test_comparisons(image: Image) -> None:
    equal = function(image, "runtime.memequal", ctypes.c_uint8, U64, U64, U64)
    compare = function(image, "memcmp", ctypes.c_int, U64, U64, U64)
    different = function(image, "bcmp", ctypes.c_int, U64, U64, U64)
    strings = function(image, "runtime.cmpstring", ctypes.c_int64, U64, U64, U64, U64)
    rng = random.Random(2)
    for n in SIZES:
        data = rng.randbytes(n)
        a = ctypes.create_string_buffer(data, n + 1)
        pa = ctypes.addressof(a)
        for position in sorted({0, n // 2, n - 1, n}):
            other = bytearray(data)
            if 0 <= position < n:
                other[position] ^= 0x80
            b = ctypes.create_string_buffer(bytes(other), n + 1)
            pb = ctypes.addressof(b)
            want = (data > bytes(other)) - (data < bytes(other))
            assert equal(pa, pb, n) == (want == 0), (n, position)
            assert (different(pa, pb, n) != 0) == (want != 0)
            assert compare(pa, pb, n) == want
            assert strings(pa, n, pb, n) == want
        assert strings(pa, n, pa, n // 2) == (n > n // 2)
        assert strings(pa, n // 2, pa, n) == -(n > n // 2)
