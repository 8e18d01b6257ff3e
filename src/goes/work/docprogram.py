"""The program behind `goes doc`: the doc command of GOROOT/src/cmd/go with a main package of its own.

It is built with an overlay that leaves of the package cmd/go only a main function, and makes dirs.go call the `go` of
$PATH, which is goes, where upstream calls GOROOT/bin/go. For -http upstream builds a server of another module with
GOROOT's compiler; here `go install` builds it.

Source: cmd/go/internal/doc (dirs.go, pkgsite.go).
"""

from __future__ import annotations

import json
import os
from typing import Final

from ..diag.diagnostic import UserError

NAME: Final = "doc"
PACKAGE: Final = "cmd/go"
_MAIN: Final = """package main

import (
	"context"
	"os"

	"cmd/go/internal/doc"
)

func main() { doc.CmdDoc.Run(context.Background(), doc.CmdDoc, os.Args[1:]) }
"""
# Builds the documentation server into a directory that goes away with the command.
_SERVER: Final = """func buildPkgsite(ctx context.Context) string {
	version := pkgsiteCmdInternalDocVersion
	if os.Getenv("TEST_GODOC_BUILD_ONLY") != "" {
		version = "v0.1.0"
	}
	cmd := exec.CommandContext(ctx, goCmd(), "install", "golang.org/x/pkgsite/cmd/internal/doc@"+version)
	cmd.Env = append(os.Environ(), "GOOS=", "GOARCH=", "GOBIN="+os.Getenv("GOES_DOC_SERVER"))
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		log.Fatal(err)
	}
	var rest strings.Builder
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "go: downloading ") {
			fmt.Fprintln(os.Stderr, lines.Text())
		} else {
			fmt.Fprintln(&rest, lines.Text())
		}
	}
	if cmd.Wait() != nil {
		log.Fatal(strings.TrimSuffix(rest.String(), "\\n"))
	}
	return filepath.Join(os.Getenv("GOES_DOC_SERVER"), "doc")
}

"""
_SERVER_IMPORTS: Final = ("bufio", "log")  # what it needs beside upstream's
_UNUSED_IMPORTS: Final = ("load", "modload", "work")  # of cmd/go/internal, which it does without
SERVER_DIRECTORY: Final = "GOES_DOC_SERVER"  # where the server is put
_CALLED: Final = 'return filepath.Join(cfg.GOROOT, "bin", "go")'


def _file(commands: str, name: str) -> str:
    return os.path.join(commands, "internal", "doc", name)


def _upstream(commands: str, name: str, known: str) -> str:
    """The text of a file of the doc command, in which `known` occurs."""
    path = _file(commands, name)
    try:
        with open(path, encoding="utf-8") as f:
            text = f.read()
    except OSError as e:
        raise UserError(f"go: open {path}: {os.strerror(e.errno or 0).lower()}") from None
    if known not in text:
        raise UserError(f"go: {path} is not the file that goes knows")
    return text


def write_overlay(goroot: str, directory: str) -> str:
    """Write the files of the overlay into a directory; returns its JSON file."""
    commands = os.path.join(goroot, "src", "cmd", "go")
    directories = _upstream(commands, "dirs.go", _CALLED)
    pages = _upstream(commands, "pkgsite.go", "func buildPkgsite(")
    begin = pages.index("func buildPkgsite(")
    pages = pages[:begin] + _SERVER + pages[pages.index("func doPkgsite(") :]
    for package in _UNUSED_IMPORTS:
        pages = pages.replace(f'\t"cmd/go/internal/{package}"\n', "")
    pages = pages.replace("import (\n", "import (\n" + "".join(f'\t"{package}"\n' for package in _SERVER_IMPORTS), 1)
    files = {
        os.path.join(commands, "main.go"): ("main.go", _MAIN),
        _file(commands, "dirs.go"): ("dirs.go", directories.replace(_CALLED, 'return filepath.Join("go")')),
        _file(commands, "pkgsite.go"): ("pkgsite.go", pages),
    }
    replace = {os.path.join(commands, n): "" for n in sorted(os.listdir(commands)) if n.endswith(".go")}
    for shown, (name, content) in files.items():
        replace[shown] = os.path.join(directory, name)
        with open(replace[shown], "w", encoding="utf-8") as f:
            f.write(content)
    path = os.path.join(directory, "overlay.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"Replace": replace}, f)
    return path
