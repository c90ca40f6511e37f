//! Wildcards: names that come by imports of everything.

use super::eval::{Evaluator, STARS};
use super::value::{Items, Value, extend, push};
use super::world::Target;
use crate::facts::{Export, hash};

impl Evaluator<'_> {
    /// What the file's wildcard imports give under a name. Where such imports bind names the last one counts.
    pub(super) fn by_wildcards(&self, name: u64) -> Items {
        let binds = !self.language.rules.wildcard_list.is_empty();
        let mut found = Items::new();
        for i in self.wildcards(binds) {
            let target = &self.world.imports[self.file as usize][i];
            if self.is_reexport(i as u32) || !self.takes(target, name) {
                continue;
            }
            for item in self.of_target(target, name, 0) {
                if !matches!(item.value, Value::External(_) | Value::Unknown) {
                    push(&mut found, item);
                }
            }
            if binds && !found.is_empty() {
                break;
            }
        }
        found
    }

    /// What the file passes on of the names that it imports by wildcards.
    pub(super) fn starred(&self, name: u64, depth: u32) -> Items {
        let binds = !self.language.rules.wildcard_list.is_empty();
        let mut found = Items::new();
        for i in self.wildcards(binds) {
            let target = &self.world.imports[self.file as usize][i];
            if self.facts.imports[i].scope.0 != 0 || !self.takes(target, name) {
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
        if self.world.language(file).rules.wildcard_list.is_empty() {
            return true;
        }
        self.consult(file, STARS);
        let facts = self.world.facts(file);
        match &facts.wildcards {
            Some(names) => names.iter().any(|n| facts.strings.hash(*n) == name),
            None => facts.strings.symbol(name).is_none_or(|n| !facts.text(n).starts_with('_')),
        }
    }

    fn is_reexport(&self, import: u32) -> bool {
        self.facts.exports.iter().any(|e| matches!(e, Export::From { import: i, .. } if *i == import))
    }
}
