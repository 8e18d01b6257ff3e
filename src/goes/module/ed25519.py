"""Verification of Ed25519 signatures.

    verify(public_key, message, signature)    →    True or False

Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z. Only public values go through here, so nothing has to take
constant time. Source: RFC 8032, sections 5.1.3, 5.1.4 and 5.1.7.
"""

from __future__ import annotations

import hashlib
from typing import Final

Point = tuple[int, int, int, int]

_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493  # the order of the base point
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_SQRT_MINUS_1: Final = pow(2, (_P - 1) // 4, _P)


def _add(a: Point, b: Point) -> Point:
    e = (a[1] - a[0]) * (b[1] - b[0]) % _P
    f = (a[1] + a[0]) * (b[1] + b[0]) % _P
    g = 2 * a[3] * b[3] * _D % _P
    h = 2 * a[2] * b[2] % _P
    p, q, r, s = f - e, h - g, h + g, f + e
    return p * q % _P, r * s % _P, q * r % _P, p * s % _P


def _multiply(scalar: int, point: Point) -> Point:
    out: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            out = _add(out, point)
        point = _add(point, point)
        scalar >>= 1
    return out


def _decode(data: bytes) -> Point | None:
    """The point of 32 bytes, or None if they are none."""
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if square == 0:
        return None if sign else (0, y, 1, 0)
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _SQRT_MINUS_1 % _P
    if (x * x - square) % _P:
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encode(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x = point[0] * inverse % _P
    y = point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _base() -> Point:
    point = _decode((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    assert point is not None
    return point


_BASE: Final = _base()


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Did the owner of the key sign the message?"""
    if len(key) != 32 or len(signature) != 64:
        return False
    a = _decode(key)
    s = int.from_bytes(signature[32:], "little")
    if a is None or s >= _L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    # R = sB − hA, compared as bytes, as crypto/ed25519 does.
    minus_a = (_P - a[0], a[1], a[2], _P - a[3])
    return _encode(_add(_multiply(s, _BASE), _multiply(h, minus_a))) == signature[:32]
