//! Snapshots: what an index looked like, kept to see what a later version of the repository shows differently.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::Facts;
use crate::languages::project::Project;
use crate::resolve::index::{Index, SourceFile};
use crate::resolve::index::fingerprints::{ALL, STARS, fingerprint, surface, unit_fingerprint};
use crate::resolve::index::import_targets::ImportTargets;
use crate::resolve::index::imports::ImportTarget;

/// An index as it was: the state of each file, and what locating imports depends on.
pub struct Snapshot {
    import_targets: Vec<ImportTargets>,
    paths: Vec<String>,
    /// Changes with the project's configuration files.
    configurations: u64,
    /// Changes with the packages that files name.
    packages: u64,
    /// Changes with which types are parts of which.
    partial_types: u64,
    files: Vec<FileState>,
}

/// What says whether a file is unchanged.
pub struct FileState {
    blob: [u8; 20],
    /// Where its imports lead, and which names its unit has.
    surroundings: u64,
    facts: Arc<Facts>,
}

impl Snapshot {
    /// `blobs` are the ids of the files' contents.
    pub fn new(index: &Index, blobs: &[[u8; 20]]) -> Self {
        let units: Vec<u64> = index.units.iter().map(|files| unit_fingerprint(index, files)).collect();
        let files = (0..index.files.len())
            .map(|i| {
                let imported = index.imports[i].iter().map(|t| match t {
                    ImportTarget::Files(files) => {
                        let fingerprints = files.iter().map(|f| units[index.unit_of[*f as usize] as usize]);
                        fingerprints.fold(0u64, u64::wrapping_add)
                    }
                    ImportTarget::Unit(unit) => units[*unit as usize],
                    _ => 0u64,
                });
                let imported = imported.fold(0u64, u64::wrapping_add);
                let unit = index.unit_of[i];
                let outer = index.outer_units(unit).iter().map(|unit| units[*unit as usize]);
                let outer = outer.fold(units[unit as usize], u64::wrapping_add);
                let shared = index.projects.shared(i as u32).iter();
                let shared: Vec<_> = shared
                    .map(|(file, i)| {
                        let facts = index.facts(*file);
                        let import = &facts.imports[*i as usize];
                        let names = [facts.strings.hash(import.name), facts.strings.hash(import.alias)];
                        (names, &index.imports[*file as usize][*i as usize])
                    })
                    .collect();
                FileState {
                    blob: blobs[i],
                    surroundings: fingerprint(&(&index.imports[i], outer, imported, shared)),
                    facts: index.files[i].facts.clone(),
                }
            })
            .collect();
        Snapshot {
            import_targets: index.import_targets.clone(),
            paths: index.project.paths.clone(),
            configurations: index.project.configurations_print(),
            packages: index.project.packages_print(),
            partial_types: index.partial_types.fingerprint(),
            files,
        }
    }

    /// Is all that locating an import reads of the project the same?
    pub(super) fn locates_same(&self, project: &Project) -> bool {
        self.paths == project.paths
            && self.configurations == project.configurations_print()
            && self.packages == project.packages_print()
    }

    /// Where the imports of a file led, if its facts are the same.
    pub(super) fn import_targets(&self, file: usize, facts: &Arc<Facts>) -> Option<&ImportTargets> {
        Arc::ptr_eq(&self.files[file].facts, facts).then(|| &self.import_targets[file])
    }

    /// Are the facts of a file and its position among the files the same?
    pub fn has_same_facts(&self, file: usize, source: &SourceFile) -> bool {
        self.paths.get(file) == Some(&source.path) && Arc::ptr_eq(&self.files[file].facts, &source.facts)
    }

    /// Are the files the same ones, with the same partial types, and is all that imports are located by the same?
    pub fn has_same_layout(&self, other: &Snapshot) -> bool {
        self.paths == other.paths
            && self.configurations == other.configurations
            && self.packages == other.packages
            && self.partial_types == other.partial_types
    }

    /// Is the file's own text the same, do its imports lead to the same places, has its unit the same names?
    pub fn is_unchanged(&self, other: &Snapshot, file: u32) -> bool {
        let (a, b) = (&self.files[file as usize], &other.files[file as usize]);
        a.blob == b.blob && a.surroundings == b.surroundings
    }

    /// For each file that differs from `other`: the names under which others can read something different of it.
    pub fn changed_names(&self, other: &Snapshot) -> FxHashMap<u32, FxHashSet<u64>> {
        (0..self.files.len() as u32)
            .filter(|file| !self.is_unchanged(other, *file))
            .map(|file| {
                let (a, b) = (&self.files[file as usize], &other.files[file as usize]);
                let (now, then) = (surface(&a.facts), surface(&b.facts));
                let mut names: FxHashSet<u64> =
                    now.iter().filter(|(n, p)| then.get(*n) != Some(*p)).map(|(n, _)| *n).collect();
                names.extend(then.keys().filter(|n| !now.contains_key(*n)));
                names.insert(ALL);
                if a.surroundings != b.surroundings {
                    names.insert(STARS);
                }
                (file, names)
            })
            .collect()
    }
}
