"""Programs print what they print when the official toolchain builds them.

Each NAME.go here has its output in NAME.out. A program is a table of many small cases: building one is what takes time.
A new .out is written by `go run NAME.go >NAME.out 2>&1` with the official go, and read before it is believed.

    GOES_SEEDS=100-400 python -m pytest tests/programs     more programs of the generator
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from generate import Generator
from official import GO

import goes

HERE = Path(__file__).parent
SRC = str(Path(goes.__file__ or "").parents[1])  # the same goes as this one, interpreted or compiled
FIRST, _, LAST = os.environ.get("GOES_SEEDS", "1-3").partition("-")


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One cache for all, so that std is compiled once, with the first program."""
    place = tmp_path_factory.mktemp("programs")
    return {"PATH": os.environ["PATH"], "HOME": str(place), "GOCACHE": str(place / "cache"), "PYTHONPATH": SRC, "GOFLAGS": ""}


@pytest.mark.parametrize("name", sorted(p.stem for p in HERE.glob("*.go")))
def test_output(name: str, environment: dict[str, str], tmp_path: Path) -> None:
    program = tmp_path / name
    subprocess.run(
        [sys.executable, "-m", "goes", "build", "-o", str(program), str(HERE / f"{name}.go")], env=environment, check=True
    )
    p = subprocess.run([str(program)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=True)
    assert p.stdout == (HERE / f"{name}.out").read_text()


@pytest.mark.parametrize("seed", range(int(FIRST), int(LAST or FIRST) + 1))
def test_a_random_program_prints_what_it_prints_elsewhere(seed: int, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "p.go").write_text(Generator(seed).program())
    outputs = []
    for command in ([sys.executable, "-m", "goes"], [str(GO)]):
        subprocess.run([*command, "build", "-o", "p", "p.go"], cwd=tmp_path, env=environment, check=True)
        done = subprocess.run([str(tmp_path / "p")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        outputs.append((done.returncode, done.stdout))
    assert outputs[0] == outputs[1]
