package main

import (
	"go/ast"
	"go/token"
	"go/types"
)

// tellUses notes every identifier that names something of the repository, and every file.
func (w *writer) tellUses(parsed []*ast.File) {
	for _, file := range parsed {
		at := w.place(file.Package)
		w.add(-1, row{Path: at.Path, Verdict: "read"})
		var around []ast.Node
		ast.Inspect(file, func(node ast.Node) bool {
			if node == nil {
				around = around[:len(around)-1]
				return true
			}
			switch node := node.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Ident:
				w.use(node, around)
			case *ast.CallExpr:
				w.unnamed(node)
			}
			around = append(around, node)
			return true
		})
	}
}

// use notes one identifier; `around` are the nodes that enclose it, the outermost first.
func (w *writer) use(name *ast.Ident, around []ast.Node) {
	object := w.info.Uses[name]
	at := w.place(name.Pos())
	told := row{Path: at.Path, Line: at.Line, Name: name.Name, Form: "name", Verdict: "unknown", Targets: []target{}}
	offset := w.loader.files.Position(name.Pos()).Offset
	if object == nil {
		if _, declares := w.info.Defs[name]; !declares && name.Name != "_" && !isLabel(around) {
			w.add(offset, told)
		}
		return
	}
	kind := kindOf(object)
	place := w.place(object.Pos())
	if kind == "" || place.Path == "" || !object.Pos().IsValid() {
		if _, local := object.(*types.Var); local && place.Path != "" && w.calls(name, around) {
			w.add(offset, told) // what a local variable holds is not known
		}
		return
	}
	place.Name = object.Name()
	told.Kind, told.Verdict, told.Targets = kind, "inside", []target{place}
	if _, ok := around[len(around)-1].(*ast.SelectorExpr); ok {
		told.Form = "member"
	}
	told.Use = w.useOf(name, kind, around)
	w.add(offset, told)
}

// unnamed notes a call of what another call gives: nothing is known of it.
func (w *writer) unnamed(call *ast.CallExpr) {
	callee := unparen(call.Fun)
	switch callee.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.IndexListExpr:
		return
	}
	if w.info.Types[callee].IsType() {
		return
	}
	at := w.place(callee.End())
	offset := w.loader.files.Position(callee.End()).Offset
	w.add(offset, row{Path: at.Path, Line: at.Line, Use: "call", Form: "value", Verdict: "unknown", Targets: []target{}})
}

func kindOf(object types.Object) string {
	switch object := object.(type) {
	case *types.Func:
		if object.Type().(*types.Signature).Recv() != nil {
			return "method"
		}
		return "function"
	case *types.TypeName:
		if _, parameter := object.Type().(*types.TypeParam); parameter {
			return ""
		}
		if _, structure := object.Type().Underlying().(*types.Struct); structure {
			return "class"
		}
		return "type"
	case *types.Var:
		if object.IsField() {
			return "field"
		}
	case *types.Const:
	default:
		return ""
	}
	if object.Pkg() != nil && object.Parent() == object.Pkg().Scope() {
		return "value"
	}
	return ""
}

func (w *writer) useOf(name *ast.Ident, kind string, around []ast.Node) string {
	whole, outer := w.whole(name, around)
	above := outer[len(outer)-1]
	switch kind {
	case "class", "type":
		if literal, ok := above.(*ast.CompositeLit); ok && literal.Type == whole && kind == "class" {
			return "call"
		}
		if selector, ok := above.(*ast.SelectorExpr); ok && w.info.Selections[selector] != nil {
			return "reference" // a method expression
		}
		return "type"
	}
	if isCallee(whole, above) {
		return "call"
	}
	if isWritten(whole, kind, outer) {
		return "write"
	}
	if kind == "function" || kind == "method" {
		return "reference"
	}
	return "read"
}

// whole is the expression that names what the identifier names, without parentheses and arguments of types around it,
// and the nodes around that.
func (w *writer) whole(name *ast.Ident, around []ast.Node) (ast.Node, []ast.Node) {
	var at ast.Node = name
	for len(around) > 1 {
		switch above := around[len(around)-1].(type) {
		case *ast.SelectorExpr:
			if above.Sel != at {
				return at, around
			}
		case *ast.ParenExpr:
		case *ast.IndexExpr:
			// `f[T]` names f; `list[i]` is another thing than the list.
			if above.X != at || !w.info.Types[above.Index].IsType() {
				return at, around
			}
		case *ast.IndexListExpr:
			if above.X != at {
				return at, around
			}
		default:
			return at, around
		}
		at, around = around[len(around)-1], around[:len(around)-1]
	}
	return at, around
}

func (w *writer) calls(name *ast.Ident, around []ast.Node) bool {
	whole, outer := w.whole(name, around)
	return isCallee(whole, outer[len(outer)-1])
}

func isCallee(node, above ast.Node) bool {
	call, ok := above.(*ast.CallExpr)
	return ok && call.Fun == node
}

func isWritten(node ast.Node, kind string, around []ast.Node) bool {
	switch above := around[len(around)-1].(type) {
	case *ast.AssignStmt:
		for _, left := range above.Lhs {
			if left == node {
				return true
			}
		}
	case *ast.IncDecStmt:
		return true
	case *ast.RangeStmt:
		return above.Tok == token.ASSIGN && (above.Key == node || above.Value == node)
	case *ast.KeyValueExpr:
		// A field by its name alone: no other key names one so.
		_, alone := node.(*ast.Ident)
		return kind == "field" && alone && above.Key == node
	}
	return false
}

func isLabel(around []ast.Node) bool {
	switch around[len(around)-1].(type) {
	case *ast.BranchStmt, *ast.LabeledStmt, *ast.File:
		return true
	}
	return false
}
