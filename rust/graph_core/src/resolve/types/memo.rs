//! Memo: the values of the expressions of one file that are evaluated, and the expressions whose evaluation is in
//! progress.

use crate::facts::ExpressionId;
use crate::resolve::types::value::Items;

/// In the place of a value: the evaluation is in progress.
const OPEN: u32 = u32::MAX;

/// Its vectors are indexed by expression: with hash maps a third of the time of resolution was spent on hashing.
#[derive(Default)]
pub(super) struct Memo {
    /// For each expression 0 if it is not evaluated, `OPEN`, or one more than the index into `kept`.
    values: Vec<u32>,
    kept: Vec<Items>,
    /// Expressions that are being evaluated as types.
    open_types: Vec<bool>,
}

/// The state of the evaluation of an expression.
pub(super) enum MemoState {
    New,
    /// In progress: the expression depends on itself.
    Open,
    Known(Items),
}

impl Memo {
    pub(super) fn state(&self, expression: ExpressionId) -> MemoState {
        match self.values.get(expression.at()) {
            None | Some(0) => MemoState::New,
            Some(&OPEN) => MemoState::Open,
            Some(position) => MemoState::Known(self.kept[*position as usize - 1].clone()),
        }
    }

    /// Marks the evaluation of an expression as in progress; `all` is the number of the file's expressions.
    pub(super) fn open(&mut self, expression: ExpressionId, all: usize) {
        if self.values.is_empty() {
            self.values.resize(all, 0);
        }
        self.values[expression.at()] = OPEN;
    }

    /// Stores the value of an expression.
    pub(super) fn keep(&mut self, expression: ExpressionId, items: Items, all: usize) {
        if self.values.is_empty() {
            self.values.resize(all, 0);
        }
        self.kept.push(items);
        self.values[expression.at()] = self.kept.len() as u32;
    }

    /// Marks an expression as being evaluated as a type; false if it already is.
    pub(super) fn open_type(&mut self, expression: ExpressionId, all: usize) -> bool {
        if self.open_types.is_empty() {
            self.open_types.resize(all, false);
        }
        !std::mem::replace(&mut self.open_types[expression.at()], true)
    }

    pub(super) fn close_type(&mut self, expression: ExpressionId) {
        self.open_types[expression.at()] = false;
    }
}
