//! Imports and exports: statements, calls that import, and what of a file others may use.

use super::Walk;
use super::frame::Frame;
use crate::facts::{
    Bound, DefinitionId, Export, Expression, ExpressionId, Import, ListId, MemberBinding, Symbol,
};
use crate::graph::flag;
use crate::languages::ImportBinds;
use crate::languages::syntax::Capture;

impl Walk<'_> {
    pub(super) fn close_import(&mut self, frame: &Frame) {
        let paths = self.all(frame, Capture::Path);
        let names = self.all(frame, Capture::Name);
        let alias = self.symbol(frame, Capture::Alias);
        let everything = self.language.rules.import_binds == ImportBinds::Everything && alias.is_empty();
        let wildcard = self.has(frame, Capture::Wildcard) || everything && names.is_empty();
        for path in paths {
            let (path, alias) = match self.facts.expression(path.value) {
                Expression::Text(path) if path.is_empty() => continue,
                Expression::Name(path) | Expression::Text(path) => (path, alias),
                Expression::Member { .. } | Expression::Index { .. } => (self.path_of(path.value), alias),
                Expression::Entry { key, value } => match self.facts.expression(value) {
                    Expression::Name(path) => (path, key),
                    _ => continue,
                },
                _ => continue,
            };
            let of_type = frame.modifiers.flags & flag::STATIC != 0;
            let (path, name) = match of_type && !wildcard {
                true => self.split_member(path),
                false => (path, Symbol::EMPTY),
            };
            let import = Import {
                path,
                name,
                alias,
                of_type,
                shared: frame.modifiers.shared,
                scope: self.scope,
                line: frame.line,
            };
            if wildcard {
                let all = self.facts.strings.intern("*");
                self.add_import(Import { name: all, ..import }, frame.start);
            } else if names.is_empty() {
                self.add_import(import, frame.start);
            }
            let mut work: Vec<ExpressionId> = names.iter().rev().map(|n| n.value).collect();
            while let Some(value) = work.pop() {
                match self.facts.expression(value) {
                    Expression::Name(name) => {
                        self.add_import(Import { name, ..import }, frame.start);
                    }
                    Expression::Entry { key, value } => {
                        if let Expression::Name(name) | Expression::Text(name) = self.facts.expression(value)
                        {
                            let all = self.facts.text(name) == "*" && !key.is_empty();
                            self.add_import(
                                Import { name: if all { Symbol::EMPTY } else { name }, alias: key, ..import },
                                frame.start,
                            );
                        }
                    }
                    Expression::Sequence(list) => {
                        let items: Vec<_> = self.facts.list(list).collect();
                        work.extend(items.into_iter().rev());
                    }
                    _ => {}
                }
            }
        }
    }

    /// A path whose parts are members, as one name.
    pub(super) fn path_of(&mut self, mut path: ExpressionId) -> Symbol {
        let mut names = Vec::new();
        loop {
            match self.facts.expression(path) {
                Expression::Member { object, name } => {
                    self.callees.push(path); // nothing is read
                    names.push(self.facts.text(name));
                    path = object;
                }
                Expression::Index { object, .. } => path = object,
                Expression::Name(name) => {
                    names.push(self.facts.text(name));
                    break;
                }
                _ => break,
            }
        }
        names.reverse();
        let text = names.join(self.language.rules.path_separator);
        self.facts.strings.intern(&text)
    }

    /// What the file says it belongs to; one inside of another says the rest of the name.
    pub(super) fn close_package(&mut self, frame: &Frame) {
        let written = self.first(frame, Capture::Name);
        let mut name = self.path_of(written);
        if let Expression::Text(text) = self.facts.expression(written) {
            name = text;
        }
        if self.package_inside > frame.start && !self.facts.package.is_empty() {
            let whole = [self.facts.text(name), self.facts.text(self.facts.package)];
            let whole = whole.join(self.language.rules.path_separator);
            name = self.facts.strings.intern(&whole);
        }
        self.package_inside = frame.start;
        self.facts.package = name;
        self.decorators.clear();
    }

    /// The type and the member of a path.
    pub(super) fn split_member(&mut self, path: Symbol) -> (Symbol, Symbol) {
        let text = self.facts.text(path).to_owned();
        match text.rsplit_once('.') {
            Some((of, name)) => (self.facts.strings.intern(of), self.facts.strings.intern(name)),
            None => (path, Symbol::EMPTY),
        }
    }

    pub(super) fn add_import(&mut self, import: Import, at: u32) -> u32 {
        let index = self.facts.imports.len() as u32;
        self.facts.imports.push(import);
        let name = match (import.alias, import.name) {
            (Symbol::EMPTY, Symbol::EMPTY) => self.bound_by_module(import.path),
            (Symbol::EMPTY, name) => name,
            (alias, _) => alias,
        };
        if self.facts.text(name) != "*" && !name.is_empty() {
            self.add_binding(name, Bound::Import(index), self.declaring_scope(false), at);
        }
        index
    }

    /// A call that gives the module of a path: as an import with a name that none else can have.
    pub(super) fn import_by_call(
        &mut self,
        callee: ExpressionId,
        arguments: ListId,
        frame: &Frame,
    ) -> Option<ExpressionId> {
        let Expression::Name(name) = self.facts.expression(callee) else {
            return None;
        };
        if !self.language.rules.imports.import_functions.contains(&self.facts.text(name)) {
            return None;
        }
        let path = self.facts.list(arguments).next()?;
        let Expression::Text(path) = self.facts.expression(path) else {
            return None;
        };
        if self.facts.text(path).contains("${") {
            return None;
        }
        let hidden = format!("\u{0}import{}", self.facts.imports.len());
        let alias = self.facts.strings.intern(&hidden);
        let import = Import {
            path,
            name: Symbol::EMPTY,
            alias,
            of_type: false,
            shared: false,
            scope: self.scope,
            line: frame.line,
        };
        let index = self.add_import(import, frame.start);
        self.required.insert(alias, index);
        Some(self.add(Expression::Name(alias)))
    }

    /// The import that a name stands for which is bound to a module or to what it exports.
    pub(super) fn required(&mut self, alias: Symbol, value: ExpressionId) -> Option<u32> {
        match self.facts.expression(value) {
            Expression::Name(hidden) => self.required.get(&hidden).copied(),
            Expression::Member { object, name } => {
                let Expression::Name(hidden) = self.facts.expression(object) else { return None };
                let whole = self.facts.imports[*self.required.get(&hidden)? as usize];
                self.facts.imports.push(Import { name, alias, ..whole });
                Some(self.facts.imports.len() as u32 - 1)
            }
            _ => None,
        }
    }

    /// What `import a.b` binds without an alias.
    pub(super) fn bound_by_module(&mut self, path: Symbol) -> Symbol {
        let text = self.facts.text(path).to_owned();
        let separators = ['.', '/', ':', '\\'];
        let name = match self.language.rules.import_binds {
            ImportBinds::First => text.split(separators).next(),
            ImportBinds::Last => text.rsplit(separators).next(),
            ImportBinds::Nothing | ImportBinds::Everything => None,
            ImportBinds::Package => Some(package_name(&text, self.language.rules.imports.ignored_affixes)),
        };
        self.facts.strings.intern(name.unwrap_or(""))
    }

    /// The names in the variable that lists what wildcard imports take, if it is written once and nothing is
    /// added to it elsewhere.
    pub(super) fn list_wildcards(&mut self) {
        let variable = self.language.rules.imports.wildcard_list;
        let symbol = self.facts.strings.symbol(crate::hashing::NameHash::of(variable));
        let Some(symbol) = symbol.filter(|s| !s.is_empty()) else { return };
        if memchr::memmem::find_iter(self.source, variable).nth(1).is_some() {
            return;
        }
        let all = self.facts.bindings.iter().find(|b| b.name == symbol && b.scope.is_file());
        let Some(Bound::Value { value, .. }) = all.map(|b| b.bound) else { return };
        let Expression::Sequence(list) = self.facts.expression(value) else { return };
        let names = self.facts.list(list).map(|part| match self.facts.expression(part) {
            Expression::Text(name) => Some(name),
            _ => None,
        });
        self.facts.wildcards = names.collect();
    }

    pub(super) fn close_export(&mut self, frame: &Frame) {
        let default = self.facts.strings.intern("default");
        let star = self.facts.strings.intern("*");
        if let Some(module) = self.all(frame, Capture::Module).first().copied() {
            self.export_whole(module.value, frame.start);
        }
        // Only the file itself is a module for others.
        let inner = !self.scope.is_file();
        let names = self.all(frame, Capture::Name);
        let path = self.symbol(frame, Capture::Path);
        let is_default = frame.modifiers.default;
        if !path.is_empty() && names.is_empty() && !inner {
            let import = self.reexport(path, star, frame.line);
            self.facts.exports.push(Export::From { name: star, import });
        }
        let mut work: Vec<ExpressionId> = names.iter().rev().map(|n| n.value).collect();
        while let Some(value) = work.pop() {
            let (outer, local) = match self.facts.expression(value) {
                Expression::Name(name) => (name, name),
                Expression::Entry { key, value } => match self.facts.expression(value) {
                    Expression::Name(name) | Expression::Text(name) => (key, name),
                    _ => continue,
                },
                Expression::Sequence(list) => {
                    let items: Vec<_> = self.facts.list(list).collect();
                    work.extend(items.into_iter().rev());
                    continue;
                }
                _ => continue,
            };
            let export = if !path.is_empty() {
                let of = if local == star { Symbol::EMPTY } else { local };
                Export::From { name: outer, import: self.reexport(path, of, frame.line) }
            } else {
                Export::Local { name: outer, local }
            };
            if !inner {
                self.facts.exports.push(export);
            }
        }
        if let Some(value) = self.all(frame, Capture::Value).first().copied() {
            let export = match self.facts.expression(value.value) {
                Expression::Name(local) => Export::Local { name: default, local },
                _ => Export::Value { name: default, value: value.value },
            };
            self.facts.exports.push(export);
            if let Expression::Definition(id) = self.facts.expression(value.value) {
                self.facts.definitions[id.at()].flags |= flag::EXPORTED;
            }
        }
        for index in frame.bindings..self.facts.bindings.len() {
            let binding = self.facts.bindings[index];
            if binding.scope != self.scope || matches!(binding.bound, Bound::Import(_)) {
                continue;
            }
            let name = if is_default { default } else { binding.name };
            if !inner {
                self.facts.exports.push(Export::Local { name, local: binding.name });
            }
            if let Bound::Definition(id) = binding.bound {
                self.facts.definitions[id.at()].flags |= flag::EXPORTED;
            }
        }
    }

    /// The module is a value, as if it were assigned to the object through which it exports.
    pub(super) fn export_whole(&mut self, value: ExpressionId, at: u32) {
        let whole = self.language.rules.imports.export_objects.iter().find_map(|o| o.split_once('.'));
        let Some((object, name)) = whole else { return };
        let object = self.facts.strings.intern(object);
        let object = self.add(Expression::Name(object));
        let name = self.facts.strings.intern(name);
        self.facts.members.push(MemberBinding {
            object,
            name,
            value,
            r#type: ExpressionId::UNKNOWN,
            scope: self.scope,
            at,
        });
    }

    /// Definitions that are exported elsewhere than where they stand.
    pub(super) fn mark_exported(&mut self) {
        let mut values: Vec<ExpressionId> = Vec::new();
        let mut names: Vec<Symbol> = Vec::new();
        for export in &self.facts.exports {
            match *export {
                Export::Local { local, .. } => names.push(local),
                Export::Value { value, .. } => values.push(value),
                Export::From { .. } => {}
            }
        }
        if !self.language.rules.imports.export_objects.is_empty() {
            for member in &self.facts.members {
                let whole = self.facts.expressions.get(member.object.at()).is_some_and(
                    |e| matches!(*e, Expression::Name(n) if self.is_export_path(n, member.name)),
                );
                if whole || self.is_export_object(member.object) {
                    values.push(member.value);
                }
            }
        }
        let mut found: Vec<DefinitionId> = Vec::new();
        while let Some(value) = values.pop() {
            match self.facts.expression(value) {
                Expression::Name(name) => names.push(name),
                Expression::Definition(id) => found.push(id),
                Expression::Entry { value, .. } => values.push(value),
                Expression::Object(list) => values.extend(self.facts.list(list)),
                _ => {}
            }
        }
        let names: rustc_hash::FxHashSet<Symbol> = names.into_iter().collect();
        for binding in &self.facts.bindings {
            if let Bound::Definition(id) = binding.bound
                && binding.scope.is_file()
                && names.contains(&binding.name)
            {
                found.push(id);
            }
        }
        for id in found {
            self.facts.definitions[id.at()].flags |= flag::EXPORTED;
        }
    }

    pub(super) fn reexport(&mut self, path: Symbol, name: Symbol, line: u32) -> u32 {
        let index = self.facts.imports.len() as u32;
        let import = Import {
            path,
            name,
            alias: Symbol::EMPTY,
            of_type: false,
            shared: false,
            scope: self.scope,
            line,
        };
        self.facts.imports.push(import);
        index
    }
}

/// The name that a package of that import path most likely has: no version, none of the marks that say which
/// language it is for.
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
