"""Merge overlay Go files into a copy of GOROOT, textually, as the loader does with trees.

    overlay/runtime/stack_goes.go:  func malg(…)        →  upstream's malg is removed from proc.go
                                    //goes:delete x      →  x is removed
                                    //goes:file drop f   →  f is left out

gofmt'd source is assumed: a top-level declaration starts in column 0 and ends at the first line that closes it.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

OVERLAY = Path(__file__).parents[2] / "src" / "goes" / "overlay"

_START = re.compile(r"(func|type|var|const)\b")
_METHOD = re.compile(r"func \((?:\w+ )?(\*?)(\w+)(?:\[.*?\])?\) (\w+)")
_FUNC = re.compile(r"func (\w+)")
_SPEC = re.compile(r"\t((?:\w+, )*\w+)\b")
_SINGLE = re.compile(r"(?:type|var|const) ((?:\w+, )*\w+)\b")
_TEXT0 = re.compile(r"^TEXT\s+(runtime·\w+|·\w+)\(SB\)", re.M)
_DELETE = re.compile(r"^//goes:delete (.+)$", re.M)
_DROP = re.compile(r"^//goes:file drop (\S+)$", re.M)
_IMPORT = re.compile(r"^(?:import )?\t?(?:(\w+|\.|_) )?\"([^\"]+)\"$")


class Chunk:
    """Consecutive lines of a file: a declaration with its comment, or something else (names is empty)."""

    def __init__(self, lines: list[str], names: list[str]) -> None:
        self.lines = lines
        self.names = names


def split(text: str) -> list[Chunk]:
    lines = text.split("\n")
    chunks: list[Chunk] = []
    pending: list[str] = []
    i = 0
    while i < len(lines):
        line = lines[i]
        if not _START.match(line):
            pending.append(line)
            if not line.startswith("//"):
                chunks.append(Chunk(pending, []))
                pending = []
            i += 1
            continue
        start = i
        stripped = re.sub(r"\s*//.*", "", line)
        opens = stripped.endswith("(") or stripped.endswith("{") and stripped.count("{") != stripped.count("}")
        if opens:
            i += 1
            while not re.match(r"[})]", lines[i]):
                i += 1
        body = lines[start : i + 1]
        i += 1
        if re.match(r"(type|var|const) \(", line):
            chunks.append(Chunk([*pending, body[0]], []))
            chunks.extend(_specs(body[1:-1]))
            chunks.append(Chunk([body[-1]], []))
        else:
            chunks.append(Chunk(pending + body, _names(line)))
        pending = []
    chunks.append(Chunk(pending, []))
    return chunks


def _names(line: str) -> list[str]:
    if method := _METHOD.match(line):
        star, typ, name = method.groups()
        return [f"(*{typ}).{name}" if star else f"{typ}.{name}"]
    if func := _FUNC.match(line):
        return [] if func[1] in ("init", "_") else [func[1]]
    single = _SINGLE.match(line)
    return [n for n in single[1].split(", ") if n != "_"] if single else []


def _specs(lines: list[str]) -> list[Chunk]:
    chunks: list[Chunk] = []
    depth = 0
    for line in lines:
        code = re.sub(r"//.*", "", line)
        if depth == 0 and (spec := _SPEC.match(code)) and not line.startswith("\t\t"):
            chunks.append(Chunk([line], [n for n in spec[1].split(", ") if n != "_"]))
        elif chunks and (depth > 0 or code.strip() in ("}", ")")):
            chunks[-1].lines.append(line)
        else:
            chunks.append(Chunk([line], []))
        depth += code.count("{") + code.count("(") - code.count("}") - code.count(")")
    return chunks


def drop_unused_imports(text: str) -> str:
    out: list[str] = []
    inside = False
    body = "\n".join(re.sub(r"//.*", "", line) for line in text.split("\n"))
    for line in text.split("\n"):
        if line == "import (":
            inside = True
        elif inside and line == ")":
            inside = False
        elif (inside or line.startswith("import ")) and (m := _IMPORT.match(line)):
            name = m[1] or m[2].rsplit("/", 1)[-1]
            if name not in ("_", ".") and not re.search(rf"\b{name}\.", body):
                continue
        out.append(line)
    return "\n".join(out)


def overlay_packages(overlay: Path) -> dict[str, list[Path]]:
    packages: dict[str, list[Path]] = {}
    for path in sorted(overlay.rglob("*")):
        if path.suffix in (".go", ".s"):
            packages.setdefault(str(path.parent.relative_to(overlay)), []).append(path)
    return packages


def merge_package(upstream: Path, files: list[Path], target: Path, used: set[str]) -> None:
    """Write upstream's files, without what `files` replace, and the Go files among `files` to target.
    `used` collects the names that replaced or deleted something."""
    replaced: set[str] = set()
    dropped: set[str] = set()
    for path in files:
        text = path.read_text()
        dropped.update(_DROP.findall(text))
        if path.suffix == ".go":
            replaced.update(_DELETE.findall(text))
            for chunk in split(text):
                replaced.update(chunk.names)
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(upstream.iterdir()):
        if path.is_dir() or path.name.endswith("_test.go") or path.name in dropped:
            used.update({path.name} & dropped)
            continue
        if path.suffix == ".go":
            chunks = split(path.read_text())
            kept = []
            for chunk in chunks:
                if replaced.intersection(chunk.names):
                    used.update(replaced.intersection(chunk.names))
                else:
                    kept.extend(chunk.lines)
            (target / path.name).write_text(drop_unused_imports("\n".join(kept)))
        else:
            shutil.copy(path, target / path.name)
    for path in files:
        if path.suffix == ".go":
            shutil.copy(path, target / path.name)
    _write_stubs(files, target)


def _write_stubs(files: list[Path], target: Path) -> None:
    """gc's assembler does not know <ABIGoes>: define empty bodies for the ABI0 TEXTs of the overlay."""
    present: set[str] = set()
    for path in sorted(target.glob("*_amd64.s")):
        present.update(_TEXT0.findall(path.read_text()))
    names: list[str] = []
    for path in files:
        if path.suffix == ".s":
            names += [n for n in _TEXT0.findall(path.read_text()) if n not in present]
    (target / "stubs_amd64.s").write_text("".join(f"TEXT {n}(SB),4,$0-0\n\tRET\n\n" for n in names))


def merge_goroot(goroot: Path, overlay: Path, target: Path) -> set[str]:
    """Make target a GOROOT with the overlay applied; everything untouched is a link."""
    used: set[str] = set()
    packages = overlay_packages(overlay)
    directories = {p for name in packages for p in [Path(name), *Path(name).parents]} | {Path(".")}

    def link(directory: Path) -> None:
        source = goroot / "src" / directory
        destination = target / "src" / directory
        destination.mkdir(parents=True, exist_ok=True)
        for entry in sorted(source.iterdir()):
            relative = directory / entry.name
            if relative in directories:
                link(relative)
            elif entry.is_dir() or str(directory) not in packages:
                (destination / entry.name).symlink_to(entry)
        if str(directory) in packages:
            merge_package(source, packages[str(directory)], destination, used)

    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(goroot.iterdir()):
        if entry.name != "src":
            (target / entry.name).symlink_to(entry)
    link(Path("."))
    return used


class Merged:
    """A GOROOT with the overlay applied, after the official compiler has been through its packages."""

    def __init__(self, root: Path, used: set[str], output: str, go_asm_h: str) -> None:
        self.root = root
        self.used = used
        self.output = output
        self.go_asm_h = go_asm_h
