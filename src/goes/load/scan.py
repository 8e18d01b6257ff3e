"""A directory's files sorted into a package.

    scan_directory(context, "/src/m", None, False)   →   DirectoryScan: files by kind, imports with positions

Source: go/build (Context.Import) for the rules and messages.
"""

from __future__ import annotations

import os
from typing import Final, final

from ..util.goprint import unquote
from .cgoflags import CgoLineError, read_cgo_lines
from .constraint import HeaderError, name_matches, read_constraint
from .context import BuildContext
from .header import Header, Place, read_header
from .view import Entry

C: Final = 0
CXX: Final = 1
M: Final = 2
H: Final = 3
F: Final = 4
S: Final = 5
SWIG: Final = 6
SWIGCXX: Final = 7
SYSO: Final = 8

_KINDS: Final = {
    ".c": C, ".cc": CXX, ".cpp": CXX, ".cxx": CXX, ".m": M, ".h": H, ".hh": H, ".hpp": H, ".hxx": H, ".f": F, ".F": F,
    ".for": F, ".f90": F, ".s": S, ".S": S, ".sx": S, ".swig": SWIG, ".swigcxx": SWIGCXX, ".syso": SYSO,
}  # fmt: skip


@final
class FilePlace:
    """A position in a file, as messages print it."""

    __slots__ = ("file", "line", "column")

    def __init__(self, file: str, line: int, column: int) -> None:
        self.file = file
        self.line = line
        self.column = column

    def text(self, cwd: str) -> str:
        return f"{short_path(self.file, cwd)}:{self.line}:{self.column}"


def short_path(path: str, cwd: str) -> str:
    """The path relative to the working directory if that is shorter."""
    try:
        relative = os.path.relpath(path, cwd)
    except ValueError:
        return path
    return relative if len(relative) < len(path) else path


Places = dict[str, list[FilePlace]]
Directives = list[tuple[str, FilePlace]]  # //go:debug lines and where they stand


@final
class DirectoryScan:
    """What a directory holds for one context. `error` is the first thing wrong; `error_place` where, if it is a syntax
    error; `no_go` if it is that there are no Go files. `others` are the files that are not Go's, by kind."""

    __slots__ = (
        "name", "go_files", "cgo_files", "others", "ignored_go_files", "ignored_other_files", "invalid_go_files",
        "test_go_files", "xtest_go_files", "imports", "test_imports", "xtest_imports", "embeds", "test_embeds",
        "xtest_embeds", "error", "error_place", "no_go", "doc", "import_comment", "binary_only", "cgo_flags",
        "directives", "test_directives", "xtest_directives", "first_file", "first_comment_file", "capital_s_files",
    )  # fmt: skip

    def __init__(self) -> None:
        self.name = ""
        self.go_files: list[str] = []
        self.cgo_files: list[str] = []
        self.others: list[list[str]] = [[], [], [], [], [], [], [], [], []]
        self.ignored_go_files: list[str] = []
        self.ignored_other_files: list[str] = []
        self.invalid_go_files: list[str] = []
        self.test_go_files: list[str] = []
        self.xtest_go_files: list[str] = []
        self.imports: Places = {}
        self.test_imports: Places = {}
        self.xtest_imports: Places = {}
        self.embeds: Places = {}
        self.test_embeds: Places = {}
        self.xtest_embeds: Places = {}
        self.error = ""
        self.error_place: FilePlace | None = None
        self.no_go = False
        self.doc = ""
        self.import_comment = ""
        self.binary_only = False
        self.cgo_flags: dict[str, list[str]] = {}
        self.directives: Directives = []
        self.test_directives: Directives = []
        self.xtest_directives: Directives = []
        self.first_file = ""
        self.first_comment_file = ""
        self.capital_s_files: list[str] = []

    def fail(self, name: str, message: str, place: FilePlace | None = None) -> None:
        """Something is wrong with a Go file."""
        if not self.error:
            self.error = message
            self.error_place = place
        if name not in self.invalid_go_files:
            self.invalid_go_files.append(name)


def scan_directory(
    context: BuildContext,
    directory: str,
    files: list[str] | None,
    use_all_files: bool,
    import_comments: bool = False,
) -> DirectoryScan:
    """Sort the directory's files (or only those given) into the package. With use_all_files build constraints do not
    count, as for files named on the command line."""
    scan = DirectoryScan()
    entries: list[Entry] = []
    try:
        entries = context.view.entries(directory)
    except OSError as error:
        if files is None:
            scan.error = f"open {directory}: {os.strerror(error.errno or 0).lower()}"
            return scan
    if files is not None:
        by_name = {e.name: e for e in entries}
        entries = [by_name[name] for name in files if name in by_name]
    for entry in entries:
        name = entry.name
        if name[0] in "_." or entry.is_dir() or (entry.is_link() and entry.leads_to_directory()):
            continue
        dot = name.rfind(".")
        ext = name[dot:] if dot >= 0 else ""
        if ext == ".go":
            _scan_go_file(scan, context, directory, entry, use_all_files, import_comments)
            continue
        kind = _KINDS.get(ext, -1)
        if kind < 0:
            continue
        if not _takes_other_file(context, directory, name, kind, use_all_files):
            scan.ignored_other_files.append(name)
        elif ext in (".S", ".sx"):
            scan.capital_s_files.append(name)
        else:
            scan.others[kind].append(name)
    if scan.capital_s_files:
        # gcc assembles them, so they need cgo.
        into = scan.others[S] if scan.cgo_files else scan.ignored_other_files
        into += scan.capital_s_files
        into.sort()
    if not scan.error and not (scan.go_files or scan.cgo_files or scan.test_go_files or scan.xtest_go_files):
        scan.error = "no Go files in " + directory
        scan.no_go = True
    return scan


