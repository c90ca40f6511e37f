//! Closing a node: what its role makes of the values that its children gave.

use super::Walk;
use super::bare::Told;
use super::frame::{Captured, Frame};
use crate::facts::{Expression, ExpressionId, ListId, Reference, ReferenceKind, ScopeKind, Symbol};
use crate::languages::syntax::{Capture, Role};

impl Walk<'_> {
    /// The expression that the node stands for; 0 when that does not matter.
    pub(super) fn close(&mut self, frame: &Frame) -> ExpressionId {
        match frame.role {
            Role::Function | Role::Method | Role::Constructor | Role::Closure | Role::Class => {
                self.close_definition(frame)
            }
            Role::Interface | Role::Enum | Role::Type | Role::Module | Role::Extension => {
                self.close_definition(frame)
            }
            Role::Unwrapped => self.wrap(frame, Expression::Each),
            Role::Last => self.all(frame, Capture::Value).last().map_or(ExpressionId::UNKNOWN, |v| v.value),
            Role::Numbered => self.close_numbered(frame),
            Role::Arm => self.close_arm(frame),
            Role::Unpacked => self.close_unpacked(frame),
            Role::Call => self.close_call(frame, ReferenceKind::Call),
            Role::Element => self.close_element(frame),
            Role::New => self.close_call(frame, ReferenceKind::New),
            Role::Member => self.close_member(frame),
            Role::Handed => self.close_handed(frame),
            Role::This if self.has(frame, Capture::Type) => self.wrap_type(frame),
            Role::This => self.add(Expression::This),
            Role::Super if self.language.rules.super_repeats => self.close_super(frame),
            Role::Super => self.add(Expression::Super),
            Role::Index => self.close_index(frame),
            Role::Await => match self.facts.expression(self.first(frame, Capture::Value)) {
                Expression::Name(name) if self.required.contains_key(&name) => {
                    self.first(frame, Capture::Value)
                }
                _ => self.wrap(frame, Expression::Await),
            },
            Role::Spread => self.wrap(frame, Expression::Spread),
            Role::Array => self.wrap(frame, Expression::Array),
            Role::Valued => self.wrap(frame, Expression::TypeOf),
            Role::Same if self.has(frame, Capture::Key) => self.close_keyed(frame),
            Role::Same if frame.documentation != 0 => match self.documented_value(frame) {
                ExpressionId::UNKNOWN => self.first(frame, Capture::Value),
                written => {
                    self.refer(ReferenceKind::Type, written, frame.start, frame.line);
                    self.add(Expression::Typed(written))
                }
            },
            Role::Same => self.first(frame, Capture::Value),
            Role::Choice if self.has(frame, Capture::Check) || self.has(frame, Capture::Key) => {
                self.note_type_check(frame)
            }
            Role::Choice if !frame.branched => ExpressionId::UNKNOWN,
            Role::Choice => {
                let values = self.all(frame, Capture::Value);
                let list = self.list(frame, Capture::Value);
                let value = self.add(Expression::Either(list));
                self.join_checks(frame, &values, value);
                value
            }
            Role::Checked => {
                let values = self.all(frame, Capture::Value);
                if let Some(written) = values.get(1) {
                    self.refer(ReferenceKind::Type, written.value, frame.start, frame.line);
                }
                self.first(frame, Capture::Value)
            }
            Role::Typed => {
                let mut written = self.first(frame, Capture::Type);
                if !self.has(frame, Capture::Type) {
                    // `value as Type`; `value as const` has no type.
                    match self.all(frame, Capture::Value)[..] {
                        [_, last] => written = last.value,
                        _ => return self.first(frame, Capture::Value),
                    }
                }
                if let Expression::Sequence(list) = self.facts.expression(written)
                    && let Some(one) = self.only(list)
                {
                    written = one;
                }
                let typed = self.add(Expression::Typed(written));
                self.refer(ReferenceKind::Type, written, frame.start, frame.line);
                if self.has(frame, Capture::Key) { ExpressionId::UNKNOWN } else { typed }
            }
            Role::Literal if frame.capture.is_none() => ExpressionId::UNKNOWN,
            Role::Literal => {
                let text = self.folded(frame.start, frame.end, 40);
                if self.language.rules.inferred_types.contains(&self.facts.text(text)) {
                    return ExpressionId::UNKNOWN;
                }
                let whole = self.add(Expression::Literal(text));
                if self.has(frame, Capture::Check) {
                    self.negate_checks(self.first(frame, Capture::Value), whole);
                }
                whole
            }
            Role::Text => self.close_text(frame),
            Role::Sequence => {
                let list = if self.has(frame, Capture::Gap) {
                    self.list_with_gaps(frame)
                } else {
                    self.list(frame, Capture::Value)
                };
                self.add(Expression::Sequence(list))
            }
            Role::Object => {
                let list = self.list(frame, Capture::Value);
                self.add(Expression::Object(list))
            }
            Role::Several | Role::Either => {
                let values = self.all(frame, Capture::Value);
                self.narrow_sides(frame, &values);
                if let [one] = values[..] {
                    return one.value;
                }
                let list = self.list(frame, Capture::Value);
                let value = self.add(match frame.role {
                    Role::Several => Expression::Sequence(list),
                    _ => Expression::Either(list),
                });
                self.join_checks(frame, &values, value);
                value
            }
            Role::Conditional => self.close_conditional(frame),
            Role::Negation => self.close_negation(frame),
            Role::Guard => {
                self.narrow_around(frame);
                ExpressionId::UNKNOWN
            }
            Role::Asserted => {
                self.close_asserted(frame);
                ExpressionId::UNKNOWN
            }
            Role::Declarator => {
                let key = self.symbol(frame, Capture::Key);
                let value = self.first(frame, Capture::Value);
                for pattern in self.all(frame, Capture::Name) {
                    self.bind_pattern(pattern.value, value, ExpressionId::UNKNOWN, Role::Binding, frame.end);
                }
                self.add(Expression::Entry { key, value })
            }
            Role::DefaultPattern => self.close_default_pattern(frame),
            Role::Attribute if !self.has(frame, Capture::Value) => ExpressionId::UNKNOWN,
            Role::Entry | Role::Attribute => {
                let key = self.symbol(frame, Capture::Key);
                let mut value = self.first(frame, Capture::Value);
                if !value.is_known() && !self.has(frame, Capture::Value) {
                    value = self.first(frame, Capture::Key);
                }
                self.add(Expression::Entry { key, value })
            }
            Role::Return => {
                let value = self.first(frame, Capture::Value);
                self.returns(value, frame.start);
                ExpressionId::UNKNOWN
            }
            Role::Yield => {
                let value = self.first(frame, Capture::Value);
                let sequence = self.push_list(&[value]);
                let sequence = self.add(Expression::Sequence(sequence));
                self.returns(sequence, frame.start);
                ExpressionId::UNKNOWN
            }
            Role::Bounded | Role::Binding | Role::Assignment | Role::Each | Role::Enter | Role::Field => {
                self.close_binding(frame)
            }
            Role::EnumMember => self.close_enum_member(frame),
            Role::Narrow => self.close_narrow(frame),
            Role::Entered => {
                self.close_entered(frame);
                ExpressionId::UNKNOWN
            }
            Role::Outer => {
                for name in self.all(frame, Capture::Name) {
                    if let Expression::Name(name) = self.facts.expression(name.value) {
                        let function = self.function_scope(self.scope);
                        self.outer.push((function, name));
                    }
                }
                ExpressionId::UNKNOWN
            }
            Role::Parameter
            | Role::OptionalParameter
            | Role::RestParameter
            | Role::Keyword
            | Role::KeywordRest => self.close_single(frame),
            Role::KeywordMark | Role::PositionalMark => {
                self.mark_parameters(frame.role);
                ExpressionId::UNKNOWN
            }
            Role::Parameters => self.close_parameters(frame),
            Role::Decorator => self.close_decorator(frame),
            Role::Modifiers => {
                self.inherit(frame);
                self.first(frame, Capture::Value)
            }
            Role::Extends | Role::Implements => {
                let arguments = self.arguments(frame);
                for mut value in self.all(frame, Capture::Value) {
                    if !arguments.is_empty() {
                        let object = value.value;
                        value.value = self.add(Expression::Index { object, arguments });
                    }
                    self.add_base(value, frame.role == Role::Implements);
                }
                ExpressionId::UNKNOWN
            }
            Role::Mixin => {
                for value in self.all(frame, Capture::Value) {
                    self.mix_in(value);
                }
                ExpressionId::UNKNOWN
            }
            Role::Throws => {
                for value in self.all(frame, Capture::Value) {
                    let text = self.folded(value.start, value.end, 200);
                    self.refer(ReferenceKind::Type, value.value, value.start, frame.line);
                    let owner = self.facts.scope(self.scope).owner;
                    self.facts.definitions[owner.at()].throws.push(text);
                }
                ExpressionId::UNKNOWN
            }
            Role::Imported | Role::ImportedAll => {
                let key = match self.symbol(frame, Capture::Alias) {
                    Symbol::EMPTY => self.symbol(frame, Capture::Name),
                    alias => alias,
                };
                let mut value = self.first(frame, Capture::Name);
                if frame.role == Role::ImportedAll {
                    let all = self.facts.strings.intern("*");
                    value = self.add(Expression::Name(all));
                }
                self.add(Expression::Entry { key, value })
            }
            Role::ImportClause => {
                let mut names = Vec::new();
                if let Expression::Name(key) = self.facts.expression(self.first(frame, Capture::Default)) {
                    let default = self.facts.strings.intern("default");
                    let value = self.add(Expression::Name(default));
                    names.push(self.add(Expression::Entry { key, value }));
                }
                names.extend(self.all(frame, Capture::Name).iter().map(|n| n.value));
                let list = self.push_list(&names);
                self.add(Expression::Sequence(list))
            }
            Role::Import => {
                self.close_import(frame);
                self.close_import_trees(frame);
                ExpressionId::UNKNOWN
            }
            Role::Export => {
                self.close_export(frame);
                ExpressionId::UNKNOWN
            }
            Role::Package => {
                self.close_package(frame);
                ExpressionId::UNKNOWN
            }
            Role::Name
            | Role::NameOrCall
            | Role::Path
            | Role::Comment
            | Role::Documentation
            | Role::Plain => ExpressionId::UNKNOWN,
        }
    }

    pub(super) fn close_call(&mut self, frame: &Frame, kind: ReferenceKind) -> ExpressionId {
        let callee = match self.all(frame, Capture::Callee).first().copied() {
            Some(callee) => callee,
            None => match self.named_callee(frame) {
                Some(callee) => callee,
                None if kind == ReferenceKind::New => self.unnamed_callee(frame),
                None => return ExpressionId::UNKNOWN,
            },
        };
        let mut callee = callee;
        let body = self.first(frame, Capture::Value);
        if let Expression::Definition(_) = self.facts.expression(body) {
            callee.value = body; // it is the type written in place that is constructed
        }
        let arguments = self.arguments(frame);
        if let Some(import) = self.import_by_call(callee.value, arguments, frame) {
            return import;
        }
        let (mut kind, mut arguments) = (kind, arguments);
        if self.language.rules.bare_calls {
            match self.told_by_call(callee.value, arguments, frame) {
                Told::Constructs(class) => (callee.value, kind) = (class, ReferenceKind::New),
                Told::Calls(named, rest) => (callee.value, arguments) = (named, rest),
                Told::Is(value) => return value,
                Told::Nothing => {}
            }
        }
        self.callees.push(callee.value);
        let called = self.facts.expression(callee.value);
        if let Expression::Name(name) = called {
            let rules = &self.language.rules;
            let name = self.facts.text(name);
            if rules.super_calls.contains(&name) {
                return self.add(Expression::Super);
            }
        }
        if self.is_typed_call(called) {
            let written = self.facts.list(arguments).next();
            let written = written.unwrap_or(ExpressionId::UNKNOWN);
            self.refer(ReferenceKind::Type, written, frame.start, frame.line);
            return self.add(Expression::Typed(written));
        }
        if let Expression::Array(_) = called {
            return self.add(Expression::Typed(callee.value));
        }
        let written = self.first(frame, Capture::Type);
        let mut class = callee.value;
        if let Expression::Sequence(types) = self.facts.expression(written) {
            for one in self.facts.list(types).collect::<Vec<_>>() {
                self.refer(ReferenceKind::Type, one, callee.end, callee.end_line);
            }
            if kind == ReferenceKind::New {
                class = self.add(Expression::Index { object: class, arguments: types });
            }
        }
        let call = match kind {
            ReferenceKind::New => Expression::New { class, arguments },
            _ => Expression::Call { callee: callee.value, arguments },
        };
        let call = self.add(call);
        self.refer(kind, call, callee.end, callee.end_line);
        if let (ReferenceKind::New, Expression::Object(list)) = (kind, self.facts.expression(body)) {
            self.initialize(call, list, frame);
        }
        self.note_check(call, callee.value, arguments);
        self.note_added(callee.value, arguments, frame.start);
        self.note_given(callee.value, arguments);
        for function in self.all(frame, Capture::Default) {
            let behind = self.push_list(&[function.value]);
            self.note_given(callee.value, behind); // it stands behind the arguments
        }
        call
    }

    /// Is it a function whose result is of the type that is its first argument?
    fn is_typed_call(&self, callee: Expression) -> bool {
        let calls = self.language.rules.typed_calls;
        match callee {
            Expression::Name(name) => calls.contains(&self.facts.text(name)),
            Expression::Member { object, name } => match self.facts.expression(object) {
                Expression::Name(of) => {
                    let path = Some((self.facts.text(of), self.facts.text(name)));
                    calls.iter().any(|call| call.split_once('.') == path)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// A component that is called with its attributes; lower-case names are the page's own elements.
    pub(super) fn close_element(&mut self, frame: &Frame) -> ExpressionId {
        let callee = self.all(frame, Capture::Callee).first().copied();
        let Some(callee) = callee.filter(|c| match self.facts.expression(c.value) {
            Expression::Name(name) => !self.facts.text(name).starts_with(char::is_lowercase),
            Expression::Member { .. } => true,
            _ => false,
        }) else {
            return ExpressionId::UNKNOWN;
        };
        self.callees.push(callee.value);
        let attributes = self.list(frame, Capture::Arguments);
        let attributes = self.add(Expression::Object(attributes));
        let arguments = self.push_list(&[attributes]);
        let call = self.add(Expression::Call { callee: callee.value, arguments });
        self.refer(ReferenceKind::Call, call, callee.end, callee.end_line);
        call
    }

    pub(super) fn close_text(&mut self, frame: &Frame) -> ExpressionId {
        if frame.capture.is_none() || frame.end - frame.start > 300 {
            return self.add(Expression::Literal(Symbol::EMPTY));
        }
        let bytes = &self.source[frame.start as usize..frame.end as usize];
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let text = text.trim_matches(|c| matches!(c, '"' | '\'' | '`'));
        let symbol = self.facts.strings.intern(text);
        self.add(Expression::Text(symbol))
    }

    pub(super) fn returns(&mut self, value: ExpressionId, at: u32) {
        let mut scope = self.scope;
        while self.facts.scope(scope).kind == ScopeKind::Block {
            scope = self.facts.scope(scope).parent;
        }
        let owner = self.facts.scope(scope).owner;
        if !owner.is_file() && value.is_known() {
            self.facts.definitions[owner.at()].returned.push((value, self.scope, at));
        }
    }

    pub(super) fn refer(&mut self, kind: ReferenceKind, expression: ExpressionId, at: u32, line: u32) {
        self.facts.references.push(Reference { kind, expression, scope: self.scope, at, line });
    }

    pub(super) fn wrap(&mut self, frame: &Frame, make: fn(ExpressionId) -> Expression) -> ExpressionId {
        let value = self.first(frame, Capture::Value);
        self.add(make(value))
    }

    /// The object of a type around that is named.
    fn wrap_type(&mut self, frame: &Frame) -> ExpressionId {
        let r#type = self.first(frame, Capture::Type);
        self.add(Expression::Typed(r#type))
    }

    pub(super) fn all(&self, frame: &Frame, capture: Capture) -> Vec<Captured> {
        self.values[frame.values..].iter().filter(|v| v.capture == capture).copied().collect()
    }

    pub(super) fn has(&self, frame: &Frame, capture: Capture) -> bool {
        self.values[frame.values..].iter().any(|v| v.capture == capture)
    }

    pub(super) fn first(&self, frame: &Frame, capture: Capture) -> ExpressionId {
        self.values[frame.values..]
            .iter()
            .find(|v| v.capture == capture)
            .map_or(ExpressionId::UNKNOWN, |v| v.value)
    }

    /// The name that a captured child is.
    pub(super) fn symbol(&self, frame: &Frame, capture: Capture) -> Symbol {
        match self.facts.expression(self.first(frame, capture)) {
            Expression::Name(name) | Expression::Text(name) => name,
            _ => Symbol::EMPTY,
        }
    }

    pub(super) fn list(&mut self, frame: &Frame, capture: Capture) -> ListId {
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

    /// The values of a list in which elements may be missing, by counting its separators.
    pub(super) fn list_with_gaps(&mut self, frame: &Frame) -> ListId {
        let mut items = Vec::new();
        let mut index = 0;
        for value in &self.values[frame.values..] {
            match value.capture {
                Capture::Gap => index += 1,
                Capture::Value => {
                    items.resize(index, ExpressionId::UNKNOWN);
                    items.push(value.value);
                }
                _ => {}
            }
        }
        for (i, item) in items.iter().enumerate() {
            if !item.is_known() {
                self.hashes.word(i as u64);
            }
        }
        self.push_list(&items)
    }

    pub(super) fn only(&self, list: ListId) -> Option<ExpressionId> {
        let mut items = self.facts.list(list);
        items.next().filter(|_| items.len() == 0)
    }

    pub(super) fn push_list(&mut self, items: &[ExpressionId]) -> ListId {
        if items.is_empty() {
            return ListId::EMPTY;
        }
        let id = ListId(self.facts.lists.len() as u32);
        self.facts.lists.push(items.len() as u32);
        self.facts.lists.extend(items.iter().map(|e| e.0));
        id
    }
}
