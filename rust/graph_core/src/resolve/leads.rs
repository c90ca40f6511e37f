//! Leads: where the import paths of each file lead. What was found for an earlier version holds for files that are
//! as they were, if nothing that locating asks is different.

use std::sync::Arc;

use super::faults::{Faulty, Watch, each};
use super::memory::Memory;
use super::world::SourceFile;
use crate::languages::ImportBinds;
use crate::languages::project::{Located, Project};

/// For each import of a file where its path leads, and for one that binds its path's first part, where that does.
pub type Leads = Arc<Vec<(Located, Option<Located>)>>;

pub fn leads(
    files: &[SourceFile],
    project: &Project,
    before: Option<&Memory>,
    watch: &dyn Watch,
) -> Result<Vec<Leads>, Faulty> {
    let before = before.filter(|memory| memory.locates_alike(project));
    each(files, watch, |file| {
        let source = &files[file as usize];
        let at_hand = before.and_then(|memory| memory.leads(file as usize, &source.facts));
        at_hand.cloned().unwrap_or_else(|| Arc::new(found(source, project)))
    })
}

fn found(source: &SourceFile, project: &Project) -> Vec<(Located, Option<Located>)> {
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
