//! Captured children of nodes that are closing or still open.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::facts::{Expression, ExpressionId, ListId, Symbol};
use crate::languages::syntax::Capture;

impl FactBuilder<'_> {
    /// All children with a capture, in source order.
    pub fn all(&self, frame: &Frame, capture: Capture) -> Vec<Captured> {
        self.nodes.values[frame.values..].iter().filter(|v| v.capture == capture).copied().collect()
    }

    pub fn has(&self, frame: &Frame, capture: Capture) -> bool {
        self.nodes.values[frame.values..].iter().any(|v| v.capture == capture)
    }

    pub fn first(&self, frame: &Frame, capture: Capture) -> ExpressionId {
        self.nodes.values[frame.values..]
            .iter()
            .find(|v| v.capture == capture)
            .map_or(ExpressionId::UNKNOWN, |v| v.value)
    }

    pub fn last(&self, frame: &Frame, capture: Capture) -> ExpressionId {
        self.nodes.values[frame.values..]
            .iter()
            .rfind(|v| v.capture == capture)
            .map_or(ExpressionId::UNKNOWN, |v| v.value)
    }

    /// The first value with a capture of a node that is still open.
    pub fn captured(&self, frame: usize, capture: Capture) -> Option<ExpressionId> {
        let from = self.nodes.frames.get(frame)?.values;
        let to = self.nodes.frames.get(frame + 1).map_or(self.nodes.values.len(), |f| f.values);
        self.nodes.values[from..to].iter().find(|v| v.capture == capture).map(|v| v.value)
    }

    /// The symbol of a captured child that is a name or a text.
    pub fn symbol(&self, frame: &Frame, capture: Capture) -> Symbol {
        match self.facts.expression(self.first(frame, capture)) {
            Expression::Name(name) | Expression::Text(name) => name,
            _ => Symbol::EMPTY,
        }
    }

    /// The children with a capture as a list; an argument list is that list itself.
    pub fn list(&mut self, frame: &Frame, capture: Capture) -> ListId {
        let items: Vec<ExpressionId> = self.nodes.values[frame.values..]
            .iter()
            .filter(|v| v.capture == capture)
            .map(|v| v.value)
            .collect();
        if let [one] = items[..]
            && capture == Capture::Arguments
            && let Expression::Sequence(list) = self.facts.expression(one)
        {
            return list;
        }
        self.add_list(&items)
    }

    /// The arguments of a call, including functions that follow the argument list.
    pub fn arguments(&mut self, frame: &Frame) -> ListId {
        if let [_, _, last] = self.all(frame, Capture::Receiver)[..] {
            return self.add_list(&[last.value]); // infix: object, name, argument
        }
        let written = self.all(frame, Capture::Arguments);
        let list = match written.first().map(|first| self.facts.expression(first.value)) {
            Some(Expression::Sequence(list)) => list,
            _ => ListId::EMPTY,
        };
        let is_function = |a: &Captured| matches!(self.facts.expression(a.value), Expression::Definition(_));
        let after: Vec<_> = written.iter().filter(|a| is_function(a)).map(|a| a.value).collect();
        if after.is_empty() {
            return list;
        }
        let all: Vec<_> = self.facts.list(list).chain(after).collect();
        self.add_list(&all)
    }

    /// The only item of a list.
    pub fn single(&self, list: ListId) -> Option<ExpressionId> {
        let mut items = self.facts.list(list);
        items.next().filter(|_| items.len() == 0)
    }
}
