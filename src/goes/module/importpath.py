"""Which repository a module path means.

    github.com/rsc/quote/v3     →   git https://github.com/rsc/quote
    rsc.io/quote                →   GET https://rsc.io/quote?go-get=1: <meta name="go-import" content="rsc.io/quote git …">

Only git repositories can be fetched; which ones may be is the business of GOVCS.
Source: `go help importpath`, `go help vcs`; cmd/go/internal/vcs for the rules and messages.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final, final

from .paths import has_path_prefix
from .problem import FetchError
from .settings import Settings, match_prefix_patterns
from .web import INSECURE, Client, Response, split

# Meta tags are in the head of a page; of a longer one the rest is not looked at.
MAX_PAGE: Final = 1 << 20
_VCS: Final = {"hg": "Mercurial", "git": "Git", "svn": "Subversion", "fossil": "Fossil"}
# prefix, pattern, version control system, may the path end in ".git" or the like
_SITES: Final = (
    ("github.com", re.compile(r"(?P<root>github\.com/[\w.\-]+/[\w.\-]+)(/[\w.\-]+)*", re.A), "git", False),
    ("bitbucket.org", re.compile(r"(?P<root>bitbucket\.org/[\w.\-]+/[\w.\-]+)(/[\w.\-]+)*", re.A), "git", False),
    ("hub.jazz.net/git", re.compile(r"(?P<root>hub\.jazz\.net/git/[a-z0-9]+/[\w.\-]+)(/[\w.\-]+)*", re.A), "git", False),
    ("git.apache.org", re.compile(r"(?P<root>git\.apache\.org/[a-z0-9_.\-]+\.git)(/[\w.\-]+)*", re.A), "git", True),
    (
        "git.openstack.org",
        re.compile(r"(?P<root>git\.openstack\.org/[\w.\-]+/[\w.\-]+)(\.git)?(/[\w.\-]+)*", re.A), "git", True,
    ),
    ("chiselapp.com", re.compile(r"(?P<root>chiselapp\.com/user/[A-Za-z0-9]+/repository/[\w.\-]+)", re.A), "fossil", True),
)
_WITH_SUFFIX: Final = re.compile(
    r"(?P<root>(?P<repo>([a-z0-9.\-]+\.)+[a-z0-9.\-]+(:[0-9]+)?(/~?[\w.\-]+)+?)\.(?P<vcs>fossil|git|hg|svn))(/~?[\w.\-]+)*",
    re.A,
)


@final
class RepoRoot:
    """`root` is the import path of the repository (of `subdir` in it); `vcs` may be "mod": `url` is a proxy."""

    __slots__ = ("url", "root", "subdir", "vcs")

    def __init__(self, url: str, root: str, vcs: str, subdir: str = "") -> None:
        self.url = url
        self.root = root
        self.vcs = vcs
        self.subdir = subdir


@final
class MetaImport:
    """One go-import meta tag."""

    __slots__ = ("prefix", "vcs", "repo", "subdir")

    def __init__(self, prefix: str, vcs: str, repo: str, subdir: str = "") -> None:
        self.prefix = prefix
        self.vcs = vcs
        self.repo = repo
        self.subdir = subdir

    def fields(self) -> tuple[str, str, str, str]:
        return self.prefix, self.vcs, self.repo, self.subdir


def find_repo(path: str, settings: Settings, client: Client, security: int) -> RepoRoot:
    """The repository of a module path."""
    root = _known_site(path, settings, security)
    if root is not None:
        return root
    try:
        return _ask_server(path, settings, client, security)
    except FetchError as e:
        raise FetchError(f'unrecognized import path "{path}": {e.message}', e.not_exist) from None


def _known_site(path: str, settings: Settings, security: int) -> RepoRoot | None:
    if has_path_prefix(path, "example.net"):
        raise FetchError("no modules on example.net")
    if path == "rsc.io":
        raise FetchError("rsc.io is not a module")
    for scheme in ("http:", "https:"):
        if path.startswith(scheme):
            raise FetchError(f'"{scheme}//" not allowed in import path')
    for prefix, pattern, vcs, suffix in _SITES:
        if not has_path_prefix(path, prefix):
            continue
        match = pattern.fullmatch(path)
        if match is None:
            raise FetchError(f'invalid {prefix} import path "{path}"')
        root = match.group("root")
        if not suffix and root.endswith(tuple("." + v for v in _VCS)):
            raise FetchError(f"invalid version control suffix in {prefix}/ path")
        check_govcs(settings, vcs, root)
        return RepoRoot("https://" + root, root, vcs)
    match = _WITH_SUFFIX.fullmatch(path)
    if match is None:
        return None
    vcs = match.group("vcs")
    check_govcs(settings, vcs, match.group("root"))
    # The part before ".git" may be spelled either way; git servers answer to the full name.
    return RepoRoot(f"https://{match.group('root')}", match.group("root"), vcs)


# ---------------------------------------------------------------------------------------------------- meta tags


def _ask_server(path: str, settings: Settings, client: Client, security: int) -> RepoRoot:
    try:
        response = _go_get(path, client, security)
    except FetchError as e:
        raise FetchError(f"{'http/' if security == INSECURE else ''}https fetch: {e.message}", e.not_exist) from None
    imports, shown = _read_imports(path, response)
    found = match_import(imports, path, shown)
    if found.prefix != path:
        # Somebody else's page says so; the owner of the prefix must agree.
        response = _go_get(found.prefix, client, security)
        other_imports, other_shown = _read_imports(found.prefix, response)
        try:
            agreed = match_import(other_imports, path, other_shown).fields() == found.fields()
        except FetchError:
            agreed = False
        if not agreed:
            raise FetchError(f"{shown} and {_go_get_url(found.prefix)} disagree about go-import for {found.prefix}")
    if found.subdir[:1] in ("/", "-"):
        wrong = "leading slash" if found.subdir[0] == "/" else "leading hyphen"
        raise FetchError(f'{shown}: invalid subdirectory "{found.subdir}": {wrong}')
    scheme = split(found.repo).scheme
    if not scheme or scheme == "file":
        wrong = "file scheme disallowed" if scheme else "no scheme"
        raise FetchError(f'{shown}: invalid repo root "{found.repo}": {wrong}')
    if found.vcs != "mod":
        if found.vcs not in _VCS:
            raise FetchError(f'{shown}: unknown vcs "{found.vcs}"')
        check_govcs(settings, found.vcs, found.prefix)
    return RepoRoot(found.repo, found.prefix, found.vcs, found.subdir)


def _go_get_url(path: str) -> str:
    host, slash, rest = path.partition("/")
    return f"//{host}/{rest}?go-get=1"


def _go_get(path: str, client: Client, security: int) -> Response:
    if "." not in path.partition("/")[0]:
        raise FetchError("import path does not begin with hostname")
    return client.get(_go_get_url(path), security)


def _read_imports(path: str, response: Response) -> tuple[list[MetaImport], str]:
    shown = response.url
    imports = parse_imports(response.read_start(MAX_PAGE).decode("utf-8", "replace"))
    # An error page may have meta tags too.
    if not imports and response.code != 200:
        raise FetchError(f"reading {shown}: {response.status}", response.code in (404, 410))
    return imports, shown


@final
class _HeadParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[MetaImport] = []
        self.done = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.done = True
        if self.done or tag != "meta":
            return
        values = {name: value or "" for name, value in reversed(attrs)}
        words = values.get("content", "").split()
        if values.get("name") == "go-import" and len(words) in (3, 4):
            self.found.append(MetaImport(*words))

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            self.done = True


def parse_imports(text: str) -> list[MetaImport]:
    """The go-import meta tags in the head of a page; where there is one of type mod, no others for its prefix."""
    parser = _HeadParser()
    parser.feed(text)
    mods = [m for m in parser.found if m.vcs == "mod"]
    prefixes = {m.prefix for m in mods}
    return mods + [m for m in parser.found if m.vcs != "mod" and m.prefix not in prefixes]


def match_import(imports: list[MetaImport], path: str, shown: str) -> MetaImport:
    """The one meta tag for a path."""
    match: MetaImport | None = None
    others: list[str] = []
    for one in imports:
        if not has_path_prefix(path, one.prefix):
            others.append(f"meta tag {one.prefix} did not match import path {path}")
            continue
        if match is not None:
            if match.vcs == "mod" and one.vcs != "mod":
                break
            raise FetchError(f'parse {_go_get_url(path)}: multiple meta tags match import path "{path}"')
        match = one
    if match is None:
        raise FetchError(f"parse {shown}: no go-import meta tags ({', '.join(others)})")
    return match


# ---------------------------------------------------------------------------------------------------- GOVCS


def check_govcs(settings: Settings, vcs: str, root: str) -> None:
    """May this system be used for this path?"""
    private = match_prefix_patterns(settings.goprivate, root)
    rules = [*parse_govcs(settings.govcs), ("private", ["all"]), ("public", ["git", "hg"])]
    for pattern, allowed in rules:
        if pattern == "private":
            match = private
        elif pattern == "public":
            match = not private
        else:
            match = match_prefix_patterns(pattern, root)
        if match:
            if vcs in allowed or "all" in allowed:
                return
            break
    kind = "private" if private else "public"
    raise FetchError(f"GOVCS disallows using {vcs} for {kind} {root}; see 'go help vcs'")


def parse_govcs(text: str) -> list[tuple[str, list[str]]]:
    """Patterns with the systems they allow."""
    text = text.strip()
    if not text:
        return []
    out: list[tuple[str, list[str]]] = []
    seen: dict[str, str] = {}
    for item in text.split(","):
        item = item.strip()
        if not item:
            raise FetchError("empty entry in GOVCS")
        pattern, colon, systems = item.partition(":")
        if not colon:
            raise FetchError(f'malformed entry in GOVCS (missing colon): "{item}"')
        pattern, systems = pattern.strip(), systems.strip()
        if not pattern:
            raise FetchError(f'empty pattern in GOVCS: "{item}"')
        if not systems:
            raise FetchError(f'empty VCS list in GOVCS: "{item}"')
        if pattern.startswith("/"):
            raise FetchError(f'relative pattern not allowed in GOVCS: "{pattern}"')
        if pattern in seen:
            raise FetchError(f'unreachable pattern in GOVCS: "{item}" after "{seen[pattern]}"')
        seen[pattern] = item
        allowed = [a.strip() for a in systems.split("|")]
        if "" in allowed:
            raise FetchError(f'empty VCS name in GOVCS: "{item}"')
        out.append((pattern, allowed))
    return out
