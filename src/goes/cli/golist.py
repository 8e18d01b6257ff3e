"""goes list [-f format] [-json] [-m] [list flags] [build flags] [packages]"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from .buildflags import build_tags, check_instruments, stamp_setting
from .flags import BOOL, BUILD_FLAGS, COVER_FLAGS, OPTIONAL, TEXT, Flag, FlagSet, FlagValues

if TYPE_CHECKING:
    from ..load.context import BuildContext
    from ..load.graph import Loader
    from ..load.modstate import ModuleState
    from ..load.package import Module, Package, PackageError
    from ..util.gotemplate import Template
    from ..util.govalue import Struct

EXAMPLE: Final = "goes list -f '{{.ImportPath}}: {{join .Imports \" \"}}' ./..."
FLAGS: Final = FlagSet("list", "go list [-f format] [-json] [-m] [list flags] [build flags] [packages]", [
    Flag("compiled", BOOL, "set CompiledGoFiles to the Go files presented to the compiler"),
    Flag("deps", BOOL, "list also all dependencies, a package after those it needs"),
    Flag("e", BOOL, "describe packages with errors too, instead of printing the errors"),
    Flag("export", BOOL, "set Export to a file with up-to-date export data, and BuildID"),
    Flag("f", TEXT, "the format of each package, a text/template", "format"),
    Flag("find", BOOL, "identify the packages but do not resolve their imports"),
    Flag("json", OPTIONAL, "print JSON, with -json=Field,... only those fields"),
    Flag("m", BOOL, "list modules instead of packages"),
    Flag("retracted", BOOL, "report retracted versions (with -m)"),
    Flag("reuse", TEXT, "reuse what an earlier list -m -json printed", "old.json"),
    Flag("test", BOOL, "list also the packages of test binaries"),
    Flag("u", BOOL, "add information about available upgrades (with -m)"),
    Flag("versions", BOOL, "set Versions to all known versions (with -m)"),
    *[f for f in BUILD_FLAGS if f.name not in ("json", "O")], *COVER_FLAGS,
])  # fmt: skip

_DEFAULT_FORMAT: Final = "{{.ImportPath}}"


@final
class Wanted:
    """Which fields -json asks for; all without a list of names."""

    __slots__ = ("is_json", "fields")

    def __init__(self, values: list[str]) -> None:
        self.is_json = False
        fields: set[str] = set()
        for value in values:
            if value in ("1", "t", "T", "true", "TRUE", "True"):
                self.is_json = True
            elif value in ("0", "f", "F", "false", "FALSE", "False"):
                self.is_json = False
            else:
                self.is_json = True
                fields.update(value.split(","))
        self.fields = frozenset(fields)

    def any_of(self, *names: str) -> bool:
        return not self.fields or any(name in self.fields for name in names)


@final
class Output:
    """Prints each value as the flags say."""

    __slots__ = ("wanted", "template", "last", "only_paths")

    def __init__(self, wanted: Wanted, template: Template | None) -> None:
        self.wanted = wanted
        self.template = template
        self.only_paths = False  # nothing is printed but import paths, one a line
        self.last = "\n"

    def write(self, text: str) -> None:
        if text:
            self.last = text[-1]
            sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))

    def show(self, value: Struct) -> None:
        if self.template is None:
            from ..util.gojson import marshal_indent

            self.write(marshal_indent(value.only(self.wanted.fields) if self.wanted.fields else value) + "\n")
            return
        from ..util.gotemplate import ExecError

        pieces: list[str] = []
        try:
            self.write(self.template.execute(value, pieces))
        except ExecError as error:
            self.write("".join(pieces))
            sys.stdout.flush()
            raise UserError(str(error)) from None
        if self.last != "\n":
            self.write("\n")


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    for argument in values.rest:
        if not argument:
            raise UserError('go: invalid package: ""')
    wanted = Wanted(values.all("json"))
    format = values.text("f")
    if format and wanted.is_json:
        raise UserError("go list -f cannot be used with -json")
    if values.text("reuse") and not values.flag("m"):
        raise UserError("go list -reuse cannot be used without -m")
    if values.flag("m"):
        from .golistm import list_modules

        return list_modules(values, wanted, format)
    _check(values)
    check_instruments(values)
    return _list_packages(values, wanted, format or _DEFAULT_FORMAT)


def _check(values: FlagValues) -> None:
    if values.flag("u"):
        raise UserError("go list -u can only be used with -m")
    if values.flag("versions"):
        raise UserError("go list -versions can only be used with -m")
    if values.flag("find"):
        for name in ("deps", "test", "export"):
            if values.flag(name):
                raise UserError(f"go list -{name} cannot be used with -find")


def make_output(context: BuildContext, wanted: Wanted, format: str, state: ModuleState | None) -> Output:
    """Raises UserError if the format is malformed."""
    if wanted.is_json or format == _DEFAULT_FORMAT:
        output = Output(wanted, None)
        output.only_paths = not wanted.is_json
        return output
    from ..load.listing import MODULE, MODULE_ERROR, context_struct
    from ..util.gotemplate import Function, Template, TemplateError
    from ..util.govalue import GoValue, Struct

    def join(arguments: list[GoValue]) -> GoValue:
        items = arguments[0] if isinstance(arguments[0], list) else []
        return str(arguments[1]).join(str(i) for i in items)

    def module(arguments: list[GoValue]) -> GoValue:
        from .golistm import module_info

        path = str(arguments[0])
        if state is not None and state.enabled:
            return module_info(state, path)
        error = Struct(MODULE_ERROR, {"Err": "module not found"})
        return Struct(MODULE, {"Path": path, "Error": error})

    functions = {
        "context": Function((), lambda _: context_struct(context)),
        "join": Function(("[]string", "string"), join),
        "module": Function(("string",), module),
    }
    try:
        return Output(wanted, Template("main", format, functions))
    except TemplateError as error:
        raise UserError(str(error)) from None


def make_list_context(values: FlagValues) -> BuildContext:
    """The context of the environment and the build flags, for any system; cgo if CGO_ENABLED=1 asks for it."""
    from ..load.context import make_context
    from ..load.headerstore import HeaderStore
    from ..load.view import read_overlay
    from ..work.cachedirectory import cache_directory

    context = make_context(os.environ, build_tags(values), cgo=True)
    context.view = read_overlay(values.text("overlay"), os.getcwd())
    directory = cache_directory()
    if os.path.isabs(directory):
        context.headers = HeaderStore(os.path.join(directory, "goes-headers"), context.view)
    return context


def _list_packages(values: FlagValues, wanted: Wanted, format: str) -> int:
    from ..load.graph import Loader, LoadOptions, dependencies_first
    from ..load.listdeps import collect_deps, collect_errors, map_imports, rename_variants
    from .modcommands import mod_options

    context = make_list_context(values)
    allowed = values.flag("e")
    options = LoadOptions()
    options.ignore_imports = values.flag("find")
    options.with_tests = values.flag("test")
    options.embeds = values.flag("export") or wanted.any_of("EmbedFiles", "TestEmbedFiles", "XTestEmbedFiles")
    options.modules = mod_options("list", values)
    loader = Loader(context, os.getcwd(), overlay=False, options=options)
    state = loader.resolver.module_state()
    output = make_output(context, wanted, format, state)
    if values.flag("retracted"):
        _check_retracted(loader)
    roots = loader.load(values.rest).roots
    for warning in loader.warnings:
        sys.stderr.write(warning + "\n")
    if stamp_setting(values) == "true":
        _check_repository(roots)
    if not allowed:
        messages = [str(p.error) for p in roots if p.error is not None]
        if messages:
            raise UserError("\n".join(messages))
    packages = roots
    status = 0
    pgo = values.text("pgo") in ("", "auto") and len(roots) > 1
    if pgo:
        from ..load.pgo import split_for_profiles

        split_for_profiles(roots, "auto")
    if values.flag("test"):
        from ..load.listtests import add_tests

        packages = add_tests(loader, packages, allowed, _keep_testmain)
    named = {id(p) for p in packages}
    if values.flag("deps"):
        packages = dependencies_first(packages)
        if not allowed:
            for p in packages:
                if p.error is not None:
                    sys.stderr.write(f"{p.error}\n")
                    status = 1
    for p in packages:
        if not options.ignore_imports and not p.for_test and p.testmain is None:
            p.test_imports = loader.resolved_test_imports(p, p.test_imports)
            p.xtest_imports = loader.resolved_test_imports(p, p.xtest_imports)
        if values.flag("compiled"):
            if not p.incomplete:
                p.compiled_go_files = p.go_files + p.cgo_files
            p.imports = p.imports + [i for i in p.compiled_imports if i not in p.imports]
    needs = _needs(wanted, format)
    if values.flag("export"):
        from .listexport import set_exports

        status = max(status, set_exports(loader, packages, allowed, values.flag("x")))
    if (allowed and needs("Error")) or (values.flag("x") and not wanted.is_json):
        from .liststale import set_stamp_errors

        set_stamp_errors(packages, values)
    if needs("Stale", "StaleReason"):
        from .liststale import set_staleness

        set_staleness(loader, packages, values)
    everything = packages if values.flag("deps") else dependencies_first(packages)
    if values.flag("test") or pgo:
        rename_variants(everything)
    for p in packages:
        p.dep_only = id(p) not in named
    deps = collect_deps(everything) if needs("Deps") else {}
    errors = collect_errors(everything) if needs("DepsErrors") else {}
    if needs("DefaultGODEBUG"):
        _set_godebug(loader, packages)
    modules: dict[int, Struct] = {}
    for p in packages:
        if output.only_paths:
            output.write(p.import_path + "\n")
            continue
        map_imports(p)
        output.show(_struct(loader, p, modules, deps, errors, values.flag("retracted")))
    sys.stdout.flush()
    if context.headers is not None:
        context.headers.save()
    return status


def _check_repository(packages: list[Package]) -> None:
    """Programs are to tell the state of their repository: an error of those that cannot."""
    from ..load.package import PackageError
    from ..work.vcs import stamp

    for p in packages:
        if p.name != "main" or p.error is not None or p.incomplete:
            continue
        try:
            stamp(p, os.getcwd(), "true")
        except UserError as e:
            p.error = PackageError([], "", e.message)
            p.incomplete = True


def _check_retracted(loader: Loader) -> None:
    state = loader.resolver.module_state()
    if state is None:
        raise UserError("go list -retracted can only be used in module-aware mode")
    if state.build_mod == "vendor":
        raise UserError("go list -retracted cannot be used when vendoring is enabled")


def _struct(
    loader: Loader,
    p: Package,
    modules: dict[int, Struct],
    deps: dict[int, list[str]],
    errors: dict[int, list[PackageError]],
    retracted: bool,
) -> Struct:
    from ..load.listing import package_struct

    module = None if p.module is None or p.command_line else _module(loader, p.module, modules, retracted)
    return package_struct(p, module, deps.get(id(p), []), errors.get(id(p), []))


def _module(loader: Loader, module: Module, known: dict[int, Struct], retracted: bool) -> Struct:
    from ..load.listing import module_struct

    found = known.get(id(module))
    if found is None:
        described = loader.resolver.describe(module)
        state = loader.resolver.module_state()
        if retracted and state is not None:
            from ..load.modlist import add_retraction

            add_retraction(state, described)
            if described.replace is not None:
                add_retraction(state, described.replace)
        found = module_struct(described)
        known[id(module)] = found
    return found


@final
class _Needs:
    """Does the output show one of these fields?"""

    __slots__ = ("wanted", "format")

    def __init__(self, wanted: Wanted, format: str) -> None:
        self.wanted = wanted
        self.format = format

    def __call__(self, *names: str) -> bool:
        if self.wanted.is_json:
            return self.wanted.any_of(*names)
        return any(name in self.format for name in names) or "$" in self.format or "{{." + "}}" in self.format


def _needs(wanted: Wanted, format: str) -> _Needs:
    return _Needs(wanted, format)


def _keep_testmain(data: bytes) -> str:
    """Put the text into the build cache; the file's name."""
    from hashlib import sha256

    from ..work.cache import Cache
    from ..work.cachedirectory import require_cache_directory

    cache = Cache(require_cache_directory())
    return cache.put(sha256(b"testmain\n" + data).hexdigest(), data)


def _set_godebug(loader: Loader, packages: list[Package]) -> None:
    from ..load.godebug import default_godebug

    for p in packages:
        if p.name == "main":
            version, settings = loader.resolver.godebug(p)
            found = p.directives + p.test_directives + p.xtest_directives if p.testmain is not None else p.directives
            p.default_godebug = default_godebug(loader.context, version, settings, [text for text, _ in found])
