// Describe prints the exported objects of packages as gc's importer finds them in export data.
// usage: describe mapfile path...        (mapfile: lines path=file)
package main

import (
	"bufio"
	"fmt"
	"go/constant"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"strings"
)

func main() {
	files := map[string]string{}
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(data)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		files[path] = file
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, path := range os.Args[2:] {
		fset := token.NewFileSet()
		pkg, err := importer.ForCompiler(fset, "gc", func(p string) (io.ReadCloser, error) {
			return os.Open(files[p])
		}).Import(path)
		if err != nil {
			fmt.Fprintln(out, "error", path, err)
			continue
		}
		fmt.Fprintln(out, "package", pkg.Path(), pkg.Name())
		p := printer{out, fset}
		for _, name := range pkg.Scope().Names() {
			if token.IsExported(name) {
				p.object(pkg.Scope().Lookup(name))
			}
		}
	}
}

type printer struct {
	out  io.Writer
	fset *token.FileSet
}

func (p printer) object(obj types.Object) {
	fmt.Fprintf(p.out, "%s @%s\n", obj, p.fset.Position(obj.Pos()))
	switch obj := obj.(type) {
	case *types.Const:
		v := obj.Val()
		fmt.Fprintf(p.out, "\tvalue %v %q\n", v.Kind(), v.ExactString())
		if v.Kind() == constant.String {
			fmt.Fprintf(p.out, "\tbytes %x\n", constant.StringVal(v))
		}
	case *types.Func:
		p.params("of", obj.Signature().TypeParams())
	case *types.TypeName:
		p.typ(obj.Type())
	}
}

func (p printer) typ(t types.Type) {
	if a, ok := t.(*types.Alias); ok {
		p.params("of", a.TypeParams())
		fmt.Fprintf(p.out, "\tstands for %s\n", a.Rhs())
		return
	}
	n, ok := t.(*types.Named)
	if !ok {
		return
	}
	p.params("of", n.TypeParams())
	for i := range n.NumMethods() {
		m := n.Method(i)
		sig := m.Signature()
		fmt.Fprintf(p.out, "\tmethod %s, receiver %s @%s\n", m, sig.Recv().Name(), p.fset.Position(m.Pos()))
		p.params("receiver", sig.RecvTypeParams())
		p.params("own", sig.TypeParams())
	}
	set := types.NewMethodSet(types.NewPointer(n))
	for i := range set.Len() {
		fmt.Fprintf(p.out, "\thas %s\n", set.At(i))
	}
	switch u := n.Underlying().(type) {
	case *types.Struct:
		for i := range u.NumFields() {
			f := u.Field(i)
			fmt.Fprintf(p.out, "\tfield %s %v %q @%s\n", f, f.Embedded(), u.Tag(i), p.fset.Position(f.Pos()))
		}
	case *types.Interface:
		fmt.Fprintf(p.out, "\tinterface %v %v %v\n", u.IsComparable(), u.IsMethodSet(), u.IsImplicit())
		for i := range u.NumExplicitMethods() {
			fmt.Fprintf(p.out, "\texplicit %s\n", u.ExplicitMethod(i))
		}
	}
}

func (p printer) params(what string, l *types.TypeParamList) {
	for i := range l.Len() {
		t := l.At(i)
		it, _ := t.Constraint().(*types.Interface)
		fmt.Fprintf(p.out, "\t%s %s %s implicit=%v\n", what, t, t.Constraint(), it != nil && it.IsImplicit())
	}
}
