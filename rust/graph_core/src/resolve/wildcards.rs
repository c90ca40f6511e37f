//! Wildcards: names that come from other files without being imported by themselves: of the unit, of the packages
//! around it, by imports of everything.

use super::eval::{Evaluator, STARS};
use super::lookup::relabel;
use super::value::{Def, Item, Items, Value, extend, push};
use super::world::Target;
use crate::facts::{Export, hash};
use crate::graph::{NodeKind, Via, Visibility};
use crate::languages::ImportBinds;

impl Evaluator<'_> {
    /// What other files give under a name.
    pub(super) fn given_outside(&self, name: u64) -> Items {
        let unit = self.world.unit_of[self.file as usize];
        let mut found = Items::new();
        if self.world.units[unit as usize].len() > 1 {
            for def in self.world.nearest(self.file, self.world.in_unit(unit, name)) {
                self.consult(def.file, name);
                if self.sees(def) {
                    extend(&mut found, self.defined(def, Via::Package));
                }
            }
            if found.is_empty() {
                for file in &self.world.units[unit as usize] {
                    if let Some(items) = self.tables.global(*file, name) {
                        self.consult(*file, name);
                        extend(&mut found, relabel(items, Via::Package));
                    }
                }
            }
        }
        for outer in self.world.outer_units(unit) {
            if !found.is_empty() {
                break;
            }
            for def in self.world.nearest(self.file, self.world.in_unit(*outer, name)) {
                self.consult(def.file, name);
                extend(&mut found, self.defined(def, Via::Package));
            }
        }
        if !found.is_empty() {
            return found;
        }
        let found = self.by_wildcards(name);
        if found.is_empty() { self.by_package_name(name) } else { found }
    }

    /// Does the file see what another one of its package has? Where what says nothing is seen, what is private is not.
    fn sees(&self, def: Def) -> bool {
        self.language.rules.default_visibility == Visibility::Private
            || self.world.definition(def).visibility != Visibility::Private
    }

    /// An import without an alias whose package says another name than its path does.
    fn by_package_name(&self, name: u64) -> Items {
        if self.language.rules.import_binds != ImportBinds::Package {
            return Items::new();
        }
        for (i, import) in self.facts.imports.iter().enumerate() {
            let target = &self.world.imports[self.file as usize][i];
            let Target::Files(files) = target else { continue };
            let Some(file) = files.first().filter(|_| import.name.is_empty() && import.alias.is_empty())
            else {
                continue;
            };
            self.consult(*file, STARS);
            let facts = self.world.facts(*file);
            if facts.strings.hash(facts.package) == name {
                return self.target(target, Via::Import);
            }
        }
        Items::new()
    }

    /// What the file's wildcard imports give under a name. Where such imports bind names the last one counts.
    pub(super) fn by_wildcards(&self, name: u64) -> Items {
        let binds = !self.language.rules.imports.wildcard_list.is_empty();
        let mut found = Items::new();
        for i in self.wildcards(binds) {
            let target = &self.world.imports[self.file as usize][i];
            if self.is_reexport(i as u32) || !self.takes(target, name) {
                continue;
            }
            for item in self.of_target(target, name, 0) {
                let known = !matches!(item.value, Value::External(_) | Value::Unknown);
                if known && self.is_of(target, &item, name) {
                    push(&mut found, item);
                }
            }
            if binds && !found.is_empty() {
                break;
            }
        }
        if found.is_empty() { self.by_shared(name) } else { found }
    }

    /// What imports of other files that count in this one too give under a name.
    fn by_shared(&self, name: u64) -> Items {
        let mut found = Items::new();
        for (file, i) in self.world.projects.shared(self.file) {
            let facts = self.world.facts(*file);
            let (import, target) =
                (&facts.imports[*i as usize], &self.world.imports[*file as usize][*i as usize]);
            let items = match facts.text(import.name) {
                "*" => self.of_target(target, name, 0),
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
    pub(super) fn starred(&self, name: u64, depth: u32) -> Items {
        let binds = !self.language.rules.imports.wildcard_list.is_empty();
        let mut found = Items::new();
        for i in self.wildcards(binds) {
            let target = &self.world.imports[self.file as usize][i];
            if !self.facts.imports[i].scope.is_file() || !self.takes(target, name) {
                continue;
            }
            extend(&mut found, self.of_target(target, name, depth + 1));
            found.retain(|i| !matches!(i.value, Value::External(_)));
            if binds && !found.is_empty() {
                break;
            }
        }
        found
    }

    /// The wildcard imports, by index: in order, or the last one first.
    fn wildcards(&self, last_first: bool) -> impl Iterator<Item = usize> + '_ {
        let star = self.facts.strings.symbol(hash(b"*"));
        let count = if star.is_some() { self.facts.imports.len() } else { 0 };
        (0..count)
            .map(move |i| if last_first { count - 1 - i } else { i })
            .filter(move |i| Some(self.facts.imports[*i].name) == star)
    }

    /// Does a wildcard import of the target take the name?
    fn takes(&self, target: &Target, name: u64) -> bool {
        let Target::Files(files) = target else { return true };
        let [file] = files[..] else { return true };
        if self.world.language(file).rules.imports.wildcard_list.is_empty() {
            return true;
        }
        self.consult(file, STARS);
        let facts = self.world.facts(file);
        match &facts.wildcards {
            Some(names) => names.iter().any(|n| facts.strings.hash(*n) == name),
            None => facts.strings.symbol(name).is_none_or(|n| !facts.text(n).starts_with('_')),
        }
    }

    /// Of an enum's members only those that are written are given: any other name would be taken for one.
    fn is_of(&self, target: &Target, item: &Item, name: u64) -> bool {
        let Value::Instance(class) = item.value else { return true };
        let definition = self.world.definition(class);
        if matches!(target, Target::Files(_) | Target::Unit(_)) || definition.kind != NodeKind::Enum {
            return true;
        }
        let facts = self.world.facts(class.file);
        let symbol = facts.strings.symbol(name);
        symbol.is_some_and(|name| !facts.bindings_of(definition.scope, name).is_empty())
    }

    fn is_reexport(&self, import: u32) -> bool {
        self.facts.exports.iter().any(|e| matches!(e, Export::From { import: i, .. } if *i == import))
    }
}
