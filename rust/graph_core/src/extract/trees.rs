//! Import trees: `a::{b, c::d as e, f::*}`, and modules that are in a file of their name.

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{Expression, ExpressionId, Import, ScopeId, Symbol};
use crate::graph::NodeKind;
use crate::languages::syntax::Capture;

impl Walk<'_> {
    /// Each leaf of a tree is an import of its last name from what stands before it.
    pub(super) fn close_import_trees(&mut self, frame: &Frame) {
        let mut trees = self.all(frame, Capture::Value);
        if let (Some(receiver), true) =
            (self.all(frame, Capture::Receiver).first(), self.has(frame, Capture::Arguments))
        {
            let (object, arguments) = (receiver.value, self.list(frame, Capture::Arguments));
            trees.push(Captured { value: self.add(Expression::Index { object, arguments }), ..*receiver });
        }
        for tree in trees {
            let mut work = vec![(Vec::new(), Symbol::EMPTY, tree.value)];
            while let Some((mut path, mut alias, mut tree)) = work.pop() {
                if let Expression::Entry { key, value } = self.facts.expression(tree) {
                    alias = if self.facts.expression(value) == Expression::Name(key) {
                        Symbol::EMPTY
                    } else {
                        key
                    };
                    tree = value;
                }
                match self.facts.expression(tree) {
                    Expression::Index { object, arguments } => {
                        self.parts_of_path(object, &mut path);
                        let parts: Vec<_> = self.facts.list(arguments).collect();
                        work.extend(parts.into_iter().rev().map(|part| (path.clone(), Symbol::EMPTY, part)));
                    }
                    Expression::Sequence(list) => {
                        let parts: Vec<_> = self.facts.list(list).collect();
                        work.extend(parts.into_iter().rev().map(|part| (path.clone(), Symbol::EMPTY, part)));
                    }
                    Expression::Spread(whole) => {
                        self.parts_of_path(whole, &mut path);
                        path.push(self.facts.strings.intern("*"));
                        self.import_path(&path, alias, frame);
                    }
                    _ => {
                        self.parts_of_path(tree, &mut path);
                        self.import_path(&path, alias, frame);
                    }
                }
            }
        }
    }

    fn parts_of_path(&mut self, mut path: ExpressionId, into: &mut Vec<Symbol>) {
        let start = into.len();
        loop {
            match self.facts.expression(path) {
                Expression::Member { object, name } => {
                    into.push(name);
                    path = object;
                }
                Expression::Name(name) => {
                    let separator = self.language.rules.path_separator;
                    let text = self.facts.text(name).to_owned();
                    let parts: Vec<&str> = text.split(separator).filter(|p| !p.is_empty()).collect();
                    into.extend(parts.iter().rev().map(|part| self.facts.strings.intern(part)));
                    break;
                }
                Expression::This => {
                    into.extend(self.facts.strings.symbol(crate::hashing::NameHash::of("self")));
                    break;
                }
                _ => break,
            }
        }
        into[start..].reverse();
    }

    fn import_path(&mut self, path: &[Symbol], mut alias: Symbol, frame: &Frame) {
        let mut path = path;
        // `a::{self}` is `a`.
        if let [rest @ .., last] = path
            && !rest.is_empty()
            && self.facts.text(*last) == "self"
        {
            path = rest;
        }
        let Some((last, before)) = path.split_last() else { return };
        let separator = self.language.rules.path_separator;
        let names: Vec<&str> = before.iter().map(|s| self.facts.text(*s)).collect();
        let whole = !self.language.rules.imports.inline_modules && self.facts.text(*last) != "*";
        let (path, name) = match names.is_empty() {
            true => (self.facts.text(*last).to_owned(), Symbol::EMPTY),
            false if whole => {
                ([&names[..], &[self.facts.text(*last)]].concat().join(separator), Symbol::EMPTY)
            }
            false => (names.join(separator), *last),
        };
        if name.is_empty() && alias.is_empty() {
            alias = *last;
        }
        if self.facts.text(alias) == "_" {
            alias = self.facts.strings.intern("*"); // it binds nothing
        }
        self.import_from(&path, name, alias, frame);
    }

    fn import_from(&mut self, path: &str, name: Symbol, alias: Symbol, frame: &Frame) {
        let path = format!("{}{path}", self.place(self.scope));
        let path = self.facts.strings.intern(&path);
        let import =
            Import { path, name, alias, of_type: false, shared: false, scope: self.scope, line: frame.line };
        self.add_import(import, frame.start);
    }

    /// The modules of the file around a scope, as imports in them are written.
    fn place(&self, scope: ScopeId) -> String {
        match self.language.rules.imports.inline_modules {
            true => self.facts.place(scope),
            false => String::new(),
        }
    }

    /// The name that a variable's is as a member.
    pub(super) fn member_name(&mut self, name: Symbol) -> Symbol {
        let sigil = self.language.rules.names.sigil;
        if sigil.is_empty() {
            return name;
        }
        let text = self.facts.text(name).to_owned();
        text.strip_prefix(sigil).map_or(name, |bare| self.facts.strings.intern(bare))
    }

    /// `mod name;`
    pub(super) fn declare_elsewhere(&mut self, name: Symbol, frame: &Frame) {
        if name.is_empty() {
            return;
        }
        let path = ["self", self.facts.text(name)].join(self.language.rules.path_separator);
        self.import_from(&path, Symbol::EMPTY, name, frame);
        self.decorators.clear();
    }
}

impl crate::facts::Facts {
    /// `outer/inner#` for what stands in modules within the file; empty for what stands in none.
    pub fn place(&self, scope: ScopeId) -> String {
        let mut names = Vec::new();
        let mut id = self.scope(scope).owner;
        while !id.is_file() {
            let definition = self.definition(id);
            if definition.kind == NodeKind::Module {
                names.push(self.text(definition.name));
            }
            id = definition.parent;
        }
        names.reverse();
        if names.is_empty() { String::new() } else { format!("{}#", names.join("/")) }
    }
}
