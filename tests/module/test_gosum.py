"""go.sum: reading, checking, what is written back and what not."""

from __future__ import annotations

from pathlib import Path

import pytest

from goes.diag.diagnostic import UserError
from goes.module.gosum import EMPTY_GO_MOD, GoSums

A = "h1:" + "A" * 43 + "="
B = "h1:" + "B" * 43 + "="


def nothing() -> None:
    pass


def sums(tmp_path: Path, text: str, **more: object) -> GoSums:
    (tmp_path / "go.sum").write_text(text)
    return GoSums(str(tmp_path / "go.sum"), **more)  # type: ignore[arg-type]


def test_reading(tmp_path: Path) -> None:
    s = sums(tmp_path, f"a.com/m v1.0.0 {A}\n\na.com/m v1.0.0/go.mod {B}\nb.com v1.0.0/go.mod {EMPTY_GO_MOD}\nc.com v1.0.0 h2:x\n")
    assert s.has("a.com/m", "v1.0.0") and s.has("a.com/m", "v1.0.0/go.mod")
    assert s.recorded("a.com/m", "v1.0.0") == A
    # An empty go.mod was the hash of "not there" once; other algorithms are not known.
    assert not s.has("b.com", "v1.0.0/go.mod") and not s.has("c.com", "v1.0.0")


def test_malformed(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        sums(tmp_path, f"\na.com/m v1.0.0 {A} more\n").has("x", "y")
    assert str(caught.value) == f"malformed go.sum:\n{tmp_path}/go.sum:2: wrong number of fields 4"
    assert not sums(tmp_path, "one two\n", lenient=True).has("one", "two")


def test_the_database_is_asked_only_about_news(tmp_path: Path) -> None:
    asked: list[str] = []
    s = sums(tmp_path, f"a.com/m v1.0.0 {A}\n")
    s.check("a.com/m", "v1.0.0", A, lambda: asked.append("a"))
    s.check("b.com/m", "v1.0.0", B, lambda: asked.append("b"))
    s.check("b.com/m", "v1.0.0", B, lambda: asked.append("b again"))
    assert asked == ["b"]


def test_new_sums_are_written_in_order_if_they_are_to_be_kept(tmp_path: Path) -> None:
    s = sums(tmp_path, f"z.com v1.0.0 {A}\na.com v1.10.0 {A}\n")
    for version in ("v1.2.0", "v1.2.0/go.mod", "v1.9.0"):
        s.check("a.com", version, B, nothing)
    assert s.recorded("a.com", "v1.2.0") == ""
    s.write({("a.com", "v1.2.0"), ("a.com", "v1.2.0/go.mod")}, readonly=False)
    assert (tmp_path / "go.sum").read_text() == (
        f"a.com v1.2.0 {B}\na.com v1.2.0/go.mod {B}\na.com v1.10.0 {A}\nz.com v1.0.0 {A}\n"
    )
    assert s.recorded("a.com", "v1.2.0") == B


def test_nothing_new_nothing_written(tmp_path: Path) -> None:
    s = sums(tmp_path, f"z.com v1.0.0 {A}\na.com v1.0.0 {A}\n")
    s.check("a.com", "v1.0.0", A, nothing)
    s.check("b.com", "v1.0.0", A, nothing)
    s.write({("a.com", "v1.0.0")}, readonly=True)
    assert (tmp_path / "go.sum").read_text().startswith("z.com")


def test_readonly(tmp_path: Path) -> None:
    s = sums(tmp_path, "")
    s.check("a.com", "v1.0.0", A, nothing)
    with pytest.raises(UserError) as caught:
        s.write({("a.com", "v1.0.0")}, readonly=True)
    assert str(caught.value) == "go: updates to go.sum needed, disabled by -mod=readonly"


def test_trim(tmp_path: Path) -> None:
    s = sums(tmp_path, f"a.com v1.0.0 {A}\nb.com v1.0.0 {A}\n")
    keep = {("a.com", "v1.0.0"), ("c.com", "v1.0.0")}
    s.check("c.com", "v1.0.0", B, nothing)
    s.trim(keep)
    assert s.tidy(keep)[1] == f"a.com v1.0.0 {A}\nc.com v1.0.0 {B}\n".encode()
    s.write(keep, readonly=False)
    assert (tmp_path / "go.sum").read_text() == f"a.com v1.0.0 {A}\nc.com v1.0.0 {B}\n"


def test_what_others_wrote_meanwhile_stays(tmp_path: Path) -> None:
    s = sums(tmp_path, "")
    s.check("a.com", "v1.0.0", A, nothing)
    (tmp_path / "go.sum").write_text(f"b.com v1.0.0 {B}\n")
    s.write({("a.com", "v1.0.0")}, readonly=False)
    assert (tmp_path / "go.sum").read_text() == f"a.com v1.0.0 {A}\nb.com v1.0.0 {B}\n"


def test_workspace(tmp_path: Path) -> None:
    (tmp_path / "m.sum").write_text(f"a.com v1.0.0 {A}\n")
    s = GoSums(str(tmp_path / "go.work.sum"), [str(tmp_path / "m.sum")])
    assert s.has("a.com", "v1.0.0")
    s.check("a.com", "v1.0.0", A, nothing)
    s.check("b.com", "v1.0.0", B, nothing)
    s.write({("a.com", "v1.0.0"), ("b.com", "v1.0.0")}, readonly=False)
    assert (tmp_path / "go.work.sum").read_text() == f"b.com v1.0.0 {B}\n"
    with pytest.raises(UserError, match=f"\t{tmp_path}/m.sum:     {A}"):
        s.check("a.com", "v1.0.0", B, nothing)


def test_a_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import resource
    import signal

    old = f"a.com v1.0.0 {A}\n"
    s = sums(tmp_path, old)
    s.check("b.com", "v1.0.0", B, nothing)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(old), limit[1]))
    try:
        with pytest.raises(UserError, match="^go: updating go.sum: open .*go.sum: "):
            s.write({("b.com", "v1.0.0")}, readonly=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert (tmp_path / "go.sum").read_text() == old


def test_no_main_module_records_nothing() -> None:
    s = GoSums()
    s.check("a.com", "v1.0.0", A, nothing)
    assert not s.has("a.com", "v1.0.0")
    s.write({("a.com", "v1.0.0")}, readonly=False)
