"""go mod tidy, go get, vendoring and workspaces against a proxy in a directory."""

from __future__ import annotations

from pathlib import Path

import pytest
from modulelab import Lab, clear_cache, requirements

from goes.diag.diagnostic import UserError
from goes.load.context import make_context
from goes.load.modstate import ModOptions
from goes.load.modules import load_outside_module


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Lab:
    lab = Lab(tmp_path, monkeypatch, capfd)
    for minor in (0, 1, 2):
        lab.publish("example.com/low", f"v1.{minor}.0", {"low.go": "package low"})
    for minor in (0, 1):
        lab.publish("example.com/high", f"v1.{minor}.0", {
            "go.mod": f"module example.com/high\ngo 1.20\nrequire example.com/low v1.{minor}.0\n",
            "high.go": 'package high\nimport _ "example.com/low"\n',
            "sub/sub.go": "package sub",
        })  # fmt: skip
    lab.write({"go.mod": "module example.com/m\n\ngo 1.20\n", "m.go": 'package m\nimport _ "example.com/high"\n'})
    return lab


# ---------------------------------------------------------------------------------------------------------- tidy


def test_tidy_adds_the_latest_version_and_its_dependencies(lab: Lab) -> None:
    said = lab.ok("mod", "tidy")
    assert "go: finding module for package example.com/high" in said
    assert "go: found example.com/high in example.com/high v1.1.0" in said
    assert requirements(lab.read("go.mod")) == ["example.com/high v1.1.0", "example.com/low v1.1.0 // indirect"]
    sums = [line.split()[:2] for line in lab.read("go.sum").splitlines()]
    assert sums == [
        ["example.com/high", "v1.1.0"], ["example.com/high", "v1.1.0/go.mod"],
        ["example.com/low", "v1.1.0"], ["example.com/low", "v1.1.0/go.mod"],
    ]  # fmt: skip
    before = lab.read("go.mod")
    lab.ok("mod", "tidy")
    assert lab.read("go.mod") == before


def test_tidy_removes_what_is_not_imported(lab: Lab) -> None:
    lab.write({"m.go": "package m\n"})
    lab.ok("get", "example.com/high@v1.0.0")
    assert requirements(lab.read("go.mod"))
    assert "unused example.com/high" in lab.ok("mod", "tidy", "-v")
    assert requirements(lab.read("go.mod")) == []
    assert lab.read("go.sum") == ""


def test_tidy_looks_at_files_for_all_systems_but_not_at_ignored_ones(lab: Lab) -> None:
    lab.write({
        "m.go": "package m\n",
        "m_windows.go": 'package m\nimport _ "example.com/low"\n',
        "gen.go": '//go:build ignore\n\npackage main\nimport _ "example.com/high"\n',
    })  # fmt: skip
    lab.ok("mod", "tidy")
    assert requirements(lab.read("go.mod")) == ["example.com/low v1.2.0"]


def test_tidy_diff_changes_nothing(lab: Lab) -> None:
    before = lab.read("go.mod")
    status, out, _ = lab.goes("mod", "tidy", "-diff")
    assert status == 1
    assert "diff current/go.mod tidy/go.mod" in out and "+require example.com/high v1.1.0" in out
    assert lab.read("go.mod") == before and not (lab.directory / "go.sum").exists()


def test_tidy_names_the_way_to_a_missing_package(lab: Lab) -> None:
    lab.publish("example.com/broken", "v1.0.0", {"b.go": 'package b\nimport _ "example.com/broken/nowhere"\n'})
    lab.write({"m.go": 'package m\nimport _ "example.com/broken"\n'})
    assert (
        "go: example.com/m imports\n\texample.com/broken imports\n\texample.com/broken/nowhere: "
        "module example.com/broken@latest found (v1.0.0), but does not contain package example.com/broken/nowhere"
    ) in lab.fails("mod", "tidy")


# ---------------------------------------------------------------------------------------------------------- get


