//! The evaluator of one file: its input, its caches and the log of what it read of other files. Of other files it reads
//! only facts and the tables of the previous round, so the result does not depend on the order in which files are
//! evaluated.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::facts::{DefinitionId, Facts, ListId, ScopeId, Symbol};
use crate::graph::FileId;
use crate::hashing::NameHash;
use crate::languages::Language;
use crate::resolve::index::Index;
use crate::resolve::index::fingerprints::Read;
use crate::resolve::types::hierarchy::Hierarchy;
use crate::resolve::types::memo::Memo;
use crate::resolve::types::reaching_bindings::BindingIndex;
use crate::resolve::types::tables::Tables;
use crate::resolve::types::value::Items;

/// The depth of nested evaluations at which an expression counts as unknown.
pub(super) const DEEPEST: u32 = 24;

pub struct Evaluator<'w> {
    pub index: &'w Index,
    pub hierarchy: &'w Hierarchy,
    pub tables: &'w Tables,
    pub file: FileId,
    pub facts: &'w Facts,
    pub language: &'static Language,
    pub(super) memo: RefCell<Memo>,
    /// The values of names that no scope of the file binds.
    pub(super) outside_names: RefCell<FxHashMap<Symbol, Items>>,
    /// The modules that unbound names refer to, by name and enclosing definition.
    pub(super) modules_by_path: RefCell<FxHashMap<(Symbol, DefinitionId), Items>>,
    /// Indices of the bindings of names that have many in a scope, see `reaching`.
    pub(super) binding_indices: RefCell<FxHashMap<(ScopeId, Symbol), Rc<BindingIndex>>>,
    /// The number of nested evaluations in progress.
    pub(super) depth: Cell<u32>,
    /// The object literals whose entries are being looked up, to stop at a literal that is spread into itself.
    pub(super) literals_in_progress: RefCell<SmallVec<[ListId; 4]>>,
    /// What was read of other files, see `consult`.
    pub(super) consulted: RefCell<FxHashSet<Read>>,
    /// The evaluator belongs to one of another file, so that reads of its own file are logged as well.
    is_peek: bool,
}

impl<'w> Evaluator<'w> {
    pub fn new(index: &'w Index, hierarchy: &'w Hierarchy, tables: &'w Tables, file: FileId) -> Self {
        Evaluator {
            index,
            hierarchy,
            tables,
            file,
            facts: index.facts(file),
            language: index.language(file),
            memo: RefCell::default(),
            outside_names: RefCell::default(),
            modules_by_path: RefCell::default(),
            binding_indices: RefCell::default(),
            depth: Cell::new(0),
            literals_in_progress: RefCell::default(),
            consulted: RefCell::default(),
            is_peek: false,
        }
    }

    /// An evaluator of another file, to follow its exports: its expressions are not evaluated, only its tables are
    /// read.
    pub(super) fn peek(&self, file: FileId) -> Evaluator<'w> {
        Evaluator { is_peek: true, ..Evaluator::new(self.index, self.hierarchy, self.tables, file) }
    }

    /// What was read of other files, sorted.
    pub fn consulted_names(&self) -> Vec<Read> {
        let mut names: Vec<Read> = self.consulted.borrow().iter().copied().collect();
        names.sort_unstable();
        names
    }

    /// Logs that something of another file was read under a name: definitions, members, bindings, exports, table
    /// entries. In the place of a name are `IMPORTS_AND_EXPORTS` and `WHOLE_FILE`.
    pub fn consult(&self, file: FileId, name: NameHash) {
        if file != self.file || self.is_peek {
            self.consulted.borrow_mut().insert((file, name));
        }
    }
}
