//! Exports: what a module exports under a name, and the names that a file gets from other files without a named import.

use crate::facts::{Binding, Bound, Export, Import, ScopeId, WILDCARD};
use crate::graph::{FileId, NodeKind, Via};
use crate::hashing::NameHash;
use crate::languages::{Exported, ImportBinds};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::IMPORTS_AND_EXPORTS;
use crate::resolve::index::imports::ImportTarget;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value, extend, one, push, relabel};

/// How many re-exports of re-exports are followed.
const LONGEST_CHAIN: u32 = 16;

impl Evaluator<'_> {
    /// The value that an import binds.
    pub(super) fn imported_value(&self, index: u32) -> Items {
        let import = &self.facts.imports[index as usize];
        if !import.name.is_empty() {
            return self.import_value(import, index, 0);
        }
        let mut found = self.target(self.index.bound_target(self.file, index), Via::Import);
        if let Some(Value::Module(file)) = found.first().map(|i| i.value.clone()) {
            // The module as a whole may be a class or a function.
            let mut whole = self.whole_export(file);
            whole.retain(|i| matches!(i.value, Value::Class(_) | Value::Function(_)));
            extend(&mut found, relabel(&whole, Via::Import));
        }
        found
    }

    /// The imported name of an import that names one, or the whole target of a wildcard import.
    fn import_value(&self, import: &Import, index: u32, depth: u32) -> Items {
        let target = self.index.import_target(self.file, index);
        match self.facts.text(import.name) {
            WILDCARD => self.target(target, Via::Import),
            _ => self.target_member(target, self.facts.name_hash(import.name), depth),
        }
    }

    /// The member of that name of an import target.
    fn target_member(&self, target: &ImportTarget, name: NameHash, depth: u32) -> Items {
        let mut found = Items::new();
        for item in self.target_at(target, Via::Import, depth) {
            match &item.value {
                Value::Module(file) => extend(&mut found, self.exported(*file, name, depth)),
                _ => extend(&mut found, self.member(&item, name)),
            }
        }
        found
    }

    /// The value of a module as a whole, in languages where a module can be a class, a function or another value.
    pub fn whole_export(&self, file: FileId) -> Items {
        match self.index.language(file).rules.imports.whole_export {
            "" => Items::new(),
            whole => self.exported(file, NameHash::of(whole), 0),
        }
    }

    /// What a module exports under a name; `Unknown` if it exports the name and nothing more is known. `depth` is the
    /// number of re-exports that were followed.
    pub fn exported(&self, file: FileId, name: NameHash, depth: u32) -> Items {
        if depth > LONGEST_CHAIN {
            return Items::new();
        }
        self.consult(file, name);
        self.consult(file, IMPORTS_AND_EXPORTS);
        let unit = self.index.unit_of(file);
        if self.index.unit_files(unit).len() > 1 {
            let item = Item { value: Value::Unit(unit), via: Via::Import };
            return self.member(&item, name);
        }
        let other = self.peek(file);
        let found = match self.index.language(file).rules.exported {
            Exported::Explicit => other.explicit_export(name, depth),
            _ => other.implicit_export(name, depth),
        };
        self.consulted.borrow_mut().extend(other.consulted.borrow().iter().copied());
        if !found.is_empty() {
            return found;
        }
        let submodule = self.index.package_folder(file).and_then(|folder| {
            let text = self.facts.strings.symbol(name).map(|s| self.facts.text(s))?;
            self.index.submodule(self.index.language(file), folder, text)
        });
        submodule.map_or_else(Items::new, |target| self.target(&target, Via::Import))
    }

    /// What a module without export statements exports: what its scope binds.
    fn implicit_export(&self, name: NameHash, depth: u32) -> Items {
        let mut found = Items::new();
        let Some(symbol) = self.facts.strings.symbol(name) else {
            return self.wildcard_reexport(name, depth);
        };
        for binding in self.facts.bindings_of(ScopeId::FILE, symbol).iter().rev() {
            extend(&mut found, self.global_value(binding, name, depth));
            if binding.block.is_file() && !found.is_empty() {
                break;
            }
        }
        if found.is_empty() { self.wildcard_reexport(name, depth) } else { found }
    }

    /// The value of a binding in the scope of the file.
    pub(super) fn global_value(&self, binding: &Binding, name: NameHash, depth: u32) -> Items {
        match binding.bound {
            Bound::Definition(id) => self.definition_value(Def { file: self.file, id }, Via::Import),
            Bound::Import(index) => {
                let import = &self.facts.imports[index as usize];
                if import.name.is_empty() {
                    self.target_at(self.index.bound_target(self.file, index), Via::Import, depth)
                } else {
                    self.import_value(import, index, depth + 1)
                }
            }
            Bound::Narrowed { .. } => Items::new(),
            Bound::Value { value, .. } if self.is_rebound_wrapper(binding, value) => Items::new(),
            _ => match self.tables.global(self.file, name) {
                Some(items) => items.clone(),
                None => one(Value::Unknown, Via::Import),
            },
        }
    }

    /// What a module exports by statements, by assignments to its export object, or by re-exporting everything.
    fn explicit_export(&self, name: NameHash, depth: u32) -> Items {
        let mut found = self.exported_by_statement(name, depth);
        if found.is_empty() {
            found = self.exported_by_assignment(name);
        }
        if found.iter().all(|i| matches!(i.value, Value::Unknown | Value::External(_))) {
            let documented = self.documented_type(name, depth);
            if !documented.is_empty() {
                return documented;
            }
        }
        if found.is_empty() && name != NameHash::of(self.language.rules.imports.default_export) {
            for export in &self.facts.exports {
                let Export::From { name: outer, import } = *export else { continue };
                if self.facts.text(outer) == WILDCARD {
                    let target = self.index.import_target(self.file, import);
                    extend(&mut found, self.target_member(target, name, depth + 1));
                }
            }
            found.retain(|i| !matches!(i.value, Value::External(_)));
        }
        found
    }

    fn exported_by_statement(&self, name: NameHash, depth: u32) -> Items {
        let mut found = Items::new();
        for export in &self.facts.exports {
            match *export {
                Export::Local { name: outer, local } if self.facts.name_hash(outer) == name => {
                    let local_hash = self.facts.name_hash(local);
                    self.consult(self.file, local_hash);
                    for binding in self.facts.bindings_of(ScopeId::FILE, local).iter().rev() {
                        extend(&mut found, self.global_value(binding, local_hash, depth));
                    }
                }
                Export::Value { name: outer, .. } if self.facts.name_hash(outer) == name => {
                    if let Some(items) = self.tables.global(self.file, name) {
                        extend(&mut found, relabel(items, Via::Import));
                    }
                }
                Export::From { name: outer, import }
                    if self.facts.text(outer) != WILDCARD && self.facts.name_hash(outer) == name =>
                {
                    let source = &self.facts.imports[import as usize];
                    if source.name.is_empty() {
                        let target = self.index.import_target(self.file, import);
                        extend(&mut found, self.target(target, Via::Import));
                    } else {
                        extend(&mut found, self.import_value(source, import, depth + 1));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// What is exported as `exports.name = …`, or as a member of what is assigned to `module.exports`.
    fn exported_by_assignment(&self, name: NameHash) -> Items {
        let mut found = Items::new();
        let imports = &self.language.rules.imports;
        let whole = NameHash::of(imports.whole_export);
        self.consult(self.file, whole);
        if let Some(items) = self.tables.global(self.file, name) {
            if self.facts.exports.is_empty() {
                extend(&mut found, relabel(items, Via::Import));
            }
        } else if let Some(whole) = self.tables.global(self.file, whole) {
            if name == NameHash::of(imports.default_export) {
                extend(&mut found, relabel(whole, Via::Import));
            }
            for item in whole.clone() {
                let mut members = self.member(&item, name);
                if let Value::Object { .. } = item.value {
                    // An entry of the exported object is as sure as an export statement.
                    let is_definition =
                        |i: &&mut Item| matches!(i.value, Value::Function(_) | Value::Class(_));
                    members.iter_mut().filter(is_definition).for_each(|i| i.via = Via::Import);
                }
                extend(&mut found, members);
            }
        }
        found
    }

    /// A type that a comment declares or imports: other files see it without an export statement.
    fn documented_type(&self, name: NameHash, depth: u32) -> Items {
        let symbol = self.facts.strings.symbol(name).filter(|_| self.language.doc_comments.is_some());
        let mut found = Items::new();
        for binding in symbol.map_or(&[][..], |name| self.facts.bindings_of(ScopeId::FILE, name)) {
            let is_type = match binding.bound {
                Bound::Definition(id) => {
                    let kind = self.facts.definition(id).kind;
                    matches!(kind, NodeKind::Type | NodeKind::Interface)
                }
                Bound::Import(_) => true,
                _ => false,
            };
            if is_type {
                extend(&mut found, self.global_value(binding, name, depth + 1));
            }
        }
        found
    }

    /// The value of an import target.
    pub fn target(&self, target: &ImportTarget, via: Via) -> Items {
        self.target_at(target, via, 0)
    }

    /// The value of an import target, after `depth` re-exports.
    pub(super) fn target_at(&self, target: &ImportTarget, via: Via, depth: u32) -> Items {
        match target {
            ImportTarget::Within(file, names) => self.within(*file, names, depth),
            ImportTarget::Files(files) if files.len() == 1 => one(Value::Module(files[0]), via),
            ImportTarget::Files(files) => match files.first() {
                Some(file) => one(Value::Unit(self.index.unit_of(*file)), via),
                None => Items::new(),
            },
            ImportTarget::Unit(unit) => one(Value::Unit(*unit), via),
            ImportTarget::Definitions(defs) => {
                let mut found = Items::new();
                for def in defs {
                    self.consult(def.file, self.index.name_hash(*def));
                    extend(&mut found, self.definition_value(*def, via));
                }
                found
            }
            ImportTarget::Folder(folder) => one(Value::Folder(*folder), via),
            ImportTarget::External(package) => one(Value::External(*package), via),
        }
    }

    /// The member of a file that a path of names leads to.
    fn within(&self, file: FileId, names: &[NameHash], depth: u32) -> Items {
        let mut items = one(Value::Module(file), Via::Import);
        if depth > LONGEST_CHAIN {
            return Items::new();
        }
        for name in names {
            let mut next = Items::new();
            for item in items {
                match item.value {
                    Value::Module(file) => extend(&mut next, self.exported(file, *name, depth + 1)),
                    _ => extend(&mut next, self.member(&item, *name)),
                }
            }
            items = next;
        }
        items.retain(|i: &mut Item| i.value != Value::Unknown);
        items
    }

    /// The value of a name that the file does not bind: of its unit, of the enclosing packages, of wildcard imports, or
    /// of an import whose package has that name.
    pub fn name_from_other_files(&self, name: NameHash) -> Items {
        let unit = self.index.unit_of(self.file);
        let mut found = Items::new();
        if self.index.unit_files(unit).len() > 1 {
            for def in self.index.nearest(self.file, self.index.in_unit(unit, name)) {
                self.consult(def.file, name);
                if self.is_visible(def) {
                    extend(&mut found, self.definition_value(def, Via::Package));
                }
            }
            if found.is_empty() {
                for file in self.index.unit_files(unit) {
                    if let Some(items) = self.tables.global(*file, name) {
                        self.consult(*file, name);
                        extend(&mut found, relabel(items, Via::Package));
                    }
                }
            }
        }
        for outer in self.index.outer_units(unit) {
            if !found.is_empty() {
                break;
            }
            for def in self.index.nearest(self.file, self.index.in_unit(*outer, name)) {
                self.consult(def.file, name);
                extend(&mut found, self.definition_value(def, Via::Package));
            }
        }
        if !found.is_empty() {
            return found;
        }
        let found = self.name_by_wildcards(name);
        if found.is_empty() { self.import_by_package_name(name) } else { found }
    }

    /// An import without an alias of a package with that name, where the name need not be the last part of the path.
    fn import_by_package_name(&self, name: NameHash) -> Items {
        if self.language.rules.import_binds != ImportBinds::Package {
            return Items::new();
        }
        for (i, import) in (0..).zip(&self.facts.imports) {
            let target = self.index.import_target(self.file, i);
            let ImportTarget::Files(files) = target else { continue };
            let Some(file) = files.first().filter(|_| import.name.is_empty() && import.alias.is_empty())
            else {
                continue;
            };
            self.consult(*file, IMPORTS_AND_EXPORTS);
            let facts = self.index.facts(*file);
            if facts.name_hash(facts.package) == name {
                return self.target(target, Via::Import);
            }
        }
        Items::new()
    }

    /// The value of a name by the file's wildcard imports.
    fn name_by_wildcards(&self, name: NameHash) -> Items {
        let mut found = Items::new();
        for i in self.wildcard_imports() {
            let target = self.index.import_target(self.file, i);
            if self.is_reexport(i) || !self.wildcard_includes(target, name) {
                continue;
            }
            for item in self.target_member(target, name, 0) {
                let is_known = !matches!(item.value, Value::External(_) | Value::Unknown);
                if is_known && self.is_declared_if_enum_member(target, &item, name) {
                    push(&mut found, item);
                }
            }
            if self.wildcards_bind() && !found.is_empty() {
                break;
            }
        }
        if found.is_empty() { self.name_by_shared_imports(name) } else { found }
    }

    /// The value of a name by the imports of other files that apply to all files of the project.
    fn name_by_shared_imports(&self, name: NameHash) -> Items {
        let mut found = Items::new();
        for (file, i) in self.index.projects.shared_imports(self.file) {
            let facts = self.index.facts(*file);
            let (import, target) = (&facts.imports[*i as usize], self.index.import_target(*file, *i));
            let items = match facts.text(import.name) {
                WILDCARD => self.target_member(target, name, 0),
                _ if facts.name_hash(import.alias) == name => self.target(target, Via::Import),
                _ => continue,
            };
            for item in items {
                if !matches!(item.value, Value::External(_) | Value::Unknown) {
                    push(&mut found, item);
                }
            }
        }
        found
    }

    /// What the file re-exports of a name that it imports by wildcard.
    fn wildcard_reexport(&self, name: NameHash, depth: u32) -> Items {
        let mut found = Items::new();
        for i in self.wildcard_imports() {
            let target = self.index.import_target(self.file, i);
            if !self.facts.imports[i as usize].scope.is_file() || !self.wildcard_includes(target, name) {
                continue;
            }
            extend(&mut found, self.target_member(target, name, depth + 1));
            found.retain(|i| !matches!(i.value, Value::External(_)));
            if self.wildcards_bind() && !found.is_empty() {
                break;
            }
        }
        found
    }
}