def test_get_names_changes(lab: Lab) -> None:
    assert "go: added example.com/high v1.0.0" in lab.ok("get", "example.com/high@v1.0.0")
    assert "go: upgraded example.com/low v1.0.0 => v1.2.0" in lab.ok("get", "example.com/low@latest")
    # Going below what high v1.1.0 needs takes high down with it.
    lab.ok("get", "example.com/high@v1.1.0")
    said = lab.ok("get", "example.com/low@v1.0.0")
    assert "go: downgraded example.com/high v1.1.0 => v1.0.0" in said
    assert "go: downgraded example.com/low v1.2.0 => v1.0.0" in said
    said = lab.ok("get", "example.com/low@none")
    assert "go: removed example.com/high v1.0.0" in said
    assert requirements(lab.read("go.mod")) == []


def test_get_u_upgrades_dependencies(lab: Lab) -> None:
    lab.ok("get", "example.com/high@v1.0.0")
    lab.ok("get", "-u", "./...")
    assert requirements(lab.read("go.mod")) == ["example.com/high v1.1.0", "example.com/low v1.2.0 // indirect"]


def test_incompatible_versions_count_until_there_is_a_go_mod(lab: Lab) -> None:
    lab.publish("example.com/low", "v2.0.0+incompatible", {"low.go": "package low"})
    lab.ok("get", "example.com/low")
    assert requirements(lab.read("go.mod")) == ["example.com/low v2.0.0+incompatible // indirect"]
    lab.publish("example.com/low", "v1.3.0", {"go.mod": "module example.com/low\ngo 1.20\n", "low.go": "package low"})
    lab.write({"go.mod": "module example.com/m\n\ngo 1.20\n"})
    lab.ok("get", "example.com/low")
    assert requirements(lab.read("go.mod")) == ["example.com/low v1.3.0 // indirect"]


@pytest.mark.parametrize(
    "query, version",
    [("v1", "v1.2.0"), ("v1.1", "v1.1.0"), ("<v1.2.0", "v1.1.0"), (">v1.0.0", "v1.1.0"), (">=v1.2.0", "v1.2.0")],
)
def test_version_queries(lab: Lab, query: str, version: str) -> None:
    lab.ok("get", "example.com/low@" + query)
    assert requirements(lab.read("go.mod")) == [f"example.com/low {version} // indirect"]


def test_get_refuses_what_contradicts_itself(lab: Lab) -> None:
    before = lab.read("go.mod")
    said = lab.fails("get", "example.com/high@v1.1.0", "example.com/low@v1.0.0")
    assert said.splitlines()[-1] == "go: example.com/high@v1.1.0 requires example.com/low@v1.1.0, not example.com/low@v1.0.0"
    assert lab.read("go.mod") == before


@pytest.mark.parametrize(
    "argument, message",
    [
        ("example.com/low@<=v1", 'go: example.com/low@<=v1: ambiguous semantic version "v1" in range "<=v1"'),
        ("example.com/low@", 'go: invalid module version syntax "example.com/low@"'),
        ("example.com/low@-v1", 'go: invalid module version "-v1"'),
        ("fmt@v1.0.0", 'go: can\'t request explicit version "v1.0.0" of standard library package fmt'),
        ("all@none", 'go: can\'t request version "none" of pattern "all" that includes the main module'),
        ("x.go", "go: x.go: arguments must be package or module paths"),
        ("example.com/high/nowhere", "go: module example.com/high@upgrade found (v1.1.0), but does not contain package "
                                     "example.com/high/nowhere"),
    ],
)  # fmt: skip
def test_arguments_of_get_that_make_no_sense(lab: Lab, argument: str, message: str) -> None:
    assert lab.fails("get", argument).splitlines()[-1] == message


def test_retracted_and_deprecated_versions_are_told(lab: Lab) -> None:
    lab.publish("example.com/old", "v1.0.0", {"old.go": "package old"})
    lab.publish("example.com/old", "v1.1.0", {
        "go.mod": "// Deprecated: use new.\nmodule example.com/old\nretract v1.0.0 // loses data\n",
        "old.go": "package old",
    })  # fmt: skip
    said = lab.ok("get", "example.com/old@v1.0.0")
    assert "go: module example.com/old is deprecated: use new." in said
    assert "go: warning: example.com/old@v1.0.0: retracted by module author: loses data" in said
    assert "go: to switch to the latest unretracted version, run:\n\tgo get example.com/old@latest" in said
    assert lab.ok("list", "-m", "-u", "example.com/old") == "example.com/old v1.0.0 (retracted) [v1.1.0] (deprecated)\n"


