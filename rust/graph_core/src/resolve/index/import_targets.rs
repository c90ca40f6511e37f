//! Import targets: where the import paths of each file lead. What was found for an earlier version holds for files that
//! are unchanged, if nothing that locating reads is different.

use std::sync::Arc;

use crate::languages::ImportBinds;
use crate::languages::project::{Located, Project};
use crate::resolve::faults::{FailedFiles, FileObserver, each};
use crate::resolve::index::SourceFile;
use crate::resolve::index::snapshot::Snapshot;

/// For each import of a file where its path leads, and for one that binds its path's first part, where that does.
pub type ImportTargets = Arc<Vec<(Located, Option<Located>)>>;

pub(super) fn locate_imports(
    files: &[SourceFile],
    project: &Project,
    before: Option<&Snapshot>,
    watch: &dyn FileObserver,
) -> Result<Vec<ImportTargets>, FailedFiles> {
    let before = before.filter(|snapshot| snapshot.locates_same(project));
    each(files, watch, |file| {
        let source = &files[file as usize];
        let known = before.and_then(|snapshot| snapshot.import_targets(file as usize, &source.facts));
        known.cloned().unwrap_or_else(|| Arc::new(located_imports(source, project)))
    })
}

fn located_imports(source: &SourceFile, project: &Project) -> Vec<(Located, Option<Located>)> {
    let facts = &source.facts;
    let find = |path| (source.language.locate)(project, &source.path, path);
    let first = source.language.rules.import_binds == ImportBinds::First;
    facts
        .imports
        .iter()
        .map(|import| {
            let path = facts.text(import.path);
            let head = path.split('.').next().unwrap_or(path);
            let by_head = first && import.name.is_empty() && import.alias.is_empty() && head != path;
            (find(path), by_head.then(|| find(head)))
        })
        .collect()
}
