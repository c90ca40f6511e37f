//! Import edges: from the code that imports to the files and definitions that it imports.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use crate::facts::{DefinitionId, ScopeId};
use crate::graph::{EdgeKind, FileId, Via};
use crate::resolve::edges::builder::{FilePart, GraphBuilder};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::exports::exported_definitions;
use crate::resolve::index::imports::ImportTarget;

impl GraphBuilder<'_> {
    /// Adds the import edges of a file, whose other edges must be added before: of a module of several files the ones
    /// that the file uses are imported, or the first.
    pub(super) fn add_import_edges(&self, file: FileId, part: &mut FilePart) {
        let used: FxHashSet<FileId> = part.edges.iter().map(|e| self.nodes[e.to.0 as usize].file).collect();
        let facts = self.index.facts(file);
        for (i, import) in (0..).zip(&facts.imports) {
            let from = self.node(Def { file, id: facts.nearest_named(facts.scope(import.scope).owner) });
            if let Some(module) = self.imported_submodule(file, i)
                && module != file
            {
                let to = self.node(Def { file: module, id: DefinitionId::FILE });
                part.edge(from, to, EdgeKind::Imports, import.line, Via::Import);
            }
            let targets: SmallVec<[Def; 1]> = match self.index.import_target(file, i) {
                ImportTarget::Files(files) => {
                    let mut kept: SmallVec<[FileId; 1]> =
                        files.iter().copied().filter(|f| used.contains(f)).collect();
                    if kept.is_empty() {
                        kept.extend(files.first().copied());
                    }
                    kept.iter().map(|f| Def { file: *f, id: DefinitionId::FILE }).collect()
                }
                ImportTarget::Definitions(defs) => defs.clone(),
                ImportTarget::Within(file, _) => [Def { file: *file, id: DefinitionId::FILE }].into(),
                _ => continue,
            };
            let name = facts.name_hash(import.name);
            for target in targets {
                if target.file == file {
                    continue;
                }
                part.edge(from, self.node(target), EdgeKind::Imports, import.line, Via::Import);
                if !import.name.is_empty() && target.id.is_file() {
                    for symbol in exported_definitions(self.index, target.file, name) {
                        part.edge(from, self.node(symbol), EdgeKind::Imports, import.line, Via::Import);
                    }
                }
            }
        }
    }

    /// The file that an import names as a module of a package, unless the package itself binds the name.
    fn imported_submodule(&self, file: FileId, import: u32) -> Option<FileId> {
        let facts = self.index.facts(file);
        let name = facts.imports[import as usize].name;
        let language = self.index.language(file);
        if name.is_empty() || language.module_files.is_empty() {
            return None;
        }
        let folder = match self.index.import_target(file, import) {
            ImportTarget::Files(files) => {
                let package = *files.first()?;
                let inner = self.index.facts(package);
                let bound = inner.strings.symbol(facts.name_hash(name));
                if bound.is_some_and(|n| !inner.bindings_of(ScopeId::FILE, n).is_empty()) && package != file {
                    return None;
                }
                self.index.package_folder(package)?
            }
            ImportTarget::Folder(folder) => self.index.folder(*folder),
            _ => return None,
        };
        match self.index.submodule(language, folder, facts.text(name))? {
            ImportTarget::Files(files) => files.first().copied(),
            _ => None,
        }
    }
}
