"""Version queries: latest, upgrade, patch, v1, >=v1.2.0, a branch, a commit.

    query(state, "example.com/a", "latest", "", None).version                    →   "v1.4.0"
    query(state, "example.com/a", "patch", "v1.2.0", None).version               →   "v1.2.9"

`allowed` raises ModError for a version that may not be used; if that is `disallowed` the version is passed over.
Sources: Go modules reference "Version queries"; cmd/go/internal/modload (query.go, mvs.go, modfile.go).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, final

from ..module import semver
from ..module.pathmajor import major_mismatch
from ..module.paths import check_module_path
from ..module.pseudo import is_pseudo_version, pseudo_time, split_pseudo
from . import modfetching
from .moderrors import (
    InvalidPath,
    ModError,
    ModuleError,
    NoMatchingVersion,
    NoPatchBase,
    Retracted,
    retraction,
    version_error,
)
from .modfetching import Revision
from .modsummary import raw_go_mod, raw_summary
from .modversions import (
    Mod,
    compare,
    is_prefix,
    is_prerelease,
    is_toolchain,
    is_valid,
    major_minor,
    path_major,
    sort_mods,
    zero_pseudo,
)

if TYPE_CHECKING:
    from .modstate import ModuleState

Allowed = Callable[[Mod], None]
UPGRADES: Final = ("upgrade", "patch")


# ------------------------------------------------------------------------------------------------ what is allowed


def check_exclusions(state: ModuleState, mod: Mod) -> None:
    for main in state.main:
        index = state.indices[main]
        if index is not None and mod in index.exclude:
            raise version_error(mod, ModError("excluded by go.mod", disallowed=True))


def check_retractions(state: ModuleState, mod: Mod) -> None:
    """Raises Retracted (in a ModuleError), or another ModError if that cannot be known."""
    if not mod[1] or state.replacement((mod[0], ""))[0]:
        return
    try:
        latest = latest_ignoring_retractions(state, mod[0])
        summary = raw_summary(state, latest)
    except ModError as error:
        inner = error.inner if isinstance(error, ModuleError) else error
        problem = ModError(f"loading module retractions for {mod[0]}@{mod[1]}: {inner}", error.not_exist)
        problem.__cause__ = error
        raise problem from error
    rationale: list[str] = []
    retracted = False
    for low, high, why in summary.retract:
        if compare(mod[0], low, mod[1]) <= 0 and compare(mod[0], mod[1], high) <= 0:
            retracted = True
            if why:
                rationale.append(why)
    if retracted:
        raise version_error(mod, Retracted(rationale))


def retraction_rationale(error: ModError) -> list[str]:
    """What `list -m -retracted` shows."""
    found = retraction(error)
    return [] if found is None else found.rationale or ["retracted by module author"]


def check_allowed(state: ModuleState, mod: Mod) -> None:
    check_exclusions(state, mod)
    check_retractions(state, mod)


def deprecation(state: ModuleState, mod: Mod) -> str:
    """The message that deprecates the module, ""; of the latest version's go.mod."""
    if not mod[1] or state.replacement((mod[0], ""))[0]:
        return ""
    try:
        return raw_summary(state, latest_ignoring_retractions(state, mod[0])).deprecated
    except ModError as error:
        raise ModError(f"loading deprecation for {mod[0]}: {error}", error.not_exist) from error


def latest_ignoring_retractions(state: ModuleState, path: str) -> Mod:
    known = state.latest.get(path)
    if known is None:
        try:
            replacement = state.replacement((path, ""))
            known = replacement if replacement[0] else state.resolve((path, query(state, path, "latest", "").version))
        except ModError as error:
            known = error
        state.latest[path] = known
    if isinstance(known, ModError):
        raise known
    return known


# ------------------------------------------------------------------------------------------------ repositories


