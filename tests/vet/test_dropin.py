"""With goes as `go` on PATH, a program that loads packages through `go list -json -deps -export` and `go env -json`
finds what it finds with the official command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from official import GO

import goes

SRC = str(Path(goes.__file__ or "").parents[1])
LOADER = Path(__file__).parent / "testdata" / "loader.go"



def test_a_loader_of_packages(tmp_path: Path) -> None:
    env = {
        **os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off", "GOPROXY": "off",
        "GOMODCACHE": str(tmp_path / "mod"), "PYTHONPATH": SRC,
    }  # fmt: skip
    program = tmp_path / "loader"
    subprocess.run([str(GO), "build", "-o", str(program), str(LOADER)], check=True, env=env)
    module = tmp_path / "m"
    (module / "b").mkdir(parents=True)
    (module / "go.mod").write_text("module example.com/m\n\ngo 1.27\n")
    (module / "a.go").write_text(
        'package main\n\nimport (\n\t"crypto/x509"\n\t"fmt"\n\n\t"example.com/m/b"\n)\n\n'
        "var Roots, Err = x509.SystemCertPool()\n\nvar Set = b.Of(1, 2)\n\n"
        "func main() { fmt.Println(Set.Sorted(), Roots, Err) }\n"
    )
    (module / "b" / "b.go").write_text(
        'package b\n\nimport (\n\t"cmp"\n\t"maps"\n\t"slices"\n)\n\ntype Set[T cmp.Ordered] map[T]bool\n\n'
        "func Of[T cmp.Ordered](ts ...T) Set[T] { return nil }\n\n"
        "func (s Set[T]) Sorted() []T { return slices.Sorted(maps.Keys(s)) }\n"
    )
    outputs = []
    for name, command in (("goes", f'{sys.executable} -m goes "$@"'), ("official", f'{GO} "$@"')):
        bin = tmp_path / name
        bin.mkdir()
        (bin / "go").write_text(f"#!/bin/sh\nexec {command}\n")
        (bin / "go").chmod(0o755)
        here = {**env, "PATH": f"{bin}:{os.environ['PATH']}", "GOCACHE": str(tmp_path / f"cache-{name}")}
        if name == "official":
            del here["GOCACHE"]
        done = subprocess.run([str(program), "./..."], cwd=module, env=here, text=True, capture_output=True, timeout=300)
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    assert "example.com/m main true <nil>" in outputs[0]
    assert "\t var example.com/m.Set example.com/m/b.Set[int]" in outputs[0]
