"""//go:embed in the source: which variables, which patterns, and what is wrong with them.

    //go:embed a.txt "b c.txt"
    var s embed.FS             →  Embed(the Name s, [("a.txt", position), ("b c.txt", position)])

Source: cmd/compile/internal/noder and staticdata for the messages; cmd/go documentation for the patterns.
"""

from __future__ import annotations

import os
from typing import Final, final

from ..codegen.embeddata import BYTES, FILES, STRING, UNKNOWN, EmbeddedFile, embed_definitions, embed_kind
from ..codegen.staticdata import StaticEnvironment
from ..diag.diagnostic import Diagnostic
from ..diag.source import Pos
from ..load.constraint import HeaderError
from ..load.header import split_patterns
from ..obj.symbol import Definition
from ..syntax.nodes import Directive, File, Name, VarDecl
from ..types.objects import Package, Var
from ..types.typestring import type_string
from .packages import PackageInput

_VERB: Final = "go:embed"


@final
class Embed:
    """A variable and its patterns with the positions of their directives."""

    __slots__ = ("name", "patterns")

    def __init__(self, name: Name, patterns: list[tuple[str, Pos]]) -> None:
        self.name = name
        self.patterns = patterns


def _is_embed(d: Directive) -> bool:
    return d.text == _VERB or d.text.startswith((_VERB + " ", _VERB + "\t"))


def embeds_of(files: list[File]) -> list[Embed]:
    """All embedding variables of a package in source order. Declarations that may not embed are left out: the checker
    reports them."""
    out: list[Embed] = []
    for f in files:
        if not any(_is_embed(d) for d in f.directives):
            continue
        for decl in f.decls:
            if not isinstance(decl, VarDecl) or len(decl.names) != 1 or decl.values or decl.type_expr is None:
                continue
            patterns: list[tuple[str, Pos]] = []
            for d in decl.directives:
                if _is_embed(d):
                    patterns += _patterns(d)
            if patterns:
                out.append(Embed(decl.names[0], patterns))
    return out


def _patterns(d: Directive) -> list[tuple[str, Pos]]:
    try:
        return [(pattern, d.pos) for pattern, _ in split_patterns(d.text[len(_VERB) :])]
    except HeaderError:
        return []


def _names(embed: Embed, config: dict[str, list[tuple[str, str]]], errors: list[Diagnostic]) -> dict[str, str]:
    """Name → file of everything a variable's patterns match."""
    out: dict[str, str] = {}
    for pattern, pos in embed.patterns:
        matched = config.get(pattern)
        if matched is None:
            text = f"invalid go:embed: build system did not map pattern: {pattern}"
            errors.append(Diagnostic(pos, text))
            continue
        for name, path in matched:
            out.setdefault(name, path)
    return out


def check_embeds(files: list[File], input: PackageInput, pkg: Package, errors: list[Diagnostic]) -> None:
    """Report what gc finds wrong when it lays out the embedding variables of a correct package."""
    for embed in embeds_of(files):
        var = pkg.scope.lookup(embed.name.text)
        if not isinstance(var, Var) or var.type is None:
            continue
        kind = embed_kind(var.type)
        if kind == UNKNOWN:
            text = f"go:embed cannot apply to var of type {type_string(var.type)}"
            errors.append(Diagnostic(embed.name.pos, text))
            continue
        names = _names(embed, input.embed, errors)
        if kind in (STRING, BYTES) and len(names) > 1:
            text = f"invalid go:embed: multiple files for type {type_string(var.type)}"
            errors.append(Diagnostic(embed.name.pos, text))


def embed_data(
    env: StaticEnvironment, files: list[File], input: PackageInput, pkg: Package, prefix: str, errors: list[Diagnostic]
) -> list[Definition]:
    """The definitions of all embedding variables of a package. Mistakes were reported by check_embeds."""
    out: list[Definition] = []
    for embed in embeds_of(files):
        var = pkg.scope.lookup(embed.name.text)
        if not isinstance(var, Var) or var.name == "_":
            continue
        if var.type is None and pkg.checker is not None:
            pkg.checker.resolve(var)
        if var.type is None:
            continue
        kind = embed_kind(var.type)
        contents: list[EmbeddedFile] = []
        for name, path in _names(embed, input.embed, []).items():
            try:
                with open(path, "rb") as f:
                    contents.append(EmbeddedFile(name, f.read()))
            except OSError as e:
                text = f"embed {name}: open {path}: {os.strerror(e.errno or 0).lower()}"
                errors.append(Diagnostic(embed.name.pos, text))
        if kind == FILES or (contents and kind != UNKNOWN):
            out += embed_definitions(env, env.global_symbol(var), var.type, prefix, contents)
    return out