def _takes_other_file(context: BuildContext, directory: str, name: str, kind: int, use_all_files: bool) -> bool:
    if use_all_files:
        return True
    if not name_matches(context, name):
        return False
    if kind == SYSO:
        return True
    try:
        return read_constraint(context.view.read(os.path.join(directory, name))).matches(context)
    except (OSError, HeaderError):
        return False


def _scan_go_file(
    scan: DirectoryScan,
    context: BuildContext,
    directory: str,
    entry: Entry,
    use_all_files: bool,
    import_comments: bool,
) -> None:
    name = entry.name
    if not use_all_files and not name_matches(context, name):
        scan.ignored_go_files.append(name)
        return
    path = os.path.join(directory, name)
    try:
        header = _header(context, path, entry)
        matches = header.constraint.matches(context)
    except OSError as error:
        scan.fail(name, f"open {path}: {os.strerror(error.errno or 0).lower()}")
        return
    except HeaderError as error:
        scan.fail(name, f"{name}: {error}")
        return
    if not matches and not use_all_files:
        scan.ignored_go_files.append(name)
        return
    if header.constraint.binary_only and not name.endswith("_test.go"):
        scan.binary_only = True
    _add_go_file(scan, context, directory, name, path, header, import_comments)


def _header(context: BuildContext, path: str, entry: Entry) -> Header:
    store = context.headers
    if store is not None:
        return store.header(path, entry)
    return read_header(context.view.read(path))


def _add_go_file(
    scan: DirectoryScan,
    context: BuildContext,
    directory: str,
    name: str,
    path: str,
    header: Header,
    import_comments: bool,
) -> None:
    if header.error is not None:
        line, column, message = header.error
        invalid = message.startswith("invalid import path")
        scan.fail(name, f"{path}:{line}:{column}: {message}" if invalid else message,
                  None if invalid else FilePlace(path, line, column))
    package = header.name
    if package == "documentation":
        scan.ignored_go_files.append(name)
        return
    is_test = name.endswith("_test.go")
    is_xtest = False
    if is_test and package.endswith("_test") and scan.name != package:
        is_xtest = True
        package = package[: -len("_test")]
    if not scan.name:
        scan.name = package
        scan.first_file = name
    elif package != scan.name:
        scan.fail(name, f"found packages {scan.name} ({scan.first_file}) and {package} ({name}) in {directory}")
    if header.doc and not scan.doc and not is_test:
        scan.doc = header.doc
    if import_comments and header.import_comment_line:
        _check_import_comment(scan, directory, name, path, header)
    directives = [(d.text, FilePlace(path, d.line, d.column)) for d in header.directives]
    if header.uses_cgo:
        if is_test:
            scan.fail(name, f"use of cgo in test {path} not supported")
        else:
            if header.cgo:
                try:
                    read_cgo_lines(path, directory, header.cgo, context.satisfied, scan.cgo_flags)
                except CgoLineError as error:
                    scan.fail(name, str(error))
            if not context.cgo_enabled:
                scan.ignored_go_files.append(name)
                return
            scan.cgo_files.append(name)
            _collect(scan.embeds, header.embeds, path)
            _collect(scan.imports, header.imports, path)
            scan.directives += directives
            return
    if is_xtest:
        scan.xtest_go_files.append(name)
        scan.xtest_directives += directives
        imports = scan.xtest_imports
        embeds = scan.xtest_embeds
    elif is_test:
        scan.test_go_files.append(name)
        scan.test_directives += directives
        imports = scan.test_imports
        embeds = scan.test_embeds
    else:
        scan.go_files.append(name)
        scan.directives += directives
        imports = scan.imports
        embeds = scan.embeds
    _collect(embeds, header.embeds, path)
    _collect(imports, header.imports, path)


def _check_import_comment(scan: DirectoryScan, directory: str, name: str, path: str, header: Header) -> None:
    comment = unquote(header.import_comment)
    if comment is None:
        scan.fail(name, f"{path}:{header.import_comment_line}: cannot parse import comment")
    elif not scan.import_comment:
        scan.import_comment = comment
        scan.first_comment_file = name
    elif scan.import_comment != comment:
        scan.fail(
            name,
            f'found import comments "{scan.import_comment}" ({scan.first_comment_file}) and "{comment}" ({name}) '
            f"in {directory}",
        )


def _collect(into: Places, places: list[Place], path: str) -> None:
    for place in places:
        into.setdefault(place.text, []).append(FilePlace(path, place.line, place.column))
