// What go/types says of every call in a repository: `go_calls ROOT MODULE FOLDER CONFIGURATION...` writes the lines that
// the judge reads, see the package around. FOLDER has other packages; a CONFIGURATION is an operating system with build
// tags (`linux,race`). What a call means in any of them is as good. Calls of values (of function type) are unknown;
// converting is no call; a composite literal of a type of the repository is `beside`.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

type target struct {
	Path string `json:"path"`
	Line int    `json:"line"`
	Name string `json:"name"`
}

type row struct {
	Path    string   `json:"path"`
	Line    int      `json:"line"`
	Name    string   `json:"name"`
	Form    string   `json:"form"`
	Verdict string   `json:"verdict"`
	Targets []target `json:"targets"`
}

// site is a call, wherever it is built.
type site struct {
	offset int
	path   string
	name   string
}

type writer struct {
	*loader
	info  *types.Info
	found map[site]*row
}

func main() {
	root, err := filepath.Abs(os.Args[1])
	if err != nil {
		panic(err)
	}
	found := map[site]*row{}
	for _, configuration := range os.Args[4:] {
		words := strings.Split(configuration, ",")
		l := newLoader(root, os.Args[2], os.Args[3], words[0], words[1:])
		for _, folder := range folders(root) {
			l.tell(folder, found)
		}
	}
	sites := make([]site, 0, len(found))
	for key := range found {
		sites = append(sites, key)
	}
	sort.Slice(sites, func(i, j int) bool {
		a, b := sites[i], sites[j]
		return a.path < b.path || a.path == b.path && (a.offset < b.offset || a.offset == b.offset && a.name < b.name)
	})
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for _, key := range sites {
		if err := encoder.Encode(found[key]); err != nil {
			panic(err)
		}
	}
	if err := out.Flush(); err != nil {
		panic(err)
	}
}

// folders lists those of the repository that may hold packages.
func folders(root string) []string {
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		name := entry.Name()
		if path != root && (name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
			return filepath.SkipDir
		}
		found = append(found, path)
		return nil
	})
	if err != nil {
		panic(err)
	}
	sort.Strings(found)
	return found
}

// tell notes the calls of a package, of its tests, and of the tests beside it.
func (l *loader) tell(folder string, found map[site]*row) {
	listed, err := l.context.ImportDir(folder, 0)
	if _, none := err.(*build.NoGoError); err != nil && !none {
		fmt.Fprintln(os.Stderr, err)
	}
	if listed == nil || len(listed.GoFiles)+len(listed.TestGoFiles)+len(listed.XTestGoFiles) == 0 {
		return
	}
	inside, _ := filepath.Rel(l.root, folder)
	path := strings.TrimSuffix(l.module+"/"+filepath.ToSlash(inside), "/.")
	parsed := l.parse(folder, append(append([]string{}, listed.GoFiles...), listed.TestGoFiles...))
	info := newInfo()
	pack, _ := l.check(path, parsed, l, false, info)
	(&writer{l, info, found}).tellFiles(parsed)
	if len(listed.XTestGoFiles) > 0 {
		parsed, info := l.parse(folder, listed.XTestGoFiles), newInfo()
		_, _ = l.check(path+"_test", parsed, instead{l, path, pack}, false, info)
		(&writer{l, info, found}).tellFiles(parsed)
	}
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
}

func (w *writer) tellFiles(parsed []*ast.File) {
	for _, file := range parsed {
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.CallExpr:
				w.call(node)
			case *ast.CompositeLit:
				w.literal(node)
			}
			return true
		})
	}
}

func (w *writer) call(call *ast.CallExpr) {
	callee := unparen(call.Fun)
	if said := w.info.Types[callee]; said.IsType() {
		return // a conversion
	}
	form := "value"
	switch index := callee.(type) {
	case *ast.IndexExpr:
		callee, form = index.X, "generic"
	case *ast.IndexListExpr:
		callee, form = index.X, "generic"
	}
	var name *ast.Ident
	switch callee := callee.(type) {
	case *ast.Ident:
		name, form = callee, "name"
	case *ast.SelectorExpr:
		name, form = callee.Sel, w.form(callee)
	default:
		w.write(call.Fun, "", form, "unknown", nil)
		return
	}
	switch object := w.info.Uses[name].(type) {
	case *types.Func:
		w.write(name, name.Name, form, "", object.Origin())
	case *types.Builtin:
		w.write(name, name.Name, form, "outside", nil)
	default:
		w.write(name, name.Name, form, "unknown", nil)
	}
}

// form is how a callee is written and found, for grouping.
func (w *writer) form(callee *ast.SelectorExpr) string {
	selection := w.info.Selections[callee]
	if selection == nil {
		return "package.name"
	}
	form := "object"
	switch callee.X.(type) {
	case *ast.SelectorExpr:
		form = "object.field"
	case *ast.CallExpr:
		form = "call()"
	case *ast.IndexExpr:
		form = "object[i]"
	}
	if types.IsInterface(selection.Recv()) {
		return form + ".method of an interface"
	}
	if len(selection.Index()) > 1 {
		return form + ".method of an embedded type"
	}
	return form + ".method"
}

func (w *writer) literal(literal *ast.CompositeLit) {
	if literal.Type == nil {
		return
	}
	said, ok := w.info.Types[literal].Type.(*types.Named)
	if !ok {
		return
	}
	object := said.Origin().Obj()
	w.write(literal.Type, object.Name(), "literal", "beside", object)
}

// write notes a call that ends its callee at `node`; without a verdict the object says it.
func (w *writer) write(node ast.Node, name, form, verdict string, object types.Object) {
	at := w.place(node.End())
	told := row{Path: at.Path, Line: at.Line, Name: name, Form: form, Verdict: verdict, Targets: []target{}}
	if object != nil {
		place := w.place(object.Pos())
		place.Name = object.Name()
		if object.Pos().IsValid() && place.Path != "" {
			told.Targets = append(told.Targets, place)
		}
		switch {
		case len(told.Targets) == 0:
			told.Verdict = "outside"
		case verdict == "":
			told.Verdict = "inside"
		}
	}
	key := site{w.loader.files.Position(node.End()).Offset, at.Path, name}
	before := w.found[key]
	switch {
	case before == nil || before.Verdict == "unknown" || before.Verdict == "outside" && told.Verdict == "inside":
		w.found[key] = &told
	case len(told.Targets) > 0 && !contains(before.Targets, told.Targets[0]):
		before.Targets = append(before.Targets, told.Targets[0])
	}
}

func contains(targets []target, one target) bool {
	for _, other := range targets {
		if other == one {
			return true
		}
	}
	return false
}

// place is a position in the repository; without a path elsewhere.
func (w *writer) place(pos token.Pos) target {
	position := w.loader.files.Position(pos)
	inside := strings.TrimPrefix(position.Filename, w.root+string(filepath.Separator))
	if inside == position.Filename {
		return target{}
	}
	return target{Path: filepath.ToSlash(inside), Line: position.Line}
}

func unparen(expression ast.Expr) ast.Expr {
	for {
		inside, ok := expression.(*ast.ParenExpr)
		if !ok {
			return expression
		}
		expression = inside.X
	}
}
