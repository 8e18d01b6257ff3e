"""The tests, benchmarks, fuzz targets and examples that test files declare.

    func TestA(t *testing.T)    func BenchmarkB(b *testing.B)    func FuzzC(f *testing.F)    func TestMain(m *testing.M)
    func ExampleD() {
        fmt.Println("x")
        // Output: x                  →   TestFunction("_test", "ExampleD", "x\\n", unordered=False)
    }

Files are parsed without their bodies. An example's output is the last comment inside its body, found by reading the
body's text for comments and literals only.

Source: cmd/go/internal/load (test.go) for the rules and messages, go/doc (Examples), go/ast (CommentGroup.Text).
"""

from __future__ import annotations

import os
import re
from typing import Final, final

from ..diag.diagnostic import Diagnostic
from ..diag.source import SourceSet
from ..syntax import tokens as t
from ..syntax.nodes import FuncDecl, Name, SelectorExpr, StarExpr
from ..syntax.parser import parse_file
from ..syntax.scanner import Scanner
from .package import Package, short_path
from .view import PLAIN, FileView

INSIDE: Final = "_test"  # what the test main calls the package with its own test files
OUTSIDE: Final = "_xtest"  # and the package of external test files

_TOKEN: Final = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|[^\s/"'`]+|/""", re.S
)
_OUTPUT: Final = re.compile(r"[ \t\n\f\r\v]*(unordered )?output:", re.I)
_DIRECTIVE: Final = re.compile(r"(?:line |extern |export |[a-z0-9]+:[a-z0-9])")


@final
class TestFunction:
    """One function the test main calls. `package` is INSIDE or OUTSIDE; the rest is for examples."""

    __test__ = False
    __slots__ = ("package", "name", "output", "unordered")

    def __init__(self, package: str, name: str, output: str = "", unordered: bool = False) -> None:
        self.package = package
        self.name = name
        self.output = output
        self.unordered = unordered


@final
class TestFunctions:
    """All of one package. `import_*`: the package is imported by the test main; `need_*`: and named there."""

    __test__ = False
    __slots__ = (
        "tests", "benchmarks", "fuzz_targets", "examples", "test_main", "import_test", "need_test", "import_xtest",
        "need_xtest", "error",
    )  # fmt: skip

    def __init__(self) -> None:
        self.tests: list[TestFunction] = []
        self.benchmarks: list[TestFunction] = []
        self.fuzz_targets: list[TestFunction] = []
        self.examples: list[TestFunction] = []
        self.test_main: TestFunction | None = None
        self.import_test = False
        self.need_test = False
        self.import_xtest = False
        self.need_xtest = False
        self.error = ""  # the first mistake, with its position


def is_test_name(name: str, prefix: str) -> bool:
    """Test, TestX and Test_x, but not Testicular."""
    if not name.startswith(prefix):
        return False
    return len(name) == len(prefix) or not name[len(prefix)].islower()


def test_functions(package: Package, cwd: str, view: FileView = PLAIN) -> TestFunctions:
    """Read the package's test files."""
    found = TestFunctions()
    for name in package.test_go_files:
        imported, needed = _read_file(found, os.path.join(package.dir, name), INSIDE, cwd, view)
        found.import_test |= imported
        found.need_test |= needed
    for name in package.xtest_go_files:
        imported, needed = _read_file(found, os.path.join(package.dir, name), OUTSIDE, cwd, view)
        found.import_xtest |= imported
        found.need_xtest |= needed
    return found


def _read_file(found: TestFunctions, path: str, package: str, cwd: str, view: FileView) -> tuple[bool, bool]:
    """Whether the file makes the test main import its package, and name it."""
    try:
        data = view.read(path)
    except OSError as e:
        if not found.error:
            found.error = f"open {path}: {os.strerror(e.errno or 0).lower()}"
        return False, False
    sources = SourceSet()
    source = sources.add(path, data)
    errors: list[Diagnostic] = []
    file = parse_file(source, errors, lazy_bodies=True)
    if errors or file is None:
        if not found.error and errors:
            offset, text = _first_problem(data, errors[0].pos - source.base, errors[0].message)
            at = source.raw_position(source.base + offset)
            found.error = f"{short_path(path, cwd)}:{at.line}:{at.column}: {text}"
        return False, False
    imported = False
    needed = False
    examples: list[TestFunction] = []
    for d in file.decls:
        if not isinstance(d, FuncDecl) or d.recv is not None:
            continue
        name = d.name.text
        wrong = ""
        target: list[TestFunction] | None = None
        if name == "TestMain":
            if _takes(d, "T"):
                target = found.tests
            else:
                wrong = _wrong_signature(d, "M")
                if not wrong and found.test_main is not None:
                    if not found.error:
                        found.error = "multiple definitions of TestMain"
                    return imported, needed
                if not wrong:
                    found.test_main = TestFunction(package, name)
                    imported = needed = True
        elif is_test_name(name, "Test"):
            wrong = _wrong_signature(d, "T")
            target = found.tests
        elif is_test_name(name, "Benchmark"):
            wrong = _wrong_signature(d, "B")
            target = found.benchmarks
        elif is_test_name(name, "Fuzz"):
            wrong = _wrong_signature(d, "F")
            target = found.fuzz_targets
        elif is_test_name(name, "Example") and d.has_body and not d.func_type.params and not d.func_type.results:
            imported = True  # whether run or not
            output = _output_of(d, data)
            if output is not None:
                examples.append(TestFunction(package, name, output[0], output[1]))
                needed = True
        if wrong:
            if not found.error:
                # go/ast places a function at its keyword.
                keyword = data.rfind(b"func", 0, d.name.pos - source.base)
                at = source.raw_position(source.base + keyword)
                found.error = f"{path}:{at.line}:{at.column}: wrong signature for {name}, {wrong}"
            return imported, needed
        if target is not None:
            target.append(TestFunction(package, name))
            imported = needed = True
    found.examples += examples
    return imported, needed


