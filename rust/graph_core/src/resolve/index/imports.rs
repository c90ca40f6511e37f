//! Imports: the files, units or definitions that an import path refers to.

use std::hash::Hash;

use smallvec::SmallVec;

use crate::graph::FileId;
use crate::hashing::NameHash;
use crate::languages::Language;
use crate::languages::project::{Located, folder_of, join};
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::ids::{FolderId, PackageHash, UnitId};
use crate::resolve::index::import_targets::ImportTargets;

/// What an import path refers to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ImportTarget {
    Files(SmallVec<[FileId; 1]>),
    Unit(UnitId),
    /// Definitions themselves: a type that is imported by its full name.
    Definitions(SmallVec<[Def; 1]>),
    /// A member of a file, by a path of names: the first is a name of the file, each next one a member of the last.
    Within(FileId, SmallVec<[NameHash; 2]>),
    Folder(FolderId),
    External(PackageHash),
}

impl Index {
    /// The target of an import path, as written in a file.
    pub fn locate(&self, file: FileId, path: &str) -> Option<ImportTarget> {
        let located = (self.language(file).locate)(&self.project, &self.source(file).path, path);
        self.target(file, &located)
    }

    /// The target of a located path of a file; None if the repository has nothing there.
    fn target(&self, file: FileId, located: &Located) -> Option<ImportTarget> {
        match located {
            Located::Files(files) => Some(ImportTarget::Files(files.iter().copied().map(FileId).collect())),
            Located::Within { file, rest } if rest.is_empty() => {
                Some(ImportTarget::Files([FileId(*file)].into()))
            }
            Located::Within { file, rest } => Some(ImportTarget::Within(FileId(*file), name_hashes(rest))),
            Located::Package { name, rest } => self.in_package(file, name, rest),
            Located::Folder(path) => self.folder_target(path),
            Located::External(name) => Some(ImportTarget::External(PackageHash::of(name))),
        }
    }

    fn folder_target(&self, path: &String) -> Option<ImportTarget> {
        self.folders.binary_search(path).ok().map(|i| ImportTarget::Folder(FolderId(i as u32)))
    }

    /// The unit of a package that files declare, among files of the same language family as `file`.
    pub fn package(&self, file: FileId, name: &str) -> Option<UnitId> {
        let files = self.project.packages.get(name)?;
        let family = self.language(file).family;
        let mut files = files.iter().copied().map(FileId);
        files.find(|f| self.language(*f).family == family).map(|f| self.unit_of(f))
    }

    /// Is the target a package outside of the repository that some import names?
    pub fn is_imported_package(&self, target: &ImportTarget) -> bool {
        matches!(target, ImportTarget::External(package) if self.packages.contains_key(package))
    }

    /// Is the name the first part of the name of some package?
    pub fn begins_package(&self, name: NameHash) -> bool {
        self.package_roots.contains(&name)
    }

    /// A package, or the type or value in it that the rest of the path names.
    fn in_package(&self, file: FileId, name: &str, rest: &[String]) -> Option<ImportTarget> {
        let unit = self.package(file, name)?;
        let Some((first, inner)) = rest.split_first() else {
            return Some(ImportTarget::Unit(unit));
        };
        let outer = self.nearest(file, self.in_unit(unit, NameHash::of(first)));
        let mut found = outer.clone();
        for part in inner {
            let name = NameHash::of(part);
            found = found.iter().flat_map(|class| self.members(*class, name).iter().copied()).collect();
        }
        if found.is_empty()
            && let Some(file) =
                outer.first().map(|def| def.file).or_else(|| self.file_with_value(unit, first))
        {
            // A value: of the package itself, or of a type in it.
            return Some(ImportTarget::Within(file, name_hashes(rest)));
        }
        Some(ImportTarget::Definitions(found))
    }

    /// Adds the target of every import, and the names of all packages outside of the repository that are imported.
    pub(super) fn add_imports(&mut self, located: &[ImportTargets]) {
        for (path, head) in located.iter().flat_map(|file| file.iter()) {
            for located in [Some(path), head.as_ref()].into_iter().flatten() {
                if let Located::External(name) = located {
                    self.packages.entry(PackageHash::of(name)).or_insert_with(|| name.clone());
                }
            }
        }
        let unlocated = ImportTarget::External(PackageHash::unknown());
        self.imports = Vec::with_capacity(located.len());
        for (file, all) in (0..).map(FileId).zip(located) {
            let mut targets = Vec::with_capacity(all.len());
            for (i, (path, head)) in all.iter().enumerate() {
                if let Some(head) = head.as_ref().and_then(|h| self.target(file, h)) {
                    self.head_targets.insert((file, i as u32), head);
                }
                targets.push(self.target(file, path).unwrap_or_else(|| unlocated.clone()));
            }
            self.imports.push(targets);
        }
    }

    /// The targets of all imports of a file, in the order of its facts.
    pub(super) fn import_targets(&self, file: FileId) -> &[ImportTarget] {
        &self.imports[file.at()]
    }

    /// The target of the path of an import, by its index in the file's facts.
    pub fn import_target(&self, file: FileId, import: u32) -> &ImportTarget {
        &self.imports[file.at()][import as usize]
    }

    /// The target of the name that an import binds: of its whole path, or of the first part of the path.
    pub fn bound_target(&self, file: FileId, import: u32) -> &ImportTarget {
        self.head_targets.get(&(file, import)).unwrap_or(self.import_target(file, import))
    }

    /// The module of that name in a folder: a file, or a folder of modules.
    pub fn submodule(&self, language: &Language, folder: &str, name: &str) -> Option<ImportTarget> {
        for pattern in language.module_files {
            if let Some(file) = self.project.file(&join(folder, &pattern.replace("{}", name))) {
                return Some(ImportTarget::Files([FileId(file)].into()));
            }
        }
        if language.module_files.is_empty() {
            return None;
        }
        self.folder_target(&join(folder, name))
    }

    /// The folder whose modules are the submodules of a file, if the file is the module of its folder (`__init__.py`).
    pub fn package_folder(&self, file: FileId) -> Option<&str> {
        let path = &self.source(file).path;
        let name = path.rsplit('/').next()?;
        let mut module_files = self.language(file).module_files.iter();
        let is_package = module_files.any(|p| p.strip_prefix("{}/") == Some(name));
        is_package.then(|| folder_of(path))
    }
}

fn name_hashes(names: &[String]) -> SmallVec<[NameHash; 2]> {
    names.iter().map(|name| NameHash::of(name)).collect()
}