# ---------------------------------------------------------------------------------------------------------- reading


def test_a_missing_requirement_is_only_named(lab: Lab) -> None:
    assert lab.fails("build") == (
        "m.go:2:8: no required module provides package example.com/high; to add it:\n\tgo get example.com/high\n"
    )


def test_missing_sums_are_named(lab: Lab) -> None:
    lab.ok("mod", "tidy")
    (lab.directory / "go.sum").unlink()
    assert lab.fails("build") == (
        "m.go:2:8: missing go.sum entry for module providing package example.com/high (imported by example.com/m); "
        "to add:\n\tgo get example.com/m\n"
    )


def test_mod_mod_adds_what_is_missing(lab: Lab) -> None:
    assert "go: found example.com/high in example.com/high v1.1.0" in lab.ok("list", "-mod=mod", ".")
    assert requirements(lab.read("go.mod"))[0] == "example.com/high v1.1.0"


def test_an_inconsistent_go_mod_is_refused(lab: Lab) -> None:
    lab.ok("get", "example.com/high@v1.0.0")
    lab.ok("get", "example.com/high@v1.1.0")
    lab.write({"go.mod": lab.read("go.mod").replace("low v1.1.0", "low v1.0.0")})
    assert lab.fails("list", ".") == "go: updates to go.mod needed; to update it:\n\tgo mod tidy\n"
    assert "disabled by -mod=readonly; to update it:" in lab.fails("list", "-mod=readonly", ".")


def test_another_file_can_stand_for_go_mod(lab: Lab) -> None:
    lab.write({"alternate.mod": lab.read("go.mod")})
    before = lab.read("go.mod")
    lab.ok("get", "-modfile=alternate.mod", "example.com/low@v1.0.0")
    assert requirements(lab.read("alternate.mod")) == ["example.com/low v1.0.0 // indirect"]
    assert lab.read("go.mod") == before
    assert "example.com/low v1.0.0/go.mod" in lab.read("alternate.sum") and not (lab.directory / "go.sum").exists()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["example.com/high@"], "example.com/high@: version must not be empty"),
        (["example.com/high@v1.0.0", "example.com/low@v1.1.0"],
         "example.com/low@v1.1.0: all arguments must refer to packages in the same module at the same version (@v1.0.0)"),
        (["./high@v1.0.0"], "./high@v1.0.0: argument must be a package path, not a relative path"),
        (["all@v1.0.0"], "all@v1.0.0: argument must be a package path, not a meta-package"),
        (["fmt@v1.0.0"], "fmt@v1.0.0: argument must not be a package in the standard library"),
        (["example.com/forks@v1.0.0"],
         "example.com/forks@v1.0.0 (in example.com/forks@v1.0.0):\n"
         "\tThe go.mod file for the module providing named packages contains one or\n"
         "\tmore replace directives. It must not contain directives that would cause\n"
         "\tit to be interpreted differently than if it were the main module."),
    ],
)  # fmt: skip
def test_packages_with_a_version_need_no_main_module(lab: Lab, arguments: list[str], message: str) -> None:
    lab.publish("example.com/forks", "v1.0.0", {
        "go.mod": "module example.com/forks\nreplace example.com/low => ../low\n", "forks.go": "package main",
    })  # fmt: skip
    context = make_context({"GOOS": "linux", "GOARCH": "amd64", "GOMODCACHE": str(lab.cache)})
    with pytest.raises(UserError) as error:
        load_outside_module(context, str(lab.directory), arguments, ModOptions("install"))
    assert error.value.message == "go: " + message
    resolver, patterns = load_outside_module(
        context, str(lab.directory), ["example.com/high@latest", "example.com/high/sub@latest"], ModOptions("install")
    )
    assert patterns == ["example.com/high", "example.com/high/sub"] and resolver.outside == "example.com/high@v1.1.0"
    assert [m.packages for m in resolver.match(patterns, False)] == [["example.com/high"], ["example.com/high/sub"]]
    low = resolver.resolve("example.com/low", None).module
    assert low is not None and low.version == "v1.1.0"


