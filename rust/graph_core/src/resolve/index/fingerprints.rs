//! Fingerprints of what other files can read of a file, by name: they say which names differ between two versions.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::facts::{Bound, DefinitionId, Facts, Symbol};
use crate::resolve::index::Index;
use crate::resolve::index::definitions::holds_members;
use crate::resolve::index::written::{expression_name, is_type_variable, text_name};

/// A name of a file that was read, by the hash of the name; `STARS` or `ALL`.
pub type Read = (u32, u64);

/// In the place of a name: the wildcard imports, re-exports and the package of a file.
pub const STARS: u64 = 0;

/// In the place of a name: any part of a file.
pub const ALL: u64 = 1;

/// The names that a unit of several files has.
pub(super) fn unit_fingerprint(index: &Index, files: &[u32]) -> u64 {
    if files.len() < 2 && !files.iter().any(|f| index.language(*f).rules.names.nested_packages) {
        return 0;
    }
    let names = files.iter().flat_map(|file| {
        let facts = index.facts(*file);
        facts.bindings.iter().filter(|b| b.scope.is_file()).map(|b| fingerprint(&facts.strings.hash(b.name)))
    });
    names.fold(0, u64::wrapping_add)
}

/// By name, a hash over what evaluation reads straight from another file's facts: definitions, names bound in the
/// file's scope or a type's, imports and exports.
pub(super) fn surface(facts: &Facts) -> FxHashMap<u64, u64> {
    let mut names: FxHashMap<u64, u64> = FxHashMap::default();
    names.insert(STARS, facts.strings.hash(facts.package));
    let mut add = |name: u64, part: u64| {
        let sum = names.entry(name).or_default();
        *sum = sum.wrapping_add(crate::hashing::finish(part));
    };
    for (i, d) in facts.definitions.iter().enumerate().skip(1) {
        let shape =
            (d.parent, d.scope, d.kind, d.flags, d.has_body, d.receiver.is_known(), d.returns.is_known());
        let parameters: Vec<_> = d
            .parameters
            .iter()
            .map(|p| {
                let r#type = type_fingerprint(facts, i, p.type_text);
                (facts.strings.hash(p.name), p.optional, p.kind, p.r#type.is_known(), r#type)
            })
            .collect();
        let qualifier = facts.strings.hash(d.qualifier);
        let decorators: Vec<_> = d.decorators.iter().map(|(_, text)| facts.strings.hash(*text)).collect();
        let bases: Vec<_> = d.bases.iter().map(|t| facts.strings.hash(*t)).collect();
        let returns = type_fingerprint(facts, i, d.returns_text);
        let shape = (shape, d.arity, qualifier, d.visibility, parameters, decorators, bases, returns);
        add(facts.strings.hash(d.name), fingerprint(&(i, shape)));
    }
    for b in &facts.bindings {
        let owner = facts.definition(facts.scope(b.scope).owner);
        let of_type = owner.scope == b.scope && holds_members(owner.kind);
        if b.scope.is_file() || of_type {
            let bound = match b.bound {
                Bound::Definition(id) => (0, id.0),
                Bound::Import(index) => (1, index),
                Bound::Value { r#type, .. } => (
                    2,
                    expression_name(facts, r#type).map_or(0, |(n, arrays)| fingerprint(&(n, arrays)) as u32),
                ),
                Bound::Parameter { index, .. } => (3, index),
                Bound::Narrowed { .. } => continue,
            };
            add(facts.strings.hash(b.name), fingerprint(&(b.scope, b.block.is_file(), bound)));
        }
    }
    if let Some(names) = &facts.wildcards {
        add(STARS, fingerprint(&names.iter().map(|n| facts.strings.hash(*n)).collect::<Vec<_>>()));
    }
    for (i, import) in facts.imports.iter().enumerate() {
        let (path, name) = (facts.strings.hash(import.path), facts.strings.hash(import.name));
        add(STARS, fingerprint(&(i, path, name, facts.strings.hash(import.alias), import.scope)));
    }
    for export in &facts.exports {
        add(STARS, fingerprint(export));
    }
    names
}

/// A type as it is written, and whether that is a type variable of the definition.
fn type_fingerprint(facts: &Facts, definition: usize, text: Symbol) -> (u64, bool) {
    let id = DefinitionId(definition as u32);
    let variable = !text.is_empty() && is_type_variable(facts, id, text_name(facts.text(text)).0);
    (facts.strings.hash(text), variable)
}

pub fn fingerprint<T: Hash>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}
