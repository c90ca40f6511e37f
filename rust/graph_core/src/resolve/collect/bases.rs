//! Bases: the types that each type extends, the methods that are written outside of their types, and the types whose
//! members precede a type's own.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, ExpressionId, Position, ScopeId};
use crate::graph::{FileId, NodeKind};
use crate::resolve::collect::Collector;
use crate::resolve::faults::{FailedFiles, FileObserver, map_files};
use crate::resolve::index::Index;
use crate::resolve::index::definitions::{Def, holds_members};
use crate::resolve::index::fingerprints::Read;
use crate::resolve::index::names::Member;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::hierarchy::{Hierarchy, TypeBases, WrittenBases};
use crate::resolve::types::tables::Tables;
use crate::resolve::types::value::{Items, MOST, Value, extend};

/// The bases that one file declares.
pub struct FileBases {
    bases: Vec<TypeBases>,
    /// The methods that are written outside of their types.
    outside: Vec<Member>,
    /// What was read of other files to find them, sorted.
    pub consulted: Vec<Read>,
}

impl Collector<'_, '_> {
    /// The bases of a type. `outside` is the scope that encloses it.
    fn bases_of(&self, def: Def, outside: ScopeId) -> TypeBases {
        let definition = self.facts.definition(def.id);
        let mut bases = WrittenBases::new();
        let mut is_open = false;
        let extended = definition.extends.iter().map(|e| (*e, false));
        for (base, implements) in extended.chain(definition.implements.iter().map(|e| (*e, true))) {
            let items = self.base_value(base, Position::new(outside, definition.start));
            let classes =
                items.iter().filter_map(|i| if let Value::Class(c) = i.value { Some(c) } else { None });
            let is_call = matches!(self.facts.expression(base), Expression::Call { .. });
            let classes: SmallVec<[Def; 2]> = classes.take(if is_call { MOST } else { 1 }).collect();
            is_open |= classes.is_empty() || classes.contains(&def);
            for class in classes.into_iter().filter(|class| *class != def) {
                let as_interface = implements
                    || self.index.definition(class).kind == NodeKind::Interface
                        && definition.kind == NodeKind::Class;
                if !bases.iter().any(|(c, _)| *c == class) {
                    bases.push((class, as_interface));
                }
            }
        }
        TypeBases { class: self.types.extended_type(def.id), bases, is_open }
    }

    fn base_value(&self, base: ExpressionId, position: Position) -> Items {
        match self.facts.expression(base) {
            // The class that a function makes of other classes (a mixin) has the members of each.
            Expression::Call { arguments, .. } => {
                let mut found = self.types.value_of(base, position);
                for argument in self.facts.list(arguments) {
                    let mut classes = self.types.value_of(argument, position);
                    classes.retain(|i| matches!(i.value, Value::Class(_)));
                    extend(&mut found, classes);
                }
                found
            }
            Expression::Index { object, .. } => self.types.value_of(object, position),
            _ => self.types.value_of(base, position),
        }
    }
}

/// The bases that each file declares; `known` returns those of files where they are already known.
pub fn bases_of_files<'m>(
    index: &Index,
    tables: &Tables,
    observer: &dyn FileObserver,
    known: impl Fn(FileId) -> Option<&'m Arc<FileBases>> + Sync,
) -> Result<Vec<Arc<FileBases>>, FailedFiles> {
    map_files(&index.files, observer, |file| {
        known(file).cloned().unwrap_or_else(|| Arc::new(file_bases(index, tables, file)))
    })
}

fn file_bases(index: &Index, tables: &Tables, file: FileId) -> FileBases {
    let no_hierarchy = Hierarchy::default();
    let evaluator = Evaluator::new(index, &no_hierarchy, tables, file);
    let facts = evaluator.facts;
    let mut bases = Vec::new();
    let mut outside = Vec::new();
    for (i, definition) in facts.definitions.iter().enumerate() {
        let def = Def { file, id: DefinitionId(i as u32) };
        if definition.receiver.is_known() && !definition.name.is_empty() && !holds_members(definition.kind) {
            for class in evaluator.receiver_types(def.id) {
                outside.push((class, facts.name_hash(definition.name), def));
            }
        }
        if holds_members(definition.kind) {
            let scope = facts.scope(definition.scope).parent;
            bases.push(Collector::new(&evaluator).bases_of(def, scope));
        }
    }
    FileBases { bases, outside, consulted: evaluator.consulted_names() }
}

/// The bases of all types, and all methods that are written outside of their types.
pub fn merged_bases(files: &[Arc<FileBases>]) -> (Vec<TypeBases>, Vec<Member>) {
    let all = files.iter().flat_map(|file| file.bases.iter().cloned()).collect();
    (joined(all), files.iter().flat_map(|file| file.outside.iter().copied()).collect())
}

/// The types whose members precede those of another type, as (type, type that precedes it).
pub fn prepended_types(
    index: &Index,
    tables: &Tables,
    observer: &dyn FileObserver,
) -> Result<Vec<(Def, Def)>, FailedFiles> {
    let no_hierarchy = Hierarchy::default();
    let of_file = |file: FileId| {
        let mut found = Vec::new();
        let mut evaluator = None;
        for (i, definition) in index.facts(file).definitions.iter().enumerate() {
            for value in &definition.prepends {
                let evaluator =
                    evaluator.get_or_insert_with(|| Evaluator::new(index, &no_hierarchy, tables, file));
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
    Ok(map_files(&index.files, observer, of_file)?.into_iter().flatten().collect())
}

/// The bases by type: those of a type that is written in several places are joined.
fn joined(all: Vec<TypeBases>) -> Vec<TypeBases> {
    let mut positions: FxHashMap<Def, usize> = FxHashMap::default();
    let mut joined: Vec<TypeBases> = Vec::with_capacity(all.len());
    for part in all {
        let position = *positions.entry(part.class).or_insert(joined.len());
        let Some(known) = joined.get_mut(position) else {
            joined.push(part);
            continue;
        };
        known.is_open |= part.is_open;
        for base in part.bases {
            if base.0 != part.class && !known.bases.iter().any(|b| b.0 == base.0) {
                known.bases.push(base);
            }
        }
    }
    joined
}
