//! Import trees: `a::{b, c::d as e, f::*}`, and modules that are in a file of their name.

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::imports;
use crate::facts::{Expression, ExpressionId, Import, ScopeId, Symbol};
use crate::languages::syntax::Capture;

/// Each leaf of the tree imports its last name from the path before it.
pub fn close_import_trees(build: &mut FactBuilder<'_>, binder: &mut Binder, frame: &Frame) {
    let mut trees = build.all(frame, Capture::Value);
    if let (Some(receiver), true) =
        (build.all(frame, Capture::Receiver).first(), build.has(frame, Capture::Arguments))
    {
        let (object, arguments) = (receiver.value, build.list(frame, Capture::Arguments));
        trees.push(Captured { value: build.add(Expression::Index { object, arguments }), ..*receiver });
    }
    for tree in trees {
        let mut work = vec![(Vec::new(), Symbol::EMPTY, tree.value)];
        while let Some((mut path, mut alias, mut tree)) = work.pop() {
            if let Expression::Entry { key, value } = build.facts.expression(tree) {
                alias =
                    if build.facts.expression(value) == Expression::Name(key) { Symbol::EMPTY } else { key };
                tree = value;
            }
            match build.facts.expression(tree) {
                Expression::Index { object, arguments } => {
                    push_path(build, object, &mut path);
                    let items: Vec<_> = build.facts.list(arguments).collect();
                    work.extend(items.into_iter().rev().map(|item| (path.clone(), Symbol::EMPTY, item)));
                }
                Expression::Sequence(list) => {
                    let items: Vec<_> = build.facts.list(list).collect();
                    work.extend(items.into_iter().rev().map(|item| (path.clone(), Symbol::EMPTY, item)));
                }
                Expression::Spread(whole) => {
                    push_path(build, whole, &mut path);
                    path.push(build.facts.strings.intern("*"));
                    import_path(build, binder, &path, alias, frame);
                }
                _ => {
                    push_path(build, tree, &mut path);
                    import_path(build, binder, &path, alias, frame);
                }
            }
        }
    }
}

/// Appends the names of a path.
fn push_path(build: &mut FactBuilder<'_>, mut path: ExpressionId, into: &mut Vec<Symbol>) {
    let start = into.len();
    loop {
        match build.facts.expression(path) {
            Expression::Member { object, name } => {
                into.push(name);
                path = object;
            }
            Expression::Name(name) => {
                let separator = build.language.rules.path_separator;
                let text = build.facts.text(name).to_owned();
                let parts: Vec<&str> = text.split(separator).filter(|p| !p.is_empty()).collect();
                into.extend(parts.iter().rev().map(|part| build.facts.strings.intern(part)));
                break;
            }
            // In a path, the word for the object stands for the module.
            Expression::This => {
                let self_module = build.language.rules.imports.self_module;
                into.extend(build.facts.strings.symbol(crate::hashing::NameHash::of(self_module)));
                break;
            }
            _ => break,
        }
    }
    into[start..].reverse();
}

/// Adds the import of one leaf.
fn import_path(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    path: &[Symbol],
    mut alias: Symbol,
    frame: &Frame,
) {
    let mut path = path;
    // `a::{self}` is `a`.
    if let [rest @ .., last] = path
        && !rest.is_empty()
        && build.facts.text(*last) == build.language.rules.imports.self_module
    {
        path = rest;
    }
    let Some((last, before)) = path.split_last() else { return };
    let separator = build.language.rules.path_separator;
    let names: Vec<&str> = before.iter().map(|s| build.facts.text(*s)).collect();
    let whole = !build.language.rules.imports.inline_modules && build.facts.text(*last) != "*";
    let (path, name) = match names.is_empty() {
        true => (build.facts.text(*last).to_owned(), Symbol::EMPTY),
        false if whole => ([&names[..], &[build.facts.text(*last)]].concat().join(separator), Symbol::EMPTY),
        false => (names.join(separator), *last),
    };
    if name.is_empty() && alias.is_empty() {
        alias = *last;
    }
    let unbound = build.language.rules.imports.unbound_alias;
    if !alias.is_empty() && build.facts.text(alias) == unbound {
        alias = build.facts.strings.intern("*"); // binds no name
    }
    import_from(build, binder, &path, name, alias, frame);
}

fn import_from(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    path: &str,
    name: Symbol,
    alias: Symbol,
    frame: &Frame,
) {
    let path = format!("{}{path}", module_prefix(build, build.scope));
    let path = build.facts.strings.intern(&path);
    let import =
        Import { path, name, alias, of_type: false, shared: false, scope: build.scope, line: frame.line };
    imports::add_import(build, binder, import, frame.start);
}

/// The prefix of import paths within an inline module.
fn module_prefix(build: &FactBuilder<'_>, scope: ScopeId) -> String {
    match build.language.rules.imports.inline_modules {
        true => build.facts.modules_around(scope),
        false => String::new(),
    }
}

/// `mod name;`: a module that is in a file of its name.
pub fn declare_file_module(build: &mut FactBuilder<'_>, binder: &mut Binder, name: Symbol, frame: &Frame) {
    if name.is_empty() {
        return;
    }
    let rules = &build.language.rules;
    let path = [rules.imports.self_module, build.facts.text(name)].join(rules.path_separator);
    import_from(build, binder, &path, Symbol::EMPTY, name, frame);
}
