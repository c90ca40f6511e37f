//! Imports: which files, units or definitions an import path leads to.

use std::hash::Hash;

use smallvec::SmallVec;

use crate::hashing::hash;
use crate::languages::Language;
use crate::languages::project::{Located, folder_of, join};
use crate::resolve::index::{Index, unknown_package};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::import_targets::ImportTargets;

/// Where an import of a file leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ImportTarget {
    Files(SmallVec<[u32; 1]>),
    Unit(u32),
    /// Definitions themselves: a type that is imported by its full name.
    Definitions(SmallVec<[Def; 1]>),
    /// What a file has under the hashes of names, one inside of the other.
    Within(u32, SmallVec<[u64; 2]>),
    Folder(u32),
    /// By the hash of the package's name.
    External(u64),
}

impl Index {
    /// Where an import path leads from a file.
    pub fn locate(&self, file: u32, path: &str) -> Option<ImportTarget> {
        let located = (self.language(file).locate)(&self.project, &self.files[file as usize].path, path);
        self.target(file, &located)
    }

    pub fn target(&self, file: u32, located: &Located) -> Option<ImportTarget> {
        match located {
            Located::Files(files) => Some(ImportTarget::Files(files.as_slice().into())),
            Located::Within { file, rest } if rest.is_empty() => Some(ImportTarget::Files([*file].into())),
            Located::Within { file, rest } => {
                Some(ImportTarget::Within(*file, rest.iter().map(|name| hash(name.as_bytes())).collect()))
            }
            Located::Package { name, rest } => self.in_package(file, name, rest),
            Located::Folder(path) => {
                self.folders.binary_search(path).ok().map(|i| ImportTarget::Folder(i as u32))
            }
            Located::External(name) => Some(ImportTarget::External(hash(name.as_bytes()))),
        }
    }

    /// The unit of a package that files name, as seen from a file of the same family.
    pub fn package(&self, file: u32, name: &str) -> Option<u32> {
        let files = self.project.packages.get(name)?;
        let family = self.language(file).family;
        let mut own = files.iter().filter(|f| self.language(**f).family == family);
        own.next().map(|f| self.unit_of[*f as usize])
    }

    /// Does some import lead to that package?
    pub fn is_known(&self, target: &ImportTarget) -> bool {
        matches!(target, ImportTarget::External(package) if self.packages.contains_key(package))
    }

    /// Is the name the first part of some package's?
    pub fn begins_package(&self, name: u64) -> bool {
        self.package_roots.contains(&name)
    }

    /// A package, or the type in it that the rest of the path names.
    fn in_package(&self, file: u32, name: &str, rest: &[String]) -> Option<ImportTarget> {
        let unit = self.package(file, name)?;
        let Some((first, inner)) = rest.split_first() else {
            return Some(ImportTarget::Unit(unit));
        };
        let outer = self.nearest(file, self.in_unit(unit, hash(first.as_bytes())));
        let mut found = outer.clone();
        for part in inner {
            let name = hash(part.as_bytes());
            found = found.iter().flat_map(|class| self.members(*class, name).iter().copied()).collect();
        }
        if found.is_empty()
            && let Some(file) = outer.first().map(|def| def.file).or_else(|| self.with_value(unit, first))
        {
            // A value: of the package itself, or of a type in it.
            return Some(ImportTarget::Within(file, rest.iter().map(|part| hash(part.as_bytes())).collect()));
        }
        Some(ImportTarget::Definitions(found))
    }

    /// Every import with its target, and the names of the packages that imports lead out to.
    pub(super) fn add_imports(&mut self, leads: &[ImportTargets]) {
        for (a, b) in leads.iter().flat_map(|file| file.iter()) {
            for located in [Some(a), b.as_ref()].into_iter().flatten() {
                if let Located::External(name) = located {
                    self.packages.entry(hash(name.as_bytes())).or_insert_with(|| name.clone());
                }
            }
        }
        let unlocated = ImportTarget::External(unknown_package());
        self.imports = Vec::with_capacity(leads.len());
        for (file, all) in (0u32..).zip(leads) {
            let mut targets = Vec::with_capacity(all.len());
            for (i, (path, head)) in all.iter().enumerate() {
                if let Some(head) = head.as_ref().and_then(|h| self.target(file, h)) {
                    self.heads.insert((file, i as u32), head);
                }
                targets.push(self.target(file, path).unwrap_or_else(|| unlocated.clone()));
            }
            self.imports.push(targets);
        }
    }

    /// What the import binds: the target of its path, or of the path's first part.
    pub fn bound_target(&self, file: u32, import: u32) -> &ImportTarget {
        self.heads.get(&(file, import)).unwrap_or(&self.imports[file as usize][import as usize])
    }

    /// The module of a name inside the package that a file or folder is.
    pub fn submodule(&self, language: &Language, folder: &str, name: &str) -> Option<ImportTarget> {
        for pattern in language.module_files {
            if let Some(file) = self.project.file(&join(folder, &pattern.replace("{}", name))) {
                return Some(ImportTarget::Files([file].into()));
            }
        }
        if language.module_files.is_empty() {
            return None;
        }
        self.folders.binary_search(&join(folder, name)).ok().map(|i| ImportTarget::Folder(i as u32))
    }

    /// The folder whose modules are the file's submodules, if the file stands for a package.
    pub fn package_folder(&self, file: u32) -> Option<&str> {
        let path = &self.files[file as usize].path;
        let name = path.rsplit('/').next()?;
        let stands = self.language(file).module_files.iter().any(|p| p.strip_prefix("{}/") == Some(name));
        stands.then(|| folder_of(path))
    }
}