@final
class _Repository:
    """What is known of a module's versions: by an entry of GOPROXY, and by replacements in go.mod."""

    __slots__ = ("state", "proxy", "path", "problem", "replaced")

    def __init__(self, state: ModuleState, proxy: str, path: str) -> None:
        self.state = state
        self.proxy = proxy
        self.path = path
        self.problem: ModError | None = None
        self.replaced = path in state.highest_replaced
        if not is_toolchain(path):
            wrong = check_module_path(path)
            if wrong:
                self.problem = InvalidPath(wrong)
                if not self.replaced:
                    raise self.problem

    def versions(self, prefix: str) -> tuple[list[str], dict[str, str] | None]:
        found: list[str] = []
        origin: dict[str, str] | None = None
        if self.problem is None:
            try:
                found, origin = modfetching.versions(self.state, self.proxy, self.path, prefix)
            except ModError as error:
                if not (self.replaced and error.not_exist):
                    raise
        if not self.replaced:
            return found, origin
        added: set[str] = set(found)
        for main in self.state.main:
            index = self.state.indices[main]
            for path, version in index.replace if index is not None else ():
                if path == self.path and version and version.startswith(prefix) and not is_pseudo_version(version):
                    added.add(version)
        if len(added) == len(found):
            return found, origin
        mods = [(self.path, v) for v in added]
        sort_mods(mods)
        return [v for _, v in mods], None

    def stat(self, revision: str) -> Revision:
        try:
            if self.problem is not None:
                raise self.problem
            return modfetching.stat(self.state, self.proxy, self.path, revision)
        except ModError:
            version = semver.canonical_version(revision)
            if not self.replaced or version != revision:
                raise
            if path_major(self.path) == "" and major_mismatch(version, "") and not semver.build(version):
                version += "+incompatible"
            if not self.state.replacement((self.path, version))[0]:
                raise
            return _replacement_revision(version)

    def latest(self) -> Revision:
        latest: Revision | None = None
        problem: ModError | None = self.problem
        if problem is None:
            try:
                latest = modfetching.latest(self.state, self.proxy, self.path)
            except ModError as error:
                problem = error
        if self.replaced:
            version = self.state.highest_replaced[self.path] or zero_pseudo((path_major(self.path) or "")[1:])
            if latest is None or compare(self.path, version, latest.version) > 0:
                return _replacement_revision(version)
        if latest is None:
            assert problem is not None
            raise problem
        return latest


def _replacement_revision(version: str) -> Revision:
    pseudo = split_pseudo(version)
    return Revision(version, pseudo_time(version), "", "" if pseudo is None else pseudo.revision, None)


def allowed_versions(
    state: ModuleState, path: str, allowed: Allowed
) -> tuple[list[str], dict[str, str] | None]:
    """All tagged versions that are allowed. Raises ModError."""

    def ask(proxy: str) -> tuple[list[str], dict[str, str] | None]:
        found, origin = _Repository(state, proxy, path).versions("")
        return [v for v in found if _is_allowed(allowed, (path, v), True)], origin

    return modfetching.try_proxies(state, ask)


def _is_allowed(allowed: Allowed | None, mod: Mod, strict: bool) -> bool:
    """Other errors than `disallowed` are raised if strict, else passed over."""
    if allowed is None:
        return True
    try:
        allowed(mod)
    except ModError as error:
        if error.disallowed:
            return False
        if strict:
            raise
    return True


def previous_version(state: ModuleState, mod: Mod) -> Mod:
    """The tagged version before; "none" if there is none. Raises ModError."""
    path, version = mod
    if not version and path in state.main_paths:
        return path, "none"
    try:
        found, _ = allowed_versions(state, path, lambda m: check_allowed(state, m))
    except ModError as error:
        if error.not_exist:
            return path, "none"
        raise
    before = [v for v in found if compare(path, v, version) < 0]
    return path, before[-1] if before else "none"


# ------------------------------------------------------------------------------------------------ one module


