//! The evaluator of one file: what it reads, what it remembers and the log of what it read of other files. Of other
//! files it reads only the tables of the round before, so the order in which files are evaluated makes no difference.

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
use crate::resolve::types::reaching::BindingIndex;
use crate::resolve::types::tables::Tables;
use crate::resolve::types::value::Items;

/// How far names lead to names before an expression counts as unknown.
pub(super) const DEEPEST: u32 = 24;

pub struct Evaluator<'w> {
    pub index: &'w Index,
    pub hierarchy: &'w Hierarchy,
    pub tables: &'w Tables,
    pub file: FileId,
    pub facts: &'w Facts,
    pub language: &'static Language,
    pub memo: RefCell<Memo>,
    /// What names stand for that no scope of the file binds.
    pub outside: RefCell<FxHashMap<Symbol, Items>>,
    /// Modules that names are by where they stand: inside of which definition.
    pub located: RefCell<FxHashMap<(Symbol, DefinitionId), Items>>,
    /// Of names with many bindings in a scope, see `reaching`.
    pub many: RefCell<FxHashMap<(ScopeId, Symbol), Rc<BindingIndex>>>,
    pub depth: Cell<u32>,
    /// Object literals in which an entry is being looked for: what spreads itself has no more of them.
    pub literals: RefCell<SmallVec<[ListId; 4]>>,
    /// What was read of other files: a file and the hash of a name, see `consult`.
    pub consulted: RefCell<FxHashSet<Read>>,
    /// It is another evaluator's view of this file.
    peeked: bool,
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
            outside: RefCell::default(),
            located: RefCell::default(),
            many: RefCell::default(),
            depth: Cell::new(0),
            literals: RefCell::default(),
            consulted: RefCell::default(),
            peeked: false,
        }
    }

    /// The same index seen from another file: its expressions are not evaluated, only its tables are read.
    pub(super) fn peek(&self, file: FileId) -> Evaluator<'w> {
        Evaluator { peeked: true, ..Evaluator::new(self.index, self.hierarchy, self.tables, file) }
    }

    /// What was read of other files, sorted.
    pub fn consulted_names(&self) -> Vec<Read> {
        let mut names: Vec<Read> = self.consulted.borrow().iter().copied().collect();
        names.sort_unstable();
        names
    }

    /// Notes that what another file has under a name was read: definitions, members, bindings, exports, table
    /// entries. `IMPORTS_AND_EXPORTS` stands for its re-exports of everything, `WHOLE_FILE` for any part of it.
    pub fn consult(&self, file: FileId, name: NameHash) {
        if file != self.file || self.peeked {
            self.consulted.borrow_mut().insert((file, name));
        }
    }
}
