//! Parts: types that are written in several places of a unit. The first part that says bases, else
//! the first, by file and place, stands for all.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::projects::Projects;
use super::value::Def;
use super::world::SourceFile;
use crate::facts::{DefinitionId, Facts, mix};
use crate::graph::{NodeKind, flag};
use crate::languages;

#[derive(Default)]
pub struct Parts {
    /// For every part but the first: the first.
    whole: FxHashMap<Def, Def>,
    /// For every first part: the others, in order.
    others: FxHashMap<Def, Vec<Def>>,
}

impl Parts {
    pub fn new(files: &[SourceFile], unit_of: &[u32], projects: &Projects) -> Parts {
        let mut groups: FxHashMap<(u32, Option<u32>, u64), Vec<Def>> = FxHashMap::default();
        for (file, source) in files.iter().enumerate() {
            let rule = source.language.rules.types.partial;
            if rule == languages::Partial::None {
                continue;
            }
            for (i, definition) in source.facts.definitions.iter().enumerate().skip(1) {
                let is_group = definition.flags & flag::GROUP != 0;
                let is_type = definition.is_type() && !is_group || definition.kind == NodeKind::Module;
                let marked = rule == languages::Partial::All || definition.flags & flag::PART != 0;
                if !is_type || !marked || definition.name.is_empty() || definition.receiver.is_known() {
                    continue;
                }
                let def = Def { file: file as u32, id: DefinitionId(i as u32) };
                let key = (unit_of[file], projects.of(def.file), path(&source.facts, def.id));
                groups.entry(key).or_default().push(def);
            }
        }
        let mut parts = Parts::default();
        for mut group in groups.into_values().filter(|g| g.len() > 1) {
            let bases = |def: &Def| !files[def.file as usize].facts.definition(def.id).bases.is_empty();
            let first = group.iter().position(bases).unwrap_or(0);
            let whole = group.remove(first);
            parts.whole.extend(group.iter().map(|part| (*part, whole)));
            parts.others.insert(whole, group);
        }
        parts
    }

    /// The part that stands for the whole type.
    pub fn whole(&self, def: Def) -> Def {
        self.whole.get(&def).copied().unwrap_or(def)
    }

    /// Adds a definition, of the parts of a type the first alone.
    pub fn add(&self, named: &mut SmallVec<[Def; 1]>, def: Def) {
        let whole = self.whole(def);
        if whole == def || !named.contains(&whole) {
            named.push(whole);
        }
    }

    /// The parts of a type besides the one that stands for it.
    pub fn others(&self, whole: Def) -> &[Def] {
        self.others.get(&whole).map_or(&[], Vec::as_slice)
    }

    /// The part of a type that is written in a file.
    pub fn in_file(&self, whole: Def, file: u32) -> Option<Def> {
        std::iter::once(whole).chain(self.others(whole).iter().copied()).find(|part| part.file == file)
    }

    /// Changes with which types are parts of which.
    pub fn print(&self) -> u64 {
        let one = |(part, whole): (&Def, &Def)| {
            [part.file, part.id.0, whole.file, whole.id.0].iter().fold(0, |s, n| mix(s, u64::from(*n)))
        };
        self.whole.iter().map(one).fold(0, |sum, p| sum.wrapping_add(crate::facts::finish(p)))
    }
}

/// The names from the file down to a definition.
fn path(facts: &Facts, mut id: DefinitionId) -> u64 {
    let mut hash = 0;
    while !id.is_file() {
        let definition = facts.definition(id);
        hash = mix(mix(hash, facts.strings.hash(definition.name)), u64::from(definition.arity));
        id = facts.definition(id).parent;
    }
    hash
}