@final
class _Matcher:
    __slots__ = (
        "path", "prefix", "low", "high", "low_open", "high_open", "can_stat", "prefer_lower", "may_use_latest",
        "prefer_incompatible", "allowed",
    )

    def __init__(self, path: str, current: str, allowed: Allowed | None) -> None:
        self.path = path
        self.prefix = ""
        self.low = ""  # bounds; "" is none
        self.high = ""
        self.low_open = False
        self.high_open = False
        self.can_stat = False
        self.prefer_lower = False
        self.may_use_latest = False
        self.prefer_incompatible = current.endswith("+incompatible")
        self.allowed = allowed

    def allows(self, version: str) -> bool:
        if self.prefix and not version.startswith(self.prefix):
            # 1.21 itself fits the prefix "1.21."
            if not (is_toolchain(self.path) and self.prefix.removesuffix(".") == version):
                return False
        if self.low:
            order = compare(self.path, version, self.low)
            if order < 0 or (order == 0 and self.low_open):
                return False
        if self.high:
            order = compare(self.path, version, self.high)
            if order > 0 or (order == 0 and self.high_open):
                return False
        return _is_allowed(self.allowed, (self.path, version), False)


def is_revision_query(path: str, text: str) -> bool:
    """May the query name a particular revision, rather than choose among versions?"""
    if text in ("latest", "upgrade", "patch") or text.startswith(("<", ">")):
        return False
    return not (is_valid(path, text) and is_prefix(path, text))


def _matcher(path: str, text: str, current: str, allowed: Allowed | None) -> _Matcher | None:
    """None if only the repository can tell what is meant. Raises ModError."""
    m = _Matcher(path, current, allowed)
    has_current = current not in ("", "none")

    def bound(version: str, prefix_is_ambiguous: bool) -> str:
        if not is_valid(path, version):
            raise ModError(f'invalid semantic version "{version}" in range "{text}"')
        if prefix_is_ambiguous and is_prefix(path, version):
            # Does <=v1.2 allow v1.2.3?
            raise ModError(f'ambiguous semantic version "{version}" in range "{text}"')
        if _other_major(path, version):
            m.prefer_incompatible = True
        return version

    if text == "latest":
        m.may_use_latest = True
    elif text == "upgrade":
        m.may_use_latest = not has_current or is_pseudo_version(current)
        m.low = current if has_current else ""
    elif text == "patch":
        if not has_current:
            raise NoPatchBase(path)
        m.may_use_latest = is_pseudo_version(current)
        m.prefix = major_minor(path, current) + "."
        m.low = current
    elif text.startswith("<="):
        m.high = bound(text[2:], True)
    elif text.startswith("<"):
        m.high = bound(text[1:], False)
        m.high_open = True
    elif text.startswith(">="):
        m.low = bound(text[2:], False)
        m.prefer_lower = True
    elif text.startswith(">"):
        m.low = bound(text[1:], True)
        m.low_open = True
        m.prefer_lower = True
    elif is_valid(path, text):
        if is_prefix(path, text):
            m.prefix = text + "."
            m.low = text  # v1.2 does not mean prereleases of v1.2.0
        else:
            m.can_stat = True
            m.low = m.high = text
            m.prefix = semver.canonical(text)
        if _other_major(path, text):
            m.prefer_incompatible = True
    else:
        return None
    return m


def _other_major(path: str, version: str) -> bool:
    major = path_major(path)
    return major is None or major_mismatch(version, major) != ""


def query(state: ModuleState, path: str, text: str, current: str, allowed: Allowed | None = None) -> Revision:
    """The version that a query means. `current` is the selected one, "none" or "" (unknown). Raises ModError."""
    found = query_first(state, path, text, current)
    if found is not None:
        return found
    return modfetching.try_proxies(state, lambda proxy: query_at(state, proxy, path, text, current, allowed))


def query_first(state: ModuleState, path: str, text: str, current: str) -> Revision | None:
    """What can be said without asking anybody."""
    if current not in ("", "none") and not is_valid(path, current):
        raise ModError(f"invalid previous version {path}@{current}")
    if state.build_mod == "vendor":
        reason = f"\n\t({state.build_mod_reason})" if state.build_mod_reason else ""
        raise ModError(f"cannot query module due to -mod={state.build_mod}{reason}")
    if path in state.main_paths and text in UPGRADES:
        return Revision("", "", "", "", None)
    if path == "std" or path == "cmd":
        raise ModError(f'can\'t query specific version ("{text}") of standard-library module "{path}"')
    return None


