"""goes bug: a bug report to fill in, with what is known about this machine.

With $BROWSER set, that program is given the report as a draft of a mail; else it is printed.
Source: cmd/go/internal/bug.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

from ..diag.diagnostic import UserError
from .flags import CHDIR, FlagSet

EXAMPLE: Final = "goes bug"
FLAGS: Final = FlagSet("bug", "go bug", [CHDIR])
DESCRIPTION: Final = """Bug prints a bug report that includes useful system information, for you to complete and to send. If the
environment variable BROWSER names a program, that is given the report instead."""

_REPORT: Final = """### What version of Go are you using (`go version`)?

<pre>
$ go version
{version}
</pre>

### What operating system and processor architecture are you using (`go env`)?

<details><summary><code>go env</code> Output</summary><br><pre>
$ go env
{environment}</pre></details>

### What did you do?

<!--
If possible, provide a recipe for reproducing the error.
A complete runnable program is good.
-->



### What did you see happen?



### What did you expect to see?

"""
# Programs that describe the system; those that are not there say nothing.
_ASKED: Final = (
    ("uname -sr: ", ("uname", "-sr")),
    ("", ("lsb_release", "-a")),
    ("lldb --version: ", ("lldb", "--version")),
    ("gdb --version: ", ("gdb", "--version")),
)


def _first_lines() -> str:
    """What the programs of _ASKED print."""
    lines: list[str] = []
    for prefix, command in _ASKED:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
            )
        except OSError:
            continue
        text = done.stdout.decode("utf-8", "replace").strip()
        if done.returncode == 0 and text:
            lines.append(prefix + (text.partition("\n")[0] if command[0] == "gdb" else text))
    return "".join(line + "\n" for line in lines)


def report() -> str:
    """The text to be filled in."""
    import platform

    from .env import settings_text, variables
    from .version import version_line

    known = variables(os.environ).values
    environment = settings_text(known) + (
        # What goes stands for: it compiles that tree, and answers as its commands would.
        f"GOROOT/bin/go version: {version_line()}\n"
        f"GOROOT/bin/go tool compile -V: compile version {known['GOVERSION']}\n"
        f"goes on Python {platform.python_version()}\n"
    )
    return _REPORT.format(version=version_line(), environment=environment + _first_lines())


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    if values.rest:
        raise UserError("go: bug takes no arguments")
    text = report()
    browser = os.environ.get("BROWSER", "")
    if browser:
        from urllib.parse import quote

        try:
            subprocess.Popen([*browser.split(), f"mailto:?body={quote(text)}"], stdin=subprocess.DEVNULL)
            return 0
        except OSError:
            pass
    sys.stdout.write("Please send this report, when you have completed it:\n\n" + text)
    return 0
