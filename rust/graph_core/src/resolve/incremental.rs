//! One resolution, step by step: order the types, run the rounds, resolve references, build the graph. Each step reuses
//! the results of an earlier version for files that are unchanged.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::facts::{Expression, Facts};
use crate::graph::{File, Graph, Skipped, flag};
use crate::hashing::NameHash;
use crate::resolve::collect::bases::{bases_of_files, merged_bases, prepended_types};
use crate::resolve::collect::contribution::{Contribution, merged};
use crate::resolve::collect::rounds::{ROUNDS, contribution};
use crate::resolve::collect::structural::add_structural_interfaces;
use crate::resolve::edges::assemble::{Resolved, assemble};
use crate::resolve::edges::nodes::nodes;
use crate::resolve::edges::outcome::ResolvedFile;
use crate::resolve::edges::resolve_file;
use crate::resolve::faults::{FailedFiles, FileObserver, map_files};
use crate::resolve::index::Index;
use crate::resolve::index::snapshot::Snapshot;
use crate::resolve::memory::{Earlier, Memory, Step};
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::hierarchy::Hierarchy;
use crate::resolve::types::tables::{Tables, reads_same};

/// The graph of an index and the memory of its resolution; Err names the files at which something panicked.
pub(super) fn resolve_once(
    index: &mut Index,
    blobs: &[[u8; 20]],
    skipped: &[Skipped],
    before: Option<&Memory>,
    observer: &dyn FileObserver,
) -> Result<(Graph, Memory), FailedFiles> {
    if !index.failed.is_empty() {
        return Err(index.failed.clone());
    }
    let files: Vec<File> = index
        .files
        .iter()
        .zip(blobs)
        .map(|(f, blob)| File { path: f.path.as_str().into(), language: f.language.name.into(), blob: *blob })
        .collect();
    let mut resolution = Resolution::new(index, blobs, before, observer);
    resolution.order_types()?;
    for round in 0..ROUNDS {
        resolution.run_round(round)?;
        if round == 0 {
            // The first round found the aliases that bases are written with.
            resolution.order_types()?;
        }
    }
    let references = resolution.resolve_references()?;
    let Resolution { index, hierarchy, tables, mut memory, .. } = resolution;
    memory.nodes =
        nodes(index, observer, |file| before.and_then(|memory| memory.nodes_of(file, index.source(file))))?;
    let resolved = Resolved { index, hierarchy: &hierarchy, files: &references, nodes: &memory.nodes };
    let graph = assemble(&resolved, files, skipped.to_vec(), observer)?;
    memory.references = Some(Step { tables, files: references });
    Ok((graph, memory))
}

/// A resolution in progress.
struct Resolution<'r> {
    index: &'r mut Index,
    /// The order of types as far as it is known.
    hierarchy: Hierarchy,
    /// The tables after the last round.
    tables: Tables,
    /// The results so far.
    memory: Memory,
    /// An earlier version, as long as its results can be reused.
    earlier: Option<Earlier<'r>>,
    observer: &'r dyn FileObserver,
}

impl<'r> Resolution<'r> {
    fn new(
        index: &'r mut Index,
        blobs: &[[u8; 20]],
        before: Option<&'r Memory>,
        observer: &'r dyn FileObserver,
    ) -> Self {
        let memory = Memory::new(Snapshot::new(index, blobs));
        let earlier = before.and_then(|before| Earlier::new(before, &memory));
        let (hierarchy, tables) = (Hierarchy::default(), Tables::empty(blobs.len()));
        Resolution { index, hierarchy, tables, memory, earlier, observer }
    }

