//! The index of a repository: its files, and the maps that the other files of this layer fill and read.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::facts::{Definition, DefinitionId, Facts};
use crate::hashing::hash;
use crate::languages::Language;
use crate::languages::project::Project;
use crate::resolve::faults::FailedFiles;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::import_targets::ImportTargets;
use crate::resolve::index::imports::ImportTarget;
use crate::resolve::index::partial_types::PartialTypes;
use crate::resolve::index::projects::Projects;

/// One source file as resolution sees it.
#[derive(Clone)]
pub struct SourceFile {
    pub path: String,
    pub language: &'static Language,
    pub facts: Arc<Facts>,
}

pub struct Index {
    pub files: Vec<SourceFile>,
    pub project: Project,
    /// Files of each unit; a file that shares names with no other has a unit of its own.
    pub units: Vec<Vec<u32>>,
    pub unit_of: Vec<u32>,
    /// The units of the packages around each unit's, innermost first.
    pub(super) outer_units: Vec<SmallVec<[u32; 4]>>,
    pub projects: Projects,
    pub partial_types: PartialTypes,
    pub(super) unit_names: FxHashMap<(u32, u64), SmallVec<[Def; 1]>>,
    /// The first file of a unit that has a value of a name; made when a path leads to no definition.
    pub(super) values: OnceLock<FxHashMap<(u32, u64), u32>>,
    /// What locating the imports of each file gave.
    pub import_targets: Vec<ImportTargets>,
    /// Where `facts.imports[i]` of each file leads.
    pub imports: Vec<Vec<ImportTarget>>,
    /// For `import a.b` that binds `a`: where `a` leads.
    pub(super) heads: FxHashMap<(u32, u32), ImportTarget>,
    /// All folders, sorted.
    pub folders: Vec<String>,
    /// Names of packages outside, by hash.
    pub packages: FxHashMap<u64, String>,
    pub(super) members: FxHashMap<(Def, u64), SmallVec<[Def; 1]>>,
    /// First parts of the names of packages.
    pub(super) package_roots: FxHashSet<u64>,
    /// Types with methods that are written outside of them.
    pub(super) extended: FxHashSet<Def>,
    /// Files whose imports could not be followed for a panic: nothing can be resolved with them.
    pub faulty: FailedFiles,
}

/// The package that stands for what the language itself brings.
pub const BUILTIN: &str = "builtin";

/// The hash of the name of `BUILTIN`.
pub fn builtin_package() -> u64 {
    hash(BUILTIN.as_bytes())
}

/// In the place of a package's hash: the package is outside of the repository, and its name is not known.
pub fn unknown_package() -> u64 {
    hash(b"")
}

impl Index {
    pub fn facts(&self, file: u32) -> &Facts {
        &self.files[file as usize].facts
    }

    pub fn language(&self, file: u32) -> &'static Language {
        self.files[file as usize].language
    }

    pub fn definition(&self, def: Def) -> &Definition {
        self.facts(def.file).definition(def.id)
    }

    pub fn name_hash(&self, def: Def) -> u64 {
        let facts = self.facts(def.file);
        facts.strings.hash(facts.definition(def.id).name)
    }

    /// All definitions, in order.
    pub fn definitions(&self) -> impl Iterator<Item = (Def, &Definition)> {
        self.files.iter().enumerate().flat_map(|(file, source)| {
            source
                .facts
                .definitions
                .iter()
                .enumerate()
                .map(move |(id, d)| (Def { file: file as u32, id: DefinitionId(id as u32) }, d))
        })
    }
}
