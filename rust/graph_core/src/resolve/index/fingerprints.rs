//! Fingerprints of what other files can read of a file, by name: they tell which names differ between two versions.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::facts::{Bound, Definition, DefinitionId, Facts, Symbol};
use crate::graph::FileId;
use crate::hashing::{NameHash, finish};
use crate::resolve::index::Index;
use crate::resolve::index::definitions::holds_members;
use crate::resolve::index::type_names::{expression_name, is_type_variable, text_name};

/// A name of a file that was read, or `IMPORTS_AND_EXPORTS` or `WHOLE_FILE` in the place of a name.
pub type Read = (FileId, NameHash);

/// In the place of a name: the imports, exports, wildcard names and the package of a file.
pub const IMPORTS_AND_EXPORTS: NameHash = NameHash(0);

/// In the place of a name: any part of a file.
pub const WHOLE_FILE: NameHash = NameHash(1);

/// A hash of the top-level names of a unit; 0 for a unit of one file whose names no other unit sees.
pub(super) fn unit_fingerprint(index: &Index, files: &[FileId]) -> u64 {
    if files.len() < 2 && !files.iter().any(|f| index.language(*f).rules.names.nested_packages) {
        return 0;
    }
    let names = files.iter().flat_map(|file| {
        let facts = index.facts(*file);
        facts.bindings.iter().filter(|b| b.scope.is_file()).map(|b| fingerprint(&facts.name_hash(b.name)))
    });
    names.fold(0, u64::wrapping_add)
}

/// The sum of the hashes that are added to each name.
#[derive(Default)]
struct Sums(FxHashMap<NameHash, u64>);

impl Sums {
    fn add(&mut self, name: NameHash, part: u64) {
        let sum = self.0.entry(name).or_default();
        *sum = sum.wrapping_add(finish(part));
    }
}

/// By name, a hash over what evaluation reads directly from another file's facts: definitions, names bound in the
/// scope of the file or of a type, imports and exports.
pub(super) fn surface(facts: &Facts) -> FxHashMap<NameHash, u64> {
    let mut sums = Sums::default();
    sums.0.insert(IMPORTS_AND_EXPORTS, facts.name_hash(facts.package).0);
    for (i, definition) in facts.definitions.iter().enumerate().skip(1) {
        sums.add(facts.name_hash(definition.name), definition_fingerprint(facts, i, definition));
    }
    add_bindings(facts, &mut sums);
    if let Some(names) = &facts.wildcards {
        let names: Vec<NameHash> = names.iter().map(|n| facts.name_hash(*n)).collect();
        sums.add(IMPORTS_AND_EXPORTS, fingerprint(&names));
    }
    for (i, import) in facts.imports.iter().enumerate() {
        let (path, name, alias) =
            (facts.name_hash(import.path), facts.name_hash(import.name), facts.name_hash(import.alias));
        sums.add(IMPORTS_AND_EXPORTS, fingerprint(&(i, path, name, alias, import.scope)));
    }
    for export in &facts.exports {
        sums.add(IMPORTS_AND_EXPORTS, fingerprint(export));
    }
    sums.0
}

fn definition_fingerprint(facts: &Facts, i: usize, d: &Definition) -> u64 {
    let shape = (d.parent, d.scope, d.kind, d.flags, d.has_body, d.receiver.is_known(), d.returns.is_known());
    let parameters: Vec<_> = d
        .parameters
        .iter()
        .map(|p| {
            let r#type = type_fingerprint(facts, i, p.type_text);
            (facts.name_hash(p.name), p.optional, p.kind, p.r#type.is_known(), r#type)
        })
        .collect();
    let qualifier = facts.name_hash(d.qualifier);
    let decorators: Vec<_> = d.decorators.iter().map(|(_, text)| facts.name_hash(*text)).collect();
    let bases: Vec<_> = d.bases.iter().map(|t| facts.name_hash(*t)).collect();
    let returns = type_fingerprint(facts, i, d.returns_text);
    let shape = (shape, d.arity, qualifier, d.visibility, parameters, decorators, bases, returns);
    fingerprint(&(i, shape))
}

/// Adds the names that are bound in the scope of the file or of a type.
fn add_bindings(facts: &Facts, sums: &mut Sums) {
    for b in &facts.bindings {
        let owner = facts.definition(facts.scope(b.scope).owner);
        let in_type = owner.scope == b.scope && holds_members(owner.kind);
        if !b.scope.is_file() && !in_type {
            continue;
        }
        let bound = match b.bound {
            Bound::Definition(id) => (0, id.0),
            Bound::Import(index) => (1, index),
            Bound::Value { r#type, .. } => {
                let written = expression_name(facts, r#type);
                (2, written.map_or(0, |(name, arrays)| fingerprint(&(name, arrays)) as u32))
            }
            Bound::Parameter { index, .. } => (3, index),
            Bound::Narrowed { .. } => continue,
        };
        sums.add(facts.name_hash(b.name), fingerprint(&(b.scope, b.block.is_file(), bound)));
    }
}

/// The written type of a part of a definition, and whether it is a type variable of the definition.
fn type_fingerprint(facts: &Facts, definition: usize, text: Symbol) -> (NameHash, bool) {
    let id = DefinitionId(definition as u32);
    let is_variable = !text.is_empty() && is_type_variable(facts, id, text_name(facts.text(text)).0);
    (facts.name_hash(text), is_variable)
}

/// A hash of a value that is the same in one run of the program; it is not stored.
pub(super) fn fingerprint<T: Hash>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}
