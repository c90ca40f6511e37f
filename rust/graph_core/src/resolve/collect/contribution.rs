//! A contribution: what one file adds to the tables of a round, and the tables that all contributions make.

use std::sync::Arc;

use crate::facts::{DefinitionId, ExpressionId};
use crate::hashing::NameHash;
use crate::resolve::index::fingerprints::Read;
use crate::resolve::types::tables::{FileTable, Passed, Tables};
use crate::resolve::types::value::{Items, extend};

/// What one file tells in a round.
#[derive(Debug)]
pub struct Contribution {
    pub table: Arc<FileTable>,
    pub passed: Vec<Passed>,
    /// What of other files was read for it, sorted.
    pub consulted: Vec<Read>,
}

/// What a file tells, while it is collected.
#[derive(Default)]
pub struct ContributionBuilder {
    pub table: FileTable,
    pub passed: Vec<Passed>,
}

impl ContributionBuilder {
    pub fn global(&mut self, name: NameHash, items: Items) {
        extend(self.table.globals.entry(name).or_default(), items);
    }

    pub fn field(&mut self, class: DefinitionId, name: NameHash, items: Items) {
        extend(self.table.fields.entry((class, name)).or_default(), items);
    }

    pub fn object(&mut self, literal: ExpressionId, name: NameHash, items: Items) {
        extend(self.table.objects.entry((literal, name)).or_default(), items);
    }

    /// `name_of` gives the hash of a definition's name.
    pub(super) fn seal(
        mut self,
        consulted: Vec<Read>,
        name_of: impl Fn(DefinitionId) -> NameHash,
    ) -> Contribution {
        self.table.seal(name_of);
        Contribution { table: Arc::new(self.table), passed: self.passed, consulted }
    }
}

/// The tables that the contributions of all files make.
pub fn merged(contributions: &[Arc<Contribution>]) -> Tables {
    Tables::merged(contributions.iter().map(|contribution| (&contribution.table, &contribution.passed[..])))
}
