"""Overlay declarations replace upstream's."""

from __future__ import annotations

from pathlib import Path

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.load.overlay import OverlayPackage, function_spelling
from goes.syntax.nodes import ConstDecl, File, FuncDecl, TypeDecl, VarDecl
from goes.syntax.parser import parse_file


def parse(sources: SourceSet, name: str, text: str) -> File:
    errors: list[Diagnostic] = []
    f = parse_file(sources.add(name, text.encode()), errors)
    assert f is not None and not errors
    return f


def names(files: list[File]) -> list[str]:
    out: list[str] = []
    for f in files:
        for d in f.decls:
            if isinstance(d, FuncDecl):
                out.append(function_spelling(d))
            elif isinstance(d, TypeDecl):
                out.append(d.name.text)
            elif isinstance(d, (VarDecl, ConstDecl)):
                out.extend(n.text for n in d.names)
    return out


def test_replaced_deleted_and_dropped(tmp_path: Path) -> None:
    overlay = """package p

//goes:delete gone
//goes:delete (*T).gone
//goes:file drop b.go

func f() {}
func (t *T) m() {}
const two = 22
var v = 1
"""
    (tmp_path / "p_goes.go").write_text(overlay)
    assembly = "TEXT ·g<ABIGoes>(SB), 4, $0-0\n\tRET\nGLOBL ·d(SB), 8, $8\nTEXT local<>(SB), 4, $0\n\tRET\n"
    (tmp_path / "asm_goes.s").write_text(assembly)
    package = OverlayPackage("p", str(tmp_path))
    sources = SourceSet()
    upstream = parse(sources, "a.go", """package p
type T struct{}
func f() {}
func gone() {}
func kept() {}
func (t *T) m() {}
func (t T) n() {}
func (t *T) gone() {}
const (
	one = iota
	two
	three
)
var v, w = 1, 2
func init() {}
""")
    dropped = parse(sources, "b.go", "package p\nfunc h() {}\n")
    extra = parse(sources, "p_goes.go", overlay)
    files = package.apply([upstream, dropped], [extra])
    assert names(files) == ["T", "kept", "T.n", "one", "_", "three", "w", "init", "f", "(*T).m", "two", "v"]
    assert package.asm_symbols == {"g", "d"}
    assert not package.keeps("/x/b.go") and package.keeps("/x/a.go")
