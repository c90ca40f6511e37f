//! Exports: what modules give under a name, and the names that other files give without being imported one by one.

use crate::facts::{Binding, Bound, Export, Import, ScopeId, WILDCARD};
use crate::graph::{NodeKind, Via, Visibility};
use crate::hashing::hash;
use crate::languages::{Exported, ImportBinds};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::STARS;
use crate::resolve::index::imports::ImportTarget;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value, extend, one, push, relabel};

/// How many re-exports in a row are followed.
const LONGEST_CHAIN: u32 = 16;

impl Evaluator<'_> {
    /// What an import binds.
    pub(super) fn imported_value(&self, index: u32) -> Items {
        let import = &self.facts.imports[index as usize];
        if !import.name.is_empty() {
            return self.import_value(import, index, 0);
        }
        let mut found = self.target(self.index.bound_target(self.file, index), Via::Import);
        if let Some(Value::Module(file)) = found.first().map(|i| i.value.clone()) {
            // A module may as a whole be a class or a function.
            let mut whole = self.whole_export(file);
            whole.retain(|i| matches!(i.value, Value::Class(_) | Value::Function(_)));
            extend(&mut found, relabel(&whole, Via::Import));
        }
        found
    }

    fn import_value(&self, import: &Import, index: u32, depth: u32) -> Items {
        let target = &self.index.imports[self.file as usize][index as usize];
        match self.facts.text(import.name) {
            WILDCARD => self.target(target, Via::Import),
            _ => self.target_member(target, self.facts.strings.hash(import.name), depth),
        }
    }

    /// A name of the thing that an import path leads to.
    fn target_member(&self, target: &ImportTarget, name: u64, depth: u32) -> Items {
        let mut found = Items::new();
        for item in self.target_at(target, Via::Import, depth) {
            match &item.value {
                Value::Module(file) => extend(&mut found, self.exported(*file, name, depth)),
                _ => extend(&mut found, self.member(&item, name)),
            }
        }
        found
    }

    /// What a module is as a whole, where its language lets it be a class, a function or another value.
    pub fn whole_export(&self, file: u32) -> Items {
        match self.index.language(file).rules.imports.whole_export {
            "" => Items::new(),
            whole => self.exported(file, hash(whole.as_bytes()), 0),
        }
    }

    /// What a module gives under a name; `Unknown` when it has the name and no more is known.
    pub fn exported(&self, file: u32, name: u64, depth: u32) -> Items {
        if depth > LONGEST_CHAIN {
            return Items::new();
        }
        self.consult(file, name);
        self.consult(file, STARS);
        let unit = self.index.unit_of[file as usize];
        if self.index.units[unit as usize].len() > 1 {
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
        let sub = self.index.package_folder(file).and_then(|folder| {
            let text = self.facts.strings.symbol(name).map(|s| self.facts.text(s))?;
            self.index.submodule(self.index.language(file), folder, text)
        });
        sub.map_or_else(Items::new, |target| self.target(&target, Via::Import))
    }

    /// A module without export statements gives what its scope binds.
    fn implicit_export(&self, name: u64, depth: u32) -> Items {
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

    pub(super) fn global_value(&self, binding: &Binding, name: u64, depth: u32) -> Items {
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

    fn explicit_export(&self, name: u64, depth: u32) -> Items {
        let mut found = Items::new();
        let mut stars = Vec::new();
        for export in &self.facts.exports {
            match *export {
                Export::Local { name: outer, local } if self.facts.strings.hash(outer) == name => {
                    let local_hash = self.facts.strings.hash(local);
                    self.consult(self.file, local_hash);
                    for binding in self.facts.bindings_of(ScopeId::FILE, local).iter().rev() {
                        extend(&mut found, self.global_value(binding, local_hash, depth));
                    }
                }
                Export::Value { name: outer, .. } if self.facts.strings.hash(outer) == name => {
                    if let Some(items) = self.tables.global(self.file, name) {
                        extend(&mut found, relabel(items, Via::Import));
                    }
                }
                Export::From { name: outer, import } => {
                    let from = &self.facts.imports[import as usize];
                    if self.facts.text(outer) == WILDCARD {
                        stars.push(import);
                    } else if self.facts.strings.hash(outer) == name {
                        let target = &self.index.imports[self.file as usize][import as usize];
                        if from.name.is_empty() {
                            extend(&mut found, self.target(target, Via::Import));
                        } else {
                            extend(&mut found, self.import_value(from, import, depth + 1));
                        }
                    }
                }
                _ => {}
            }
        }
        if found.is_empty() {
            // `exports.name = …` and members of what is assigned to `module.exports`.
            let imports = &self.language.rules.imports;
            let whole = hash(imports.whole_export.as_bytes());
            self.consult(self.file, whole);
            if let Some(items) = self.tables.global(self.file, name) {
                if self.facts.exports.is_empty() {
                    extend(&mut found, relabel(items, Via::Import));
                }
            } else if let Some(whole) = self.tables.global(self.file, whole) {
                if name == hash(imports.default_export.as_bytes()) {
                    extend(&mut found, relabel(whole, Via::Import));
                }
                for item in whole.clone() {
                    let mut members = self.member(&item, name);
                    if let Value::Object { .. } = item.value {
                        // An entry of what is exported is as sure as an export statement.
                        let known = |i: &&mut Item| matches!(i.value, Value::Function(_) | Value::Class(_));
                        members.iter_mut().filter(known).for_each(|i| i.via = Via::Import);
                    }
                    extend(&mut found, members);
                }
            }
        }
        if found.iter().all(|i| matches!(i.value, Value::Unknown | Value::External(_))) {
            let documented = self.documented_type(name, depth);
            if !documented.is_empty() {
                return documented;
            }
        }
        if found.is_empty() && name != hash(self.language.rules.imports.default_export.as_bytes()) {
            for import in stars {
                let target = &self.index.imports[self.file as usize][import as usize];
                extend(&mut found, self.target_member(target, name, depth + 1));
            }
            found.retain(|i| !matches!(i.value, Value::External(_)));
        }
        found
    }

    /// A type that a comment declares or imports: others see it without an export.
    fn documented_type(&self, name: u64, depth: u32) -> Items {
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

    /// The thing that an import path leads to, as a value.
    pub fn target(&self, target: &ImportTarget, via: Via) -> Items {
        self.target_at(target, via, 0)
    }

    pub(super) fn target_at(&self, target: &ImportTarget, via: Via, depth: u32) -> Items {
        match target {
            ImportTarget::Within(file, names) => self.within(*file, names, depth),
            ImportTarget::Files(files) if files.len() == 1 => one(Value::Module(files[0]), via),
            ImportTarget::Files(files) => match files.first() {
                Some(file) => one(Value::Unit(self.index.unit_of[*file as usize]), via),
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

    /// What a file has under names, one inside of the other.
    fn within(&self, file: u32, names: &[u64], depth: u32) -> Items {
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

    /// What other files give under a name.
    pub fn name_from_other_files(&self, name: u64) -> Items {
        let unit = self.index.unit_of[self.file as usize];
        let mut found = Items::new();
        if self.index.units[unit as usize].len() > 1 {
            for def in self.index.nearest(self.file, self.index.in_unit(unit, name)) {
                self.consult(def.file, name);
                if self.is_visible(def) {
                    extend(&mut found, self.definition_value(def, Via::Package));
                }
            }
            if found.is_empty() {
                for file in &self.index.units[unit as usize] {
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

    /// Does the file see what another one of its package has? Where what says nothing is seen, what is private is not.
    fn is_visible(&self, def: Def) -> bool {
        self.language.rules.default_visibility == Visibility::Private
            || self.index.definition(def).visibility != Visibility::Private
    }

    /// An import without an alias whose package says another name than its path does.
    fn import_by_package_name(&self, name: u64) -> Items {
        if self.language.rules.import_binds != ImportBinds::Package {
            return Items::new();
        }
        for (i, import) in self.facts.imports.iter().enumerate() {
            let target = &self.index.imports[self.file as usize][i];
            let ImportTarget::Files(files) = target else { continue };
            let Some(file) = files.first().filter(|_| import.name.is_empty() && import.alias.is_empty())
            else {
                continue;
            };
            self.consult(*file, STARS);
            let facts = self.index.facts(*file);
            if facts.strings.hash(facts.package) == name {
                return self.target(target, Via::Import);
            }
        }
        Items::new()
    }

    /// What the file's wildcard imports give under a name. Where such imports bind names the last one counts.
    fn name_by_wildcards(&self, name: u64) -> Items {
        let binds = !self.language.rules.imports.wildcard_list.is_empty();
        let mut found = Items::new();
        for i in self.wildcard_imports(binds) {
            let target = &self.index.imports[self.file as usize][i];
            if self.is_reexport(i as u32) || !self.wildcard_includes(target, name) {
                continue;
            }
            for item in self.target_member(target, name, 0) {
                let known = !matches!(item.value, Value::External(_) | Value::Unknown);
                if known && self.is_written_enum_member(target, &item, name) {
                    push(&mut found, item);
                }
            }
            if binds && !found.is_empty() {
                break;
            }
        }
        if found.is_empty() { self.name_by_shared_imports(name) } else { found }
    }

    /// What imports of other files that count in this one too give under a name.
    fn name_by_shared_imports(&self, name: u64) -> Items {
        let mut found = Items::new();
        for (file, i) in self.index.projects.shared(self.file) {
            let facts = self.index.facts(*file);
            let (import, target) =
                (&facts.imports[*i as usize], &self.index.imports[*file as usize][*i as usize]);
            let items = match facts.text(import.name) {
                WILDCARD => self.target_member(target, name, 0),
                _ if facts.strings.hash(import.alias) == name => self.target(target, Via::Import),
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

    /// What the file passes on of the names that it imports by wildcards.
    fn wildcard_reexport(&self, name: u64, depth: u32) -> Items {
        let binds = !self.language.rules.imports.wildcard_list.is_empty();
        let mut found = Items::new();
        for i in self.wildcard_imports(binds) {
            let target = &self.index.imports[self.file as usize][i];
            if !self.facts.imports[i].scope.is_file() || !self.wildcard_includes(target, name) {
                continue;
            }
            extend(&mut found, self.target_member(target, name, depth + 1));
            found.retain(|i| !matches!(i.value, Value::External(_)));
            if binds && !found.is_empty() {
                break;
            }
        }
        found
    }

    /// The wildcard imports, by index: in order, or the last one first.
    fn wildcard_imports(&self, last_first: bool) -> impl Iterator<Item = usize> + '_ {
        let star = self.facts.strings.symbol(hash(WILDCARD.as_bytes()));
        let count = if star.is_some() { self.facts.imports.len() } else { 0 };
        (0..count)
            .map(move |i| if last_first { count - 1 - i } else { i })
            .filter(move |i| Some(self.facts.imports[*i].name) == star)
    }

    /// Does a wildcard import of the target take the name?
    fn wildcard_includes(&self, target: &ImportTarget, name: u64) -> bool {
        let ImportTarget::Files(files) = target else { return true };
        let [file] = files[..] else { return true };
        if self.index.language(file).rules.imports.wildcard_list.is_empty() {
            return true;
        }
        self.consult(file, STARS);
        let facts = self.index.facts(file);
        match &facts.wildcards {
            Some(names) => names.iter().any(|n| facts.strings.hash(*n) == name),
            None => facts.strings.symbol(name).is_none_or(|n| !facts.text(n).starts_with('_')),
        }
    }

    /// Of an enum's members only those that are written are given: any other name would be taken for one.
    fn is_written_enum_member(&self, target: &ImportTarget, item: &Item, name: u64) -> bool {
        let Value::Instance(class) = item.value else { return true };
        let definition = self.index.definition(class);
        if matches!(target, ImportTarget::Files(_) | ImportTarget::Unit(_))
            || definition.kind != NodeKind::Enum
        {
            return true;
        }
        let facts = self.index.facts(class.file);
        let symbol = facts.strings.symbol(name);
        symbol.is_some_and(|name| !facts.bindings_of(definition.scope, name).is_empty())
    }

    fn is_reexport(&self, import: u32) -> bool {
        self.facts.exports.iter().any(|e| matches!(e, Export::From { import: i, .. } if *i == import))
    }
}
