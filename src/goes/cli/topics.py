"""The help topics that are no commands: `goes help <topic>`.

TOPICS[name] is (one line for the list, the text).
"""

from __future__ import annotations

from typing import Final

TOPICS: Final[dict[str, tuple[str, str]]] = {
    "buildconstraint": (
        "build constraints",
        """A build constraint, //go:build expression, says under which conditions a file is part of its package.
It stands before the package clause, followed by a blank line. The expression combines tags with ||, &&, ! and ().

A tag holds if it is the target's GOOS or GOARCH, "unix" on Unix-like systems, "gc", "cgo" if CGO_ENABLED=1, go1.N for
every release up to this one, an architecture level (amd64.v2), goexperiment.NAME, or given with -tags.
File names ending in _GOOS, _GOARCH or _GOOS_GOARCH (before .go, or before _test.go) carry the same constraint.

Example:

	//go:build linux && !386
""",
    ),
    "buildjson": (
        "build -json encoding",
        """With -json, 'go build' and 'go install' write what they have to say as JSON objects to standard output, one a line:

	ImportPath   the package the event is about
	Action       "build-output" or "build-fail"
	Output       a part of the output, with build-output only

Example:

	goes build -json ./...
""",
    ),
    "buildmode": (
        "build modes",
        """-buildmode says what is made of the packages:

	default   main packages become executables, others are only compiled
	exe       main packages become executables, others are ignored
	archive   packages other than main become archives

goes links static executables by itself; pie, shared, plugin, c-archive and c-shared are refused.

Example:

	goes build -buildmode=exe ./cmd/...
""",
    ),
    "c": (
        "calling between Go and C",
        """goes compiles no C: cgo is off, as with CGO_ENABLED=0. Files that import "C" are left out, and packages that
consist of such files only cannot be built.

Example:

	goes list -f '{{.CgoFiles}}' ./...
""",
    ),
    "cache": (
        "build and test caching",
        """Executables, the machine code of std and test results are kept in the directory 'go env GOCACHE' and used again
when nothing they depend on has changed. Entries not used for some days are deleted. 'go clean -cache' empties it,
'go clean -testcache' makes tests run again. GOCACHE=off is not supported.

Example:

	goes clean -testcache
""",
    ),
    "environment": (
        "environment variables",
        """Defaults come from the environment, then from the file that 'go env -w' writes (GOENV names it).
'go env' shows the variables and their values; -changed only those that differ from the default.

	GOARCH, GOOS, GOAMD64 ...   the target
	GOBIN, GOPATH               where install puts executables
	GOCACHE, GOTMPDIR           the build cache, and where temporary files go
	GOFLAGS                     flags for every command that has them
	GOMODCACHE, GOPROXY, GOSUMDB, GOPRIVATE, GONOPROXY, GONOSUMDB, GOINSECURE, GOVCS, GOAUTH    module downloads
	GOROOT                      the Go tree whose src is compiled
	GOTOOLCHAIN, GOWORK, GO111MODULE, GOEXPERIMENT, GODEBUG

Example:

	goes env -w GOBIN=$HOME/bin
""",
    ),
    "filetype": (
        "file types",
        """The go command looks at these files of a package directory:

	.go                    Go sources; _test.go only for tests
	.s                     Go assembly
	.h                     headers, used by assembly
	.syso                  objects for the linker
	.c .cc .m .f .swig ... sources for cgo, which goes does not have

Names beginning with _ or . are ignored.

Example:

	goes list -f '{{.GoFiles}} {{.SFiles}}' .
""",
    ),
    "goauth": (
        "GOAUTH environment variable",
        """GOAUTH says how to authenticate to module servers: a semicolon-separated list, tried in turn, of

	off            no authentication
	netrc          the user's netrc file (the default)
	git dir        git credential fill, run in dir
	command args   a program that prints URLs and headers

Example:

	GOAUTH=off goes mod download
""",
    ),
    "go.mod": (
        "the go.mod file",
        """go.mod at the root of a module names the module, the Go version it is written for and the modules it needs.
Directives: module, go, toolchain, godebug, require, exclude, replace, retract, tool, ignore.
'go mod edit' and 'go get' change it; 'go mod tidy' makes it agree with the imports.

Example:

	module example.com/app

	go 1.27

	require example.com/lib v1.2.3
""",
    ),
    "gopath": (
        "GOPATH environment variable",
        """GOPATH (default $HOME/go) is where 'go install' puts executables (GOPATH/bin, unless GOBIN says otherwise) and
where downloaded modules are kept (GOPATH/pkg/mod, unless GOMODCACHE says otherwise). With GO111MODULE=off packages
are looked for in GOPATH/src.

Example:

	goes env GOPATH
""",
    ),
    "goproxy": (
        "module proxy protocol",
        """GOPROXY is a list of proxies. After a comma the next one is asked if this one answers 404 or 410, after a bar
whatever goes wrong. "direct" means the module's own repository, "off" nobody. A proxy answers GET requests for
$module/@v/list, $version.info, $version.mod, $version.zip and $module/@latest.

Example:

	GOPROXY=https://proxy.example.com,direct goes mod download
""",
    ),
    "importpath": (
        "import path syntax",
        """An import path names a package: a path of std (net/http), or a module path and a directory below it
(example.com/lib/sub). Where a module comes from is found by its path's first elements: well-known hosts, a path with
.git, .hg ... in it, or the go-import meta tag of the page at that address.

Example:

	goes list example.com/lib/sub
""",
    ),
    "modules": (
        "modules, module versions, and more",
        """A module is a tree of packages with a go.mod file, versioned as one. The main module is the one the command runs
in; which versions of the others take part follows from the go.mod files: of each module the highest version that
anybody requires (minimal version selection). go.sum keeps the hashes of what was downloaded.

Example:

	goes mod init example.com/app
""",
    ),
    "module-auth": (
        "module authentication using go.sum",
        """Every downloaded module is compared with the hash in go.sum; if there is none, with the checksum database GOSUMDB,
unless GONOSUMDB or GOPRIVATE name the module. A mismatch is an error, and nothing of the download is kept.

Example:

	goes mod verify
""",
    ),
    "packages": (
        "package lists and patterns",
        """Commands take lists of packages: import paths, directories (beginning with ./ or ../, or absolute), patterns where
... matches any string (./... is everything below this directory), lists of .go files, and

	all     the main module's packages and what they need, with tests
	std     the standard library
	cmd     the go command and its tools
	tool    the tools of go.mod
	work    the packages of the workspace

Example:

	goes build ./...
""",
    ),
    "private": (
        "configuration for downloading non-public code",
        """GOPRIVATE is a comma-separated list of patterns of module paths that no public proxy and no checksum database
shall be asked for. GONOPROXY and GONOSUMDB say the same of each alone, GOINSECURE allows plain http.

Example:

	GOPRIVATE=*.corp.example.com goes get corp.example.com/lib
""",
    ),
    "testflag": (
        "testing flags",
        """Flags for the test binary, given to 'go test' with or without the prefix "test.":

	-run, -skip regexp   which tests, examples and fuzz tests run
	-bench regexp        which benchmarks run; -benchtime, -benchmem, -count, -cpu
	-fuzz regexp         which fuzz target to fuzz; -fuzztime, -fuzzminimizetime
	-v, -short, -failfast, -shuffle, -parallel n, -timeout d, -list regexp
	-coverprofile, -cpuprofile, -memprofile, -blockprofile, -mutexprofile, -trace file; -outputdir

What follows -args is the test's own.

Example:

	goes test -run='^TestX$' -count=1 ./...
""",
    ),
    "testfunc": (
        "testing functions",
        """In files named *_test.go: TestXxx(t *testing.T), BenchmarkXxx(b *testing.B), FuzzXxx(f *testing.F), examples
ExampleXxx() with a last comment "Output:" that says what they print, and TestMain(m *testing.M) to set things up.

Example:

	func TestSum(t *testing.T) { if sum(1, 2) != 3 { t.Error("wrong") } }
""",
    ),
    "vcs": (
        "controlling version control with GOVCS",
        """GOVCS says which version control systems may be run for which modules: a list of pattern:systems, where the pattern
is of module paths, or public or private, and systems are git, hg, svn, bzr, fossil, joined by |, or all or off.
The default is public:git|hg,private:all. goes fetches with git.

Example:

	GOVCS=public:git,private:all goes get example.com/lib
""",
    ),
}
