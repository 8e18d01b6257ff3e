"""Which tier a function is compiled in."""

from __future__ import annotations

from pathlib import Path

from goes.codegen.llvm import FULL, QUICK
from goes.diag.source import SourceSet
from goes.work.options import BY_PACKAGE
from goes.work.packages import PackageInput, Packages
from goes.work.tiers import SMALL, Tiers


def program(folder: Path, functions: int) -> Packages:
    """A main package of so many functions, and fmt."""
    source = folder / "main.go"
    source.write_text("package main\n" + "".join(f"func f{k}() {{}}\n" for k in range(functions)))
    main = PackageInput("example.com/p", "main", str(folder))
    main.go_files = [str(source)]
    fmt = PackageInput("fmt", "fmt", "")
    fmt.is_std = True
    return Packages({"fmt": fmt, "example.com/p": main}, SourceSet(), [])


def test_by_package_the_full_tier_goes_to_the_user_and_to_hot_packages(tmp_path: Path) -> None:
    tiers = Tiers(BY_PACKAGE, program(tmp_path, 3))
    assert tiers.of("main.f0", "example.com/p") == FULL
    assert tiers.of("slices.Max[go.shape.main.T]", "slices") == FULL
    assert tiers.of("fmt.collect[main.T]", "fmt") == FULL  # an instance for a type of the user's
    assert tiers.of("runtime.mallocgc", "runtime") == FULL
    assert tiers.of("internal/runtime/maps.(*Iter).Next", "internal/runtime/maps") == FULL
    assert tiers.of("fmt.Println", "fmt") == QUICK
    assert tiers.of("net/http.Get", "net/http") == QUICK


def test_a_large_program_is_compiled_quickly(tmp_path: Path) -> None:
    tiers = Tiers(BY_PACKAGE, program(tmp_path, SMALL + 1))
    assert tiers.of("main.f0", "example.com/p") == QUICK
    assert tiers.of("runtime.mallocgc", "runtime") == FULL


def test_a_level_given_holds_for_everything(tmp_path: Path) -> None:
    packages = program(tmp_path, 1)
    for level, tier in ((0, QUICK), (1, QUICK), (2, FULL), (3, FULL)):
        tiers = Tiers(level, packages)
        found = [tiers.of(f"{path}.f", path) for path in ("main", "runtime", "fmt")]
        assert found == [tier] * 3
