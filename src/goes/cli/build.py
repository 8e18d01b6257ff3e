"""goes build [-o output] [build flags] [packages]"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from ..util.wholefile import replacing
from .buildflags import Plan, build_cached, check_libraries, plan
from .flags import BUILD_FLAGS, COVER_FLAGS, TEXT, Flag, FlagSet, quote
from .workdirectory import work_directory

if TYPE_CHECKING:
    from ..load.package import Package

EXAMPLE: Final = "goes build -o app ./cmd/app"
FLAGS: Final = FlagSet("build", "go build [-o output] [build flags] [packages]", [
    Flag("o", TEXT, "write the resulting executable to the named output file or directory", "output"),
    *BUILD_FLAGS, *COVER_FLAGS,
])  # fmt: skip

# How files begin that a build may overwrite: executables, objects and archives of all systems.
_OBJECT_MAGIC: Final = (
    b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"MZ",
    b"\x00\x61\x73\x6d", b"!<arch>\n", b"<bigaf>\n", b"\x01\xdf", b"\x01\xf7", b"\x00\x00\x01\xeb", b"\x00\x00\x8a\x97",
    b"\x00\x00\x06\x47", b"go object ",
)  # fmt: skip


def default_name(patterns: list[str], import_path: str, directory: str) -> str:
    """What the executable is called without -o."""
    if patterns and patterns[0].endswith(".go"):
        return os.path.basename(patterns[0])[:-3]
    if import_path == "command-line-arguments":
        return os.path.basename(directory)
    elements = import_path.split("/")
    last = elements[-1]
    if (
        len(elements) > 1
        and len(last) > 1
        and last[0] == "v"
        and last[1:].isdigit()
        and last[1] != "0"
        and last != "v1"
    ):
        last = elements[-2]
    return last


def program_name(root: Package) -> str:
    """What the executable of a loaded package is called without -o."""
    if root.command_line:
        files = root.go_files or root.cgo_files
        return files[0][:-3] if files else "a.out"
    return default_name([], root.import_path, root.dir)


def is_object(path: str) -> bool:
    """Whether a file is something that a build may have made."""
    try:
        with open(path, "rb") as f:
            return f.read(16).startswith(_OBJECT_MAGIC)
    except OSError:
        return False


def check_target_file(target: str, verb: str, path: str) -> None:
    """Raise UserError if the target is something that no build has made."""
    kind = ""
    if os.path.isdir(target):
        kind = "a directory"
    elif os.path.isfile(target) and os.path.getsize(target) > 0 and not is_object(target):
        kind = "not an object file"
    if kind:
        raise UserError(f"{path}: go {verb} {path}: build output {quote(target)} already exists and is {kind}")


def install(built: str, target: str, verb: str = "build", path: str = "") -> None:
    """Copy the cached executable of a package to its place, never leaving half of it."""
    from shutil import copyfileobj

    check_target_file(target, verb, path)
    try:
        os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
        with open(built, "rb") as source, replacing(target, 0o777, hidden=True) as f:
            copyfileobj(source, f, 1 << 20)
    except OSError as e:
        raise UserError(f"go: open {target}: {os.strerror(e.errno or 0).lower()}") from None


def is_null(path: str) -> bool:
    """Whether a path is the null device, by whatever name."""
    try:
        return path == os.devnull or os.path.samestat(os.stat(path), os.stat(os.devnull))
    except OSError:
        return False


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    try:
        with work_directory(values) as work:
            if not values.flag("n"):
                work.path()
            p = plan(values, values.rest or ["."], work)
            return build_all(p, targets_of(p))
    except UserError as e:
        from .buildjson import failed

        return failed(values, e)


def targets_of(p: Plan) -> dict[str, str]:
    """Import path of each package to be written → its file."""
    output = p.values.text("o")
    roots = p.wanted
    if not output:
        if len(p.graph.roots) != 1 or len(roots) != 1 or roots[0].name != "main":
            return {}
        name = program_name(roots[0]) + p.context.executable_suffix
        if os.path.isdir(name):
            raise UserError(f"go: build output {quote(name)} already exists and is a directory")
        return {roots[0].import_path: name}
    if is_null(output):
        return {}
    if output.endswith("/") or os.path.isdir(output):
        mains = [r for r in roots if r.name == "main"]
        if not mains:
            raise UserError("go: no main packages to build")
        p.wanted = mains
        return {r.import_path: os.path.join(output, program_name(r) + p.context.executable_suffix) for r in mains}
    if len(roots) > 1:
        raise UserError(f"go: cannot write multiple packages to non-directory {output}")
    if not roots:
        raise UserError("no packages to build")
    return {roots[0].import_path: output}


def build_all(p: Plan, targets: dict[str, str], verb: str = "build") -> int:
    """Build every wanted package and write those with a target. Raises UserError with all reports."""
    values = p.values
    if values.flag("n") or values.flag("x") or values.text("toolexec"):
        from .buildsteps import perform

        if perform(p, targets):
            return 0
    new = p.announce()
    failures: list[UserError] = []
    show_remarks(p)
    mains = [r for r in p.wanted if r.name == "main"]
    for r in mains:
        try:
            if targets.get(r.import_path):
                check_target_file(targets[r.import_path], verb, r.import_path)
            built = build_cached(p, r, program_name(r))
        except UserError as e:
            failures.append(e)
            continue
        if targets.get(r.import_path):
            install(built, targets[r.import_path], verb, r.import_path)
    libraries = [r for r in p.wanted if r.name != "main" and r.import_path not in ("builtin", "unsafe")]
    try:
        for r in libraries:
            if targets.get(r.import_path):
                write_archive(p, r, targets[r.import_path])
                p.note_installed(r, targets[r.import_path])
        stale = {q.import_path for q in new}
        check_libraries(p, [r for r in libraries if r.import_path in stale and not targets.get(r.import_path)])
    except UserError as e:
        failures.append(e)
    if failures:
        raise together(failures)
    p.record(new)
    return 0


def show_remarks(p: Plan) -> None:
    """-gcflags=-m: what the optimiser decided in the packages that have the flag; kept with what is compiled."""
    asked = [q for q in p.graph.packages if "-m" in p.options.compile_flags.get(q.import_path, []) and q.go_files]
    if not asked:
        return
    from ..work.cache import action_id
    from ..work.eager import remarks_of
    from .progress import on_big_stack

    for q in asked:
        id = action_id("remarks", p.ids()[q.import_path])
        kept = p.cache.get(id)
        if kept is None:
            try:
                lines = on_big_stack(remarks_of, p.context, p.graph, q, p.options)
            except UserError:
                return  # compiling it will say what is wrong
            kept = "\n".join(lines).encode("utf-8", "surrogateescape")
            try:
                p.cache.put(id, kept)
            except OSError:
                pass
        if kept:
            sys.stderr.write(f"# {q.import_path}\n{kept.decode('utf-8', 'surrogateescape')}\n")


def write_archive(p: Plan, package: Package, target: str) -> None:
    """go build -o file of a package that is no program."""
    from ..work.eager import archive_of
    from .progress import on_big_stack

    data = on_big_stack(archive_of, p.context, p.graph, package, p.options)
    try:
        os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
        with replacing(target, hidden=True) as f:
            f.write(data)
    except OSError as e:
        raise UserError(f"go: open {target}: {os.strerror(e.errno or 0).lower()}") from None


def together(failures: list[UserError]) -> UserError:
    """One failure of several; what several programs report about a package they share is shown once."""
    texts: list[str] = []
    reports: list[tuple[str, str]] = []
    for f in failures:
        for pair in f.reports or [("", f.message)]:
            if pair not in reports:
                reports.append(pair)
                texts.append(pair[1])
    out = UserError("\n".join(texts), max(f.status for f in failures))
    out.reports = [pair for pair in reports if pair[0]]
    return out
