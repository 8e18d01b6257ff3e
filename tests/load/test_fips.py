"""GOFIPS140 chooses a version of the FIPS 140-3 module, as GOROOT/lib/fips140 has them."""

from __future__ import annotations

import pytest
from loadlab import ENV

from goes.diag.diagnostic import UserError
from goes.load.context import make_context
from goes.load.godebug import default_godebug


@pytest.mark.parametrize(
    ("setting", "version"),
    [("", "off"), ("off", "off"), ("latest", "latest"), ("v1.26.0", "v1.26.0"), ("certified", "v1.0.0-c2097c7c")],
)
def test_versions(setting: str, version: str) -> None:
    assert make_context({**ENV, "GOFIPS140": setting}).fips == version


def test_a_snapshot_is_a_build_tag() -> None:
    assert make_context({**ENV, "GOFIPS140": "v1.26.0"}).satisfied("fips140v1.26")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("v9", "go: invalid GOFIPS140: must be off, latest, inprocess, certified, or v1.Y.Z"),
        ("v1.9.9", 'go: unknown GOFIPS140 version "v1.9.9"'),
    ],
)
def test_versions_that_there_are_not(setting: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        make_context({**ENV, "GOFIPS140": setting})


def test_programs_start_with_it() -> None:
    context = make_context({**ENV, "GOFIPS140": "latest"})
    assert default_godebug(context, "1.27", [], []) == "fips140=on"
    assert default_godebug(context, "1.27", [("fips140", "only")], []) == "fips140=only"
