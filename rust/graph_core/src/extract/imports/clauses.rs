//! Parts of an import: one name, all names, the default export.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Expression, ExpressionId, Symbol};
use crate::languages::syntax::{Capture, Role};

/// One imported name with its alias, or all names under an alias.
pub fn close_imported(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let key = match build.symbol(frame, Capture::Alias) {
        Symbol::EMPTY => build.symbol(frame, Capture::Name),
        alias => alias,
    };
    let mut value = build.first(frame, Capture::Name);
    if frame.role == Role::ImportedNamespace {
        let all = build.facts.strings.intern("*");
        value = build.add(Expression::Name(all));
    }
    build.add(Expression::Entry { key, value })
}

/// The default import, and named imports after it.
pub fn close_clause(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let mut names = Vec::new();
    if let Expression::Name(key) = build.facts.expression(build.first(frame, Capture::DefaultImport)) {
        let default = build.facts.strings.intern(build.language.rules.imports.default_export);
        let value = build.add(Expression::Name(default));
        names.push(build.add(Expression::Entry { key, value }));
    }
    names.extend(build.all(frame, Capture::Name).iter().map(|n| n.value));
    let list = build.add_list(&names);
    build.add(Expression::Sequence(list))
}
