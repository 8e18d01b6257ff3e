"""A unified diff whose fixed points are lines that occur once on each side.

    unified_diff("old", "a\\nb\\n", "new", "a\\nc\\n")   →   "diff old new\\n--- old\\n+++ new\\n@@ -1,2 +1,2 @@\\n a\\n-b\\n+c\\n"

The longest increasing sequence of such lines is found in n log n (Szymanski 1975, "A Special Case of the Maximal Common
Subsequence Problem"); what lies between is told as removed and added. Source: internal/diff, for the form.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Final

_CONTEXT: Final = 3


def unified_diff(old_name: str, old: str, new_name: str, new: str) -> str:
    """"" if the texts are equal."""
    if old == new:
        return ""
    x = _lines(old)
    y = _lines(new)
    out = [f"diff {old_name} {new_name}\n--- {old_name}\n+++ {new_name}\n"]
    done_x = done_y = 0  # printed so far
    chunk_x = chunk_y = 0  # where the chunk begins
    chunk: list[str] = []
    for at_x, at_y in _anchors(x, y):
        if at_x < done_x:
            continue
        start_x, start_y = at_x, at_y
        while start_x > done_x and start_y > done_y and x[start_x - 1] == y[start_y - 1]:
            start_x -= 1
            start_y -= 1
        end_x, end_y = at_x, at_y
        while end_x < len(x) and end_y < len(y) and x[end_x] == y[end_y]:
            end_x += 1
            end_y += 1
        chunk += ["-" + s for s in x[done_x:start_x]]
        chunk += ["+" + s for s in y[done_y:start_y]]
        same = end_x - start_x
        more = end_x < len(x) or end_y < len(y)
        if more and (same < _CONTEXT or (chunk and same < 2 * _CONTEXT)):
            chunk += [" " + s for s in x[start_x:end_x]]
            done_x, done_y = end_x, end_y
            continue
        if chunk:
            n = min(same, _CONTEXT)
            chunk += [" " + s for s in x[start_x : start_x + n]]
            done_x, done_y = start_x + n, start_y + n
            count_x = sum(s[0] != "+" for s in chunk)
            count_y = sum(s[0] != "-" for s in chunk)
            out.append(f"@@ -{chunk_x + (count_x > 0)},{count_x} +{chunk_y + (count_y > 0)},{count_y} @@\n")
            out += chunk
            chunk = []
        if not more:
            break
        chunk_x, chunk_y = end_x - _CONTEXT, end_y - _CONTEXT
        chunk = [" " + s for s in x[chunk_x:end_x]]
        done_x, done_y = end_x, end_y
    return "".join(out)


def _lines(text: str) -> list[str]:
    lines = text.splitlines(keepends=True) if "\r" not in text else [s + "\n" for s in text.split("\n")]
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines


def _anchors(x: list[str], y: list[str]) -> list[tuple[int, int]]:
    """Pairs of places of lines that are unique on both sides, increasing on both; framed by the ends."""
    in_x = Counter(x)
    in_y = Counter(y)
    place = {s: i for i, s in enumerate(y) if in_x[s] == 1 and in_y[s] == 1}
    pairs = [(i, place[s]) for i, s in enumerate(x) if s in place]
    tails: list[int] = []
    length: list[int] = []
    for _, j in pairs:
        k = bisect_left(tails, j)
        if k == len(tails):
            tails.append(j)
        else:
            tails[k] = j
        length.append(k + 1)
    chosen: list[tuple[int, int]] = []
    k = len(tails)
    limit = len(y)
    for (i, j), n in zip(reversed(pairs), reversed(length)):
        if n == k and j < limit:
            chosen.append((i, j))
            limit = j
            k -= 1
    return [(0, 0), *reversed(chosen), (len(x), len(y))]