def query_at(
    state: ModuleState, proxy: str, path: str, text: str, current: str, allowed: Allowed | None
) -> Revision:
    """Ask one entry of GOPROXY. Raises ModError."""
    repository = _Repository(state, proxy, path)
    matcher = _matcher(path, text, current, allowed)
    if matcher is None or matcher.can_stat:
        return _stat_query(repository, path, text, allowed)
    found, origin = repository.versions(matcher.prefix)
    releases, prereleases = _classify(state, matcher, found)

    def lookup(version: str) -> Revision:
        revision = repository.stat(version)
        commit = split_pseudo(current) if text in UPGRADES else None
        if commit is not None and revision.time:
            # From a commit one does not upgrade to what is older than it.
            if _digits(revision.time) < commit.time:
                if allowed is not None:
                    _raise_if_disallowed(allowed, (path, current))
                revision = repository.stat(current)
        return revision.with_origin(merge_origin(origin, revision.origin))

    for group in (releases, prereleases):
        if group:
            return lookup(group[0] if matcher.prefer_lower else group[-1])
    if matcher.may_use_latest:
        try:
            latest = repository.latest()
        except ModError as error:
            if not error.not_exist:
                raise
        else:
            origin = merge_origin(origin, latest.origin)
            if matcher.allows(latest.version):
                return lookup(latest.version)
    if text in UPGRADES and current not in ("", "none"):
        if allowed is not None:
            _raise_if_disallowed(allowed, (path, current))
        return lookup(current)
    problem = NoMatchingVersion(text, current)
    problem.origin = origin
    raise problem


def _digits(time: str) -> str:
    """ "20200102030405" of an RFC 3339 time in UTC."""
    return "".join(c for c in time[:19] if c.isdigit())


def _raise_if_disallowed(allowed: Allowed, mod: Mod) -> None:
    try:
        allowed(mod)
    except ModError as error:
        if error.disallowed:
            raise


def _stat_query(repository: _Repository, path: str, text: str, allowed: Allowed | None) -> Revision:
    """A commit, a branch, a tag or a whole version."""
    try:
        revision = repository.stat(text)
    except ModError as problem:
        # Metadata does not make another version.
        plain = semver.canonical_version(text)
        if not plain or plain == text:
            raise
        try:
            revision = repository.stat(plain)
        except ModError as error:
            if not error.not_exist:
                raise
            raise problem from None
    if allowed is not None:
        _raise_if_disallowed(allowed, (path, revision.version))
    return revision


def _classify(state: ModuleState, matcher: _Matcher, versions: list[str]) -> tuple[list[str], list[str]]:
    """Releases and prereleases. Versions "+incompatible" do not count if a compatible one has a go.mod file: then the
    author knows about modules."""
    releases: list[str] = []
    prereleases: list[str] = []
    need_incompatible = matcher.prefer_incompatible
    last_compatible = ""
    for version in versions:
        if not matcher.allows(version):
            continue
        if not need_incompatible:
            if not version.endswith("+incompatible"):
                last_compatible = version
            elif last_compatible:
                if _has_go_mod(state, (matcher.path, last_compatible)):
                    break
                need_incompatible = True
        (prereleases if is_prerelease(matcher.path, version) else releases).append(version)
    return releases, prereleases


def _has_go_mod(state: ModuleState, mod: Mod) -> bool:
    """Is the go.mod more than the one that is made up for modules without?"""
    data = raw_go_mod(state, mod)[1].decode("utf-8", "surrogateescape")
    from ..syntax.unicode import quote

    plain = all(c.isalnum() or c in "-._~/+@" for c in mod[0])
    return data != f"module {mod[0] if plain else quote(mod[0])}\n"


def merge_origin(a: dict[str, str] | None, b: dict[str, str] | None) -> dict[str, str] | None:
    """What two answers say about where they come from; None if they contradict each other."""
    if a is None or b is None or any(a.get(k) != b.get(k) for k in ("VCS", "URL", "Subdir")):
        return None
    for key in ("Hash", "TagSum", "RepoSum", "Ref"):
        if a.get(key) and b.get(key) and a[key] != b[key]:
            return None
    if a.get("TagSum") and b.get("TagSum") and a.get("TagPrefix") != b.get("TagPrefix"):
        return None
    merged = dict(a)
    merged.update({k: v for k, v in b.items() if v})
    return merged
