"""The one-line description of a package: the first sentence of its documentation.

    synopsis("Package json reads\\nand writes JSON. It ...")  →  "Package json reads and writes JSON."

Sources: go/ast (CommentGroup.Text), go/doc (Synopsis), go/doc/comment (what is a paragraph, link texts).
"""

from __future__ import annotations

import re
from typing import Final

_DIRECTIVE: Final = re.compile(r"(?:line |extern |export |[a-z0-9]+:[a-z0-9])")
_ILLEGAL: Final = ("copyright", "all rights", "author")
_DOC_LINK: Final = re.compile(r"\[(\*?[\w./]+)\](?!\w)")
_URL_LINK: Final = re.compile(r"^\[[^\]]+\]:[ \t]+\S+[ \t]*$")


def comment_text(comments: list[str]) -> str:
    """The text of comments, each with its markers, of one group."""
    lines: list[str] = []
    for comment in comments:
        if comment.startswith("//"):
            text = comment[2:]
            if text.startswith(" "):
                lines.append(text[1:])
            elif not _DIRECTIVE.match(text):
                lines.append(text)
        else:
            lines.extend(comment[2:-2].split("\n"))
    out: list[str] = []
    for line in lines:
        line = line.rstrip(" \t\r\n")
        if line or (out and out[-1]):
            out.append(line)
    while out and not out[-1]:
        out.pop()
    return "\n".join(out) + "\n" if out else ""


def synopsis(text: str) -> str:
    text = _first_sentence(text)
    if text.lower().startswith(_ILLEGAL):
        return ""
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    if not lines or lines[0][:1] in " \t":
        return ""
    paragraph: list[str] = []
    for line in lines:
        if not line.strip() or (line[:1] in " \t" and paragraph and not paragraph[-1]):
            break
        if not _URL_LINK.match(line):
            paragraph.append(line.strip())
    if not paragraph:
        return ""
    if paragraph[0].startswith("# ") and len(paragraph) == 1:
        return ""
    joined = " ".join(" ".join(paragraph).split())
    joined = joined.replace("``", "\u201c").replace("''", "\u201d")
    return _DOC_LINK.sub(_link_text, joined)


def _link_text(match: re.Match[str]) -> str:
    """A link to a package of the standard library is shown without brackets; other names are not known here."""
    name = match.group(1).lstrip("*")
    package = name.split(".")[0]
    known = package in _STD_NAMES or "/" in name
    return match.group(1) if known else match.group()


# Packages whose one-word paths a link may name (go/doc/comment's list).
_STD_NAMES: Final = frozenset((
    "bufio", "bytes", "cmp", "context", "crypto", "embed", "encoding", "errors", "expvar", "flag", "fmt", "hash",
    "html", "image", "io", "iter", "log", "maps", "math", "mime", "net", "os", "path", "plugin", "reflect", "regexp",
    "runtime", "slices", "sort", "strconv", "strings", "structs", "sync", "syscall", "testing", "time", "unicode",
    "unique", "unsafe", "weak",
))  # fmt: skip


def _first_sentence(text: str) -> str:
    before = ""
    previous = ""
    last = ""
    for i, c in enumerate(text):
        shown = " " if c in "\n\r\t" else c
        if shown == " " and last == "." and (not previous.isupper() or before.isupper()):
            return text[:i]
        if last in ("\u3002", "\uff0e"):
            return text[:i]
        before, previous, last = previous, last, shown
    return text