def test_pruned_graphs_are_not_read_as_long_as_roots_suffice(lab: Lab) -> None:
    lab.ok("mod", "tidy")
    lab.write({"m_test.go": "package m\n"})
    clear_cache(lab)
    lab.ok("list", "-deps", ".")
    assert not (Path(lab.directory).parent / "cache/cache/download/example.com/low/@v/v1.2.0.mod").exists()


def test_an_excluded_version_is_passed_over(lab: Lab) -> None:
    lab.write({"go.mod": "module example.com/m\n\ngo 1.20\n\nexclude example.com/high v1.1.0\n"})
    lab.ok("mod", "tidy")
    assert requirements(lab.read("go.mod"))[0] == "example.com/high v1.0.0"


def test_a_replacement_is_used_without_being_required_before(lab: Lab) -> None:
    lab.write({
        "go.mod": "module example.com/m\n\ngo 1.20\n\nreplace example.com/high => ./high\n",
        "high/go.mod": "module example.com/high\n", "high/high.go": "package high",
    })  # fmt: skip
    assert "module example.com/high provides package example.com/high and is replaced but not required" in lab.fails("build")
    lab.ok("mod", "tidy")
    assert requirements(lab.read("go.mod")) == ["example.com/high v0.0.0-00010101000000-000000000000"]
    assert lab.ok("list", "-m", "all").splitlines()[1:] == [
        "example.com/high v0.0.0-00010101000000-000000000000 => ./high"
    ]


def test_a_package_of_two_modules_is_ambiguous(lab: Lab) -> None:
    lab.publish("example.com/high/sub", "v1.0.0", {"sub.go": "package sub"})
    lab.write({
        "m.go": 'package m\nimport _ "example.com/high/sub"\n',
        "go.mod": "module example.com/m\n\ngo 1.20\n\n"
        "require (\n\texample.com/high v1.0.0\n\texample.com/high/sub v1.0.0\n)\n",
    })  # fmt: skip
    said = lab.fails("mod", "tidy")
    assert "ambiguous import: found package example.com/high/sub in multiple modules:\n\texample.com/high v1.0.0 (" in said


def test_a_newer_go_is_asked_for(lab: Lab) -> None:
    lab.write({"go.mod": "module example.com/m\n\ngo 1.99.1\n"})
    said = lab.fails("build")
    assert said.startswith("go: go.mod requires go >= 1.99.1 (running go 1.27") and said.endswith("; GOTOOLCHAIN=local)\n")


# ---------------------------------------------------------------------------------------------------------- vendor


def test_vendor_copies_packages_and_lists_modules(lab: Lab) -> None:
    lab.publish("example.com/high", "v1.2.0", {
        "go.mod": "module example.com/high\ngo 1.20\n", "LICENSE": "free", "README": "no",
        "high.go": "package high", "high_test.go": "package high", "high.s": "", "sub/sub.go": "package sub",
    })  # fmt: skip
    lab.ok("mod", "tidy")
    lab.ok("mod", "vendor")
    assert lab.read("vendor/modules.txt") == "# example.com/high v1.2.0\n## explicit; go 1.20\nexample.com/high\n"
    copied = sorted(p.name for p in (lab.directory / "vendor/example.com/high").iterdir())
    assert copied == ["LICENSE", "README", "high.go", "high.s"]
    clear_cache(lab)
    assert lab.ok("list", "-f", "{{.Dir}}", "example.com/high").strip() == str(lab.directory / "vendor/example.com/high")


def test_vendor_must_agree_with_go_mod(lab: Lab) -> None:
    lab.ok("mod", "tidy")
    lab.ok("mod", "vendor")
    lab.write({"go.mod": lab.read("go.mod").replace("high v1.1.0", "high v1.0.0")})
    said = lab.fails("build")
    assert said == (
        f"go: inconsistent vendoring in {lab.directory}:\n"
        "\texample.com/high@v1.0.0: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt\n"
        "\texample.com/high@v1.1.0: is marked as explicit in vendor/modules.txt, but not explicitly required in go.mod\n"
        "\n\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n"
        "\tTo sync the vendor directory, run:\n\t\tgo mod vendor\n"
    )


