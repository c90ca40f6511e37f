//! Resolve: the facts of all files → a graph, each edge with its confidence and the rule that found it.
//!
//! `world` indexes names and imports, `hierarchy` orders types, `rounds` find what functions return and fields
//! hold, `calls` resolves every reference of a file on its own, `assemble` makes the graph of it all.

mod assemble;
mod calls;
mod eval;
mod hierarchy;
mod lookup;
mod members;
mod rounds;
mod structural;
mod value;
mod world;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

pub use world::SourceFile;

use crate::graph::{File, Graph, Skipped, flag};
use calls::Resolved;
use eval::{Evaluator, Tables};
use hierarchy::Hierarchy;
use world::World;

/// The graph of a repository. `files` must be sorted by path, `blobs` are their contents' ids.
pub fn resolve(
    files: Vec<SourceFile>,
    blobs: &[[u8; 20]],
    configurations: FxHashMap<String, String>,
    skipped: Vec<Skipped>,
) -> Graph {
    let entries: Vec<File> = files
        .iter()
        .zip(blobs)
        .map(|(f, blob)| File { path: f.path.clone(), language: f.language.name.to_owned(), blob: *blob })
        .collect();
    let mut world = World::new(files, configurations);
    let mut tables = Tables::default();
    let mut hierarchy = ordered(&mut world, &tables);
    for round in 0..rounds::ROUNDS {
        tables = rounds::round(&world, &hierarchy, &tables);
        if round == 0 {
            hierarchy = ordered(&mut world, &tables); // now aliases of bases are known
        }
    }
    let properties: FxHashSet<u64> = world
        .definitions()
        .filter(|(_, d)| d.flags & flag::PROPERTY != 0)
        .map(|(def, _)| world.name_hash(def))
        .collect();
    let resolved: Vec<Vec<Resolved>> = (0..world.files.len() as u32)
        .into_par_iter()
        .map(|file| {
            Evaluator::new(&world, &hierarchy, &tables, file).resolved(&|name| properties.contains(&name))
        })
        .collect();
    assemble::assemble(&world, &hierarchy, &resolved, entries, skipped)
}

fn ordered(world: &mut World, tables: &Tables) -> Hierarchy {
    let (mut bases, outside) = rounds::bases(world, tables);
    for (class, name, method) in outside {
        world.add_member(class, name, method);
    }
    structural::satisfied(world, &mut bases);
    Hierarchy::new(bases)
}
