"""No file content makes the loader fail."""

from __future__ import annotations

import random

from goes.load.constraint import HeaderError, read_constraint
from goes.load.context import BuildContext
from goes.load.header import read_header
from goes.module import modfile

GO_WORDS = ["package", "p", "import", "(", ")", '"fmt"', '"embed"', "`a`", "//go:embed x", "//go:build a&&", "\n", ";",
            "/*", "*/", ".", "_", "\x00", "\ufeff",
            '"', "'", "\\", "\\UFFFFFFFF", "1", "//", "// +build !x,y", "\n\n", "é"]
MOD_WORDS = ["module", "go", "1.27", "require", "(", ")", "a.com/b", "v1.2.3", "=>", "../x", '"', "`", "//", "\n", "[",
             "]", ",", "retract", "replace", "exclude", "toolchain", "tool", "ignore", "godebug", "x=y", "\\", "é"]


def test_headers_and_go_mod_files(context: BuildContext) -> None:
    source = random.Random(5)
    read_header(b'package p; import "\\UFFFFFFFF"')
    for _ in range(4000):
        data = " ".join(source.choice(GO_WORDS) for _ in range(source.randrange(25))).encode()
        read_header(data)
        try:
            read_constraint(data).matches(context)
        except HeaderError:
            pass
        text = " ".join(source.choice(MOD_WORDS) for _ in range(source.randrange(25)))
        modfile.format(modfile.parse("go.mod", text))
