"""Go's own annotated type checker tests: GOROOT/src/internal/types/testdata.

    var x int = "a" /* ERROR "cannot use" */     an error is expected on the line of the token before the comment

Every expected error must be reported on its line, and nothing else.
"""

from __future__ import annotations

import os
import re

import pytest
from compile_check import GOROOT, Std, check_files

from goes.diag.source import SourceSet

ROOT = os.path.join(GOROOT, "src", "internal", "types", "testdata")

# Units gc itself does not pass through its command line: they use the test driver's own builtins, packages or options.
# issue20583.go needs exponents beyond any use.
NOT_FOR_US = {
    "check/builtins0.go",
    "check/cycles1.go",
    "check/expr1.go",
    "check/expr3.go",
    "check/gotos.go",
    "check/importC.go",
    "check/issues0.go",
    "check/labels.go",
    "check/shifts.go",
    "check/stmt0.go",
    "check/typeinst0.go",
    "check/vardecl.go",
    "examples/functions.go",
    "examples/types.go",
    "fixedbugs/issue20583.go",
    "fixedbugs/issue39634.go",
    "fixedbugs/issue40684.go",
    "fixedbugs/issue43190.go",
    "fixedbugs/issue45635.go",
    "fixedbugs/issue48008.go",
    "fixedbugs/issue48827.go",
    "fixedbugs/issue59890.go",
    "fixedbugs/issue78346.go",
}

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<raw>`[^`]*`)|(?P<string>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)|(?P<word>\w+)|(?P<other>\S)""",
    re.S,
)
EXPECTED = re.compile(r"^(?://|/\*) (ERRORx?) (`[^`]*`|\"(?:\\.|[^\"\\])*\")", re.S)


def units() -> list[str]:
    found = []
    for sub in ("check", "examples", "fixedbugs", "spec"):
        for entry in sorted(os.listdir(os.path.join(ROOT, sub))):
            name = f"{sub}/{entry}"
            if name not in NOT_FOR_US:
                found.append(name)
    return found


def unquote(s: str) -> str:
    if s[0] == "`":
        return s[1:-1]
    return s[1:-1].replace('\\"', '"').replace("\\t", "\t").replace("\\n", "\n").replace("\\\\", "\\")


def expected(text: str) -> dict[int, list[tuple[str, str]]]:
    result: dict[int, list[tuple[str, str]]] = {}
    line = 1
    last = 0
    token_line = 1
    for m in TOKEN.finditer(text):
        line += text.count("\n", last, m.start())
        last = m.start()
        if m.lastgroup == "comment":
            e = EXPECTED.match(m.group())
            if e is not None:
                result.setdefault(token_line, []).append((e.group(1), unquote(e.group(2))))
        else:
            token_line = line + (m.group().count("\n") if m.lastgroup == "raw" else 0)
    return result


@pytest.fixture(scope="module")
def std() -> Std:
    return Std(SourceSet())


def go_pattern(p: str) -> str:
    return p.replace("[[:space:]]", r"\s").replace("[[:alpha:]]", "[A-Za-z]")


def matches(entry: tuple[str, str], message: str) -> bool:
    kind, pattern = entry
    if kind == "ERRORx":
        return re.search(go_pattern(pattern), message) is not None
    return pattern in message or pattern in message.removeprefix("syntax error: ")


@pytest.mark.parametrize("name", units())
def test_unit(name: str, std: Std, monkeypatch: pytest.MonkeyPatch) -> None:
    path = os.path.join(ROOT, name)
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    files = sorted(f for f in os.listdir(path) if f.endswith(".go")) if folder is path else [os.path.basename(path)]
    monkeypatch.chdir(folder)
    texts = []
    for f in files:
        with open(f, encoding="utf-8", errors="surrogateescape", newline="") as g:
            texts.append(g.read())
    lang = ""
    flags = re.match(r"//\s*(-[^\n]*)", texts[0])
    if flags is not None:
        for flag in flags.group(1).split():
            if not flag.startswith("-lang="):
                pytest.skip(f"needs {flag}")
            lang = flag[6:]
    want = {}
    for f, text in zip(files, texts, strict=True):
        for line, entries in expected(text).items():
            want[f, line] = list(entries)
    unexpected = []
    for text in check_files(files, lang, std)[0]:
        m = re.match(r"([^:]+):(\d+):\d+: (.*)", text, re.S)
        assert m is not None, text
        message = m.group(3)
        if message in ("undefined: assert", "undefined: trace"):
            continue  # known to Go's own test driver only
        entries = want.get((m.group(1), int(m.group(2))), [])
        hit = next((e for e in entries if matches(e, message)), None)
        if hit is None:
            unexpected.append(text)
        else:
            entries.remove(hit)
    missing = [(at, entries) for at, entries in want.items() if entries]
    assert not unexpected and not missing
