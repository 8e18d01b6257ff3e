"""A git repository as a source of modules: its tags, commits, files and archives.

    GitRepo("https://github.com/rsc/quote", cache, env).stat("v1.5.2")     →    Commit(name="c4d4236f…", tags=["v1.5.2"])

What is fetched lives in a bare repository in the module cache (cache/vcs), shallow as long as that is enough. No hooks
run, no template is copied, git never asks for a password. The user's own git configuration counts, as with the go
command: credentials and "insteadOf" are there.
Source: cmd/go/internal/modfetch/codehost/git.go for the rules and messages.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, Final, final

from ..util.lockedfile import locked
from . import semver
from .cache import ModuleCache, remove_all
from .problem import FetchError
from .pseudo import is_pseudo_version
from .repo import Origin

_WORK_TYPE: Final = "git3"
_MIN_HASH: Final = 7
_HEX: Final = frozenset("0123456789abcdef")
NO_COMMITS: Final = "no commits"
_SAFE: Final = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never")
_PRIVATE_HELP: Final = (
    "\nConfirm the import path was entered correctly.\n"
    "If this is a private repository, see https://go.dev/doc/faq#git_https for additional information."
)


def is_hex(text: str) -> bool:
    return all(c in _HEX for c in text)


def short_hash(hash: str) -> str:
    return hash[:12] if len(hash) in (40, 64) and is_hex(hash) else hash


@final
class GitError(Exception):
    """A git command that failed."""

    def __init__(self, command: str, status: str, stderr: str, code: int) -> None:
        text = f"{command}: {status}"
        if stderr.rstrip("\n"):
            text += ":\n\t" + stderr.rstrip("\n").replace("\n", "\n\t")
        super().__init__(text)
        self.text = text
        self.stderr = stderr
        self.code = code


@final
class Commit:
    """`version` is the tag or hash it was asked for by, `time` in seconds."""

    __slots__ = ("name", "short", "version", "time", "tags", "origin")

    def __init__(self, name: str, version: str, time: int, tags: list[str], origin: Origin) -> None:
        self.name = name
        self.short = short_hash(name)
        self.version = version
        self.time = time
        self.tags = tags
        self.origin = origin

    def rfc3339(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.time))

    def stamp(self) -> str:
        """As in a pseudo-version."""
        return time.strftime("%Y%m%d%H%M%S", time.gmtime(self.time))


def git_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Nobody is there to answer questions."""
    out = dict(env)
    out.setdefault("GIT_TERMINAL_PROMPT", "0")
    out.setdefault("GCM_INTERACTIVE", "never")
    if not out.get("GIT_SSH") and not out.get("GIT_SSH_COMMAND"):
        out["GIT_SSH_COMMAND"] = "ssh -o ControlMaster=no -o BatchMode=yes"
    return out


