//! One resolution, step by step: order types, run the rounds, resolve references, assemble. Each step takes over what an
//! earlier version found for files that are unchanged.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::graph::{File, Graph, Skipped, flag};
use crate::resolve::collect::bases::{bases_of_files, merged_bases, prepended_types};
use crate::resolve::collect::contribution::{Contribution, merged};
use crate::resolve::collect::rounds::{ROUNDS, contribution};
use crate::resolve::collect::structural::add_structural_interfaces;
use crate::resolve::edges::resolve_file;
use crate::resolve::edges::assemble::assemble;
use crate::resolve::edges::nodes::nodes;
use crate::resolve::edges::outcome::ResolvedFile;
use crate::resolve::faults::{FailedFiles, FileObserver, each};
use crate::resolve::index::Index;
use crate::resolve::index::snapshot::Snapshot;
use crate::resolve::memory::{Earlier, Memory};
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::hierarchy::Hierarchy;
use crate::resolve::types::tables::{Tables, reads_same};

pub fn resolve_once(
    index: &mut Index,
    blobs: &[[u8; 20]],
    skipped: &[Skipped],
    before: Option<&Memory>,
    watch: &dyn FileObserver,
) -> Result<(Graph, Memory), FailedFiles> {
    if !index.faulty.is_empty() {
        return Err(index.faulty.clone());
    }
    let entries: Vec<File> = index
        .files
        .iter()
        .zip(blobs)
        .map(|(f, blob)| File { path: f.path.as_str().into(), language: f.language.name.into(), blob: *blob })
        .collect();
    let mut memory = Memory::new(Snapshot::new(index, blobs));
    let mut earlier = before.and_then(|before| Earlier::new(before, &memory));
    let mut tables = Tables::empty(blobs.len());
    let mut hierarchy = order_types(index, &tables, &mut memory, earlier.as_ref(), watch)?;
    earlier = earlier.filter(|e| e.memory.has_same_types(&memory));
    for number in 0..ROUNDS {
        let contributions =
            contributions_of_round(index, &hierarchy, &tables, &memory, earlier.as_ref(), number, watch)?;
        let next = merged(&contributions);
        memory.rounds.push((tables, contributions));
        tables = next;
        if number == 0 {
            // Now aliases of bases are known.
            hierarchy = order_types(index, &tables, &mut memory, earlier.as_ref(), watch)?;
            earlier = earlier.filter(|e| e.memory.has_same_types(&memory));
        }
    }
    let properties: FxHashSet<u64> = index
        .definitions()
        .filter(|(_, d)| d.flags & flag::PROPERTY != 0)
        .map(|(def, _)| index.name_hash(def))
        .collect();
    memory.remember_properties(properties.iter().fold(0, |sum, name| sum.wrapping_add(*name)));
    memory.resolved =
        resolve_references(index, &hierarchy, &tables, &memory, earlier.as_ref(), &properties, watch)?;
    memory.last = Some(tables);
    memory.nodes = nodes(index, watch, |file| {
        before.and_then(|memory| memory.nodes_of(file as usize, &index.files[file as usize]))
    })?;
    let (resolved, nodes) = (&memory.resolved, &memory.nodes);
    let graph = assemble(index, &hierarchy, resolved, nodes, entries, skipped.to_vec(), watch)?;
    Ok((graph, memory))
}

/// The contribution of every file, evaluated with `tables`. Where all that a file reads is unchanged since the round
/// before, or since the same round of the earlier version, its contribution is taken from there.
fn contributions_of_round(
    index: &Index,
    hierarchy: &Hierarchy,
    tables: &Tables,
    memory: &Memory,
    earlier: Option<&Earlier>,
    number: usize,
    watch: &dyn FileObserver,
) -> Result<Vec<Arc<Contribution>>, FailedFiles> {
    let same_types = number > 1; // the types are ordered anew after the first round
    let last = memory.rounds.last().filter(|_| same_types);
    let earlier = earlier.map(|e| (e, &e.memory.rounds[number]));
    each(&index.files, watch, |file| {
        if let Some((seen, all)) = last
            && let known = &all[file as usize]
            && reads_same(seen, tables, file, &known.consulted)
        {
            return known.clone();
        }
        if let Some((earlier, (seen, all))) = earlier
            && let known = &all[file as usize]
            && earlier.is_unchanged(memory, file, &known.consulted)
            && reads_same(seen, tables, file, &known.consulted)
        {
            return known.clone();
        }
        let evaluator = Evaluator::new(index, hierarchy, tables, file);
        // In the first round too little is known to collect what calls pass.
        Arc::new(contribution(&evaluator, number > 0))
    })
}

fn resolve_references(
    index: &Index,
    hierarchy: &Hierarchy,
    tables: &Tables,
    memory: &Memory,
    earlier: Option<&Earlier>,
    properties: &FxHashSet<u64>,
    watch: &dyn FileObserver,
) -> Result<Vec<Arc<ResolvedFile>>, FailedFiles> {
    let earlier = earlier.filter(|e| e.memory.has_same_properties(memory));
    each(&index.files, watch, |file| {
        if let Some(earlier) = earlier
            && let Some(seen) = &earlier.memory.last
            && let known = &earlier.memory.resolved[file as usize]
            && earlier.is_unchanged(memory, file, &known.consulted)
            && reads_same(seen, tables, file, &known.consulted)
        {
            return known.clone();
        }
        let evaluator = Evaluator::new(index, hierarchy, tables, file);
        Arc::new(resolve_file(&evaluator, &|name| properties.contains(&name)))
    })
}

/// The types as `tables` let them be known, which the memory keeps.
fn order_types(
    index: &mut Index,
    tables: &Tables,
    memory: &mut Memory,
    earlier: Option<&Earlier>,
    watch: &dyn FileObserver,
) -> Result<Hierarchy, FailedFiles> {
    let number = memory.orders.len();
    let of_files = bases_of_files(index, tables, watch, |file| {
        let (earlier, (seen, all)) = earlier.map(|e| (e, &e.memory.orders[number]))?;
        let known = &all[file as usize];
        let same = earlier.is_unchanged(memory, file, &known.consulted)
            && reads_same(seen, tables, file, &known.consulted);
        same.then_some(known)
    })?;
    let (mut bases, outside) = merged_bases(&of_files);
    memory.orders.push((tables.clone(), of_files));
    for (class, name, method) in outside {
        index.add_member(class, name, method);
    }
    add_structural_interfaces(index, &mut bases);
    let mut hierarchy = Hierarchy::new(bases);
    hierarchy.prepend(prepended_types(index, tables, watch)?);
    memory.remember_hierarchy(index, &hierarchy);
    Ok(hierarchy)
}
