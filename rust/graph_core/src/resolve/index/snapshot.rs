//! Snapshots: the state of an index, kept to find what differs in a later version of the repository.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::Facts;
use crate::graph::FileId;
use crate::hashing::NameHash;
use crate::languages::project::Project;
use crate::resolve::index::fingerprints::{
    IMPORTS_AND_EXPORTS, WHOLE_FILE, fingerprint, surface, unit_fingerprint,
};
use crate::resolve::index::import_targets::ImportTargets;
use crate::resolve::index::imports::ImportTarget;
use crate::resolve::index::{Index, SourceFile};

/// The state of an index: of each file, and of what locating imports depends on.
pub struct Snapshot {
    import_targets: Vec<ImportTargets>,
    paths: Vec<String>,
    /// A hash of the project's configuration files.
    configurations: u64,
    /// A hash of the packages that files declare.
    packages: u64,
    /// A hash of the parts of partial types.
    partial_types: u64,
    files: Vec<FileState>,
}

/// The state of one file.
struct FileState {
    /// The id of the file's content.
    blob: [u8; 20],
    /// A hash of the targets of its imports and of the names of its unit and of those it imports.
    surroundings: u64,
    facts: Arc<Facts>,
}

impl Snapshot {
    /// The snapshot of an index; `blobs` are the ids of the files' contents.
    pub fn new(index: &Index, blobs: &[[u8; 20]]) -> Self {
        let units: Vec<u64> = index.units.iter().map(|files| unit_fingerprint(index, files)).collect();
        let state_of = |(file, blob): (FileId, &[u8; 20])| FileState {
            blob: *blob,
            surroundings: surroundings(index, &units, file),
            facts: index.source(file).facts.clone(),
        };
        Snapshot {
            import_targets: index.import_targets.clone(),
            paths: index.project.paths.clone(),
            configurations: index.project.configurations_print(),
            packages: index.project.packages_print(),
            partial_types: index.partial_types.fingerprint(),
            files: (0..index.files.len() as u32).map(FileId).zip(blobs).map(state_of).collect(),
        }
    }

    /// Is everything that locating an import reads of the project the same?
    pub(super) fn locates_same(&self, project: &Project) -> bool {
        self.paths == project.paths
            && self.configurations == project.configurations_print()
            && self.packages == project.packages_print()
    }

    /// The located imports of a file, if its facts are the same.
    pub(super) fn import_targets(&self, file: FileId, facts: &Arc<Facts>) -> Option<&ImportTargets> {
        Arc::ptr_eq(&self.files[file.at()].facts, facts).then(|| &self.import_targets[file.at()])
    }

    /// Are the facts of a file and its position among the files the same?
    pub fn has_same_facts(&self, file: FileId, source: &SourceFile) -> bool {
        self.paths.get(file.at()) == Some(&source.path)
            && Arc::ptr_eq(&self.files[file.at()].facts, &source.facts)
    }

    /// Are the paths of all files, the partial types and everything that locates imports the same?
    pub fn has_same_layout(&self, other: &Snapshot) -> bool {
        self.paths == other.paths
            && self.configurations == other.configurations
            && self.packages == other.packages
            && self.partial_types == other.partial_types
    }

    /// Is a file's own text the same, and are the targets of its imports and the names of its unit?
    pub fn is_unchanged(&self, other: &Snapshot, file: FileId) -> bool {
        let (a, b) = (&self.files[file.at()], &other.files[file.at()]);
        a.blob == b.blob && a.surroundings == b.surroundings
    }

    /// For each file that differs from `other`: the names under which other files may read something different.
    pub fn changed_names(&self, other: &Snapshot) -> FxHashMap<FileId, FxHashSet<NameHash>> {
        (0..self.files.len() as u32)
            .map(FileId)
            .filter(|file| !self.is_unchanged(other, *file))
            .map(|file| {
                let (a, b) = (&self.files[file.at()], &other.files[file.at()]);
                let (now, then) = (surface(&a.facts), surface(&b.facts));
                let mut names: FxHashSet<NameHash> =
                    now.iter().filter(|(n, p)| then.get(*n) != Some(*p)).map(|(n, _)| *n).collect();
                names.extend(then.keys().filter(|n| !now.contains_key(*n)));
                names.insert(WHOLE_FILE);
                if a.surroundings != b.surroundings {
                    names.insert(IMPORTS_AND_EXPORTS);
                }
                (file, names)
            })
            .collect()
    }
}

/// A hash of the targets of a file's imports and of the names of the units that it sees. `units` are the fingerprints
/// of all units.
fn surroundings(index: &Index, units: &[u64], file: FileId) -> u64 {
    let imported = index.import_targets(file).iter().map(|target| match target {
        ImportTarget::Files(files) => {
            files.iter().map(|f| units[index.unit_of(*f).at()]).fold(0, u64::wrapping_add)
        }
        ImportTarget::Unit(unit) => units[unit.at()],
        _ => 0,
    });
    let imported = imported.fold(0, u64::wrapping_add);
    let unit = index.unit_of(file);
    let outer = index.outer_units(unit).iter().map(|unit| units[unit.at()]);
    let outer = outer.fold(units[unit.at()], u64::wrapping_add);
    let shared = index.projects.shared_imports(file).iter();
    let shared: Vec<_> = shared
        .map(|(file, i)| {
            let facts = index.facts(*file);
            let import = &facts.imports[*i as usize];
            let names = [facts.name_hash(import.name), facts.name_hash(import.alias)];
            (names, index.import_target(*file, *i))
        })
        .collect();
    fingerprint(&(index.import_targets(file), outer, imported, shared))
}
