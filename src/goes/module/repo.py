"""What a source of modules can be asked, and its answers.

    {"Version":"v1.5.2","Time":"2018-02-14T15:44:20Z"}    ↔    RevisionInfo("v1.5.2", "2018-02-14T15:44:20Z")

A Repo is one module on one proxy or in one repository. Sources: Go modules reference "GOPROXY protocol";
cmd/go/internal/modfetch/repo.go.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Final, Protocol, final

from ..util.jsontext import json_line
from ..util.readjson import read_json, syntax_problem
from .problem import FetchError

ZERO_TIME: Final = "0001-01-01T00:00:00Z"
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
# The fields of an origin, in the order in which they are written.
_ORIGIN_FIELDS: Final = ("VCS", "URL", "Subdir", "Hash", "TagPrefix", "TagSum", "Ref", "RepoSum")

Origin = dict[str, str]


@final
class RevisionInfo:
    """One revision: its version, its time (RFC 3339, "" if it has none) and where it came from."""

    __slots__ = ("version", "time", "name", "short", "origin")

    def __init__(
        self, version: str, time: str = "", name: str = "", short: str = "", origin: Origin | None = None
    ) -> None:
        self.version = version
        self.time = time
        self.name = name
        self.short = short
        self.origin = origin

    def __repr__(self) -> str:
        return f"RevisionInfo({self.version!r}, {self.time!r})"


@final
class VersionList:
    """The versions that have a tag, in semantic order, without pseudo-versions."""

    __slots__ = ("versions", "origin")

    def __init__(self, versions: list[str], origin: Origin | None = None) -> None:
        self.versions = versions
        self.origin = origin


class Repo(Protocol):
    """All raise FetchError."""

    def versions(self, prefix: str) -> VersionList: ...

    def stat(self, revision: str) -> RevisionInfo: ...

    def latest(self) -> RevisionInfo: ...

    def go_mod(self, version: str) -> bytes: ...

    def zip(self, destination: BinaryIO, version: str) -> None: ...

    def check_reuse(self, old: Origin) -> None:
        """Return if the origin still says the same; raise if not, or if nobody knows."""


@final
class FailedRepo:
    """Every question has the same answer."""

    def __init__(self, error: FetchError) -> None:
        self.error = error

    def versions(self, prefix: str) -> VersionList:
        raise self.error

    def stat(self, revision: str) -> RevisionInfo:
        raise self.error

    def latest(self) -> RevisionInfo:
        raise self.error

    def go_mod(self, version: str) -> bytes:
        raise self.error

    def zip(self, destination: BinaryIO, version: str) -> None:
        raise self.error

    def check_reuse(self, old: Origin) -> None:
        raise self.error


def normal_time(text: str) -> str | None:
    """A time as Go writes it back, or None if it is not RFC 3339."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    fraction = (match.group(2) or "").rstrip("0")
    zone = match.group(3)
    return match.group(1) + (fraction if len(fraction) > 1 else "") + ("Z" if zone in ("+00:00", "-00:00") else zone)


def order_origin(origin: Origin) -> Origin:
    """Without empty fields, in the order of the official command."""
    return {name: origin[name] for name in _ORIGIN_FIELDS if origin.get(name)}


def parse_info(data: bytes) -> RevisionInfo:
    """The contents of a .info file; ValueError says what is wrong with it."""
    text = data.decode("utf-8", "replace")
    try:
        value = read_json(text)
    except ValueError as e:
        raise ValueError(syntax_problem(text, e)) from None
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    if value is None:
        return RevisionInfo("")
    if not isinstance(value, dict):
        raise ValueError(f"json: cannot unmarshal {_json_kind(value)} into Go value of type modfetch.RevInfo")
    # Go reads field names in any case of letters.
    fields = {key.lower(): item for key, item in value.items()}
    version = fields.get("version") or ""
    time = fields.get("time") or ""
    if not isinstance(version, str):
        raise ValueError(f"json: cannot unmarshal {_json_kind(version)} into Go struct field RevInfo.Version of type string")
    if not isinstance(time, str):
        raise ValueError("Time.UnmarshalJSON: input is not a JSON string")
    if time:
        normal = normal_time(time)
        if normal is None:
            raise ValueError(f'parsing time "{time}" as "2006-01-02T15:04:05Z07:00": cannot parse "{time}" as "2006"')
        time = "" if normal == ZERO_TIME else normal
    origin = fields.get("origin")
    return RevisionInfo(version, time, origin=parse_origin(origin) if isinstance(origin, dict) else None)


def parse_origin(value: dict[str, object]) -> Origin:
    """The known fields that are not empty, in order."""
    return {name: text for name in _ORIGIN_FIELDS if isinstance(text := value.get(name), str) and text}


def format_info(info: RevisionInfo) -> bytes:
    """As the go command writes a .info file."""
    value: dict[str, object] = {"Version": info.version, "Time": info.time or ZERO_TIME}
    if info.origin is not None:
        value["Origin"] = order_origin(info.origin)
    return json_line(value).encode()


def _json_kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
