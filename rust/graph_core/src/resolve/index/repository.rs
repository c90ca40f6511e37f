//! The index of a repository: its files, and the maps that the other files of this layer fill and read.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::facts::{Definition, DefinitionId, Facts};
use crate::graph::FileId;
use crate::hashing::NameHash;
use crate::languages::Language;
use crate::languages::project::Project;
use crate::resolve::faults::FailedFiles;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::ids::{FolderId, PackageHash, UnitId};
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
    /// The files of each unit; a file that shares names with no other has a unit of its own.
    pub(super) units: Vec<Vec<FileId>>,
    /// The unit of each file.
    pub(super) unit_of: Vec<UnitId>,
    /// The units of the packages that enclose each unit's package, innermost first.
    pub(super) outer_units: Vec<SmallVec<[UnitId; 4]>>,
    pub projects: Projects,
    pub partial_types: PartialTypes,
    /// Top-level definitions by unit and name.
    pub(super) unit_names: FxHashMap<(UnitId, NameHash), SmallVec<[Def; 1]>>,
    /// The first file of a unit that has a value of a name; computed when a path reaches no definition.
    pub(super) files_with_value: OnceLock<FxHashMap<(UnitId, NameHash), FileId>>,
    /// The located import paths of each file.
    pub(super) import_targets: Vec<ImportTargets>,
    /// The targets of `facts.imports` of each file, in their order.
    pub(super) imports: Vec<Vec<ImportTarget>>,
    /// For `import a.b` that binds `a`: the target of `a`, by file and import.
    pub(super) head_targets: FxHashMap<(FileId, u32), ImportTarget>,
    /// All folders, sorted.
    pub(super) folders: Vec<String>,
    /// The names of packages outside of the repository.
    pub packages: FxHashMap<PackageHash, String>,
    /// Constants, variables, fields and members of enumerations, by the module or type that has them and name.
    pub(super) values: FxHashMap<(Def, NameHash), Def>,
    /// Their names.
    pub(super) value_names: FxHashSet<NameHash>,
    /// Members by type and name.
    pub(super) members: FxHashMap<(Def, NameHash), SmallVec<[Def; 1]>>,
    /// The first parts of the names of packages.
    pub(super) package_roots: FxHashSet<NameHash>,
    /// Types that have methods written outside of them.
    pub(super) extended: FxHashSet<Def>,
    /// The files at whose imports something panicked. Unless this is empty the index has no imports.
    pub failed: FailedFiles,
}

impl Index {
    pub fn source(&self, file: FileId) -> &SourceFile {
        &self.files[file.at()]
    }

    pub fn facts(&self, file: FileId) -> &Facts {
        &self.source(file).facts
    }

    pub fn language(&self, file: FileId) -> &'static Language {
        self.source(file).language
    }

    pub fn folder(&self, folder: FolderId) -> &str {
        &self.folders[folder.0 as usize]
    }

    pub fn definition(&self, def: Def) -> &Definition {
        self.facts(def.file).definition(def.id)
    }

    /// The hash of a definition's name.
    pub fn name_hash(&self, def: Def) -> NameHash {
        let facts = self.facts(def.file);
        facts.name_hash(facts.definition(def.id).name)
    }

    /// All files with their ids, in order.
    pub(super) fn sources(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// All definitions, in order.
    pub fn definitions(&self) -> impl Iterator<Item = (Def, &Definition)> {
        self.sources().flat_map(|(file, source)| {
            let ids = (0..).map(DefinitionId);
            ids.zip(&source.facts.definitions).map(move |(id, definition)| (Def { file, id }, definition))
        })
    }
}