    /// Orders the types by the bases that the tables so far tell.
    fn order_types(&mut self) -> Result<(), FailedFiles> {
        let number = self.memory.orders.len();
        let files = bases_of_files(self.index, &self.tables, self.observer, |file| {
            let earlier = self.earlier.as_ref()?;
            let step = &earlier.memory.orders[number];
            let known = &step.files[file.at()];
            let tables = (&step.tables, &self.tables);
            earlier.is_reusable(&self.memory, file, &known.consulted, tables).then_some(known)
        })?;
        let (mut bases, outside) = merged_bases(&files);
        self.memory.orders.push(Step { tables: self.tables.clone(), files });
        for (class, name, method) in outside {
            self.index.add_member(class, name, method);
        }
        add_structural_interfaces(self.index, &mut bases);
        self.hierarchy = Hierarchy::new(bases);
        self.hierarchy.prepend(prepended_types(self.index, &self.tables, self.observer)?);
        self.memory.remember_hierarchy(self.index, &self.hierarchy);
        self.earlier = self.earlier.take().filter(|e| e.memory.has_same_types(&self.memory));
        Ok(())
    }

    /// Collects the contributions of all files and merges them into the tables.
    fn run_round(&mut self, round: usize) -> Result<(), FailedFiles> {
        let files = self.contributions(round)?;
        let tables = std::mem::replace(&mut self.tables, merged(&files));
        self.memory.rounds.push(Step { tables, files });
        Ok(())
    }

    /// The contribution of every file. If everything that a file reads is unchanged since the round before, or since
    /// the same round of the earlier version, its contribution is reused.
    fn contributions(&self, round: usize) -> Result<Vec<Arc<Contribution>>, FailedFiles> {
        // Types are ordered again after the first round, so its contributions cannot be reused in the second.
        let last = self.memory.rounds.last().filter(|_| round > 1);
        let earlier = self.earlier.as_ref().map(|earlier| (earlier, &earlier.memory.rounds[round]));
        map_files(&self.index.files, self.observer, |file| {
            if let Some(step) = last
                && let known = &step.files[file.at()]
                && reads_same(&step.tables, &self.tables, file, &known.consulted)
            {
                return known.clone();
            }
            if let Some((earlier, step)) = earlier
                && let known = &step.files[file.at()]
                && earlier.is_reusable(&self.memory, file, &known.consulted, (&step.tables, &self.tables))
            {
                return known.clone();
            }
            let evaluator = Evaluator::new(self.index, &self.hierarchy, &self.tables, file);
            // In the first round too little is known to collect what calls pass.
            Arc::new(contribution(&evaluator, round > 0))
        })
    }

    /// The resolved references of every file.
    fn resolve_references(&mut self) -> Result<Vec<Arc<ResolvedFile>>, FailedFiles> {
        let properties: FxHashSet<NameHash> = self
            .index
            .definitions()
            .filter(|(_, d)| d.flags & flag::PROPERTY != 0)
            .map(|(def, _)| self.index.name_hash(def))
            .collect();
        self.memory.remember_properties(&properties);
        self.memory.remember_value_names(self.index.value_names());
        let earlier = self.earlier.as_ref().filter(|e| e.memory.has_same_properties(&self.memory));
        let new_values = earlier.map(|e| self.memory.new_value_names(e.memory)).unwrap_or_default();
        map_files(&self.index.files, self.observer, |file| {
            if let Some(earlier) = earlier
                && let Some(step) = &earlier.memory.references
                && let known = &step.files[file.at()]
                && !may_name(self.index.facts(file), &new_values)
                && earlier.is_reusable(&self.memory, file, &known.consulted, (&step.tables, &self.tables))
            {
                return known.clone();
            }
            let evaluator = Evaluator::new(self.index, &self.hierarchy, &self.tables, file);
            Arc::new(resolve_file(&evaluator, &|name| properties.contains(&name)))
        })
    }
}

/// Does a reference of the file name one of these? Of a name that no value has nothing was looked up.
fn may_name(facts: &Facts, names: &FxHashSet<NameHash>) -> bool {
    !names.is_empty()
        && facts.references.iter().any(|reference| match facts.expression(reference.expression) {
            Expression::Name(name) | Expression::Member { name, .. } => {
                names.contains(&facts.name_hash(name))
            }
            Expression::Call { callee, .. } => match facts.expression(callee) {
                Expression::Name(name) | Expression::Member { name, .. } => {
                    names.contains(&facts.name_hash(name))
                }
                _ => false,
            },
            _ => false,
        })
}
