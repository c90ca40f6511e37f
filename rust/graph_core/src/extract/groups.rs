//! Tests that are calls with a title and a function, groups of them, and what such a group has.

use super::Walk;
use super::frame::Captured;
use super::open::Hint;
use crate::facts::{Bound, DefinitionId, Expression, ScopeId, ScopeKind};
use crate::graph::{NodeKind, flag};
use crate::languages::syntax::Capture;

impl Walk<'_> {
    /// Names a function that is given to a call of a test's, a group's or a member's with its title.
    pub(super) fn test_hint(&mut self, call: usize) -> Option<Hint> {
        if !self.test_file {
            return None;
        }
        let rules = &self.language.tests;
        let named = || self.captured(call, Capture::Name);
        let mut callee = self.captured(call, Capture::Callee).or_else(named)?;
        let mut names = Vec::new();
        loop {
            match self.facts.expression(callee) {
                Expression::Member { object, name } => {
                    names.push(self.facts.text(name));
                    callee = object;
                }
                Expression::Call { callee: inner, .. } => callee = inner,
                Expression::Name(name) => {
                    names.push(self.facts.text(name));
                    break;
                }
                _ => break,
            }
        }
        let is = |list: &[&str]| names.iter().any(|name| list.contains(name));
        let (flags, kind) = match () {
            () if is(rules.groups) => (0, rules.group_types.then_some(NodeKind::Class)),
            () if is(rules.calls) => (flag::TEST, None),
            () if self.in_group() && is(rules.members) => (0, Some(NodeKind::Method)),
            () => return None,
        };
        // The title is the first value after the callee: the arguments are still open.
        let from = self.frames.get(call + 1).map_or(self.values.len(), |f| f.values);
        let to = self.frames.get(call + 2).map_or(self.values.len(), |f| f.values);
        let mut title = self.values[from..to].first().copied();
        if let Some(Expression::Sequence(list)) =
            self.captured(call, Capture::Arguments).map(|a| self.facts.expression(a))
        {
            // They stand before the function.
            let written = self.values[self.frames[call].values..].iter();
            let written = written.copied().find(|v| v.capture == Capture::Arguments);
            let first = self.facts.list(list).next();
            title = written.and_then(|w| first.map(|value| Captured { value, ..w }));
        }
        let name = match title.map(|t| (t, self.facts.expression(t.value))) {
            Some((_, Expression::Text(title))) => title,
            Some((title, _)) => self.folded(title.start, title.end, 100),
            None => {
                *names.last().map(|n| self.facts.strings.symbol(crate::hashing::NameHash::of(n)))?.as_ref()?
            }
        };
        Some(Hint { name, frame: call, flags, kind, ..Hint::default() })
    }

    /// Is this straight in a group of tests that is a type?
    fn in_group(&self) -> bool {
        let scope = self.facts.scope(self.scope);
        scope.kind == ScopeKind::Class && self.is_group(scope.owner)
    }

    pub(super) fn is_group(&self, definition: DefinitionId) -> bool {
        self.facts.definition(definition).flags & flag::GROUP != 0
    }

    /// A group of tests is a type below the group around it, and knows what it is about. What is named by a call
    /// in it is a member of it.
    pub(super) fn open_part_of_tests(&mut self, id: DefinitionId, hint: &Hint, around: ScopeId) {
        let at = self.facts.definition(id).start;
        if hint.kind != Some(NodeKind::Class) {
            self.add_binding(hint.name, Bound::Definition(id), around, at);
            return;
        }
        self.facts.definitions[id.at()].flags |= flag::GROUP;
        let mut outer = self.facts.definition(id).parent;
        while !outer.is_file() && !self.facts.definition(outer).is_type() {
            outer = self.facts.definition(outer).parent;
        }
        if !outer.is_file() {
            let base = self.add(Expression::Definition(outer));
            self.facts.definitions[id.at()].extends.push(base);
        }
        let subject = self.language.tests.subject;
        let Some(about) = self.captured(hint.frame, Capture::Arguments) else { return };
        let Expression::Sequence(list) = self.facts.expression(about) else { return };
        let first = self.facts.list(list).next();
        let Some(value) = first.filter(|_| !subject.is_empty()) else { return };
        if !matches!(self.facts.expression(value), Expression::Text(_)) {
            let name = self.facts.strings.intern(subject);
            let line = self.facts.definition(id).start_line;
            let reader = self.add_reader(name, value, at, at);
            let reader = &mut self.facts.definitions[reader.at()];
            (reader.start_line, reader.end_line) = (line, line);
        }
    }
}
