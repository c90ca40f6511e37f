//! Memo: the expressions of one file that were evaluated, and those that are being evaluated.

use crate::facts::ExpressionId;
use crate::resolve::types::value::Items;

const OPEN: u32 = u32::MAX;

/// By number of expression, because hashing them was a third of resolution.
#[derive(Default)]
pub struct Memo {
    /// 0: not evaluated, `OPEN`, or one more than the place in `kept`.
    values: Vec<u32>,
    kept: Vec<Items>,
    open_types: Vec<bool>,
}

/// What is known of an expression before it is evaluated.
pub enum MemoState {
    New,
    /// It is defined by itself.
    Open,
    Known(Items),
}

impl Memo {
    pub(super) fn state(&self, expression: ExpressionId) -> MemoState {
        match self.values.get(expression.0 as usize) {
            None | Some(0) => MemoState::New,
            Some(&OPEN) => MemoState::Open,
            Some(place) => MemoState::Known(self.kept[*place as usize - 1].clone()),
        }
    }

    /// `all` is the number of the file's expressions.
    pub fn open(&mut self, expression: ExpressionId, all: usize) {
        if self.values.is_empty() {
            self.values.resize(all, 0);
        }
        self.values[expression.0 as usize] = OPEN;
    }

    pub(super) fn keep(&mut self, expression: ExpressionId, items: Items, all: usize) {
        if self.values.is_empty() {
            self.values.resize(all, 0);
        }
        self.kept.push(items);
        self.values[expression.0 as usize] = self.kept.len() as u32;
    }

    /// As a type; false if it is open already.
    pub(super) fn open_type(&mut self, expression: ExpressionId, all: usize) -> bool {
        if self.open_types.is_empty() {
            self.open_types.resize(all, false);
        }
        !std::mem::replace(&mut self.open_types[expression.0 as usize], true)
    }

    pub(super) fn close_type(&mut self, expression: ExpressionId) {
        self.open_types[expression.0 as usize] = false;
    }
}
