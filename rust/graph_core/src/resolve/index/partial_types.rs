//! Partial types: types that are written in several parts in one unit. One part stands for the whole type: the first
//! that names bases, else the first by file and position.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::facts::{DefinitionId, Facts};
use crate::graph::{FileId, NodeKind, flag};
use crate::hashing::{finish, mix};
use crate::languages::Partial;
use crate::resolve::index::SourceFile;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::ids::UnitId;
use crate::resolve::index::projects::{ProjectId, Projects};

#[derive(Default)]
pub struct PartialTypes {
    /// For every other part: the part that stands for the whole type.
    whole: FxHashMap<Def, Def>,
    /// For every part that stands for a whole type: the other parts, in order.
    others: FxHashMap<Def, Vec<Def>>,
}

impl PartialTypes {
    pub fn new(files: &[SourceFile], unit_of: &[UnitId], projects: &Projects) -> PartialTypes {
        let mut groups: FxHashMap<(UnitId, Option<ProjectId>, u64), Vec<Def>> = FxHashMap::default();
        for (file, source) in (0..).map(FileId).zip(files) {
            let rule = source.language.rules.types.partial;
            if rule == Partial::None {
                continue;
            }
            for (i, definition) in source.facts.definitions.iter().enumerate().skip(1) {
                let is_group = definition.flags & flag::GROUP != 0;
                let is_type = definition.is_type() && !is_group || definition.kind == NodeKind::Module;
                let is_part = rule == Partial::All || definition.flags & flag::PART != 0;
                if !is_type || !is_part || definition.name.is_empty() || definition.receiver.is_known() {
                    continue;
                }
                let id = DefinitionId(i as u32);
                let key = (unit_of[file.at()], projects.of(file), path_hash(&source.facts, id));
                groups.entry(key).or_default().push(Def { file, id });
            }
        }
        let mut types = PartialTypes::default();
        for mut group in groups.into_values().filter(|g| g.len() > 1) {
            let has_bases = |def: &Def| !files[def.file.at()].facts.definition(def.id).bases.is_empty();
            let whole = group.remove(group.iter().position(has_bases).unwrap_or(0));
            types.whole.extend(group.iter().map(|part| (*part, whole)));
            types.others.insert(whole, group);
        }
        types
    }

    /// The part that stands for the whole type; the definition itself if it is not one of several parts.
    pub fn whole(&self, def: Def) -> Def {
        self.whole.get(&def).copied().unwrap_or(def)
    }

    /// Adds a definition to those of its name: of the parts of a type only the one that stands for it.
    pub(super) fn add(&self, defs: &mut SmallVec<[Def; 1]>, def: Def) {
        let whole = self.whole(def);
        if whole == def || !defs.contains(&whole) {
            defs.push(whole);
        }
    }

    /// The parts of a type besides the one that stands for it.
    fn others(&self, whole: Def) -> &[Def] {
        self.others.get(&whole).map_or(&[], Vec::as_slice)
    }

    /// All parts of a type, the one that stands for it first.
    pub fn parts(&self, whole: Def) -> impl Iterator<Item = Def> + '_ {
        std::iter::once(whole).chain(self.others(whole).iter().copied())
    }

    /// The part of a type that is written in a file.
    pub fn in_file(&self, whole: Def, file: FileId) -> Option<Def> {
        self.parts(whole).find(|part| part.file == file)
    }

    /// A hash that changes when different definitions are parts of one type.
    pub fn fingerprint(&self) -> u64 {
        let one = |(part, whole): (&Def, &Def)| {
            [part.file.0, part.id.0, whole.file.0, whole.id.0].iter().fold(0, |s, n| mix(s, u64::from(*n)))
        };
        self.whole.iter().map(one).fold(0, |sum, p| sum.wrapping_add(finish(p)))
    }
}

/// A hash of the names and arities from a definition up to the file.
fn path_hash(facts: &Facts, mut id: DefinitionId) -> u64 {
    let mut hash = 0;
    while !id.is_file() {
        let definition = facts.definition(id);
        hash = mix(mix(hash, facts.name_hash(definition.name).0), u64::from(definition.arity));
        id = facts.definition(id).parent;
    }
    hash
}
