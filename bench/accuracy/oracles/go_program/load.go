package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
)

// loader type-checks packages from their sources: those of the repository, of the folders for what it needs besides
// (as below GOPATH/src), and of Go's own library. What cannot be found or checked leaves its uses untyped.
type loader struct {
	root, module, besides string

	context build.Context
	files   *token.FileSet
	known   map[string]*types.Package
	failed  map[string]bool
}

func newLoader(root, module, besides, system string, tags []string) *loader {
	context := build.Default
	context.GOOS, context.BuildTags, context.CgoEnabled = system, tags, false
	return &loader{
		root: root, module: module, besides: besides, context: context, files: token.NewFileSet(),
		known: map[string]*types.Package{"unsafe": types.Unsafe}, failed: map[string]bool{},
	}
}

// Import is types.Importer: a package without the bodies of its functions.
func (l *loader) Import(path string) (*types.Package, error) {
	if known := l.known[path]; known != nil {
		return known, nil
	}
	folder := l.folder(path)
	if folder == "" || l.failed[path] {
		return nil, fmt.Errorf("%s is not here", path)
	}
	l.failed[path] = true // until it is done: a cycle ends here
	listed, err := l.context.ImportDir(folder, 0)
	if err != nil {
		return nil, err
	}
	parsed := l.parse(folder, listed.GoFiles)
	pack, _ := l.check(path, parsed, l, true, nil)
	l.known[path] = pack
	delete(l.failed, path)
	return pack, nil
}

func (l *loader) folder(path string) string {
	if path == l.module {
		return l.root
	}
	if inside := strings.TrimPrefix(path, l.module+"/"); inside != path {
		return filepath.Join(l.root, inside)
	}
	library := filepath.Join(l.context.GOROOT, "src")
	for _, root := range []string{l.besides, library, filepath.Join(library, "vendor")} {
		folder := filepath.Join(root, path)
		if entry, err := os.Stat(folder); err == nil && entry.IsDir() {
			return folder
		}
	}
	return ""
}

func (l *loader) parse(folder string, names []string) []*ast.File {
	var parsed []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(l.files, filepath.Join(folder, name), nil, parser.SkipObjectResolution)
		if err == nil {
			parsed = append(parsed, file)
		}
	}
	return parsed
}

func (l *loader) check(
	path string, parsed []*ast.File, importer types.Importer, outline bool, info *types.Info,
) (*types.Package, error) {
	config := types.Config{
		Importer: importer, IgnoreFuncBodies: outline, FakeImportC: true,
		Sizes: types.SizesFor("gc", l.context.GOARCH), Error: func(error) {},
	}
	return config.Check(path, l.files, parsed, info)
}

// instead imports one package as it is with its tests.
type instead struct {
	*loader
	path string
	pack *types.Package
}

func (i instead) Import(path string) (*types.Package, error) {
	if path == i.path {
		return i.pack, nil
	}
	return i.loader.Import(path)
}
