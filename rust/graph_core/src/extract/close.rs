//! Closing a node: what its role makes of the values that its children gave.

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{Bound, DefinitionId, Expression, ExpressionId, Import, ListId, Reference, ReferenceKind};
use crate::facts::{ScopeKind, Symbol};
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::Exported;
use crate::languages::syntax::{Capture, Role};

impl Walk<'_> {
    /// The expression that the node stands for; 0 when that does not matter.
    pub(super) fn close(&mut self, frame: &Frame) -> ExpressionId {
        match frame.role {
            Role::Function | Role::Method | Role::Constructor | Role::Closure | Role::Class => {
                self.close_definition(frame)
            }
            Role::Interface | Role::Enum | Role::Type | Role::Module => self.close_definition(frame),
            Role::Call => self.close_call(frame, ReferenceKind::Call),
            Role::New => self.close_call(frame, ReferenceKind::New),
            Role::Member => self.close_member(frame),
            Role::Handed => self.close_handed(frame),
            Role::This => self.add(Expression::This),
            Role::Super => self.add(Expression::Super),
            Role::Index => {
                let object = self.first(frame, Capture::Receiver);
                let arguments = self.list(frame, Capture::Arguments);
                self.add(Expression::Index { object, arguments })
            }
            Role::Await => self.wrap(frame, Expression::Await),
            Role::Spread => self.wrap(frame, Expression::Spread),
            Role::Array => self.wrap(frame, Expression::Array),
            Role::Same => self.first(frame, Capture::Value),
            Role::Typed => {
                let written = self.first(frame, Capture::Type);
                let typed = self.add(Expression::Typed(written));
                self.refer(ReferenceKind::Type, written, frame.start, frame.line);
                typed
            }
            Role::Literal => {
                let text = self.folded(frame.start, frame.end, 40);
                self.add(Expression::Literal(text))
            }
            Role::Text => self.close_text(frame),
            Role::Sequence => {
                let list = self.list(frame, Capture::Value);
                self.add(Expression::Sequence(list))
            }
            Role::Object => {
                let list = self.list(frame, Capture::Value);
                self.add(Expression::Object(list))
            }
            Role::Several | Role::Either => {
                let values = self.all(frame, Capture::Value);
                if let [one] = values[..] {
                    return one.value;
                }
                let list = self.list(frame, Capture::Value);
                self.add(match frame.role {
                    Role::Several => Expression::Sequence(list),
                    _ => Expression::Either(list),
                })
            }
            Role::Declarator => {
                let key = self.symbol(frame, Capture::Key);
                let value = self.first(frame, Capture::Value);
                self.add(Expression::Entry { key, value })
            }
            Role::Entry => {
                let key = self.symbol(frame, Capture::Key);
                let mut value = self.first(frame, Capture::Value);
                if value.0 == 0 && !self.has(frame, Capture::Value) {
                    value = self.first(frame, Capture::Key);
                }
                self.add(Expression::Entry { key, value })
            }
            Role::Return => {
                let value = self.first(frame, Capture::Value);
                self.returns(value, frame.start);
                ExpressionId(0)
            }
            Role::Yield => {
                let value = self.first(frame, Capture::Value);
                let sequence = self.push_list(&[value]);
                let sequence = self.add(Expression::Sequence(sequence));
                self.returns(sequence, frame.start);
                ExpressionId(0)
            }
            Role::Binding | Role::Assignment | Role::Each | Role::Enter | Role::Field => {
                self.close_binding(frame)
            }
            Role::EnumMember => self.close_enum_member(frame),
            Role::Narrow => self.close_narrow(frame),
            Role::Outer => {
                for name in self.all(frame, Capture::Name) {
                    if let Expression::Name(name) = self.facts.expression(name.value) {
                        let function = self.function_scope(self.scope);
                        self.outer.push((function, name));
                    }
                }
                ExpressionId(0)
            }
            Role::Parameter | Role::OptionalParameter | Role::RestParameter | Role::KeywordRest => {
                let values = self.all(frame, Capture::Name);
                self.close_parameter(frame, &values);
                ExpressionId(0)
            }
            Role::KeywordMark | Role::PositionalMark => {
                self.mark_parameters(frame.role);
                ExpressionId(0)
            }
            Role::Parameters => self.close_parameters(frame),
            Role::Decorator => self.close_decorator(frame),
            Role::Modifiers => {
                self.inherit(frame);
                self.first(frame, Capture::Value)
            }
            Role::Extends | Role::Implements => {
                for value in self.all(frame, Capture::Value) {
                    self.add_base(value, frame.role == Role::Implements);
                }
                ExpressionId(0)
            }
            Role::Throws => {
                for value in self.all(frame, Capture::Value) {
                    let text = self.folded(value.start, value.end, 200);
                    self.refer(ReferenceKind::Type, value.value, value.start, frame.line);
                    let owner = self.facts.scope(self.scope).owner;
                    self.facts.definitions[owner.at()].throws.push(text);
                }
                ExpressionId(0)
            }
            Role::Imported | Role::ImportedAll => {
                let key = match self.symbol(frame, Capture::Alias) {
                    Symbol(0) => self.symbol(frame, Capture::Name),
                    alias => alias,
                };
                let mut value = self.first(frame, Capture::Name);
                if frame.role == Role::ImportedAll {
                    let all = self.facts.strings.intern("*");
                    value = self.add(Expression::Name(all));
                }
                self.add(Expression::Entry { key, value })
            }
            Role::Import => {
                self.close_import(frame);
                ExpressionId(0)
            }
            Role::Export => {
                self.close_export(frame);
                ExpressionId(0)
            }
            Role::Package => {
                self.facts.package = self.symbol(frame, Capture::Name);
                self.decorators.clear();
                ExpressionId(0)
            }
            Role::Name | Role::Path | Role::Comment | Role::Documentation | Role::Plain => ExpressionId(0),
        }
    }

    fn close_call(&mut self, frame: &Frame, kind: ReferenceKind) -> ExpressionId {
        let callee = match self.all(frame, Capture::Callee).first().copied() {
            Some(callee) => callee,
            None => match self.named_callee(frame) {
                Some(callee) => callee,
                None => return ExpressionId(0),
            },
        };
        let mut callee = callee;
        let body = self.first(frame, Capture::Value);
        if let Expression::Definition(_) = self.facts.expression(body) {
            callee.value = body; // it is the type written in place that is constructed
        }
        let arguments = self.arguments(frame);
        self.callees.push(callee.value);
        let called = self.facts.expression(callee.value);
        if let Expression::Name(name) = called {
            let rules = &self.language.rules;
            let name = self.facts.text(name);
            if rules.super_calls.contains(&name) {
                return self.add(Expression::Super);
            }
            if rules.typed_calls.contains(&name) {
                let written = self.facts.list(arguments).next();
                let written = written.unwrap_or(ExpressionId(0));
                self.refer(ReferenceKind::Type, written, frame.start, frame.line);
                return self.add(Expression::Typed(written));
            }
        }
        if let Expression::Array(_) = called {
            return self.add(Expression::Typed(callee.value));
        }
        let call = match kind {
            ReferenceKind::New => Expression::New { class: callee.value, arguments },
            _ => Expression::Call { callee: callee.value, arguments },
        };
        let call = self.add(call);
        self.refer(kind, call, callee.end, callee.end_line);
        call
    }

    /// A call whose receiver and name are parts of the call itself.
    fn named_callee(&mut self, frame: &Frame) -> Option<Captured> {
        let named = self.all(frame, Capture::Name).first().copied()?;
        let Some(object) = self.all(frame, Capture::Receiver).first().copied() else {
            return Some(named);
        };
        let Expression::Name(name) = self.facts.expression(named.value) else {
            return None;
        };
        let member = Expression::Member { object: object.value, name };
        Some(Captured { value: self.add(member), ..named })
    }

    /// A function that is named without a call: whoever is given it may call it.
    fn close_handed(&mut self, frame: &Frame) -> ExpressionId {
        let constructs = self.has(frame, Capture::Default);
        let member = self.close_member(frame);
        if member.0 == 0 {
            return member;
        }
        self.callees.push(member);
        let arguments = ListId(0);
        let (kind, call) = match constructs {
            true => (ReferenceKind::New, Expression::New { class: member, arguments }),
            false => (ReferenceKind::Call, Expression::Call { callee: member, arguments }),
        };
        let call = self.add(call);
        self.refer(kind, call, frame.end, frame.end_line);
        member
    }

    /// The last part is the name where none is marked as it.
    fn close_member(&mut self, frame: &Frame) -> ExpressionId {
        let parts = self.all(frame, Capture::Receiver);
        let object = parts.first().map_or(ExpressionId(0), |p| p.value);
        let name = match self.all(frame, Capture::Name).first().or(parts.get(1)) {
            Some(name) => self.facts.expression(name.value),
            None => return object,
        };
        let name = match name {
            Expression::Name(name) | Expression::Text(name) => name,
            Expression::This => return self.add(Expression::Typed(object)), // the object of a type around
            _ => return ExpressionId(0),
        };
        let member = self.add(Expression::Member { object, name });
        self.refer(ReferenceKind::Read, member, frame.end, frame.end_line);
        member
    }

    fn close_text(&mut self, frame: &Frame) -> ExpressionId {
        if frame.capture.is_none() || frame.end - frame.start > 300 {
            return self.add(Expression::Literal(Symbol(0)));
        }
        let bytes = &self.source[frame.start as usize..frame.end as usize];
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let text = text.trim_matches(|c| matches!(c, '"' | '\'' | '`'));
        let symbol = self.facts.strings.intern(text);
        self.add(Expression::Text(symbol))
    }

    fn close_definition(&mut self, frame: &Frame) -> ExpressionId {
        let Some(id) = frame.definition else {
            if frame.refines {
                self.close_refinement(frame);
            }
            return ExpressionId(0);
        };
        if let Some(name) = self.all(frame, Capture::Name).first().copied() {
            self.facts.definitions[id.at()].name = match self.facts.expression(name.value) {
                Expression::Name(name) | Expression::Text(name) => name,
                _ => self.folded(name.start, name.end, 100),
            };
        }
        let body = self.all(frame, Capture::Body).first().copied();
        if let Some(body) = body.filter(|b| b.value.0 != 0) {
            self.facts.definitions[id.at()].returned.push((body.value, self.scope, body.start));
        }
        if let Some(returns) = self.all(frame, Capture::Returns).first().copied() {
            let text = self.folded(returns.start, returns.end, 200);
            let definition = &mut self.facts.definitions[id.at()];
            definition.returns = returns.value;
            definition.returns_text = text;
        }
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
        if let Some(visibility) = frame.modifiers.visibility {
            definition.visibility = visibility;
        }
        if frame.hashed {
            let (signature, body) = self.hashes.pop();
            // A type's own code is what stands in it outside of its members.
            definition.signature_hash = signature;
            definition.body_hash = body;
        }
        self.judge(id);
        self.bind_definition(id, frame);
        self.add(Expression::Definition(id))
    }

    /// The body of a type whose name stands before: its bases, and where the header ends.
    fn close_refinement(&mut self, frame: &Frame) {
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
    fn judge(&mut self, id: DefinitionId) {
        let rules = &self.language.rules;
        let definition = self.facts.definition(id);
        let name = self.facts.text(definition.name);
        let mut flags = definition.flags;
        let mut kind = definition.kind;
        if kind == NodeKind::Method && rules.constructors.contains(&name) {
            kind = NodeKind::Constructor;
        }
        let is = |list: &[&str]| {
            definition.decorators.iter().any(|(_, text)| {
                let text = self.facts.text(*text);
                let text = text.split('(').next().unwrap_or(text);
                list.iter().any(|d| text == *d || text.rsplit('.').next() == Some(*d))
            })
        };
        if is(rules.property_decorators) {
            flags |= flag::PROPERTY;
        }
        if is(rules.static_decorators) {
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
            Exported::Explicit => definition.parent.0 != 0 && definition.visibility == Visibility::Public,
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
        if exported && (definition.parent.0 == 0 || parent.is_type()) {
            flags |= flag::EXPORTED;
        }
        let definition = &mut self.facts.definitions[id.at()];
        definition.kind = kind;
        definition.flags = flags;
        definition.visibility = visibility;
    }

    fn close_decorator(&mut self, frame: &Frame) -> ExpressionId {
        self.hashes.restore(frame.saved);
        let Some(value) = self.all(frame, Capture::Value).first().copied() else {
            return ExpressionId(0);
        };
        let arguments = self.all(frame, Capture::Arguments).first().map(|a| a.end);
        let text = self.folded(value.start, arguments.unwrap_or(value.end), 200);
        let hash = self.facts.strings.hash(text);
        self.decorators.push((value.value, text, hash));
        if !matches!(self.facts.expression(value.value), Expression::Call { .. }) {
            self.callees.push(value.value);
            let call = self.add(Expression::Call { callee: value.value, arguments: ListId(0) });
            self.refer(ReferenceKind::Decorator, call, value.end, value.end_line);
        }
        ExpressionId(0)
    }

    /// Modifier words pass from a wrapper to what it is part of.
    fn inherit(&mut self, frame: &Frame) {
        let decorators = std::mem::take(&mut self.decorators);
        let Some(around) = self.frames.last_mut() else {
            return;
        };
        around.modifiers.flags |= frame.modifiers.flags;
        around.modifiers.default |= frame.modifiers.default;
        around.modifiers.readonly |= frame.modifiers.readonly;
        around.modifiers.visibility = frame.modifiers.visibility.or(around.modifiers.visibility);
        // Decorators that stand inside of the definition are already its own.
        if let Some(id) = around.definition {
            for (expression, text, hash) in decorators {
                self.hashes.word(hash);
                self.facts.definitions[id.at()].decorators.push((expression, text));
            }
        }
    }

    fn line_of(&self, definition: DefinitionId) -> u32 {
        self.facts.definition(definition).start_line
    }

    fn add_base(&mut self, base: Captured, implements: bool) {
        let owner = self.facts.scope(self.scope).owner;
        let mut work = vec![base.value];
        while let Some(value) = work.pop() {
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
            let text = self.facts.strings.intern(text);
            self.facts.definitions[owner.at()].bases.push(text);
        }
    }

    fn close_import(&mut self, frame: &Frame) {
        let paths = self.all(frame, Capture::Path);
        let names = self.all(frame, Capture::Name);
        let wildcard = self.has(frame, Capture::Wildcard);
        let alias = self.symbol(frame, Capture::Alias);
        for path in paths {
            let (path, alias) = match self.facts.expression(path.value) {
                Expression::Name(path) | Expression::Text(path) => (path, alias),
                Expression::Entry { key, value } => match self.facts.expression(value) {
                    Expression::Name(path) => (path, key),
                    _ => continue,
                },
                _ => continue,
            };
            let of_type = frame.modifiers.flags & flag::STATIC != 0;
            let (path, name) = match of_type && !wildcard {
                true => self.split_member(path),
                false => (path, Symbol(0)),
            };
            let import = Import { path, name, alias, of_type, scope: self.scope, line: frame.line };
            if wildcard {
                let all = self.facts.strings.intern("*");
                self.add_import(Import { name: all, ..import }, frame.start);
            } else if names.is_empty() {
                self.add_import(import, frame.start);
            }
            let mut work: Vec<ExpressionId> = names.iter().rev().map(|n| n.value).collect();
            while let Some(value) = work.pop() {
                match self.facts.expression(value) {
                    Expression::Name(name) => {
                        self.add_import(Import { name, ..import }, frame.start);
                    }
                    Expression::Entry { key, value } => {
                        if let Expression::Name(name) | Expression::Text(name) = self.facts.expression(value)
                        {
                            self.add_import(Import { name, alias: key, ..import }, frame.start);
                        }
                    }
                    Expression::Sequence(list) => {
                        let items: Vec<_> = self.facts.list(list).collect();
                        work.extend(items.into_iter().rev());
                    }
                    _ => {}
                }
            }
        }
    }

    /// The type and the member of a path.
    fn split_member(&mut self, path: Symbol) -> (Symbol, Symbol) {
        let text = self.facts.text(path).to_owned();
        match text.rsplit_once('.') {
            Some((of, name)) => (self.facts.strings.intern(of), self.facts.strings.intern(name)),
            None => (path, Symbol(0)),
        }
    }

    pub(super) fn add_import(&mut self, import: Import, at: u32) -> u32 {
        let index = self.facts.imports.len() as u32;
        self.facts.imports.push(import);
        let name = match (import.alias, import.name) {
            (Symbol(0), Symbol(0)) => self.bound_by_module(import.path),
            (Symbol(0), name) => name,
            (alias, _) => alias,
        };
        if self.facts.text(name) != "*" && name.0 != 0 {
            self.add_binding(name, Bound::Import(index), self.declaring_scope(false), at);
        }
        index
    }

    fn returns(&mut self, value: ExpressionId, at: u32) {
        let mut scope = self.scope;
        while self.facts.scope(scope).kind == ScopeKind::Block {
            scope = self.facts.scope(scope).parent;
        }
        let owner = self.facts.scope(scope).owner;
        if owner.0 != 0 && value.0 != 0 {
            self.facts.definitions[owner.at()].returned.push((value, self.scope, at));
        }
    }

    pub(super) fn refer(&mut self, kind: ReferenceKind, expression: ExpressionId, at: u32, line: u32) {
        self.facts.references.push(Reference { kind, expression, scope: self.scope, at, line });
    }

    fn wrap(&mut self, frame: &Frame, make: fn(ExpressionId) -> Expression) -> ExpressionId {
        let value = self.first(frame, Capture::Value);
        self.add(make(value))
    }

    pub(super) fn all(&self, frame: &Frame, capture: Capture) -> Vec<Captured> {
        self.values[frame.values..].iter().filter(|v| v.capture == capture).copied().collect()
    }

    pub(super) fn has(&self, frame: &Frame, capture: Capture) -> bool {
        self.values[frame.values..].iter().any(|v| v.capture == capture)
    }

    pub(super) fn first(&self, frame: &Frame, capture: Capture) -> ExpressionId {
        self.values[frame.values..].iter().find(|v| v.capture == capture).map_or(ExpressionId(0), |v| v.value)
    }

    /// The name that a captured child is.
    pub(super) fn symbol(&self, frame: &Frame, capture: Capture) -> Symbol {
        match self.facts.expression(self.first(frame, capture)) {
            Expression::Name(name) | Expression::Text(name) => name,
            _ => Symbol(0),
        }
    }

    fn arguments(&mut self, frame: &Frame) -> ListId {
        match self.facts.expression(self.first(frame, Capture::Arguments)) {
            Expression::Sequence(list) => list,
            _ => ListId(0),
        }
    }

    fn list(&mut self, frame: &Frame, capture: Capture) -> ListId {
        let items: Vec<ExpressionId> =
            self.values[frame.values..].iter().filter(|v| v.capture == capture).map(|v| v.value).collect();
        if let [one] = items[..]
            && capture == Capture::Arguments
            && let Expression::Sequence(list) = self.facts.expression(one)
        {
            return list;
        }
        self.push_list(&items)
    }

    pub(super) fn push_list(&mut self, items: &[ExpressionId]) -> ListId {
        if items.is_empty() {
            return ListId(0);
        }
        let id = ListId(self.facts.lists.len() as u32);
        self.facts.lists.push(items.len() as u32);
        self.facts.lists.extend(items.iter().map(|e| e.0));
        id
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
