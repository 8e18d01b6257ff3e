"""Packages and modules as `go list` shows them: structs with Go's field names, in Go's order.

    PACKAGE        load.PackagePublic           package_struct(package, view)
    MODULE         modinfo.ModulePublic         module_struct(module)
    ERROR          load.PackageError            prints as its message

Sources: `go help list`; cmd/go/internal/load (PackagePublic), cmd/go/internal/modinfo.
"""

from __future__ import annotations

from typing import Final

from ..util.gotime import TIME
from ..util.govalue import Field, GoValue, Struct, StructType
from .context import BuildContext
from .package import Module, Package, PackageError


def _fields(text: str) -> list[Field]:
    """ "Dir string; Imports []string; Err string!": a field with "!" is in JSON even if it is empty."""
    found: list[Field] = []
    for part in text.split(";"):
        name, type = part.split()
        found.append(Field(name, type.rstrip("!"), not type.endswith("!")))
    return found


# ------------------------------------------------------------------------------------------------ modules


def _module_text(m: Struct) -> str:
    text = _one_module(m)
    replace = m.get("Replace")
    return f"{text} => {_one_module(replace)}" if isinstance(replace, Struct) else text


def _one_module(m: Struct) -> str:
    text = str(m.get("Path"))
    if m.get("Version"):
        text += " " + _version_text(m)
        update = m.get("Update")
        if isinstance(update, Struct):
            text += f" [{_version_text(update)}]"
    return text + " (deprecated)" if m.get("Deprecated") else text


def _version_text(m: Struct) -> str:
    return f"{m.get('Version')} (retracted)" if m.get("Retracted") else str(m.get("Version"))


ORIGIN: Final = StructType(
    "codehost.Origin",
    _fields(
        "VCS string; URL string; Subdir string; Hash string; TagPrefix string; TagSum string; Ref string; RepoSum string"
    ),
)
MODULE_ERROR: Final = StructType("modinfo.ModuleError", _fields("Err string!"))
MODULE: Final = StructType(
    "modinfo.ModulePublic",
    _fields(
        "Path string; Version string; Query string; Versions []string; Replace *modinfo.ModulePublic; Time *time.Time; "
        "Update *modinfo.ModulePublic; Main bool; Indirect bool; Dir string; GoMod string; GoVersion string; "
        "Retracted []string; Deprecated string; Error *modinfo.ModuleError; Sum string; GoModSum string; "
        "Origin *codehost.Origin; Reuse bool"
    ),
    {"String": _module_text},
)


def module_struct(module: Module) -> Struct:
    values: dict[str, GoValue] = {
        "Path": module.path, "Version": module.version, "Query": module.query, "Versions": list(module.versions),
        "Main": module.main, "Indirect": module.indirect, "Dir": module.dir, "GoMod": module.go_mod,
        "GoVersion": module.go, "Retracted": list(module.retracted), "Deprecated": module.deprecated,
        "Sum": module.sum, "GoModSum": module.go_mod_sum, "Reuse": module.reuse,
    }  # fmt: skip
    if module.time:
        values["Time"] = Struct(TIME, {"text": module.time})
    if module.replace is not None:
        values["Replace"] = module_struct(module.replace)
    if module.update is not None:
        values["Update"] = module_struct(module.update)
    if module.error:
        values["Error"] = Struct(MODULE_ERROR, {"Err": module.error})
    if module.origin is not None:
        values["Origin"] = Struct(ORIGIN, {name: text for name, text in module.origin.items()})
    return Struct(MODULE, values)


# ------------------------------------------------------------------------------------------------ errors


_ERROR_JSON: Final = StructType("struct", _fields("ImportStack []string!; Pos string!; Err string!"))


def _error_json(e: Struct) -> GoValue:
    return Struct(_ERROR_JSON, {name: e.get(name) for name in ("ImportStack", "Pos", "Err")})


def _error_text(e: Struct) -> GoValue:
    return e.get("text")


ERROR: Final = StructType(
    "load.PackageError",
    _fields("ImportStack []string!; Pos string!; Err string!; IsImportCycle bool!; text string!"),
    {"Error": _error_text, "MarshalJSON": _error_json},
)


def error_struct(error: PackageError) -> Struct:
    return Struct(ERROR, {
        "ImportStack": [path for path, _ in error.stack], "Pos": error.place, "Err": error.message,
        "IsImportCycle": error.is_cycle, "text": str(error),
    })  # fmt: skip


# ------------------------------------------------------------------------------------------------ packages

