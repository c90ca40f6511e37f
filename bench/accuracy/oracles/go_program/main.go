// What go/types says of every call or use in a repository: `go_program calls|uses ROOT MODULE FOLDER CONFIGURATION...`
// writes the lines that the judge reads, see the package around. FOLDER has other packages; a CONFIGURATION is an operating
// system with build tags (`linux,race`). What a name means in any of them is as good.
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
	Kind    string   `json:"kind,omitempty"`
	Use     string   `json:"use,omitempty"`
	Form    string   `json:"form"`
	Verdict string   `json:"verdict"`
	Targets []target `json:"targets"`
}

// site is a call or a use, wherever it is built.
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

var tellers = map[string]func(*writer, []*ast.File){"calls": (*writer).tellCalls, "uses": (*writer).tellUses}

func main() {
	root, err := filepath.Abs(os.Args[2])
	if err != nil {
		panic(err)
	}
	found := map[site]*row{}
	for _, configuration := range os.Args[5:] {
		words := strings.Split(configuration, ",")
		l := newLoader(root, os.Args[3], os.Args[4], words[0], words[1:])
		for _, folder := range folders(root) {
			l.tell(folder, found, tellers[os.Args[1]])
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

// tell notes the calls or uses of a package, of its tests, and of the tests beside it.
func (l *loader) tell(folder string, found map[site]*row, teller func(*writer, []*ast.File)) {
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
	teller(&writer{l, info, found}, parsed)
	if len(listed.XTestGoFiles) > 0 {
		parsed, info := l.parse(folder, listed.XTestGoFiles), newInfo()
		_, _ = l.check(path+"_test", parsed, instead{l, path, pack}, false, info)
		teller(&writer{l, info, found}, parsed)
	}
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
}

// add notes a row; of several configurations the one that knows most, with the targets of all.
func (w *writer) add(offset int, told row) {
	key := site{offset, told.Path, told.Name}
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