# ---------------------------------------------------------------------------------------------------------- workspaces


def test_modules_of_a_workspace_see_each_other(lab: Lab) -> None:
    lab.write({
        "go.work": "go 1.20\n\nuse (\n\t.\n\t./other\n)\n",
        "m.go": 'package m\nimport _ "example.com/other"\n',
        "other/go.mod": "module example.com/other\n\ngo 1.20\n", "other/other.go": "package other",
    })  # fmt: skip
    assert lab.ok("list", "-deps", "./...").splitlines() == ["example.com/other", "example.com/m"]
    assert lab.ok("list", "-m").splitlines() == ["example.com/m", "example.com/other"]
    assert lab.ok("list", "work").splitlines() == ["example.com/m", "example.com/other"]
    assert '-mod may only be set to readonly or vendor when in workspace mode, but it is set to "mod"' in lab.fails(
        "list", "-mod=mod", "."
    )


def test_work_sync_takes_the_highest_version_to_all(lab: Lab) -> None:
    lab.write({
        "go.work": "go 1.20\n\nuse (\n\t.\n\t./other\n)\n",
        "go.mod": "module example.com/m\n\ngo 1.20\n\nrequire example.com/low v1.0.0\n",
        "m.go": 'package m\nimport _ "example.com/low"\n',
        "other/go.mod": "module example.com/other\n\ngo 1.20\n\nrequire example.com/low v1.2.0\n",
        "other/other.go": 'package other\nimport _ "example.com/low"\n',
    })  # fmt: skip
    lab.ok("work", "sync")
    assert requirements(lab.read("go.mod")) == ["example.com/low v1.2.0"]


def test_a_versioned_program_behaves_as_its_own_go_line_says(lab: Lab) -> None:
    lab.publish("example.com/old", "v1.0.0", {"main.go": "package main\nfunc main() {}\n"})
    go_mod = "module example.com/new\ngo 1.26\n"
    lab.publish("example.com/new", "v1.0.0", {"main.go": "package main\nfunc main() {}\n", "go.mod": go_mod})
    assert "panicnil=1" in lab.ok("run", "-n", "example.com/old@v1.0.0")
    assert "panicnil=1" not in lab.ok("run", "-n", "example.com/new@v1.0.0")


def test_wrong_flags_are_reported_after_the_versioned_module_is_found(lab: Lab) -> None:
    lab.publish("example.com/tool", "v1.0.0", {"main.go": "package main\nfunc main() {}\n"})
    status, _, err = lab.goes("install", "-nosuch", "example.com/tool@v1.0.0")
    assert (status, err.splitlines()[1]) == (2, "flag provided but not defined: -nosuch")
    assert (lab.cache / "example.com" / "tool@v1.0.0" / "main.go").exists()


def test_why_of_the_standard_library_names_modules(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds use what GOROOT/src/vendor has; `go mod` commands speak of the modules it was copied from."""
    root = lab.directory / "root"
    lab.write({
        "root/src/go.mod": "module std\n\ngo 1.26\n\nrequire example.com/low v1.0.0\n",
        "root/src/net/net.go": 'package net\nimport _ "example.com/low"\n',
        "root/src/vendor/modules.txt": "# example.com/low v1.0.0\n## explicit\nexample.com/low\n",
        "root/src/vendor/example.com/low/low.go": "package low\n",
    })  # fmt: skip
    monkeypatch.setenv("GOROOT", str(root))
    monkeypatch.setenv("GOFLAGS", "-mod=mod -modcacherw")
    assert "vendor/example.com/low\n" in lab.ok("list", "-deps", "net", at="root/src")
    said = lab.ok("mod", "why", "-m", "example.com/low", at="root/src")
    assert said.startswith("# example.com/low\nnet\nexample.com/low\n")