@final
class GitRepo:
    """`local` is a working directory that is only looked at: nothing is fetched."""

    def __init__(
        self, remote: str, cache: ModuleCache | None, env: Mapping[str, str], trace: bool = False, local: bool = False,
        is_missing: Callable[[str], bool] | None = None,
    ) -> None:  # fmt: skip
        self.url = "" if local else remote
        self.env = git_environment(env)
        self.trace = trace
        self.local = local
        self._is_missing = is_missing  # does the server say that there is nothing at this URL?
        self._lock = threading.RLock()
        self._refs: dict[str, str] | FetchError | None = None
        self._stats: dict[str, Commit | FetchError] = {}
        self._local_tags: set[str] | None = None
        self._fetched_all = False
        if local:
            if not os.path.isdir(remote):
                raise FetchError(f"{remote} exists but is not a directory")
            self.directory = remote
            self.remote = remote
            return
        if "://" not in remote:
            hint = " (use URL syntax not host:path syntax)" if ":" in remote else ""
            raise FetchError(f"git remote ({remote}) must not be local directory{hint}")
        assert cache is not None
        self.remote = "origin"
        self.directory = work_directory(cache, _WORK_TYPE, remote, trace)
        with self._locked():
            if not os.path.isdir(self.directory + "/objects"):
                self._create(remote)

    def _create(self, remote: str) -> None:
        try:
            refs = self._list_remote(remote)
            sha256 = any(len(h) == 64 for h in refs.values())
        except FetchError:
            sha256 = False
        try:
            self._git("init", "--bare", "--template=", "--object-format=" + ("sha256" if sha256 else "sha1"))
            self._git("remote", "add", "origin", "--", remote)
        except GitError as e:
            remove_all(self.directory)
            raise FetchError(e.text) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if self.local:
            yield
        else:
            with locked(self.directory + ".lock"):
                yield

    # ------------------------------------------------------------------------------------------------ running git

    def _git(self, *args: str, out: BinaryIO | None = None) -> bytes:
        """Standard output, or written to a file. GitError."""
        shown = "git " + " ".join(args)
        env = self.env
        if not self.local:
            env = {**env, "GIT_DIR": self.directory}
        env = {**env, "PWD": self.directory}
        if self.trace:
            sys.stderr.write(f"cd {self.directory}; {shown}\n")
        start = time.monotonic()
        try:
            done = subprocess.run(
                ["git", *_SAFE, *args], cwd=self.directory, env=env, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if out is None else out, stderr=subprocess.PIPE,
            )  # fmt: skip
        except FileNotFoundError:
            raise GitError(f"{shown} in {self.directory}", 'exec: "git": executable file not found in $PATH', "", 127) from None
        if self.trace:
            sys.stderr.write(f"{time.monotonic() - start:.3f}s # cd {self.directory}; {shown}\n")
        if done.returncode:
            status = f"exit status {done.returncode}" if done.returncode > 0 else f"signal: {-done.returncode}"
            stderr = done.stderr.decode("utf-8", "replace")
            raise GitError(f"{shown} in {self.directory}", status, stderr, done.returncode)
        return done.stdout or b""

    def _lines(self, *args: str) -> list[str]:
        return self._git(*args).decode("utf-8", "surrogateescape").split("\n")

    # ------------------------------------------------------------------------------------------------ refs

    def refs(self) -> dict[str, str]:
        """HEAD, branches and tags of the remote repository, each with its commit."""
        if self.local:
            return {}
        with self._lock:
            if self._refs is None:
                try:
                    self._refs = self._list_remote(self.remote)
                except FetchError as e:
                    self._refs = e
            if isinstance(self._refs, FetchError):
                raise self._refs
            return self._refs

    def _list_remote(self, remote: str) -> dict[str, str]:
        try:
            lines = self._lines("ls-remote", "-q", "--end-of-options", remote)
        except GitError as e:
            text = e.text
            if "fatal: could not read Username" in e.stderr:
                text += _PRIVATE_HELP
            missing = self.url.startswith(("http://", "https://")) and self._is_missing is not None and self._is_missing(self.url)
            raise FetchError(text, missing) from None
        out: dict[str, str] = {}
        peeled: dict[str, str] = {}
        for line in lines:
            words = line.split()
            if len(words) != 2:
                continue
            hash, ref = words
            if ref == "HEAD" or ref.startswith(("refs/heads/", "refs/tags/")):
                if ref.endswith("^{}"):
                    peeled[ref[:-3]] = hash
                else:
                    out[ref] = hash
        out.update(peeled)
        return out

    def tags(self, prefix: str) -> tuple[list[tuple[str, str]], Origin]:
        """The tags that begin with the prefix, with their commits; and the origin of this list."""
        found = sorted(
            (ref[len("refs/tags/") :], hash)
            for ref, hash in self.refs().items()
            if ref.startswith("refs/tags/" + prefix)
        )
        directory = prefix[: prefix.rfind("/") + 1]
        total = hashlib.sha256()
        for name, hash in found:
            if _is_origin_tag(name.removeprefix(directory)):
                total.update(f'"{name}" {hash}\n'.encode("utf-8", "surrogateescape"))
        tag_sum = "t1:" + base64.b64encode(total.digest()).decode("ascii")
        return found, {"VCS": "git", "URL": self.url, "TagPrefix": prefix, "TagSum": tag_sum}

    def repo_sum(self) -> str:
        """A hash over all refs."""
        total = hashlib.sha256()
        for ref, hash in sorted(self.refs().items()):
            total.update(f'"{ref}" {hash}\n'.encode("utf-8", "surrogateescape"))
        return "r1:" + base64.b64encode(total.digest()).decode("ascii")

    def _unknown(self, revision: str) -> FetchError:
        """There is no such revision, as long as the refs are these."""
        error = FetchError(f"unknown revision {revision}", True)
        try:
            error.origin = {"VCS": "git", "URL": self.url, "RepoSum": self.repo_sum()}
        except FetchError:
            pass
        return error

    def check_reuse(self, old: Origin, subdir: str) -> None:
        """Return if the remote repository still says what the origin describes."""
        get = old.get
        if get("VCS", "") != "git" or get("URL", "") != self.url:
            raise FetchError(f'origin moved from {get("VCS", "")} "{get("URL", "")}" to git "{self.url}"')
        if get("Subdir", "") != subdir:
            raise FetchError(
                f'origin moved from git "{self.url}" "{get("Subdir", "")}" to git "{self.url}" "{subdir}"'
            )
        if not get("Hash") and not get("TagSum") and not get("RepoSum"):
            raise FetchError("non-specific origin")
        refs = self.refs()
        ref = get("Ref", "")
        if ref:
            if ref not in refs:
                raise FetchError(f'ref "{ref}" deleted')
            if refs[ref] != get("Hash", ""):
                raise FetchError(f'ref "{ref}" moved from {get("Hash", "")} to {refs[ref]}')
        if get("TagSum") and self.tags(get("TagPrefix", ""))[1]["TagSum"] != get("TagSum"):
            raise FetchError("tags changed")
        if get("RepoSum") and self.repo_sum() != get("RepoSum"):
            raise FetchError("refs changed")

    # ------------------------------------------------------------------------------------------------ commits

    def latest(self) -> Commit:
        """The commit of HEAD."""
        head = self.refs().get("HEAD", "")
        if not head:
            raise FetchError(NO_COMMITS, True)
        found = self.stat(head)
        origin = {**found.origin, "Ref": "HEAD", "Hash": head}
        out = Commit(found.name, found.version, found.time, found.tags, origin)
        return out

    def stat(self, revision: str) -> Commit:
        """The commit of a tag, branch, HEAD or (part of a) hash; it is in the local repository afterwards."""
        with self._lock:
            result = self._stats.get(revision)
            if result is None:
                try:
                    result = self._stat(revision)
                except FetchError as e:
                    result = e
                except GitError as e:
                    result = FetchError(e.text)
                self._stats[revision] = result
        if isinstance(result, FetchError):
            raise result
        return result

    def _hash_length(self) -> int:
        try:
            return 64 if self._git("config", "extensions.objectformat").strip() == b"sha256" else 40
        except GitError:
            return 40

    def _stat(self, revision: str) -> Commit:
        looks_like_hash = _MIN_HASH <= len(revision) <= 64 and is_hex(revision) and len(revision) <= self._hash_length()
        if looks_like_hash:
            try:
                return self._stat_local(revision, revision)
            except FetchError:
                pass
        if self._local_tags is None:
            try:
                self._local_tags = {line for line in self._lines("tag", "-l") if line}
            except GitError:
                self._local_tags = set()
        if revision in self._local_tags:
            return self._stat_local(revision, "refs/tags/" + revision)
        ref, hash = self._resolve(revision, looks_like_hash)
        name = revision if ref.startswith("refs/tags/") else hash or revision
        with self._locked():
            commit, ref = self._fetch(name, ref, hash, looks_like_hash)
        commit.origin["Hash"] = commit.name
        if ref and ref != commit.name:
            commit.origin["Ref"] = ref
        return commit

    def _resolve(self, revision: str, looks_like_hash: bool) -> tuple[str, str]:
        """The ref that a revision means, and its commit; either may be ""."""
        refs = self.refs()
        for ref in ("refs/tags/" + revision, "refs/heads/" + revision):
            if refs.get(ref):
                return ref, refs[ref]
        if revision == "HEAD" and refs.get("HEAD"):
            return "HEAD", refs["HEAD"]
        if not looks_like_hash:
            raise self._unknown(revision)
        ref = hash = ""
        for name in sorted(refs):
            if refs[name].startswith(revision):
                if hash and hash != refs[name]:
                    raise FetchError(f"ambiguous revision {revision}")
                ref = ref or name
                hash = refs[name]
        if not hash and len(revision) == self._hash_length():
            hash = revision
        return ref, hash

    def _fetch(self, name: str, ref: str, hash: str, tried_local: bool) -> tuple[Commit, str]:
        """With the repository's lock held: the commit, fetched if it is not there; and by which ref it was found."""
        if not tried_local and hash:
            try:
                commit = self._stat_local(name, hash)
            except FetchError:
                pass
            else:
                tag = ref.removeprefix("refs/tags/")
                if tag != ref and tag not in commit.tags:
                    # The commit came with something else; make the tag known here.
                    self._git("tag", "--end-of-options", tag, hash)
                    return self._stat_local(name, ref), ref
                return commit, ref
        if self.local:
            raise FetchError(f"revision does not exist locally: {name}")
        if not self._fetched_all and ref and hash:
            if ref == "HEAD":
                # A fetch of HEAD would be one of whatever it is by then.
                ref = hash
                source = f"{hash}:refs/dummy"
            else:
                source = f"{ref}:{ref}"
            try:
                self._git("-c", "protocol.version=2", "fetch", "-f", "--depth=1", "--end-of-options", self.remote, source)
            except GitError:
                # Some servers do not give single commits.
                pass
            else:
                return self._stat_local(name, ref), ref
        self._fetch_all()
        return self._stat_local(name, name), ref

    def _fetch_all(self) -> None:
        """With the repository's lock held: all branches and tags, with their history."""
        if self._fetched_all:
            return
        self._git(
            "fetch", "-f", "--end-of-options", self.remote, "refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"
        )
        if os.path.exists(self.directory + "/shallow"):
            self._git("fetch", "--unshallow", "-f", "--end-of-options", self.remote)
        self._fetched_all = True

    def _stat_local(self, version: str, revision: str) -> Commit:
        try:
            out = self._git(
                "-c", "log.showsignature=false", "log", "--no-decorate", "-n1", "--format=format:%H %ct %D",
                "--end-of-options", revision, "--",
            ).decode("utf-8", "surrogateescape")  # fmt: skip
        except GitError:
            raise self._unknown(version) from None
        words = out.split()
        if len(words) < 2 or not words[1].isdigit():
            raise FetchError(f'unexpected response from git log: "{out}"')
        hash = words[0]
        if hash.startswith(version):
            version = hash
        tags = {words[i + 1].removesuffix(",") for i in range(2, len(words) - 1) if words[i] == "tag:"}
        try:
            tags.update(ref.removeprefix("refs/tags/") for ref, h in self.refs().items() if h == hash and ref.startswith("refs/tags/"))
        except FetchError:
            pass
        origin: Origin = {"VCS": "git", "URL": self.url, "Hash": hash}
        if not hash.startswith(revision):
            origin["Ref"] = revision
        return Commit(hash, version if version in tags else hash, int(words[1]), sorted(tags), origin)

    # ------------------------------------------------------------------------------------------------ contents

    def read_file(self, revision: str, path: str) -> bytes | None:
        """A file of a commit; None if there is none."""
        commit = self.stat(revision)
        try:
            return self._git("cat-file", "--end-of-options", "blob", f"{commit.name}:{path}")
        except GitError:
            return None

    def archive(self, revision: str, subdir: str, destination: BinaryIO) -> None:
        """A zip of the commit's files below subdir, each with "prefix/" in front."""
        commit = self.stat(revision)
        with self._locked():
            self._write_attributes()
            args = ["-c", "core.autocrlf=input", "-c", "core.eol=lf", "archive", "--format=zip", "--prefix=prefix/"]
            try:
                self._git(*args, "--end-of-options", commit.name, *([subdir] if subdir else []), out=destination)
            except GitError as e:
                if "did not match any files" in e.stderr:
                    raise FetchError("file does not exist", True) from None
                raise FetchError(e.text) from None

    def _write_attributes(self) -> None:
        """Archives hold what is in the repository, whatever its .gitattributes would change or leave out."""
        wanted = b"\n* -export-subst -export-ignore\n"
        os.makedirs(self.directory + "/info", exist_ok=True)
        with open(self.directory + "/info/attributes", "a+b") as f:
            f.seek(0)
            if not f.read().endswith(wanted):
                f.write(wanted)

    # ------------------------------------------------------------------------------------------------ history

    def recent_tag(self, revision: str, prefix: str, allowed: Callable[[str], bool]) -> str:
        """The highest version among the tags of the commit and its ancestors; "" if there is none."""
        name = self.stat(revision).name
        try:
            found = self._highest_tag(name, prefix, allowed)
            if found and not is_hex(found):
                return found
            if not self.tags(prefix + "v")[0]:
                return ""
            if self.local:
                raise FetchError(f"revision does not exist locally: {name}")
            # A shallow history may hide tags.
            with self._lock, self._locked():
                self._fetch_all()
            return self._highest_tag(name, prefix, allowed)
        except GitError as e:
            raise FetchError(e.text) from None

    def _highest_tag(self, name: str, prefix: str, allowed: Callable[[str], bool]) -> str:
        highest = ""
        for line in self._lines("for-each-ref", "--format=%(refname)", "--merged=" + name):
            tag = line.strip().removeprefix("refs/tags/")
            if tag == line.strip() or not tag.startswith(prefix) or not allowed(tag):
                continue
            version = tag[len(prefix) :]
            if semver.compare(version, highest) > 0:
                highest = version
        return prefix + highest if highest else ""

    def descends_from(self, revision: str, tag: str) -> bool:
        """Is the tag's commit an ancestor of the revision?"""
        try:
            self._git("merge-base", "--is-ancestor", "--", tag, revision)
            return True
        except GitError:
            pass
        if not self.tags(tag)[0]:
            return False
        self.stat(revision)
        if self.local:
            raise FetchError(f"revision does not exist locally: {revision}")
        try:
            with self._lock, self._locked():
                self._fetch_all()
            self._git("merge-base", "--is-ancestor", "--", tag, revision)
            return True
        except GitError as e:
            if e.code == 1:
                return False
            raise FetchError(e.text) from None


