//! Closing a definition: its signature, bases and decorators, what follows from them, and where it is seen.

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{
    Binding, Bound, Definition, DefinitionId, Expression, ExpressionId, ListId, ReferenceKind, Symbol,
};
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::Exported;
use crate::languages::syntax::{Capture, Role, mark};

impl Walk<'_> {
    pub(super) fn close_definition(&mut self, frame: &Frame) -> ExpressionId {
        let Some(id) = frame.definition else {
            if frame.refines {
                self.close_refinement(frame);
            } else if frame.has(mark::ELSEWHERE) && !self.has(frame, Capture::Body) {
                let name = self.symbol(frame, Capture::Name);
                self.declare_elsewhere(name, frame);
            }
            return ExpressionId::UNKNOWN;
        };
        let name = self.first(frame, Capture::Name);
        if let Expression::Member { .. } = self.facts.expression(name) {
            self.callees.push(name); // a dotted name reads nothing
        }
        let bodies = self.all(frame, Capture::Body);
        let body = bodies.first().copied();
        for body in bodies.into_iter().filter(|b| b.value.is_known()) {
            self.facts.definitions[id.at()].returned.push((body.value, self.scope, body.start));
        }
        if frame.role == Role::Closure
            && let Some(last) = self.all(frame, Capture::Value).last().filter(|last| last.value.is_known())
        {
            // Its code are statements of which the last one is what it gives.
            self.facts.definitions[id.at()].returned.push((last.value, self.scope, last.start));
        }
        // Of types that are told apart by their order only, one before the name is what it is written for.
        let named = self.all(frame, Capture::Name).first().map_or(0, |name| name.start);
        let (before, behind): (Vec<_>, Vec<_>) =
            self.all(frame, Capture::Type).into_iter().partition(|written| written.start < named);
        if let Some(receiver) = before.first() {
            self.facts.definitions[id.at()].receiver = receiver.value;
        }
        if let Some(returns) = self.all(frame, Capture::Returns).into_iter().chain(behind).next() {
            let text = self.folded(returns.start, returns.end, 200);
            let definition = &mut self.facts.definitions[id.at()];
            definition.returns = returns.value;
            definition.returns_text = text;
        }
        if frame.documentation != 0 {
            self.document(id, frame);
        }
        let variables = self.arguments(frame);
        let arity = self.facts.list(variables).len();
        self.facts.definitions[id.at()].arity = arity.min(usize::from(u8::MAX)) as u8;
        if let Some(value) = self.all(frame, Capture::Value).first().copied()
            && self.facts.definition(id).kind == NodeKind::Type
        {
            self.facts.definitions[id.at()].returns = value.value;
        }
        for base in self.all(frame, Capture::Extends) {
            self.add_base(base, false);
        }
        for base in self.all(frame, Capture::Implements) {
            self.add_base(base, true);
        }
        if self.has(frame, Capture::Field) {
            self.add_accessors(id, frame);
        }
        if frame.role == Role::Extension {
            self.facts.definitions[id.at()].receiver = self.first(frame, Capture::Receiver);
        }
        let returns = self.facts.definition(id).returns;
        for (value, _, _) in self.facts.definition(id).returned.clone() {
            self.complete(value, returns);
        }
        let extended = self.extended(id);
        let in_place = frame.in_place.then_some(frame.start);
        let header = body.map(|b| b.start).or(in_place);
        let start = self.facts.definition(id).start;
        let text = self.folded(start, header.unwrap_or(frame.end), 500);
        let definition = &mut self.facts.definitions[id.at()];
        if !definition.has_body {
            definition.text = text;
            definition.has_body = header.is_some();
        }
        definition.flags |= frame.modifiers.flags;
        if let Some((receiver, implements)) = extended {
            definition.receiver = receiver;
            if implements {
                definition.visibility = Visibility::Public;
            }
        }
        if let Some(visibility) = frame.modifiers.visibility {
            definition.visibility = visibility;
        }
        if frame.hashed {
            let (signature, body) = self.hashes.pop();
            // A type's own code is what stands in it outside of its members.
            definition.signature_hash = signature;
            definition.body_hash = body;
        }
        let name = self.symbol(frame, Capture::Name);
        if self.facts.text(name).starts_with('#') {
            self.facts.definitions[id.at()].visibility = Visibility::Private;
        }
        self.judge(id);
        self.bind_definition(id, frame);
        self.add(Expression::Definition(id))
    }

    /// The type that a member is written for outside of it, and whether it is written for what the type implements.
    fn extended(&self, id: DefinitionId) -> Option<(ExpressionId, bool)> {
        let around = self.facts.definition(id).parent;
        let at = self.frames.iter().rposition(|f| f.definition == Some(around))?;
        let receiver =
            self.captured(at, Capture::Receiver).filter(|_| self.frames[at].role == Role::Extension);
        Some((receiver?, self.captured(at, Capture::Implements).is_some()))
    }

    /// The body of a type whose name stands before: its bases, and where the header ends.
    pub(super) fn close_refinement(&mut self, frame: &Frame) {
        for base in self.all(frame, Capture::Extends) {
            self.add_base(base, false);
        }
        let owner = self.facts.scope(self.scope).owner;
        if let Some(body) = self.all(frame, Capture::Body).first().copied() {
            let text = self.folded(self.facts.definition(owner).start, body.start, 500);
            let definition = &mut self.facts.definitions[owner.at()];
            definition.text = text;
            definition.has_body = true;
        }
    }

    /// What follows from decorators, names and places: properties, constructors, tests, exports.
    pub(super) fn judge(&mut self, id: DefinitionId) {
        let rules = &self.language.rules;
        let definition = self.facts.definition(id);
        let name = self.facts.text(definition.name);
        let mut flags = definition.flags;
        let mut kind = definition.kind;
        if kind == NodeKind::Method && rules.constructors.contains(&name) {
            kind = NodeKind::Constructor;
        }
        let is = |list: &[&str]| self.is_decorated(id, list);
        if kind == NodeKind::Class
            && definition.bases.iter().any(|base| {
                let base = self.facts.text(*base);
                rules.types.enum_bases.contains(&base.rsplit('.').next().unwrap_or(base))
            })
        {
            kind = NodeKind::Enum;
        }
        if is(rules.members.property_decorators) {
            flags |= flag::PROPERTY;
        }
        if is(rules.members.static_decorators) {
            flags |= flag::STATIC;
        }
        let prefixes = self.language.tests.function_prefixes;
        if definition.is_callable()
            && (is(self.language.tests.decorators)
                || self.test_file && prefixes.iter().any(|prefix| name.starts_with(prefix)))
        {
            flags |= flag::TEST;
        }
        let exported = match rules.exported {
            Exported::NoUnderscore => {
                !name.starts_with('_') || name.starts_with("__") && name.ends_with("__")
            }
            Exported::Explicit => !definition.parent.is_file() && definition.visibility == Visibility::Public,
            Exported::Capital => name.starts_with(char::is_uppercase),
            Exported::Visibility => definition.visibility == Visibility::Public,
        };
        let parent = self.facts.definition(definition.parent);
        if kind == NodeKind::Method && parent.kind == NodeKind::Interface && !definition.has_body {
            flags |= flag::ABSTRACT;
        }
        let visibility = match rules.exported {
            Exported::Capital if !exported => Visibility::Package,
            _ => definition.visibility,
        };
        if exported && (definition.parent.is_file() || parent.is_type()) {
            flags |= flag::EXPORTED;
        }
        let definition = &mut self.facts.definitions[id.at()];
        definition.kind = kind;
        definition.flags = flags;
        definition.visibility = visibility;
    }

    /// Has it a decorator of one of these names, whatever that is a member of?
    fn is_decorated(&self, id: DefinitionId, names: &[&str]) -> bool {
        self.facts.definition(id).decorators.iter().any(|(_, text)| {
            let text = self.facts.text(*text);
            let text = text.split('(').next().unwrap_or(text);
            names.iter().any(|d| text == *d || text.rsplit(['.', ':', '\\']).next() == Some(*d))
        })
    }

    pub(super) fn close_decorator(&mut self, frame: &Frame) -> ExpressionId {
        let (signature, body) = self.hashes.state();
        let hash = super::tokens::joined(signature, body);
        self.hashes.restore(frame.saved);
        let mark =
            self.all(frame, Capture::Name).first().map(|m| Captured { value: ExpressionId::UNKNOWN, ..*m });
        let Some(value) = self.all(frame, Capture::Value).first().copied().or(mark) else {
            return ExpressionId::UNKNOWN;
        };
        let arguments = self.all(frame, Capture::Arguments).first().map(|a| a.end);
        let text = self.folded(value.start, arguments.unwrap_or(value.end), 200);
        let inside = self
            .frames
            .last()
            .and_then(|f| f.definition)
            .filter(|id| self.facts.scope(frame.scope).owner == *id);
        match inside {
            Some(id) => {
                self.hashes.word(hash);
                self.facts.definitions[id.at()].decorators.push((value.value, text));
            }
            None => self.decorators.push((value.value, text, hash)),
        }
        let called = self.facts.expression(value.value);
        if !matches!(called, Expression::Call { .. } | Expression::New { .. } | Expression::Unknown) {
            self.callees.push(value.value);
            let (callee, arguments) = self.decorating(value.value, frame);
            let call = self.add(Expression::Call { callee, arguments });
            self.refer(ReferenceKind::Decorator, call, value.end, value.end_line);
        }
        ExpressionId::UNKNOWN
    }

    /// What a decorator calls, and with what: perhaps by its name with the ending.
    fn decorating(&mut self, value: ExpressionId, frame: &Frame) -> (ExpressionId, ListId) {
        let ending = self.language.rules.names.decorator_suffix;
        let Expression::Name(name) = self.facts.expression(value) else { return (value, ListId::EMPTY) };
        if ending.is_empty() {
            return (value, ListId::EMPTY);
        }
        let whole = format!("{}{ending}", self.facts.text(name));
        let whole = self.facts.strings.intern(&whole);
        let whole = self.add(Expression::Name(whole));
        let list = self.push_list(&[whole, value]);
        (self.add(Expression::Either(list)), self.arguments(frame))
    }

    /// Modifier words pass from a wrapper to what it is part of.
    pub(super) fn inherit(&mut self, frame: &Frame) {
        let decorators = std::mem::take(&mut self.decorators);
        let within = self.has(frame, Capture::Path);
        let Some(around) = self.frames.last_mut() else {
            return;
        };
        around.modifiers.flags |= frame.modifiers.flags;
        around.modifiers.default |= frame.modifiers.default;
        around.modifiers.readonly |= frame.modifiers.readonly;
        around.modifiers.rest |= frame.modifiers.rest;
        around.modifiers.kind = frame.modifiers.kind.or(around.modifiers.kind);
        around.modifiers.visibility = frame.modifiers.visibility.or(around.modifiers.visibility);
        if within {
            around.modifiers.visibility = Some(Visibility::Package); // no further than that module
        }
        // Decorators that stand inside of the definition are already its own.
        if let Some(id) = around.definition {
            for (expression, text, hash) in decorators {
                self.hashes.word(hash);
                self.facts.definitions[id.at()].decorators.push((expression, text));
            }
        }
        self.kind_by_word();
    }

    pub(super) fn line_of(&self, definition: DefinitionId) -> u32 {
        self.facts.definition(definition).start_line
    }

    pub(super) fn add_base(&mut self, base: Captured, implements: bool) {
        let owner = self.facts.scope(self.scope).owner;
        let mut work = vec![base.value];
        let mut constructed = false;
        while let Some(mut value) = work.pop() {
            if let Expression::New { class, .. } = self.facts.expression(value) {
                (value, constructed) = (class, true); // with what its constructor is given
            }
            match self.facts.expression(value) {
                Expression::Sequence(list) => {
                    let items: Vec<_> = self.facts.list(list).collect();
                    work.extend(items.into_iter().rev());
                }
                Expression::Entry { .. } | Expression::Unknown | Expression::Either(_) => {}
                _ => {
                    if let Expression::Index { arguments, .. } = self.facts.expression(value) {
                        for argument in self.facts.list(arguments).collect::<Vec<_>>() {
                            self.refer(ReferenceKind::Type, argument, base.start, self.line_of(owner));
                        }
                    }
                    let definition = &mut self.facts.definitions[owner.at()];
                    if implements { &mut definition.implements } else { &mut definition.extends }.push(value);
                }
            }
        }
        let written = self.folded(base.start, base.end, 1000);
        let written = self.facts.text(written).to_owned();
        for text in parts(&written) {
            let text = text.split('(').next().filter(|_| constructed).unwrap_or(text);
            let text = self.facts.strings.intern(text);
            self.facts.definitions[owner.at()].bases.push(text);
        }
    }

    /// A base whose members come before those of the bases that are written so far.
    pub(super) fn mix_in(&mut self, base: Captured) {
        let owner = self.facts.scope(self.scope).owner;
        let before = self.facts.definition(owner).extends.len();
        self.add_base(base, false);
        let extends = &mut self.facts.definitions[owner.at()].extends;
        let added = extends.len() - before;
        extends.rotate_right(added);
    }

    pub(super) fn bind_definition(&mut self, id: DefinitionId, frame: &Frame) {
        let definition = self.facts.definition(id);
        let (mut name, receiver) = (definition.name, definition.receiver);
        let in_extension = self.extended(id).is_some();
        let bound_elsewhere = frame.role == Role::Closure
            || frame.has(mark::INSIDE)
            || !definition.qualifier.is_empty()
            || receiver.is_known() && !in_extension && !self.is_member(id);
        if name.is_empty() && !bound_elsewhere {
            name = self.symbol(frame, Capture::Name); // of a type without a name
        }
        let in_block = self.frames.last().is_some_and(|f| matches!(f.role, Role::Last | Role::Closure));
        let given = matches!(frame.capture, Some(Capture::Value | Capture::Type)) && !in_block;
        if name.is_empty() || bound_elsewhere || given || self.in_object() {
            return;
        }
        if frame.role == Role::Constructor
            && let Some(constructor) = self.language.rules.constructors.first()
        {
            // It may have the name of its class.
            name = self.facts.strings.intern(constructor);
        }
        let around = match self.language.rules.names.unbound_is_call {
            true => self.scope_of_parent(id),
            false => frame.scope,
        };
        let scope = if self.language.rules.block_scoped { around } else { self.function_scope(around) };
        let index = self.facts.bindings.len();
        self.facts.bindings.push(Binding {
            scope,
            block: around,
            name,
            bound: Bound::Definition(id),
            at: frame.start,
        });
        if !self.facts.definition(id).is_callable() {
            return;
        }
        let mut all = vec![index];
        let decorated = self.is_decorated(id, self.language.rules.members.overload_decorators);
        if let Some((signature, bindings)) = self.signatures.remove(&(scope, name)) {
            self.take_over(id, signature, &bindings);
            self.begin_with(id, signature);
            if decorated || !self.facts.definition(id).returns.is_known() {
                self.return_either(id, signature);
            }
            all.extend(bindings);
        }
        if decorated || frame.has(mark::OVERLOAD) && !self.facts.definition(id).has_body {
            self.signatures.insert((scope, name), (id, all));
        }
    }

    /// Is it a member of the type around although it is written for another one?
    fn is_member(&self, id: DefinitionId) -> bool {
        let parent = self.facts.definition(id).parent;
        !parent.is_file() && self.facts.definition(parent).is_type()
    }

    /// One more signature becomes a part of the definition that stands for all of them.
    pub(super) fn take_over(&mut self, id: DefinitionId, signature: DefinitionId, bindings: &[usize]) {
        for index in bindings {
            if let Some(binding) = self.facts.bindings.get_mut(*index)
                && binding.bound == Bound::Definition(signature)
            {
                binding.bound = Bound::Definition(id);
            }
        }
        let part = &mut self.facts.definitions[signature.at()];
        part.name = Symbol::EMPTY;
        part.parent = id;
        let hash = part.signature_hash;
        let whole = &mut self.facts.definitions[id.at()];
        whole.signature_hash = super::tokens::joined(hash, whole.signature_hash);
    }

    /// Signatures that stand before the code are lines of the definition, if nothing stands between.
    fn begin_with(&mut self, id: DefinitionId, signature: DefinitionId) {
        let (first, between) = (self.facts.definition(signature), signature.at() + 1..id.at());
        if self.facts.definitions[between].iter().all(|d| d.start < first.end) {
            let (start, line) = (first.start, first.start_line);
            let whole = &mut self.facts.definitions[id.at()];
            (whole.start, whole.start_line) = (start, line);
        }
    }

    /// The definition returns what one of its signatures says, too.
    fn return_either(&mut self, id: DefinitionId, signature: DefinitionId) {
        let (own, other) = (self.facts.definition(id).returns, self.facts.definition(signature).returns);
        let either = match own.0 {
            0 => other,
            _ if !other.is_known() => own,
            _ => {
                let both = self.push_list(&[other, own]);
                self.add(Expression::Either(both))
            }
        };
        self.facts.definitions[id.at()].returns = either;
    }

    /// For each component without one, the method of its name that reads it.
    pub(super) fn add_accessors(&mut self, class: DefinitionId, frame: &Frame) {
        let scope = self.facts.definition(class).scope;
        let fields = self.facts.definition(class).fields.clone();
        let bindings: Vec<Binding> =
            self.facts.bindings[frame.bindings..].iter().filter(|b| b.scope == scope).copied().collect();
        for (name, text, _) in fields {
            let written = bindings.iter().find(|b| b.name == name);
            let is_method = |b: &&Binding| b.name == name && matches!(b.bound, Bound::Definition(_));
            let Some(Binding { bound: Bound::Value { r#type, .. }, at, .. }) = written else {
                continue;
            };
            if bindings.iter().any(|b| is_method(&b)) {
                continue;
            }
            let holder = self.facts.definition(class);
            let mut accessor = Definition::new(crate::graph::NodeKind::Method);
            accessor.name = name;
            accessor.parent = class;
            accessor.start = *at;
            accessor.end = *at;
            accessor.start_line = holder.start_line;
            accessor.end_line = holder.start_line;
            accessor.returns = *r#type;
            accessor.returns_text = text;
            accessor.text = text;
            accessor.flags = holder.flags & flag::EXPORTED;
            accessor.scope = scope;
            accessor.signature_hash = self.facts.strings.hash(text).max(1);
            let id = DefinitionId(self.facts.definitions.len() as u32);
            self.facts.definitions.push(accessor);
            self.add_binding(name, Bound::Definition(id), scope, *at);
        }
    }
}

/// The parts of a list as written, by the commas outside of brackets.
fn parts(list: &str) -> Vec<&str> {
    let list = list.trim();
    let list = list.strip_prefix('(').and_then(|l| l.strip_suffix(')')).unwrap_or(list);
    let mut depth = 0u32;
    list.split(|c| {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
    .collect()
}
