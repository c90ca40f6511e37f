//! Resolve: the facts of all files → a graph, each edge with its confidence and the rule that found it.
//!
//! `world` indexes names and imports, `hierarchy` orders types, `rounds` find what functions return and fields
//! hold, `calls` resolves every reference of a file on its own, `assemble` makes the graph of it all.

mod assemble;
mod bases;
mod callbacks;
mod calls;
mod containers;
mod declared;
mod dispatch;
mod entries;
mod eval;
mod faults;
mod guards;
mod hierarchy;
mod leads;
mod lookup;
mod members;
mod memo;
mod memory;
mod nodes;
mod offers;
mod overloads;
mod parts;
mod places;
mod projects;
mod provided;
mod reaching;
mod rounds;
mod sites;
mod sorts;
mod structural;
mod tables;
mod tested;
mod types;
mod value;
mod waiting;
mod wildcards;
mod world;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

pub use faults::{Nobody, Watch};
pub use memory::Memory;
pub use world::SourceFile;

use crate::error::Error;
use crate::graph::{File, Graph, Skipped, flag};
use crate::source::skip;
use eval::{Evaluator, Read};
use faults::{Faulty, each};
use hierarchy::Hierarchy;
use memory::{Settled, reads_same};
use tables::{Tables, Told};
use world::World;

/// The graph of a repository, and what a later version of it can be resolved faster with. `files` must be sorted
/// by path, `blobs` are their contents' ids, `before` is an earlier version's memory: it changes the time that it
/// takes and nothing else. A file that it panics at is skipped, and all is as if it had not been there; more than three
/// such files are an error.
pub fn resolve(
    mut files: Vec<SourceFile>,
    blobs: &[[u8; 20]],
    configurations: FxHashMap<String, String>,
    mut skipped: Vec<Skipped>,
    before: Option<&Memory>,
    watch: &dyn Watch,
) -> Result<(Graph, Memory), Error> {
    let mut blobs = blobs.to_vec();
    let mut left_out = Vec::new();
    loop {
        let mut world = World::new(files, configurations.clone(), before, watch);
        let faulty = match resolved(&mut world, &blobs, &skipped, before, watch) {
            Ok(done) => return Ok(done),
            Err(faulty) => faulty,
        };
        let path_of = |file: &u32| world.files[*file as usize].path.clone();
        left_out.extend(faulty.iter().map(path_of));
        if left_out.len() > faults::MOST {
            left_out.sort_unstable();
            return Err(Error::PoisonedFiles(left_out));
        }
        let failed = |path| Skipped { path, reason: skip::NOT_RESOLVED.to_owned() };
        skipped.extend(faulty.iter().map(path_of).map(failed));
        skipped.sort_unstable();
        let mut numbers = 0..;
        let mut stays = || numbers.next().is_some_and(|number| !faulty.contains(&number));
        files = world.files;
        (files, blobs) = files.into_iter().zip(blobs).filter(|_| stays()).unzip();
    }
}

fn resolved(
    world: &mut World,
    blobs: &[[u8; 20]],
    skipped: &[Skipped],
    before: Option<&Memory>,
    watch: &dyn Watch,
) -> Result<(Graph, Memory), Faulty> {
    if !world.faulty.is_empty() {
        return Err(world.faulty.clone());
    }
    let entries: Vec<File> = world
        .files
        .iter()
        .zip(blobs)
        .map(|(f, blob)| File { path: f.path.as_str().into(), language: f.language.name.into(), blob: *blob })
        .collect();
    let mut memory = Memory::new(world, blobs);
    let alike = before.filter(|b| b.is_laid_out_alike(&memory));
    let mut earlier = alike.map(|m| Earlier { memory: m, otherwise: memory.shown_otherwise(m) });
    let mut tables = Tables::empty(blobs.len());
    let mut hierarchy = ordered(world, &tables, &mut memory, earlier.as_ref(), watch)?;
    earlier = earlier.filter(|e| e.memory.is_alike(&memory));
    for number in 0..rounds::ROUNDS {
        let told = round(world, &hierarchy, &tables, &memory, earlier.as_ref(), number, watch)?;
        let next = Tables::merged(&told);
        memory.rounds.push((tables, told));
        tables = next;
        if number == 0 {
            // Now aliases of bases are known.
            hierarchy = ordered(world, &tables, &mut memory, earlier.as_ref(), watch)?;
            earlier = earlier.filter(|e| e.memory.is_alike(&memory));
        }
    }
    let properties: FxHashSet<u64> = world
        .definitions()
        .filter(|(_, d)| d.flags & flag::PROPERTY != 0)
        .map(|(def, _)| world.name_hash(def))
        .collect();
    memory.know_properties(properties.iter().fold(0, |sum, name| sum.wrapping_add(*name)));
    memory.settled = settle(world, &hierarchy, &tables, &memory, earlier.as_ref(), &properties, watch)?;
    memory.last = Some(tables);
    memory.nodes = nodes::nodes(world, before, watch)?;
    let (settled, nodes) = (&memory.settled, &memory.nodes);
    let graph = assemble::assemble(world, &hierarchy, settled, nodes, entries, skipped.to_vec(), watch)?;
    Ok((graph, memory))
}

