//! Exports: statements, and definitions that other statements export.

use rustc_hash::FxHashSet;

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::imports::export_objects;
use crate::facts::{Bound, DefinitionId, Export, Expression, ExpressionId, Import, MemberBinding, Symbol};
use crate::graph::flag;
use crate::languages::syntax::Capture;

/// Exports a whole module, names, a default value, or what the statement declares.
pub fn close_export(build: &mut FactBuilder<'_>, frame: &Frame) {
    let default = build.facts.strings.intern(build.language.rules.imports.default_export);
    let star = build.facts.strings.intern("*");
    if let Some(module) = build.all(frame, Capture::ModuleValue).first().copied() {
        export_whole(build, module.value, frame.start);
    }
    // Only exports of the file itself are visible to other files.
    let inner = !build.scope.is_file();
    let names = build.all(frame, Capture::Name);
    let path = build.symbol(frame, Capture::Path);
    if !path.is_empty() && names.is_empty() && !inner {
        let import = reexport(build, path, star, frame.line);
        build.facts.exports.push(Export::From { name: star, import });
    }
    for export in named_exports(build, &names, path, frame.line) {
        if !inner {
            build.facts.exports.push(export);
        }
    }
    if let Some(value) = build.all(frame, Capture::Value).first().copied() {
        export_default(build, value.value, default);
    }
    export_declared(build, frame, default);
}

/// The listed exports, of this file or of another module.
fn named_exports(build: &mut FactBuilder<'_>, names: &[Captured], path: Symbol, line: u32) -> Vec<Export> {
    let star = build.facts.strings.intern("*");
    let mut exports = Vec::new();
    let mut work: Vec<ExpressionId> = names.iter().rev().map(|n| n.value).collect();
    while let Some(value) = work.pop() {
        let (outer, local) = match build.facts.expression(value) {
            Expression::Name(name) => (name, name),
            Expression::Entry { key, value } => match build.facts.expression(value) {
                Expression::Name(name) | Expression::Text(name) => (key, name),
                _ => continue,
            },
            Expression::Sequence(list) => {
                let items: Vec<_> = build.facts.list(list).collect();
                work.extend(items.into_iter().rev());
                continue;
            }
            _ => continue,
        };
        exports.push(if path.is_empty() {
            Export::Local { name: outer, local }
        } else {
            let name = if local == star { Symbol::EMPTY } else { local };
            Export::From { name: outer, import: reexport(build, path, name, line) }
        });
    }
    exports
}

/// A value that is the default export.
fn export_default(build: &mut FactBuilder<'_>, value: ExpressionId, default: Symbol) {
    let export = match build.facts.expression(value) {
        Expression::Name(local) => Export::Local { name: default, local },
        _ => Export::Value { name: default, value },
    };
    build.facts.exports.push(export);
    if let Expression::Definition(id) = build.facts.expression(value) {
        build.facts.definitions[id.at()].flags |= flag::EXPORTED;
    }
}

/// Exports what the statement declares.
fn export_declared(build: &mut FactBuilder<'_>, frame: &Frame, default: Symbol) {
    for index in frame.bindings..build.facts.bindings.len() {
        let binding = build.facts.bindings[index];
        if binding.scope != build.scope || matches!(binding.bound, Bound::Import(_)) {
            continue;
        }
        let name = if frame.modifiers.default_export { default } else { binding.name };
        if build.scope.is_file() {
            build.facts.exports.push(Export::Local { name, local: binding.name });
        }
        if let Bound::Definition(id) = binding.bound {
            build.facts.definitions[id.at()].flags |= flag::EXPORTED;
        }
    }
}

/// Exports a value as the module itself, as an assignment to the export object does.
fn export_whole(build: &mut FactBuilder<'_>, value: ExpressionId, at: u32) {
    let whole = build.language.rules.imports.whole_export.split_once('.');
    let Some((object, name)) = whole else { return };
    let object = build.facts.strings.intern(object);
    let object = build.add(Expression::Name(object));
    let name = build.facts.strings.intern(name);
    build.facts.members.push(MemberBinding {
        object,
        name,
        value,
        r#type: ExpressionId::UNKNOWN,
        scope: build.scope,
        at,
    });
}

/// Flags the definitions that an export statement or an export object names.
pub fn mark_exported(build: &mut FactBuilder<'_>) {
    let mut values: Vec<ExpressionId> = Vec::new();
    let mut names: Vec<Symbol> = Vec::new();
    for export in &build.facts.exports {
        match *export {
            Export::Local { local, .. } => names.push(local),
            Export::Value { value, .. } => values.push(value),
            Export::From { .. } => {}
        }
    }
    if !build.language.rules.imports.export_objects.is_empty() {
        for member in &build.facts.members {
            let whole = build.facts.expressions.get(member.object.at()).is_some_and(
                |e| matches!(*e, Expression::Name(n) if export_objects::is_export_path(build, n, member.name)),
            );
            if whole || export_objects::is_export_object(build, member.object) {
                values.push(member.value);
            }
        }
    }
    let mut found: Vec<DefinitionId> = Vec::new();
    while let Some(value) = values.pop() {
        match build.facts.expression(value) {
            Expression::Name(name) => names.push(name),
            Expression::Definition(id) => found.push(id),
            Expression::Entry { value, .. } => values.push(value),
            Expression::Object(list) => values.extend(build.facts.list(list)),
            _ => {}
        }
    }
    let names: FxHashSet<Symbol> = names.into_iter().collect();
    for binding in &build.facts.bindings {
        if let Bound::Definition(id) = binding.bound
            && binding.scope.is_file()
            && names.contains(&binding.name)
        {
            found.push(id);
        }
    }
    for id in found {
        build.facts.definitions[id.at()].flags |= flag::EXPORTED;
    }
}

fn reexport(build: &mut FactBuilder<'_>, path: Symbol, name: Symbol, line: u32) -> u32 {
    let index = build.facts.imports.len() as u32;
    let import =
        Import { path, name, alias: Symbol::EMPTY, of_type: false, shared: false, scope: build.scope, line };
    build.facts.imports.push(import);
    index
}

/// Reads the variable that lists what a wildcard import takes, if it is written once and not changed
/// elsewhere.
pub fn list_wildcards(build: &mut FactBuilder<'_>) {
    let variable = build.language.rules.imports.wildcard_list;
    let symbol = build.facts.strings.symbol(crate::hashing::NameHash::of(variable));
    let Some(symbol) = symbol.filter(|s| !s.is_empty()) else { return };
    if memchr::memmem::find_iter(build.source, variable).nth(1).is_some() {
        return;
    }
    let all = build.facts.bindings.iter().find(|b| b.name == symbol && b.scope.is_file());
    let Some(Bound::Value { value, .. }) = all.map(|b| b.bound) else { return };
    let Expression::Sequence(list) = build.facts.expression(value) else { return };
    let names = build.facts.list(list).map(|part| match build.facts.expression(part) {
        Expression::Text(name) => Some(name),
        _ => None,
    });
    build.facts.wildcards = names.collect();
}
