"""goes' own parser and loader make of the overlay what the textual merge makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from merge import OVERLAY, Merged, overlay_packages
from official import GOROOT

import goes
from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceFile, SourceSet
from goes.load.overlay import _declared, overlay_package
from goes.syntax.nodes import File
from goes.syntax.parser import parse_file

SRC = str(Path(goes.__file__ or "").parents[1])


def parse(paths: list[Path], sources: SourceSet) -> list[File]:
    files = []
    for path in paths:
        errors: list[Diagnostic] = []
        source: SourceFile = sources.add(str(path), path.read_bytes())
        tree = parse_file(source, errors, lazy_bodies=True)
        assert tree is not None and not errors, [str(e) for e in errors]
        files.append(tree)
    return files


def go_files(directory: Path) -> list[Path]:
    return [p for p in sorted(directory.glob("*.go")) if not p.name.endswith("_test.go")]


def names(files: list[File]) -> list[str]:
    return sorted(n for f in files for d in f.decls for n in _declared(d))


def test_loader_and_text_agree(merged: Merged) -> None:
    for name, paths in overlay_packages(OVERLAY).items():
        package = overlay_package(name)
        assert package is not None
        sources = SourceSet()
        upstream = parse(go_files(GOROOT / "src" / name), sources)
        own = parse([p for p in paths if p.suffix == ".go"], sources)
        applied = names(package.apply(upstream, own))
        text = names(parse(go_files(merged.root / "src" / name), sources))
        assert applied == text, name


def test_a_merged_package_is_right_as_a_whole(tmp_path: Path) -> None:
    """Naming packages checks every declaration, not only what programs reach."""
    env = {**os.environ, "GOCACHE": str(tmp_path), "PYTHONPATH": SRC, "GOFLAGS": "", "GO111MODULE": "off"}
    done = subprocess.run(
        [sys.executable, "-m", "goes", "build", *overlay_packages(OVERLAY)], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
