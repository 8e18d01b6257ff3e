"""What `go list` adds to loaded packages: dependencies, names of variants.

    rename_variants(packages)                            variants get their description as import path
    collect_deps(packages)                               Deps of each, dependencies before what needs them

Source: cmd/go/internal/list (runList, collectDeps, collectDepsErrors).
"""

from __future__ import annotations

from .package import Package, PackageError


def rename_variants(packages: list[Package]) -> None:
    """Packages built for one test or one program get another import path, also where they are imported."""
    old_of: dict[str, str] = {}
    for p in packages:
        if p.for_test or p.for_main:
            new = p.description
            old_of[new] = p.import_path
            p.import_path = new
    if not old_of:
        return
    for p in packages:
        renamed = {
            old_of[d.import_path]: d.import_path for d in p.dependencies or [] if d.import_path in old_of
        }
        if renamed:
            p.imports = [renamed.get(path, path) for path in p.imports]


def map_imports(package: Package) -> None:
    """ImportMap: from each path as written to the package it means, where these differ."""
    written = package.raw_imports + package.compiled_imports
    package.import_map = {
        source: path for source, path in zip(written, package.imports, strict=False) if source != path
    }


def collect_deps(packages: list[Package]) -> dict[int, list[str]]:
    """Import paths of all that each package needs, by id(package). `packages` are in an order of dependencies."""
    found: dict[int, frozenset[str]] = {}
    for p in packages:
        deps: set[str] = set()
        for d in p.dependencies or []:
            deps.add(d.import_path)
            known = found.get(id(d))
            if known is not None:
                deps |= known
        found[id(p)] = frozenset(deps)
    return {key: sorted(deps) for key, deps in found.items()}


def collect_errors(packages: list[Package]) -> dict[int, list[PackageError]]:
    """The errors of all that each package needs, sorted by the package at fault."""
    found: dict[int, dict[int, PackageError]] = {}
    for p in packages:
        errors: dict[int, PackageError] = {}
        for d in p.dependencies or []:
            if d.error is not None:
                errors[id(d.error)] = d.error
            errors.update(found.get(id(d), {}))
        found[id(p)] = errors
    return {key: sorted(errors.values(), key=_error_order) for key, errors in found.items() if errors}


def _error_order(error: PackageError) -> tuple[bool, str]:
    return (True, error.stack[-1][0]) if error.stack else (False, error.message)
