//! Binding names: assignments and patterns, parameters, definitions, exports.

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{
    Binding, Bound, Definition, DefinitionId, Export, Expression, ExpressionId, Import, MemberBinding,
};
use crate::facts::{ParameterFact, ReferenceKind, ScopeId, ScopeKind, Symbol};
use crate::graph::{ParameterKind, flag};
use crate::languages::ImportBinds;
use crate::languages::syntax::{Capture, Role};

impl Walk<'_> {
    /// `name = value`, element by element where both sides are patterns.
    pub(super) fn close_binding(&mut self, frame: &Frame) -> ExpressionId {
        let written = self.written_type(frame);
        let r#type = written.map_or(ExpressionId(0), |w| w.value);
        let values = self.all(frame, Capture::Value);
        let mut value = values.first().map_or(ExpressionId(0), |v| v.value);
        let optional = self.has(frame, Capture::Optional);
        match frame.role {
            Role::Each => value = self.add(Expression::Each(value)),
            Role::Enter => value = self.add(Expression::Enter(value)),
            _ => {}
        }
        let names = self.all(frame, Capture::Name);
        if frame.role == Role::Field {
            self.close_field(&names, written, optional);
            if names.is_empty() {
                if let Some(base) = written {
                    self.add_base_of_field(base, frame); // embedded: its members are the type's own
                }
                return value;
            }
        }
        if let [_, _, ..] = names[..]
            && value.0 != 0
        {
            let parts: Vec<_> = names.iter().map(|name| name.value).collect();
            let list = self.push_list(&parts);
            let pattern = self.add(Expression::Sequence(list));
            self.bind_pattern(pattern, value, r#type, frame);
            return value;
        }
        for name in &names {
            self.bind_pattern(name.value, value, r#type, frame);
        }
        value
    }

    /// The declared type, unless the word is that it is to be inferred.
    fn written_type(&self, frame: &Frame) -> Option<Captured> {
        let written = self.all(frame, Capture::Type).first().copied()?;
        match self.facts.expression(written.value) {
            Expression::Name(name) if self.language.rules.inferred_types.contains(&self.facts.text(name)) => {
                None
            }
            _ => Some(written),
        }
    }

    /// A member of an enum is of the enum's type, and constructed with its arguments.
    pub(super) fn close_enum_member(&mut self, frame: &Frame) -> ExpressionId {
        let Some(class) = self.owner_name() else {
            return self.close_binding(frame);
        };
        let owner = self.facts.scope(self.scope).owner;
        for name in self.all(frame, Capture::Name) {
            let (Expression::Name(symbol) | Expression::Entry { key: symbol, .. }) =
                self.facts.expression(name.value)
            else {
                continue;
            };
            self.facts.definitions[owner.at()].fields.push((symbol, Symbol(0), false));
            let bound = Bound::Value { value: ExpressionId(0), r#type: class };
            self.add_binding(symbol, bound, self.scope, frame.start);
        }
        if let Some(arguments) = self.all(frame, Capture::Arguments).first().copied()
            && let Expression::Sequence(arguments) = self.facts.expression(arguments.value)
        {
            let new = self.add(Expression::New { class, arguments });
            self.refer(ReferenceKind::New, new, frame.start, frame.line);
        }
        self.decorators.clear();
        ExpressionId(0)
    }

    /// In here, the name that the statement around binds is of one of these types.
    pub(super) fn close_narrow(&mut self, frame: &Frame) -> ExpressionId {
        let around = self.frames.len().saturating_sub(1);
        let Some(Expression::Name(name)) =
            self.captured(around, Capture::Name).map(|name| self.facts.expression(name))
        else {
            return ExpressionId(0);
        };
        let types: Vec<_> = self.all(frame, Capture::Type).iter().map(|t| t.value).collect();
        let r#type = match types[..] {
            [one] => one,
            _ => {
                let list = self.push_list(&types);
                self.add(Expression::Either(list))
            }
        };
        let bound = Bound::Value { value: ExpressionId(0), r#type };
        self.add_binding(name, bound, self.scope, frame.start);
        ExpressionId(0)
    }

    /// Binds every name of a pattern to its part of the value.
    fn bind_pattern(
        &mut self,
        pattern: ExpressionId,
        value: ExpressionId,
        r#type: ExpressionId,
        frame: &Frame,
    ) {
        let mut work = vec![(pattern, value, r#type)];
        while let Some((pattern, value, r#type)) = work.pop() {
            match self.facts.expression(pattern) {
                Expression::Name(name) => self.bind_name(name, value, r#type, frame),
                Expression::Member { object, name } => self.facts.members.push(MemberBinding {
                    object,
                    name,
                    value,
                    r#type,
                    scope: self.scope,
                    at: frame.start,
                }),
                Expression::Sequence(list) => {
                    let parts: Vec<_> = self.facts.list(list).collect();
                    let values: Vec<_> = match self.facts.expression(value) {
                        Expression::Sequence(list) => self.facts.list(list).collect(),
                        _ => Vec::new(),
                    };
                    if self.language.rules.multiple_results && values.len() != parts.len() {
                        work.extend(self.results(&parts, value, r#type, frame));
                        continue;
                    }
                    let single = parts.len() == 1 && values.is_empty() && r#type.0 == 0;
                    for (i, part) in parts.iter().enumerate() {
                        let item = match values.get(i) {
                            Some(value) if values.len() == parts.len() => *value,
                            _ if single
                                && matches!(frame.role, Role::Each | Role::Binding)
                                && value.0 != 0 =>
                            {
                                self.add(Expression::Item { value, index: 0 })
                            }
                            _ if value.0 != 0 => self.add(Expression::Item { value, index: i as u32 }),
                            _ => ExpressionId(0),
                        };
                        work.push((*part, item, r#type));
                    }
                }
                Expression::Object(list) => {
                    for entry in self.facts.list(list).collect::<Vec<_>>() {
                        let (key, target) = match self.facts.expression(entry) {
                            Expression::Entry { key, value } => (key, value),
                            Expression::Name(name) => (name, entry),
                            _ => continue,
                        };
                        let part = if value.0 == 0 && r#type.0 != 0 {
                            let typed = self.add(Expression::Typed(r#type));
                            self.add(Expression::Member { object: typed, name: key })
                        } else {
                            self.add(Expression::Member { object: value, name: key })
                        };
                        work.push((target, part, ExpressionId(0)));
                    }
                }
                Expression::Entry { key, value: own } => {
                    // A declarator with its own value, or a pattern with a default.
                    self.bind_name(key, if value.0 == 0 { own } else { value }, r#type, frame);
                }
                Expression::Spread(inner) => work.push((inner, ExpressionId(0), ExpressionId(0))),
                _ => {}
            }
        }
    }

    /// The parts of what a call gives; of an iteration the element is the second; of all else the first is it.
    fn results(
        &mut self,
        parts: &[ExpressionId],
        value: ExpressionId,
        r#type: ExpressionId,
        frame: &Frame,
    ) -> Vec<(ExpressionId, ExpressionId, ExpressionId)> {
        let from_call = matches!(self.facts.expression(value), Expression::Call { .. });
        let whole = usize::from(frame.role == Role::Each);
        let part_of = |(i, part): (usize, &ExpressionId)| {
            let part_value = match from_call {
                true => self.add(Expression::Item { value, index: i as u32 }),
                false if i == whole => value,
                false => ExpressionId(0),
            };
            (*part, part_value, r#type)
        };
        parts.iter().enumerate().map(part_of).collect()
    }

    fn bind_name(&mut self, name: Symbol, value: ExpressionId, r#type: ExpressionId, frame: &Frame) {
        let bound = match self.facts.expression(value) {
            Expression::Definition(id) if self.facts.definition(id).name == name => Bound::Definition(id),
            _ => Bound::Value { value, r#type },
        };
        if frame.role == Role::Assignment {
            self.assigned.push(self.facts.bindings.len());
        }
        let hoisted = frame.role == Role::Assignment;
        let scope = self.declaring_scope(hoisted);
        let at = match frame.role {
            Role::Assignment => frame.start,
            // Where blocks limit names, a declaration does not see itself.
            _ if self.language.rules.block_scoped => {
                self.all(frame, Capture::Value).last().map_or(frame.start, |v| v.end)
            }
            _ => frame.start,
        };
        self.add_binding(name, bound, scope, at);
    }

    pub(super) fn add_binding(&mut self, name: Symbol, bound: Bound, scope: ScopeId, at: u32) {
        self.facts.bindings.push(Binding { scope, block: self.scope, name, bound, at });
    }

    pub(super) fn bind_definition(&mut self, id: DefinitionId, frame: &Frame) {
        let definition = self.facts.definition(id);
        let (mut name, receiver) = (definition.name, definition.receiver);
        let bound_elsewhere = frame.role == Role::Closure || definition.qualifier.0 != 0 || receiver.0 != 0;
        if name.0 == 0 || bound_elsewhere || matches!(frame.capture, Some(Capture::Value | Capture::Type)) {
            return;
        }
        if frame.role == Role::Constructor
            && let Some(constructor) = self.language.rules.constructors.first()
        {
            // It may have the name of its class.
            name = self.facts.strings.intern(constructor);
        }
        let around = frame.scope;
        let scope = if self.language.rules.block_scoped { around } else { self.function_scope(around) };
        self.facts.bindings.push(Binding {
            scope,
            block: around,
            name,
            bound: Bound::Definition(id),
            at: frame.start,
        });
    }

    /// Where a declaration here is seen.
    pub(super) fn declaring_scope(&self, hoisted: bool) -> ScopeId {
        if self.language.rules.block_scoped && !hoisted {
            self.scope
        } else {
            self.function_scope(self.scope)
        }
    }

    pub(super) fn function_scope(&self, mut scope: ScopeId) -> ScopeId {
        while self.facts.scope(scope).kind == ScopeKind::Block {
            scope = self.facts.scope(scope).parent;
        }
        scope
    }

    /// What `import a.b` binds without an alias.
    pub(super) fn bound_by_module(&mut self, path: Symbol) -> Symbol {
        let text = self.facts.text(path).to_owned();
        let separators = ['.', '/', ':', '\\'];
        let name = match self.language.rules.import_binds {
            ImportBinds::First => text.split(separators).next(),
            ImportBinds::Last => text.rsplit(separators).next(),
            ImportBinds::Package => Some(package_name(&text)),
        };
        self.facts.strings.intern(name.unwrap_or(""))
    }

    fn close_field(&mut self, names: &[Captured], written: Option<Captured>, optional: bool) {
        let text = written.map_or(Symbol(0), |w| self.folded(w.start, w.end, 200));
        let owner = self.facts.scope(self.scope).owner;
        for name in names {
            let (Expression::Name(name) | Expression::Entry { key: name, .. }) =
                self.facts.expression(name.value)
            else {
                continue;
            };
            if owner.0 != 0 && self.facts.definition(owner).is_type() {
                self.facts.definitions[owner.at()].fields.push((name, text, optional));
            }
        }
    }

    fn add_base_of_field(&mut self, base: Captured, frame: &Frame) {
        let owner = self.facts.scope(self.scope).owner;
        let text = self.folded(base.start, base.end, 200);
        if self.facts.definition(owner).is_type() {
            let definition = &mut self.facts.definitions[owner.at()];
            definition.extends.push(base.value);
            definition.bases.push(text);
            // It is also a field with the name of the type.
            if let Some(name) = self.last_name(base.value) {
                self.bind_name(name, ExpressionId(0), base.value, frame);
            }
        }
    }

    pub(super) fn close_parameter(&mut self, frame: &Frame, names: &[Captured]) {
        let count = self.owner().parameters.len();
        if !self.in_signature() {
            self.facts.bindings.truncate(frame.bindings);
            return;
        }
        let written = self.written_type(frame);
        let default = self.all(frame, Capture::Default).first().copied();
        let type_text = written.map_or(Symbol(0), |w| self.folded(w.start, w.end, 200));
        let default_text = default.map_or(Symbol(0), |d| self.folded(d.start, d.end, 200));
        let owner = self.facts.scope(self.scope).owner;
        if self.facts.definition(owner).is_type() {
            self.add_components(frame, names, written);
            return;
        }
        self.add_parameters(names, frame.role);
        if names.is_empty()
            && let Some(written) = written
        {
            // A parameter without a name, by its type alone.
            let fact = ParameterFact { r#type: written.value, type_text, ..ParameterFact::default() };
            self.facts.definitions[owner.at()].parameters.push(fact);
            return;
        }
        for parameter in &mut self.facts.definitions[owner.at()].parameters[count..] {
            parameter.r#type = written.map_or(ExpressionId(0), |w| w.value);
            parameter.type_text = type_text;
            parameter.default = default.map_or(ExpressionId(0), |d| d.value);
            parameter.default_text = default_text;
            parameter.optional = default.is_some() || frame.role == Role::OptionalParameter;
        }
        let is_field = frame.modifiers.visibility.is_some() || frame.modifiers.readonly;
        if is_field || self.has(frame, Capture::Field) {
            self.field_of_parameter(names, owner, type_text, frame.start);
        }
        self.decorators.clear();
    }

    /// Is the open list of parameters one of a definition, and not of a type that is written in it?
    fn in_signature(&self) -> bool {
        match self.frames.iter().rposition(|f| f.role == Role::Parameters) {
            Some(at) if at > 0 => {
                let holder = &self.frames[at - 1];
                holder.definition.is_some() && holder.depth + 1 == self.frames[at].depth
            }
            _ => true,
        }
    }

    /// Parameters of a type itself are fields of it.
    fn add_components(&mut self, frame: &Frame, names: &[Captured], written: Option<Captured>) {
        self.decorators.clear();
        self.close_field(names, written, false);
        for name in names {
            self.bind_pattern(
                name.value,
                ExpressionId(0),
                written.map_or(ExpressionId(0), |w| w.value),
                frame,
            );
        }
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

    /// A constructor's parameter that declares a field of the class.
    fn field_of_parameter(&mut self, names: &[Captured], owner: DefinitionId, text: Symbol, at: u32) {
        let class = self.facts.definition(owner).parent;
        if !self.facts.definition(class).is_type() {
            return;
        }
        let index = self.facts.definition(owner).parameters.len() as u32 - 1;
        let r#type = self.facts.definition(owner).parameters[index as usize].r#type;
        for name in names {
            if let Expression::Name(name) = self.facts.expression(name.value) {
                let scope = self.facts.definition(class).scope;
                let bound = Bound::Value { value: ExpressionId(0), r#type };
                self.facts.bindings.push(Binding { scope, block: scope, name, bound, at });
                self.facts.definitions[class.at()].fields.push((name, text, false));
            }
        }
    }

    pub(super) fn add_parameters(&mut self, names: &[Captured], role: Role) {
        let owner = self.facts.scope(self.scope).owner;
        if !self.facts.definition(owner).is_callable() {
            return;
        }
        for captured in names {
            let name = match self.facts.expression(captured.value) {
                Expression::Name(name) | Expression::Entry { key: name, .. } => name,
                _ => Symbol(0),
            };
            let definition = self.facts.definition(owner);
            let index = definition.parameters.len() as u32;
            let after_rest = definition.parameters.iter().any(|p| {
                matches!(p.kind, ParameterKind::Rest | ParameterKind::Keyword)
                    || p.kind == ParameterKind::KeywordRest
            });
            let kind = match role {
                Role::RestParameter => ParameterKind::Rest,
                Role::KeywordRest => ParameterKind::KeywordRest,
                _ if after_rest || self.keyword_only == Some(owner) => ParameterKind::Keyword,
                _ => ParameterKind::Plain,
            };
            let shown = if name.0 == 0 { self.folded(captured.start, captured.end, 100) } else { name };
            self.facts.definitions[owner.at()].parameters.push(ParameterFact {
                name: shown,
                kind,
                ..ParameterFact::default()
            });
            let scope = self.function_scope(self.scope);
            if name.0 != 0 {
                self.add_binding(name, Bound::Parameter { definition: owner, index }, scope, captured.start);
            } else {
                self.bind_parameter_pattern(captured, owner, index, scope);
            }
        }
    }

    /// A destructured parameter: each name is a part of it.
    fn bind_parameter_pattern(
        &mut self,
        pattern: &Captured,
        owner: DefinitionId,
        index: u32,
        scope: ScopeId,
    ) {
        let hidden = self.facts.strings.intern(&format!("\u{0}{index}"));
        self.add_binding(hidden, Bound::Parameter { definition: owner, index }, scope, pattern.start);
        let whole = self.add(Expression::Name(hidden));
        let mut work = vec![(pattern.value, whole)];
        while let Some((part, value)) = work.pop() {
            match self.facts.expression(part) {
                Expression::Name(name) => {
                    let bound = Bound::Value { value, r#type: ExpressionId(0) };
                    self.add_binding(name, bound, scope, pattern.start);
                }
                Expression::Object(list) => {
                    for entry in self.facts.list(list).collect::<Vec<_>>() {
                        match self.facts.expression(entry) {
                            Expression::Entry { key, value: target } => {
                                let member = self.add(Expression::Member { object: value, name: key });
                                work.push((target, member));
                            }
                            Expression::Name(name) => {
                                let member = self.add(Expression::Member { object: value, name });
                                work.push((entry, member));
                            }
                            _ => {}
                        }
                    }
                }
                Expression::Sequence(list) => {
                    for (i, item) in self.facts.list(list).collect::<Vec<_>>().into_iter().enumerate() {
                        let nth = self.add(Expression::Item { value, index: i as u32 });
                        work.push((item, nth));
                    }
                }
                Expression::Entry { key, .. } => {
                    let bound = Bound::Value { value, r#type: ExpressionId(0) };
                    self.add_binding(key, bound, scope, pattern.start);
                }
                _ => {}
            }
        }
    }

    pub(super) fn mark_parameters(&mut self, role: Role) {
        let owner = self.facts.scope(self.scope).owner;
        if role == Role::KeywordMark {
            self.keyword_only = Some(owner);
        } else {
            for parameter in &mut self.facts.definitions[owner.at()].parameters {
                parameter.kind = ParameterKind::Positional;
            }
        }
    }

    /// A parameter list that is a method's receiver gives its type; others are the definition's own.
    pub(super) fn close_parameters(&mut self, frame: &Frame) -> ExpressionId {
        let owner = self.facts.scope(self.scope).owner;
        let parameters = &mut self.facts.definitions[owner.at()].parameters;
        let from = frame.parameters.min(parameters.len());
        match frame.capture {
            Some(Capture::Receiver) => {
                let receiver = parameters.drain(from..).next();
                if let Some(receiver) = receiver {
                    self.facts.definitions[owner.at()].receiver = receiver.r#type;
                    for binding in self.facts.bindings[frame.bindings..].iter_mut() {
                        if let Bound::Parameter { .. } = binding.bound {
                            binding.bound = Bound::Value { value: ExpressionId(0), r#type: receiver.r#type };
                        }
                    }
                }
                ExpressionId(0)
            }
            Some(Capture::Returns) => {
                // Several results: as a sequence of their types.
                let types: Vec<_> = parameters.drain(from..).map(|p| p.r#type).collect();
                for binding in self.facts.bindings[frame.bindings..].iter_mut() {
                    if let Bound::Parameter { index, .. } = binding.bound {
                        binding.bound =
                            Bound::Value { value: ExpressionId(0), r#type: types[index as usize - from] };
                    }
                }
                let list = self.push_list(&types);
                self.add(Expression::Sequence(list))
            }
            _ => ExpressionId(0),
        }
    }

    pub(super) fn close_export(&mut self, frame: &Frame) {
        let default = self.facts.strings.intern("default");
        let star = self.facts.strings.intern("*");
        let names = self.all(frame, Capture::Name);
        let path = self.symbol(frame, Capture::Path);
        let is_default = frame.modifiers.default;
        if path.0 != 0 && names.is_empty() {
            let import = self.reexport(path, star, frame.line);
            self.facts.exports.push(Export::From { name: star, import });
        }
        let mut work: Vec<ExpressionId> = names.iter().rev().map(|n| n.value).collect();
        while let Some(value) = work.pop() {
            let (outer, local) = match self.facts.expression(value) {
                Expression::Name(name) => (name, name),
                Expression::Entry { key, value } => match self.facts.expression(value) {
                    Expression::Name(name) | Expression::Text(name) => (key, name),
                    _ => continue,
                },
                Expression::Sequence(list) => {
                    let items: Vec<_> = self.facts.list(list).collect();
                    work.extend(items.into_iter().rev());
                    continue;
                }
                _ => continue,
            };
            let export = if path.0 != 0 {
                let of = if local == star { Symbol(0) } else { local };
                Export::From { name: outer, import: self.reexport(path, of, frame.line) }
            } else {
                Export::Local { name: outer, local }
            };
            self.facts.exports.push(export);
        }
        if let Some(value) = self.all(frame, Capture::Value).first().copied() {
            let export = match self.facts.expression(value.value) {
                Expression::Name(local) => Export::Local { name: default, local },
                _ => Export::Value { name: default, value: value.value },
            };
            self.facts.exports.push(export);
            if let Expression::Definition(id) = self.facts.expression(value.value) {
                self.facts.definitions[id.at()].flags |= flag::EXPORTED;
            }
        }
        for index in frame.bindings..self.facts.bindings.len() {
            let binding = self.facts.bindings[index];
            if binding.scope != self.scope || matches!(binding.bound, Bound::Import(_)) {
                continue;
            }
            let name = if is_default { default } else { binding.name };
            self.facts.exports.push(Export::Local { name, local: binding.name });
            if let Bound::Definition(id) = binding.bound {
                self.facts.definitions[id.at()].flags |= flag::EXPORTED;
            }
        }
    }

    fn reexport(&mut self, path: Symbol, name: Symbol, line: u32) -> u32 {
        let index = self.facts.imports.len() as u32;
        let import = Import { path, name, alias: Symbol(0), of_type: false, scope: self.scope, line };
        self.facts.imports.push(import);
        index
    }

    /// Assignments go to where their name is declared further out, if it is.
    pub(super) fn settle_assignments(&mut self) {
        let mut declared: rustc_hash::FxHashSet<(ScopeId, Symbol)> = Default::default();
        let assigned: rustc_hash::FxHashSet<usize> = self.assigned.iter().copied().collect();
        let declares = self.language.rules.assignment_declares;
        for (i, binding) in self.facts.bindings.iter().enumerate() {
            if declares || !assigned.contains(&i) {
                declared.insert((binding.scope, binding.name));
            }
        }
        for index in std::mem::take(&mut self.assigned) {
            let binding = self.facts.bindings[index];
            let mut scope = self.function_scope(binding.scope);
            let outer = self.outer.contains(&(scope, binding.name));
            if declares && !outer {
                continue;
            }
            scope = if outer { self.facts.scope(scope).parent } else { binding.block };
            while scope.0 != 0
                && (!declared.contains(&(scope, binding.name))
                    || outer && self.facts.scope(scope).kind == ScopeKind::Class)
            {
                scope = self.facts.scope(scope).parent;
            }
            self.facts.bindings[index].scope = scope;
        }
    }
}

/// The name that a package of that import path most likely has: no version, no mark of the language.
fn package_name(path: &str) -> &str {
    let is_version = |part: &str| {
        let digits = part.strip_prefix('v').unwrap_or("");
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let mut parts = path.rsplit('/');
    let mut last = parts.next().unwrap_or(path);
    if is_version(last) {
        last = parts.next().unwrap_or(last);
    }
    if let Some((name, version)) = last.rsplit_once('.')
        && (is_version(version) || version == "go")
    {
        last = name;
    }
    last = last.strip_prefix("go-").unwrap_or(last);
    last.strip_suffix("-go").unwrap_or(last)
}