def _is_origin_tag(tag: str) -> bool:
    canonical = semver.canonical(tag)
    return bool(canonical) and tag.startswith(canonical) and not is_pseudo_version(tag)


def work_directory(cache: ModuleCache, kind: str, name: str, trace: bool = False) -> str:
    """The directory in the cache for a repository; made if it is not there."""

    def say(line: str) -> None:
        if trace:
            sys.stderr.write(f"{line} # {kind} {name}\n")

    cache.check_directory()
    key = f"{kind}:{name}"
    directory = f"{cache.directory}/cache/vcs/{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()}"
    say(f"mkdir -p {os.path.dirname(directory)}")
    if trace:
        sys.stderr.write(f"# lock {directory}.lock\n")
    with locked(directory + ".lock"):
        try:
            with open(directory + ".info", encoding="utf-8", errors="surrogateescape") as f:
                have = f.read().removesuffix("\n")
        except FileNotFoundError:
            have = ""
        if have and os.path.isdir(directory):
            if have != key:
                raise FetchError(f'{directory}.info exists with wrong content (have "{have}" want "{key}")')
            if trace:
                sys.stderr.write(f"# {directory} for {kind} {name}\n")
            return directory
        say(f"mkdir -p {directory}")
        remove_all(directory)
        os.makedirs(directory)
        with open(directory + ".info", "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write(key)
    return directory
