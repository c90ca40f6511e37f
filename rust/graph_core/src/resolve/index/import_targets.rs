//! Import targets: the import paths of each file, located by the rules of its language. Located paths of an earlier
//! version are reused for unchanged files if nothing that locating reads has changed.

use std::sync::Arc;

use crate::languages::ImportBinds;
use crate::languages::project::{Located, Project};
use crate::resolve::faults::{FailedFiles, FileObserver, map_files};
use crate::resolve::index::SourceFile;
use crate::resolve::index::snapshot::Snapshot;

/// For each import of a file its located path and, if the import binds only the first part of the path, that part.
pub(super) type ImportTargets = Arc<Vec<(Located, Option<Located>)>>;

/// Locates the imports of all files.
pub(super) fn locate_imports(
    files: &[SourceFile],
    project: &Project,
    before: Option<&Snapshot>,
    observer: &dyn FileObserver,
) -> Result<Vec<ImportTargets>, FailedFiles> {
    let before = before.filter(|snapshot| snapshot.locates_same(project));
    map_files(files, observer, |file| {
        let source = &files[file.at()];
        let known = before.and_then(|snapshot| snapshot.import_targets(file, &source.facts));
        known.cloned().unwrap_or_else(|| Arc::new(located_imports(source, project)))
    })
}

fn located_imports(source: &SourceFile, project: &Project) -> Vec<(Located, Option<Located>)> {
    let facts = &source.facts;
    let locate = |path| (source.language.locate)(project, &source.path, path);
    let binds_first = source.language.rules.import_binds == ImportBinds::First;
    facts
        .imports
        .iter()
        .map(|import| {
            let path = facts.text(import.path);
            let head = path.split('.').next().unwrap_or(path);
            let binds_head = binds_first && import.name.is_empty() && import.alias.is_empty() && head != path;
            (locate(path), binds_head.then(|| locate(head)))
        })
        .collect()
}
