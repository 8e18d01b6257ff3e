"""A module in a git repository: from tags and commits to versions, and from commits to go.mod files and zips.

    tag v1.2.3            →   v1.2.3
    tag sub/v1.2.3        →   v1.2.3 of the module in sub/
    tag v2.0.0, no go.mod →   v2.0.0+incompatible
    commit after v1.2.3   →   v1.2.4-0.20200102030405-abcdef123456

Sources: Go modules reference "Mapping versions to commits", "Pseudo-versions", "Module directories within a
repository"; cmd/go/internal/modfetch/coderepo.go for the rules and messages.
"""

from __future__ import annotations

import posixpath
import stat as stat_modes
import tempfile
from typing import BinaryIO, final

from . import modfile, semver
from .cache import sort_versions
from .dirhash import read_chunks
from .git import Commit, GitRepo
from .modulezip import MAX_ZIP, SourceFile, create, open_zip, zip_name
from .pathmajor import major_mismatch, major_prefix
from .paths import has_path_prefix, split_major
from .problem import FetchError, invalid_version, module_error, too_new
from .pseudo import is_pseudo_version, pseudo_base, pseudo_time, pseudo_version, split_pseudo
from .repo import Origin, RevisionInfo, VersionList


@final
class CodeRepo:
    """`root` is the import path of the repository, `subdir` a directory that go-import names in it."""

    def __init__(self, code: GitRepo, root: str, subdir: str, path: str, go_version: str = "") -> None:
        if not has_path_prefix(path, root):
            raise FetchError(f"mismatched repo: found {root} for {path}")
        parts = split_major(path)
        if parts is None:
            raise FetchError(f'invalid module path "{path}"')
        self.code = code
        self.root = root
        self.path = path
        self.go_version = go_version
        self.prefix, self.major = parts
        if root == path:
            self.prefix = path
        self.pseudo_major = major_prefix(self.major)
        directory = ""
        if root != path:
            if not has_path_prefix(self.prefix, root):
                raise FetchError(f"repository rooted at {root} cannot contain module {path}")
            directory = self.prefix[len(root) :].strip("/")
        if subdir:
            directory = posixpath.normpath(posixpath.join(directory, subdir))
        self.directory = directory

    def check_reuse(self, old: Origin) -> None:
        self.code.check_reuse(old, self.directory)

    def _tag_prefix(self) -> str:
        return self.directory + "/" if self.directory else ""

    def _invalid(self, version: str, reason: str, pseudo: bool = False, not_exist: bool = False) -> FetchError:
        return module_error(self.path, "", invalid_version(version, reason, pseudo, not_exist))

    # ------------------------------------------------------------------------------------------------ versions

    def versions(self, prefix: str) -> VersionList:
        if self.path.startswith("gopkg.in/") and self.path.endswith("-unstable"):
            # The tags are those of the stable module.
            return VersionList([])
        tag_prefix = self._tag_prefix()
        try:
            tags, origin = self.code.tags(tag_prefix + prefix)
        except FetchError as e:
            raise module_error(self.path, "", e) from None
        if self.directory:
            origin["Subdir"] = self.directory
        found: list[str] = []
        incompatible: list[str] = []
        for tag, _ in tags:
            version = tag[len(tag_prefix) :]
            if not version or version != semver.canonical(version) or is_pseudo_version(version):
                continue
            if not major_mismatch(version, self.major):
                found.append(version)
            elif not self.directory and not self.major and semver.major(version) > "v1":
                incompatible.append(version)
        found = sort_versions(found)
        return VersionList(found + self._incompatible(found, sort_versions(incompatible)), origin)

    def _has_go_mod(self, version: str) -> bool:
        try:
            return self.code.read_file(version, "go.mod") is not None
        except FetchError as e:
            raise module_error(self.path, "", e) from None

    def _incompatible(self, found: list[str], candidates: list[str]) -> list[str]:
        """Which of the tags v2 and up can be used without the suffix in the path: those before go.mod came."""
        if not candidates or self.major or (found and self._has_go_mod(found[-1])):
            return []
        out: list[str] = []
        decided: dict[str, bool] = {}
        for version in candidates:
            major = semver.major(version)
            if major not in decided:
                decided[major] = self._has_go_mod([v for v in candidates if semver.major(v) == major][-1])
            if not decided[major]:
                out.append(version + "+incompatible")
        return out

    # ------------------------------------------------------------------------------------------------ revisions

    def stat(self, revision: str) -> RevisionInfo:
        try:
            commit = self.code.stat(self._code_revision(revision))
        except FetchError as e:
            error = self._invalid(revision, e.message, False, e.not_exist)
            error.origin = e.origin
            raise error from None
        try:
            return self._convert(commit, revision)
        except FetchError as e:
            e.origin = dict(commit.origin)
            if self.directory:
                e.origin["Subdir"] = self.directory
            raise

    def latest(self) -> RevisionInfo:
        return self._convert(self.code.latest(), "")

    def _code_revision(self, revision: str) -> str:
        """What the repository calls a version."""
        if not semver.is_valid(revision):
            return revision
        pseudo = split_pseudo(revision)
        if pseudo is not None:
            return pseudo.revision
        if semver.build(revision) == "+incompatible":
            revision = revision.removesuffix("+incompatible")
        return self._tag_prefix() + revision

    def _convert(self, commit: Commit, wanted: str) -> RevisionInfo:
        """The version of a commit. `wanted` is the version or revision that was asked for."""
        version = self._version_of(commit, wanted)
        origin = dict(commit.origin)
        if self.directory:
            origin["Subdir"] = self.directory
        if is_pseudo_version(version) and (version != wanted or not version.startswith("v0.0.0-")):
            prefix = self._tag_prefix() + (self.major[1:] + "." if self.major else "")
            _, tags = self.code.tags(prefix)
            origin["TagPrefix"] = tags["TagPrefix"]
            origin["TagSum"] = tags["TagSum"]
        return RevisionInfo(version, commit.rfc3339(), commit.name, commit.short, origin)

    def _version_of(self, commit: Commit, wanted: str) -> str:
        incompatible: dict[str, bool] = {}
        if is_pseudo_version(wanted):
            version = self._check_canonical(commit, wanted, wanted, incompatible)
            self._check_pseudo(commit, wanted)
            return version
        # A tag that is a version by itself is the version.
        version, canonical = self._tag_version(commit.version)
        if canonical:
            try:
                return self._check_canonical(commit, version, wanted, incompatible)
            except FetchError:
                pass
        retracted = self._retracted()
        highest = base = ""
        for tag in commit.tags:
            version, canonical = self._tag_version(tag)
            if wanted and version and semver.compare(version, wanted) == 0:
                if canonical:
                    return self._check_canonical(commit, version, wanted, incompatible)
                base = version
            if canonical and semver.compare(highest, version) < 0 and not is_retracted(retracted, version):
                if not major_mismatch(version, self.major) or self._may_be_incompatible(commit, version, wanted, incompatible):
                    highest = version
        if highest:
            return self._check_canonical(commit, highest, wanted, incompatible)

        def allowed(tag: str) -> bool:
            version, _ = self._tag_version(tag)
            if not version:
                return False
            if major_mismatch(version, self.major):
                if not self._may_be_incompatible(commit, version, wanted, incompatible):
                    return False
            return not is_retracted(retracted, version)

        if not base:
            tag = self.code.recent_tag(commit.name, self._tag_prefix(), allowed)
            base = self._tag_version(tag)[0] if tag else ""
        made = pseudo_version(self.pseudo_major, base, commit.stamp(), commit.short)
        return self._check_canonical(commit, made, wanted, incompatible)

    def _tag_version(self, tag: str) -> tuple[str, bool]:
        """The version a tag is for ("" if none), and whether it is spelled just so."""
        prefix = self._tag_prefix()
        if not tag.startswith(prefix) or is_pseudo_version(tag):
            return "", False
        text = tag[len(prefix) :]
        version = semver.canonical(text)
        if not version or not text.startswith(version):
            return "", False
        return version, version == text

    def _may_be_incompatible(self, commit: Commit, version: str, wanted: str, known: dict[str, bool]) -> bool:
        """No go.mod at the root of the repository, nor in the directory of that major version."""
        if self.directory or self.major:
            return False
        if "" not in known:
            known[""] = self.code.read_file(commit.name, "go.mod") is None
        if not known[""]:
            return False
        if version and not wanted.endswith("+incompatible"):
            major = semver.major(version)
            if major not in known:
                known[major] = self.code.read_file(commit.name, major + "/go.mod") is None
            return known[major]
        return True

    def _check_canonical(self, commit: Commit, version: str, wanted: str, known: dict[str, bool]) -> str:
        """The version as the module uses it, with +incompatible where that belongs; FetchError if it cannot be one."""
        try:
            self._find_directory(version)
        except FetchError as e:
            raise self._invalid(version, e.message, False, True) from None
        if version == wanted.removesuffix("+incompatible"):
            version = wanted
        base = version.removesuffix("+incompatible")
        wrong: FetchError | None = None
        if major_mismatch(base, self.major):
            if self._may_be_incompatible(commit, base, wanted, known):
                version = base + "+incompatible"
            elif self.major:
                wrong = self._invalid(version, "module path includes a major version suffix, so major version must match")
            else:
                other = f"{self.prefix}/{semver.major(version)}"
                wrong = self._invalid(version, f'module contains a go.mod file, so module path must match major version ("{other}")')
        elif version.endswith("+incompatible"):
            wrong = self._invalid(version, f"+incompatible suffix not allowed: major version {semver.major(version)} is compatible")
        if wanted and wanted == semver.canonical_version(wanted):
            asked = wanted.removesuffix("+incompatible")
            if asked != base:
                raise self._invalid(wanted, f"resolves to version {version} ({asked} is not a tag)")
        if wrong is not None:
            raise wrong
        return version

    def _check_pseudo(self, commit: Commit, version: str) -> None:
        """Does a pseudo-version say of its commit what is so?"""
        parts = split_pseudo(version)
        assert parts is not None
        reason = self._wrong_pseudo(commit, version, parts.revision)
        if reason:
            raise self._invalid(version, reason, True)

    def _wrong_pseudo(self, commit: Commit, version: str, revision: str) -> str:
        if revision != commit.short:
            if revision.startswith(commit.short):
                return f"revision is longer than canonical (expected {commit.short})"
            if commit.short.startswith(revision):
                return f"revision is shorter than canonical (expected {commit.short})"
            return f"does not match short name of revision (expected {commit.short})"
        when = pseudo_time(version)
        parts = split_pseudo(version)
        assert parts is not None
        if not when:
            return f'malformed time "{parts.time}"'
        if parts.time != commit.stamp():
            return f"does not match version-control timestamp (expected {commit.stamp()})"
        prefix = self._tag_prefix()
        base, wrong = pseudo_base(version.removesuffix("+incompatible"))
        if wrong:
            return wrong
        if not base:
            if not self.pseudo_major and semver.major(version) == "v1":
                return "major version without preceding tag must be v0, not v1"
            return ""
        for tag in commit.tags:
            if tag.removeprefix(prefix) == base:
                return (
                    f"tag ({tag}) found on revision {revision} is already canonical, "
                    "so should not be replaced with a pseudo-version derived from that tag"
                )
        last = ""
        for tag, _ in self.code.tags(prefix + base)[0]:
            if semver.compare(tag.removeprefix(prefix), base) == 0:
                last = tag
                if self.code.descends_from(commit.name, tag):
                    return ""
        if not last:
            return f"preceding tag ({base}) not found"
        return f"revision {revision} is not a descendent of preceding tag ({last})"

    def _retracted(self) -> list[tuple[str, str]]:
        """The intervals that the highest release retracts."""
        try:
            versions = [v for v in self.versions("").versions if not v.endswith("+incompatible")]
            if not versions:
                return []
            releases = [v for v in versions if not semver.prerelease(v)]
            data = self.go_mod((releases or versions)[-1])
        except FetchError:
            return []
        parsed = modfile.parse("go.mod", data.decode("utf-8", "surrogateescape"), strict=False)
        return [(r.low, r.high) for r in parsed.retract]

    # ------------------------------------------------------------------------------------------------ contents

    def _find_directory(self, version: str) -> tuple[str, str, bytes | None]:
        """The revision, the directory of the module in it, and its go.mod (None if it has none, at the root)."""
        if not semver.is_valid(version):
            raise self._invalid(version, "syntax error")
        revision = self._code_revision(version)
        file = posixpath.join(self.directory, "go.mod")
        data = self.code.read_file(revision, file)
        declared = _module_path(data)
        found = data is not None and (_is_major(declared, self.major) or (not self.major and declared.startswith("gopkg.in/")))
        other_file = ""
        if self.major and self.root != self.path and not self.major.startswith("."):
            # Either the directory's go.mod is of this major version, or there is one in the directory v2.
            other = posixpath.join(self.directory, self.major[1:])
            other_file = other + "/go.mod"
            other_data = self.code.read_file(revision, other_file)
            other_declared = _module_path(other_data)
            other_found = other_data is not None and _is_major(other_declared, self.major)
            if found and other_found:
                raise FetchError(
                    f"{self.prefix}/{file} and ...{self.major}/go.mod both have ...{self.major} module paths at revision {revision}"
                )
            if other_found:
                return revision, other, other_data
            if other_data is not None:
                if not other_declared:
                    raise FetchError(f"{self.root}/{other_file} is missing module path at revision {revision}")
                raise FetchError(
                    f'{self.root}/{other_file} has non-...{self.major} module path "{other_declared}" at revision {revision}'
                )
        if found:
            return revision, self.directory, data
        if data is not None:
            suffix = f" (and ...{self.major}/go.mod does not exist)" if other_file else ""
            if not declared:
                raise FetchError(f"{file} is missing module path{suffix} at revision {revision}")
            if self.major:
                raise FetchError(f'{file} has non-...{self.major} module path "{declared}"{suffix} at revision {revision}')
            if split_major(declared) is None:
                raise FetchError(f'{file} has malformed module path "{declared}"{suffix} at revision {revision}')
            raise FetchError(
                f'{file} has post-{semver.major(version)} module path "{declared}"{suffix} at revision {revision}'
            )
        if not self.directory and (not self.major or self.major.startswith(".")):
            return revision, "", None
        if other_file:
            raise FetchError(f"missing {self.prefix}/go.mod and ...{self.major}/go.mod at revision {revision}")
        raise FetchError(f"missing {self.prefix}/go.mod at revision {revision}")

    def go_mod(self, version: str) -> bytes:
        if version != semver.canonical_version(version):
            raise FetchError(f"version {version} is not canonical")
        if is_pseudo_version(version):
            # Is it the right pseudo-version of its commit?
            self.stat(version)
        data = self._find_directory(version)[2]
        return data if data is not None else f"module {self.path}\n".encode()

    def zip(self, destination: BinaryIO, version: str) -> None:
        if version != semver.canonical_version(version):
            raise FetchError(f"version {version} is not canonical")
        if is_pseudo_version(version):
            self.stat(version)
        revision, directory, go_mod = self._find_directory(version)
        if go_mod is not None and self.go_version:
            wanted = modfile.parse("go.mod", go_mod.decode("utf-8", "surrogateescape"), strict=False).go
            if wanted and semver.compare_go(wanted, self.go_version) > 0:
                raise too_new(f"{self.path}@{version}", wanted, self.go_version, "")
        with tempfile.TemporaryFile(prefix="go-codehost-") as f:
            self.code.archive(revision, directory, f)
            if f.seek(0, 2) > MAX_ZIP:
                raise FetchError("downloaded zip file too large")
            self._repack(f, destination, version, revision, directory)

    def _repack(self, source: BinaryIO, destination: BinaryIO, version: str, revision: str, directory: str) -> None:
        """From git's archive to the module's zip."""
        below = "prefix/" + (directory + "/" if directory else "")
        with open_zip(source) as archive:
            files: list[SourceFile] = []
            for entry in archive.infolist():
                full = zip_name(entry)
                if not full.startswith("prefix/"):
                    raise FetchError("zip file contains more than one top-level directory")
                name = full[len(below) :] if full.startswith(below) else ""
                if not name or name.endswith("/"):
                    continue
                mode = entry.external_attr >> 16
                kind = "symlink" if stat_modes.S_ISLNK(mode) else "file"

                def read(entry: object = entry) -> bytes:
                    return b"".join(read_chunks(archive, entry))

                files.append(SourceFile(name, entry.file_size, kind, read))
            if directory and not any(f.path == "LICENSE" for f in files):
                # The licence of the whole repository is that of its modules.
                text = self.code.read_file(revision, "LICENSE")
                if text is not None:
                    files.append(SourceFile("LICENSE", len(text), "file", lambda: text))
            create(destination, self.path, version, files)


def is_retracted(intervals: list[tuple[str, str]], version: str) -> bool:
    return any(semver.compare(low, version) <= 0 <= semver.compare(high, version) for low, high in intervals)


def _module_path(data: bytes | None) -> str:
    """What a go.mod calls its module; "" if there is none."""
    return "" if data is None else modfile.parse("go.mod", data.decode("utf-8", "surrogateescape"), strict=False).module


def _is_major(declared: str, major: str) -> bool:
    """Does the declared module path have the major version of the path suffix?"""
    if not declared:
        return False
    parts = split_major(declared)
    if parts is None:
        return False
    if not major:
        return major_prefix(parts[1]) in ("", "v0", "v1")
    return bool(parts[1]) and major[1:] == parts[1][1:]
