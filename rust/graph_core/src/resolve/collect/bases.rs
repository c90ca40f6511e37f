//! TypeBases: what types are written to extend, and the types of methods that are written outside of theirs.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, ExpressionId, Position, ScopeId};
use crate::graph::{FileId, NodeKind};
use crate::hashing::NameHash;
use crate::resolve::collect::Collector;
use crate::resolve::faults::{FailedFiles, FileObserver, each};
use crate::resolve::index::Index;
use crate::resolve::index::definitions::{Def, holds_members};
use crate::resolve::index::fingerprints::Read;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::hierarchy::{Hierarchy, TypeBases, WrittenBases};
use crate::resolve::types::tables::Tables;
use crate::resolve::types::value::{Items, MOST, Value, extend};

/// A method that is written outside of its type: the type, the method's name, the method.
pub type OutsideMember = (Def, NameHash, Def);

/// What one file says of bases, and what of other files was read for it.
pub struct FileBases {
    bases: Vec<TypeBases>,
    outside: Vec<OutsideMember>,
    pub consulted: Vec<Read>,
}

impl Collector<'_, '_> {
    fn bases_of(&self, def: Def, around: ScopeId) -> TypeBases {
        let definition = self.facts.definition(def.id);
        let mut found = WrittenBases::new();
        let mut open = false;
        let written = definition.extends.iter().map(|e| (*e, false));
        for (base, implements) in written.chain(definition.implements.iter().map(|e| (*e, true))) {
            let items = self.eval_base(base, Position::new(around, definition.start));
            let classes =
                items.iter().filter_map(|i| if let Value::Class(c) = i.value { Some(c) } else { None });
            let made = matches!(self.facts.expression(base), Expression::Call { .. });
            let classes: SmallVec<[Def; 2]> = classes.take(if made { MOST } else { 1 }).collect();
            open |= classes.is_empty() || classes.contains(&def);
            for class in classes.into_iter().filter(|class| *class != def) {
                let as_interface = implements
                    || self.index.definition(class).kind == NodeKind::Interface
                        && definition.kind == NodeKind::Class;
                if !found.iter().any(|(c, _)| *c == class) {
                    found.push((class, as_interface));
                }
            }
        }
        (self.types.extended_type(def.id), found, open)
    }

    fn eval_base(&self, base: ExpressionId, position: Position) -> Items {
        match self.facts.expression(base) {
            // What a function makes of classes has the members of each.
            Expression::Call { arguments, .. } => {
                let mut found = self.types.value_of(base, position);
                for argument in self.facts.list(arguments) {
                    let mut given = self.types.value_of(argument, position);
                    given.retain(|i| matches!(i.value, Value::Class(_)));
                    extend(&mut found, given);
                }
                found
            }
            Expression::Index { object, .. } => self.types.value_of(object, position),
            _ => self.types.value_of(base, position),
        }
    }
}

/// What each file says of bases; what is at hand for a file is taken as it is.
pub fn bases_of_files<'m>(
    index: &Index,
    tables: &Tables,
    watch: &dyn FileObserver,
    at_hand: impl Fn(FileId) -> Option<&'m Arc<FileBases>> + Sync,
) -> Result<Vec<Arc<FileBases>>, FailedFiles> {
    each(&index.files, watch, |file| {
        at_hand(file).cloned().unwrap_or_else(|| Arc::new(file_bases(index, tables, file)))
    })
}

fn file_bases(index: &Index, tables: &Tables, file: FileId) -> FileBases {
    let none = Hierarchy::default();
    let evaluator = Evaluator::new(index, &none, tables, file);
    let facts = evaluator.facts;
    let mut bases = Vec::new();
    let mut outside = Vec::new();
    for (i, definition) in facts.definitions.iter().enumerate() {
        let def = Def { file, id: DefinitionId(i as u32) };
        let around = facts.scope(definition.scope).parent;
        if definition.receiver.is_known() && !definition.name.is_empty() && !holds_members(definition.kind) {
            for class in evaluator.receiver_types(def.id) {
                outside.push((class, facts.name_hash(definition.name), def));
            }
        }
        if holds_members(definition.kind) {
            bases.push(Collector::new(&evaluator).bases_of(def, around));
        }
    }
    FileBases { bases, outside, consulted: evaluator.consulted_names() }
}

/// The bases of all types, and the types of methods that are written outside of theirs.
pub fn merged_bases(files: &[Arc<FileBases>]) -> (Vec<TypeBases>, Vec<OutsideMember>) {
    let all = files.iter().flat_map(|file| file.bases.iter().cloned()).collect();
    (joined(all), files.iter().flat_map(|file| file.outside.iter().copied()).collect())
}

/// The types whose members come before another's: (type, what comes before).
pub fn prepended_types(
    index: &Index,
    tables: &Tables,
    watch: &dyn FileObserver,
) -> Result<Vec<(Def, Def)>, FailedFiles> {
    let none = Hierarchy::default();
    let of_file = |file: FileId| {
        let mut found = Vec::new();
        let mut evaluator = None;
        for (i, definition) in index.facts(file).definitions.iter().enumerate() {
            for value in &definition.prepends {
                let evaluator = evaluator.get_or_insert_with(|| Evaluator::new(index, &none, tables, file));
                let class = evaluator.extended_type(DefinitionId(i as u32));
                let items = evaluator.value_of(*value, Position::new(definition.scope, definition.end));
                found.extend(items.iter().filter_map(|item| match item.value {
                    Value::Class(module) if module != class => Some((class, module)),
                    _ => None,
                }));
            }
        }
        found
    };
    Ok(each(&index.files, watch, of_file)?.into_iter().flatten().collect())
}

/// What is written of one type in several places, as one.
fn joined(all: Vec<TypeBases>) -> Vec<TypeBases> {
    let mut place: FxHashMap<Def, usize> = FxHashMap::default();
    let mut joined: Vec<TypeBases> = Vec::with_capacity(all.len());
    for (class, bases, open) in all {
        let at = *place.entry(class).or_insert(joined.len());
        let Some(known) = joined.get_mut(at) else {
            joined.push((class, bases, open));
            continue;
        };
        known.2 |= open;
        for base in bases {
            if base.0 != class && !known.1.iter().any(|b| b.0 == base.0) {
                known.1.push(base);
            }
        }
    }
    joined
}
