//! Wildcard imports: which there are in a file and which names they import, as far as the facts tell. Nothing is
//! evaluated here.

use crate::facts::{Export, WILDCARD};
use crate::graph::{NodeKind, Visibility};
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::IMPORTS_AND_EXPORTS;
use crate::resolve::index::imports::ImportTarget;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Value};

impl Evaluator<'_> {
    /// Do wildcard imports bind names like assignments? Then the last import that has a name determines its value.
    pub(super) fn wildcards_bind(&self) -> bool {
        !self.language.rules.imports.wildcard_list.is_empty()
    }

    /// The indices of the file's wildcard imports in the order in which they are searched: the last one first if they
    /// bind names.
    pub(super) fn wildcard_imports(&self) -> impl Iterator<Item = u32> + '_ {
        let wildcard = self.facts.strings.symbol(NameHash::of(WILDCARD));
        let count = if wildcard.is_some() { self.facts.imports.len() as u32 } else { 0 };
        let last_first = self.wildcards_bind();
        (0..count)
            .map(move |i| if last_first { count - 1 - i } else { i })
            .filter(move |i| Some(self.facts.imports[*i as usize].name) == wildcard)
    }

    /// Does a wildcard import of the target import the name, if the target has it?
    pub(super) fn wildcard_includes(&self, target: &ImportTarget, name: NameHash) -> bool {
        let ImportTarget::Files(files) = target else { return true };
        let [file] = files[..] else { return true };
        if self.index.language(file).rules.imports.wildcard_list.is_empty() {
            return true;
        }
        self.consult(file, IMPORTS_AND_EXPORTS);
        let facts = self.index.facts(file);
        match &facts.wildcards {
            Some(names) => names.iter().any(|n| facts.name_hash(*n) == name),
            None => facts.strings.symbol(name).is_none_or(|n| !facts.text(n).starts_with('_')),
        }
    }

    /// Is a member of an enum that a wildcard import brings really declared? Evaluation yields a member for any name of
    /// an enum, so undeclared names are rejected here. True for everything else.
    pub(super) fn is_declared_if_enum_member(
        &self,
        target: &ImportTarget,
        item: &Item,
        name: NameHash,
    ) -> bool {
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

    /// Is the import the source of a re-export?
    pub(super) fn is_reexport(&self, import: u32) -> bool {
        self.facts.exports.iter().any(|e| matches!(e, Export::From { import: i, .. } if *i == import))
    }

    /// Does the file see a definition of another file of its package? Private definitions are hidden, but in languages
    /// where private is the default all definitions of the package are visible.
    pub(super) fn is_visible(&self, def: Def) -> bool {
        self.language.rules.default_visibility == Visibility::Private
            || self.index.definition(def).visibility != Visibility::Private
    }
}
