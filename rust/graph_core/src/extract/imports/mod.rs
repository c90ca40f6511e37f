//! Imports: statements that name a module, and the package of the file.

pub mod calls;
pub mod clauses;
pub mod export_objects;
pub mod exports;
pub mod trees;

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::definitions::decorators::Decorators;
use crate::facts::{Bound, Expression, ExpressionId, Import, Symbol};
use crate::graph::flag;
use crate::languages::ImportBinds;
use crate::languages::syntax::Capture;

#[derive(Default)]
pub struct Imports {
    /// Where the last package statement begins.
    package_start: u32,
}

/// An import of a path, and names from it.
pub fn close_import(build: &mut FactBuilder<'_>, binder: &mut Binder, frame: &Frame) {
    let paths = build.all(frame, Capture::Path);
    let names = build.all(frame, Capture::Name);
    let alias = build.symbol(frame, Capture::Alias);
    let everything = build.language.rules.import_binds == ImportBinds::Everything && alias.is_empty();
    let wildcard = build.has(frame, Capture::Wildcard) || everything && names.is_empty();
    for path in paths {
        let (path, alias) = match build.facts.expression(path.value) {
            Expression::Text(path) if path.is_empty() => continue,
            Expression::Name(path) | Expression::Text(path) => (path, alias),
            Expression::Member { .. } | Expression::Index { .. } => (path_of(build, path.value), alias),
            Expression::Entry { key, value } => match build.facts.expression(value) {
                Expression::Name(path) => (path, key),
                _ => continue,
            },
            _ => continue,
        };
        let of_type = frame.modifiers.flags & flag::STATIC != 0;
        let (path, name) = match of_type && !wildcard {
            true => split_member(build, path),
            false => (path, Symbol::EMPTY),
        };
        let import = Import {
            path,
            name,
            alias,
            of_type,
            shared: frame.modifiers.global_import,
            scope: build.scope,
            line: frame.line,
        };
        if wildcard {
            let all = build.facts.strings.intern("*");
            add_import(build, binder, Import { name: all, ..import }, frame.start);
        } else if names.is_empty() {
            add_import(build, binder, import, frame.start);
        }
        add_names(build, binder, import, &names, frame);
    }
}

/// Adds the listed names, each with its alias. A wildcard with an alias binds the module itself.
fn add_names(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    import: Import,
    names: &[Captured],
    frame: &Frame,
) {
    let mut work: Vec<ExpressionId> = names.iter().rev().map(|n| n.value).collect();
    while let Some(value) = work.pop() {
        match build.facts.expression(value) {
            Expression::Name(name) => {
                add_import(build, binder, Import { name, ..import }, frame.start);
            }
            Expression::Entry { key, value } => {
                if let Expression::Name(name) | Expression::Text(name) = build.facts.expression(value) {
                    let all = build.facts.text(name) == "*" && !key.is_empty();
                    let name = if all { Symbol::EMPTY } else { name };
                    add_import(build, binder, Import { name, alias: key, ..import }, frame.start);
                }
            }
            Expression::Sequence(list) => {
                let items: Vec<_> = build.facts.list(list).collect();
                work.extend(items.into_iter().rev());
            }
            _ => {}
        }
    }
}

impl Imports {
    /// Sets the package of the file; a nested package statement continues the outer one's name.
    pub fn close_package(&mut self, build: &mut FactBuilder<'_>, decorators: &mut Decorators, frame: &Frame) {
        let written = build.first(frame, Capture::Name);
        let mut name = path_of(build, written);
        if let Expression::Text(text) = build.facts.expression(written) {
            name = text;
        }
        if self.package_start > frame.start && !build.facts.package.is_empty() {
            let whole = [build.facts.text(name), build.facts.text(build.facts.package)];
            let whole = whole.join(build.language.rules.path_separator);
            name = build.facts.strings.intern(&whole);
        }
        self.package_start = frame.start;
        build.facts.package = name;
        decorators.clear();
    }
}

/// A path expression as one name.
fn path_of(build: &mut FactBuilder<'_>, mut path: ExpressionId) -> Symbol {
    let mut names = Vec::new();
    loop {
        match build.facts.expression(path) {
            Expression::Member { object, name } => {
                build.called.push(path); // a path is not read
                names.push(build.facts.text(name));
                path = object;
            }
            Expression::Index { object, .. } => path = object,
            Expression::Name(name) => {
                names.push(build.facts.text(name));
                break;
            }
            _ => break,
        }
    }
    names.reverse();
    let text = names.join(build.language.rules.path_separator);
    build.facts.strings.intern(&text)
}

/// Splits the member from a path.
fn split_member(build: &mut FactBuilder<'_>, path: Symbol) -> (Symbol, Symbol) {
    let text = build.facts.text(path).to_owned();
    match text.rsplit_once('.') {
        Some((of, name)) => (build.facts.strings.intern(of), build.facts.strings.intern(name)),
        None => (path, Symbol::EMPTY),
    }
}

/// Adds an import and binds its local name, if it has one.
pub fn add_import(build: &mut FactBuilder<'_>, binder: &mut Binder, import: Import, at: u32) -> u32 {
    let index = build.facts.imports.len() as u32;
    build.facts.imports.push(import);
    let name = match (import.alias, import.name) {
        (Symbol::EMPTY, Symbol::EMPTY) => bound_by_module(build, import.path),
        (Symbol::EMPTY, name) => name,
        (alias, _) => alias,
    };
    if build.facts.text(name) != "*" && !name.is_empty() {
        let scope = build.declaring_scope(false);
        binder.add_binding(build, name, Bound::Import(index), scope, at);
    }
    index
}

/// The name that a module import without an alias binds.
fn bound_by_module(build: &mut FactBuilder<'_>, path: Symbol) -> Symbol {
    let text = build.facts.text(path).to_owned();
    let separators = ['.', '/', ':', '\\'];
    let name = match build.language.rules.import_binds {
        ImportBinds::First => text.split(separators).next(),
        ImportBinds::Last => text.rsplit(separators).next(),
        ImportBinds::Nothing | ImportBinds::Everything => None,
        ImportBinds::Package => Some(package_name(&text, build.language.rules.imports.ignored_affixes)),
    };
    build.facts.strings.intern(name.unwrap_or(""))
}

/// The likely name of the package with an import path: its last part without a version and without affixes that
/// name the language.
fn package_name<'p>(path: &'p str, marks: &[&str]) -> &'p str {
    let is_version = |part: &str| {
        let digits = part.strip_prefix('v').unwrap_or("");
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let mut parts = path.rsplit('/');
    let mut last = parts.next().unwrap_or(path);
    if is_version(last) {
        last = parts.next().unwrap_or(last);
    }
    if let Some((name, version)) = last.rsplit_once('.')
        && is_version(version)
    {
        last = name;
    }
    for mark in marks {
        last = last.strip_prefix(mark).or_else(|| last.strip_suffix(mark)).unwrap_or(last);
    }
    last
}
