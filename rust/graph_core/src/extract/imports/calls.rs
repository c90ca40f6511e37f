//! Imports that are calls.

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::imports;
use crate::facts::{Expression, ExpressionId, Import, ListId, Symbol};

/// A call that returns a module: an import bound to a hidden name, which is the value of the call.
pub fn import_by_call(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    callee: ExpressionId,
    arguments: ListId,
    frame: &Frame,
) -> Option<ExpressionId> {
    let Expression::Name(name) = build.facts.expression(callee) else {
        return None;
    };
    if !build.language.rules.imports.import_functions.contains(&build.facts.text(name)) {
        return None;
    }
    let path = build.facts.list(arguments).next()?;
    let Expression::Text(path) = build.facts.expression(path) else {
        return None;
    };
    let interpolation = build.language.rules.imports.interpolation;
    if !interpolation.is_empty() && build.facts.text(path).contains(interpolation) {
        return None;
    }
    let hidden = format!("\u{0}import{}", build.facts.imports.len());
    let alias = build.facts.strings.intern(&hidden);
    let import = Import {
        path,
        name: Symbol::EMPTY,
        alias,
        of_type: false,
        shared: false,
        scope: build.scope,
        line: frame.line,
    };
    let index = imports::add_import(build, binder, import, frame.start);
    binder.add_module(alias, index);
    Some(build.add(Expression::Name(alias)))
}
