package main

import (
	"go/ast"
	"go/types"
)

// tellCalls notes every call. Calls of values (of function type) are unknown; converting is no call; a composite literal
// of a type of the repository is `beside`.
func (w *writer) tellCalls(parsed []*ast.File) {
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
	w.add(w.loader.files.Position(node.End()).Offset, told)
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
