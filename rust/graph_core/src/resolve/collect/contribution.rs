//! Contributions: what one file adds to the tables of a round, and the tables that all contributions make.

use std::sync::Arc;

use crate::facts::{DefinitionId, ExpressionId};
use crate::hashing::NameHash;
use crate::resolve::index::fingerprints::Read;
use crate::resolve::types::tables::{FileTable, Passed, Tables};
use crate::resolve::types::value::{Items, extend};

/// What one file adds in a round.
#[derive(Debug)]
pub struct Contribution {
    table: Arc<FileTable>,
    passed: Vec<Passed>,
    /// What was read of other files for it, sorted.
    pub consulted: Vec<Read>,
}

/// A contribution while it is collected.
#[derive(Default)]
pub(super) struct ContributionBuilder {
    pub(super) table: FileTable,
    pub(super) passed: Vec<Passed>,
}

impl ContributionBuilder {
    /// Adds values of a name of the file's scope.
    pub(super) fn global(&mut self, name: NameHash, items: Items) {
        extend(self.table.globals.entry(name).or_default(), items);
    }

    /// Adds values of a member of a type's objects.
    pub(super) fn field(&mut self, class: DefinitionId, name: NameHash, items: Items) {
        extend(self.table.fields.entry((class, name)).or_default(), items);
    }

    /// Adds values that are assigned to a member of an object literal.
    pub(super) fn object(&mut self, literal: ExpressionId, name: NameHash, items: Items) {
        extend(self.table.objects.entry((literal, name)).or_default(), items);
    }

    /// The finished contribution; `name_of` returns the name of a definition.
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