/// What every file tells, seen with `tables`. A file for which all that is read is as it was in the round before,
/// or in the same round of the earlier version, tells what it told then.
fn round(
    world: &World,
    hierarchy: &Hierarchy,
    tables: &Tables,
    memory: &Memory,
    earlier: Option<&Earlier>,
    number: usize,
    watch: &dyn Watch,
) -> Result<Vec<Arc<Told>>, Faulty> {
    let same_types = number > 1; // the types are ordered anew after the first round
    let last = memory.rounds.last().filter(|_| same_types);
    let earlier = earlier.map(|e| (e, &e.memory.rounds[number]));
    each(&world.files, watch, |file| {
        if let Some((seen, told)) = last
            && let told = &told[file as usize]
            && reads_same(seen, tables, file, &told.consulted)
        {
            return told.clone();
        }
        if let Some((earlier, (seen, told))) = earlier
            && let told = &told[file as usize]
            && earlier.is_untouched(memory, file, &told.consulted)
            && reads_same(seen, tables, file, &told.consulted)
        {
            return told.clone();
        }
        Arc::new(Evaluator::new(world, hierarchy, tables, file).told(number > 0)) // at first too little is known to pass on
    })
}

fn settle(
    world: &World,
    hierarchy: &Hierarchy,
    tables: &Tables,
    memory: &Memory,
    earlier: Option<&Earlier>,
    properties: &FxHashSet<u64>,
    watch: &dyn Watch,
) -> Result<Vec<Arc<Settled>>, Faulty> {
    let earlier = earlier.filter(|e| e.memory.has_same_properties(memory));
    each(&world.files, watch, |file| {
        if let Some(earlier) = earlier
            && let Some(seen) = &earlier.memory.last
            && let settled = &earlier.memory.settled[file as usize]
            && earlier.is_untouched(memory, file, &settled.consulted)
            && reads_same(seen, tables, file, &settled.consulted)
        {
            return settled.clone();
        }
        let evaluator = Evaluator::new(world, hierarchy, tables, file);
        Arc::new(evaluator.settled(&|name| properties.contains(&name)))
    })
}

/// An earlier version of the repository, and what this one shows otherwise.
struct Earlier<'m> {
    memory: &'m Memory,
    otherwise: FxHashMap<u32, FxHashSet<u64>>,
}

impl Earlier<'_> {
    /// Is the file as it was, and do the names that are read of others for it look as they did?
    fn is_untouched(&self, now: &Memory, file: u32, consulted: &[Read]) -> bool {
        let same = |(file, name): &Read| self.otherwise.get(file).is_none_or(|names| !names.contains(name));
        now.has_same(self.memory, file) && consulted.iter().all(same)
    }
}

/// The types as `tables` let them be known, which the memory keeps.
fn ordered(
    world: &mut World,
    tables: &Tables,
    memory: &mut Memory,
    earlier: Option<&Earlier>,
    watch: &dyn Watch,
) -> Result<Hierarchy, Faulty> {
    let number = memory.orders.len();
    let told = bases::told(world, tables, watch, |file| {
        let (earlier, (seen, told)) = earlier.map(|e| (e, &e.memory.orders[number]))?;
        let told = &told[file as usize];
        let same = earlier.is_untouched(memory, file, &told.consulted)
            && reads_same(seen, tables, file, &told.consulted);
        same.then_some(told)
    })?;
    let (mut bases, outside) = bases::bases(&told);
    memory.orders.push((tables.clone(), told));
    for (class, name, method) in outside {
        world.add_member(class, name, method);
    }
    structural::satisfied(world, &mut bases);
    let mut hierarchy = Hierarchy::new(bases);
    hierarchy.prepend(bases::prepended(world, tables, watch)?);
    memory.know_hierarchy(world, &hierarchy);
    Ok(hierarchy)
}