_LETTERS: Final = re.compile(r"\w+")  # what go/scanner takes for the name, where the compiler goes on
_DECLARATIONS: Final = frozenset((t.CONST, t.FUNC, t.IMPORT, t.PACKAGE, t.TYPE, t.VAR))


def _first_problem(data: bytes, offset: int, message: str) -> tuple[int, str]:
    """Offset and words of a syntax error as go/parser has them: what begins no declaration comes before what is wrong
    inside of it."""
    scanner = Scanner(data, 0, [])
    depth = 0
    at_start = True
    scanner.next()
    while scanner.tok != t.EOF and scanner.start <= offset:
        if at_start and scanner.tok != t.SEMI:
            if scanner.tok not in _DECLARATIONS:
                if scanner.tok == t.NAME:
                    letters = _LETTERS.match(scanner.lit)
                    what = scanner.lit if letters is None else letters.group()
                elif scanner.tok == t.LITERAL:
                    what = scanner.lit
                else:
                    what = f"'{data[scanner.start : max(scanner.i, scanner.start + 1)].decode('utf-8', 'replace')}'"
                return scanner.start, f"expected declaration, found {what}"
            at_start = False
        if scanner.tok in (t.LPAREN, t.LBRACE, t.LBRACK):
            depth += 1
        elif scanner.tok in (t.RPAREN, t.RBRACE, t.RBRACK):
            depth -= 1
        elif scanner.tok == t.SEMI and depth == 0:
            at_start = True
        scanner.next()
    return offset, message.removeprefix("syntax error: ")


def _takes(d: FuncDecl, letter: str) -> bool:
    """Does it take one *testing.T (or *T, however testing was imported) and return nothing?"""
    params = d.func_type.params
    if d.func_type.results or len(params) != 1:
        return False
    star = params[0].type_expr
    if not isinstance(star, StarExpr):
        return False
    x = star.x
    if isinstance(x, Name):
        return x.text == letter
    return isinstance(x, SelectorExpr) and x.sel.text == letter


def _wrong_signature(d: FuncDecl, letter: str) -> str:
    why = "" if _takes(d, letter) else f"must be: func {d.name.text}({letter.lower()} *testing.{letter})"
    return "test functions cannot have type parameters" if d.tparams else why


# ---------------------------------------------------------------------------------------------------- example output


def _output_of(d: FuncDecl, data: bytes) -> tuple[str, bool] | None:
    """(output, unordered) of an example with an output comment."""
    if d.lazy is None:
        return None
    body = data[d.lazy[0] : d.lazy[1]].decode("utf-8", "surrogateescape")
    text = comment_text(_last_comment_group(body[1:-1]))
    m = _OUTPUT.match(text)
    if m is None:
        return None
    output = text[m.end() :].lstrip(" ")
    return output.removeprefix("\n"), m.group(1) is not None


def _last_comment_group(body: str) -> list[str]:
    """The comments of the last group: nothing but single line breaks between them, and none behind code."""
    group: list[str] = []
    code = 0  # where the last token begins that is no comment; at first, the brace before the body
    end = -1  # of the open group
    breaks = 0  # line breaks that the open group may have between comments
    for m in _TOKEN.finditer(body):
        token = m.group()
        if not token.startswith(("//", "/*")):
            code = m.start()
            end = -1
            continue
        if end < 0:
            breaks = 1 if "\n" in body[code : m.start()] else 0
            group = []
        elif body.count("\n", end, m.start()) > breaks:
            breaks = 1
            group = []
        group.append(token)
        end = m.end()
    return group


def comment_text(group: list[str]) -> str:
    """The group's text without comment markers, directives and blank lines around and repeated inside."""
    lines: list[str] = []
    for comment in group:
        comment = comment.replace("\r", "")
        if comment.startswith("//"):
            text = comment[2:]
            if not text:
                lines.append("")
                continue
            if text[0] == " ":
                text = text[1:]
            elif _DIRECTIVE.match(text):
                continue
        else:
            text = comment[2:-2]
        lines += [line.rstrip(" \t\n\r") for line in text.split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    if kept and kept[-1]:
        kept.append("")
    return "\n".join(kept)
