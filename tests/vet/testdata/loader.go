// Loader type-checks the packages of its arguments as golang.org/x/tools/go/packages does: it asks `go` on PATH for their
// files and for the export data of what they import.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

type Package struct {
	ImportPath, Dir, Name, Export string
	GoFiles, Imports              []string
	ImportMap                     map[string]string
	Standard, DepOnly, Incomplete bool
	Module                        *struct{ Path, GoVersion string }
	Error                         *struct{ Err string }
}

func goCommand(args ...string) []byte {
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "go", args, err)
		os.Exit(1)
	}
	return out
}

func main() {
	env := map[string]string{}
	if err := json.Unmarshal(goCommand("env", "-json", "GOOS", "GOARCH", "GOMOD", "GOVERSION"), &env); err != nil {
		panic(err)
	}
	fmt.Println("env", env["GOOS"], env["GOARCH"], filepath.Base(env["GOMOD"]))
	list := goCommand(append([]string{"list", "-e", "-json", "-compiled=false", "-deps", "-export", "--"}, os.Args[1:]...)...)
	packages := map[string]*Package{}
	var roots []*Package
	for d := json.NewDecoder(bytesReader(list)); ; {
		p := new(Package)
		if err := d.Decode(p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			panic(err)
		}
		packages[p.ImportPath] = p
		if !p.DepOnly {
			roots = append(roots, p)
		}
	}
	for _, p := range roots {
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				panic(err)
			}
			files = append(files, f)
		}
		imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
			return os.Open(packages[path].Export)
		})
		config := types.Config{Importer: mapped{p.ImportMap, imports}}
		info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
		checked, err := config.Check(p.ImportPath, fset, files, info)
		fmt.Println(p.ImportPath, p.Name, p.Module != nil && p.Module.Path != "", err)
		for _, name := range checked.Scope().Names() {
			fmt.Println("\t", checked.Scope().Lookup(name))
		}
	}
}

type mapped struct {
	names map[string]string
	types.Importer
}

func (m mapped) Import(path string) (*types.Package, error) {
	if to := m.names[path]; to != "" {
		path = to
	}
	return m.Importer.Import(path)
}

type reader struct{ data []byte }

func bytesReader(data []byte) *reader { return &reader{data} }

func (r *reader) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.data)
	r.data = r.data[n:]
	return n, nil
}