PACKAGE: Final = StructType(
    "load.PackagePublic",
    _fields(
        "Dir string; ImportPath string; ImportComment string; Name string; Doc string; Target string; Shlib string; "
        "Root string; ConflictDir string; ForTest string; Export string; BuildID string; Module *modinfo.ModulePublic; "
        "Match []string; Goroot bool; Standard bool; DepOnly bool; BinaryOnly bool; Incomplete bool; "
        "DefaultGODEBUG string; Stale bool; StaleReason string; GoFiles []string; CgoFiles []string; "
        "CompiledGoFiles []string; IgnoredGoFiles []string; InvalidGoFiles []string; IgnoredOtherFiles []string; "
        "CFiles []string; CXXFiles []string; MFiles []string; HFiles []string; FFiles []string; SFiles []string; "
        "SwigFiles []string; SwigCXXFiles []string; SysoFiles []string; EmbedPatterns []string; EmbedFiles []string; "
        "CgoCFLAGS []string; CgoCPPFLAGS []string; CgoCXXFLAGS []string; CgoFFLAGS []string; CgoLDFLAGS []string; "
        "CgoPkgConfig []string; Imports []string; ImportMap map[string]string; Deps []string; "
        "Error *load.PackageError; DepsErrors []*load.PackageError; TestGoFiles []string; TestImports []string; "
        "TestEmbedPatterns []string; TestEmbedFiles []string; XTestGoFiles []string; XTestImports []string; "
        "XTestEmbedPatterns []string; XTestEmbedFiles []string"
    ),
)


def package_struct(
    package: Package, module: Struct | None, deps: list[str], deps_errors: list[PackageError]
) -> Struct:
    """Only what is not empty is in the struct's values. `module` is that of the package, made once for all its
    packages."""
    flags = package.cgo_flags
    row: tuple[tuple[str, GoValue], ...] = (
        ("Dir", package.dir), ("ImportPath", package.import_path), ("ImportComment", package.import_comment),
        ("Name", package.name), ("Doc", package.doc), ("Target", package.target), ("Root", package.root),
        ("ConflictDir", package.conflict_dir), ("ForTest", package.for_test), ("Export", package.export),
        ("BuildID", package.build_id), ("Match", package.match), ("Goroot", package.goroot),
        ("Standard", package.standard), ("DepOnly", package.dep_only), ("BinaryOnly", package.binary_only),
        ("Incomplete", package.incomplete), ("DefaultGODEBUG", package.default_godebug), ("Stale", package.stale),
        ("StaleReason", package.stale_reason), ("GoFiles", package.go_files), ("CgoFiles", package.cgo_files),
        ("CompiledGoFiles", package.compiled_go_files), ("IgnoredGoFiles", package.ignored_go_files),
        ("InvalidGoFiles", package.invalid_go_files), ("IgnoredOtherFiles", package.ignored_other_files),
        ("CFiles", package.c_files), ("CXXFiles", package.cxx_files), ("MFiles", package.m_files),
        ("HFiles", package.h_files), ("FFiles", package.f_files), ("SFiles", package.s_files),
        ("SwigFiles", package.swig_files), ("SwigCXXFiles", package.swigcxx_files),
        ("SysoFiles", package.syso_files), ("EmbedPatterns", package.embed_patterns),
        ("EmbedFiles", package.embed_files), ("CgoCFLAGS", flags.get("CFLAGS", [])),
        ("CgoCPPFLAGS", flags.get("CPPFLAGS", [])), ("CgoCXXFLAGS", flags.get("CXXFLAGS", [])),
        ("CgoFFLAGS", flags.get("FFLAGS", [])), ("CgoLDFLAGS", flags.get("LDFLAGS", [])),
        ("CgoPkgConfig", flags.get("pkg-config", [])), ("Imports", package.imports),
        ("ImportMap", package.import_map), ("Deps", deps), ("TestGoFiles", package.test_go_files),
        ("TestImports", package.test_imports), ("TestEmbedPatterns", sorted(package.test_embed_places)),
        ("TestEmbedFiles", package.test_embed_files), ("XTestGoFiles", package.xtest_go_files),
        ("XTestImports", package.xtest_imports), ("XTestEmbedPatterns", sorted(package.xtest_embed_places)),
        ("XTestEmbedFiles", package.xtest_embed_files),
    )  # fmt: skip
    values = {name: value for name, value in row if value}
    if module is not None:
        values["Module"] = module
    if package.error is not None:
        values["Error"] = error_struct(package.error)
    if deps_errors:
        values["DepsErrors"] = [error_struct(e) for e in deps_errors]
    return Struct(PACKAGE, values)


# ------------------------------------------------------------------------------------------------ context

CONTEXT: Final = StructType(
    "list.Context",
    _fields(
        "GOARCH string; GOOS string; GOROOT string; GOPATH string; CgoEnabled bool; UseAllFiles bool; Compiler string; "
        "BuildTags []string; ToolTags []string; ReleaseTags []string; InstallSuffix string"
    ),
)


def context_struct(context: BuildContext) -> Struct:
    return Struct(CONTEXT, {
        "GOARCH": context.goarch, "GOOS": context.goos, "GOROOT": context.goroot, "GOPATH": context.gopath,
        "CgoEnabled": context.cgo_enabled, "Compiler": "gc", "BuildTags": list(context.build_tags),
        "ToolTags": list(context.tool_tags), "ReleaseTags": context.release_tags,
        "InstallSuffix": context.install_suffix.removeprefix("_"),
    })  # fmt: skip
