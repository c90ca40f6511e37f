//! Tests that are calls with a title and a function, and groups of them.

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Captured;
use crate::extract::definitions::accessors;
use crate::extract::definitions::naming::Hint;
use crate::facts::{Bound, DefinitionId, Expression, ScopeId, ScopeKind};
use crate::graph::{NodeKind, flag};
use crate::languages::syntax::Capture;

/// The name of a function that is passed to a test call: the call's title.
pub fn test_hint(build: &mut FactBuilder<'_>, call: usize) -> Option<Hint> {
    if !build.is_test_file {
        return None;
    }
    let rules = &build.language.tests;
    let named = || build.captured(call, Capture::Name);
    let mut callee = build.captured(call, Capture::Callee).or_else(named)?;
    let mut names = Vec::new();
    loop {
        match build.facts.expression(callee) {
            Expression::Member { object, name } => {
                names.push(build.facts.text(name));
                callee = object;
            }
            Expression::Call { callee: inner, .. } => callee = inner,
            Expression::Name(name) => {
                names.push(build.facts.text(name));
                break;
            }
            _ => break,
        }
    }
    let is = |list: &[&str]| names.iter().any(|name| list.contains(name));
    let (flags, kind) = match () {
        () if is(rules.groups) => (0, rules.group_types.then_some(NodeKind::Class)),
        () if is(rules.calls) => (flag::TEST, None),
        () if in_group(build) && is(rules.members) => (0, Some(NodeKind::Method)),
        () => return None,
    };
    // The title is the first argument; the argument list is still open.
    let from = build.nodes.frames.get(call + 1).map_or(build.nodes.values.len(), |f| f.values);
    let to = build.nodes.frames.get(call + 2).map_or(build.nodes.values.len(), |f| f.values);
    let mut title = build.nodes.values[from..to].first().copied();
    if let Some(Expression::Sequence(list)) =
        build.captured(call, Capture::Arguments).map(|a| build.facts.expression(a))
    {
        // Unless the function follows a closed argument list.
        let written = build.nodes.values[build.nodes.frames[call].values..].iter();
        let written = written.copied().find(|v| v.capture == Capture::Arguments);
        let first = build.facts.list(list).next();
        title = written.and_then(|w| first.map(|value| Captured { value, ..w }));
    }
    let name = match title.map(|t| (t, build.facts.expression(t.value))) {
        Some((_, Expression::Text(title))) => title,
        Some((title, _)) => build.one_line(title.start, title.end, 100),
        None => {
            *names.last().map(|n| build.facts.strings.symbol(crate::hashing::NameHash::of(n)))?.as_ref()?
        }
    };
    Some(Hint { name, frame: call, flags, kind, ..Hint::default() })
}

/// Is this directly in a test group that counts as a type?
fn in_group(build: &FactBuilder<'_>) -> bool {
    let scope = build.facts.scope(build.scope);
    scope.kind == ScopeKind::Class && build.is_test_group(scope.owner)
}

/// A test group is a subtype of the enclosing group, with a member for its subject. What a call names
/// in a group is a member of the group.
pub fn open_part_of_tests(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    id: DefinitionId,
    hint: &Hint,
    around: ScopeId,
) {
    let at = build.facts.definition(id).start;
    if hint.kind != Some(NodeKind::Class) {
        binder.add_binding(build, hint.name, Bound::Definition(id), around, at);
        return;
    }
    build.facts.definitions[id.at()].flags |= flag::GROUP;
    let mut outer = build.facts.definition(id).parent;
    while !outer.is_file() && !build.facts.definition(outer).is_type() {
        outer = build.facts.definition(outer).parent;
    }
    if !outer.is_file() {
        let base = build.add(Expression::Definition(outer));
        build.facts.definitions[id.at()].extends.push(base);
    }
    let subject = build.language.tests.subject;
    let Some(about) = build.captured(hint.frame, Capture::Arguments) else { return };
    let Expression::Sequence(list) = build.facts.expression(about) else { return };
    let first = build.facts.list(list).next();
    let Some(value) = first.filter(|_| !subject.is_empty()) else { return };
    if !matches!(build.facts.expression(value), Expression::Text(_)) {
        let name = build.facts.strings.intern(subject);
        let line = build.facts.definition(id).start_line;
        let reader = accessors::add_reader(build, binder, name, value, at, at);
        let reader = &mut build.facts.definitions[reader.at()];
        (reader.start_line, reader.end_line) = (line, line);
    }
}
