//! Check: facts that come out of a file are as facts of the extractor are, whoever wrote the file. Checksums tell
//! damage; this tells forgery: what would make a later step panic, or walk in a circle.

use super::{
    Binding, Bound, Definition, DefinitionId, Export, Expression, ExpressionId, Facts, Import, ListId,
    MemberBinding, NamedValue, ParameterFact, Reference, Scope, ScopeId, Strings, Symbol,
};

impl Facts {
    /// The first table in which an id leads nowhere, a chain of parents has no end, or a text is none; if any.
    pub fn flaw(&self) -> Option<&'static str> {
        let Facts {
            language: _,
            package,
            strings,
            definitions,
            scopes,
            bindings,
            members,
            references,
            imports,
            exports,
            wildcards,
            values,
            expressions,
            lists: _,
            broken: _,
            places: _,
        } = self;
        let checks: [(&str, bool); 14] = [
            ("tables", !definitions.is_empty() && !scopes.is_empty() && !expressions.is_empty()),
            ("strings", strings.is_sound() && self.has(*package)),
            ("definitions", definitions.iter().all(|d| self.takes_definition(d))),
            ("scopes", scopes.iter().all(|s| self.takes_scope(s))),
            (
                "parents",
                end(definitions.iter().map(|d| d.parent.at()).collect())
                    && end(scopes.iter().map(|s| s.parent.at()).collect()),
            ),
            ("bindings", bindings.iter().all(|b| self.takes_binding(b))),
            ("order", bindings.is_sorted_by_key(|b| (b.name, b.scope, b.at))),
            ("members", members.iter().all(|m| self.takes_member(m))),
            ("references", references.iter().all(|r| self.takes_reference(r))),
            ("imports", imports.iter().all(|i| self.takes_import(i))),
            ("exports", exports.iter().all(|e| self.takes_export(e))),
            ("values", values.iter().all(|v| self.takes_value(v))),
            ("wildcards", wildcards.iter().flatten().all(|s| self.has(*s))),
            ("expressions", expressions.iter().enumerate().all(|(i, e)| self.takes_expression(i, e))),
        ];
        checks.iter().find(|(_, holds)| !holds).map(|(name, _)| *name)
    }

    fn has(&self, symbol: Symbol) -> bool {
        symbol.at() < self.strings.ends.len()
    }

    fn knows(&self, id: ExpressionId) -> bool {
        id.at() < self.expressions.len()
    }

    fn defines(&self, id: DefinitionId) -> bool {
        id.at() < self.definitions.len()
    }

    fn opens(&self, id: ScopeId) -> bool {
        id.at() < self.scopes.len()
    }

    fn imports_at(&self, import: u32) -> bool {
        (import as usize) < self.imports.len()
    }

    fn lists_below(&self, id: ListId, most: usize) -> bool {
        let items = self.lists.get(id.at()).and_then(|length| {
            let from = id.at() + 1;
            self.lists.get(from..from.checked_add(*length as usize)?)
        });
        items.is_some_and(|items| items.iter().all(|item| (*item as usize) < most))
    }

    fn takes_scope(&self, scope: &Scope) -> bool {
        let Scope { kind: _, parent, owner } = scope;
        self.opens(*parent) && self.defines(*owner)
    }

    fn takes_definition(&self, definition: &Definition) -> bool {
        // All fields, so that a new one cannot be forgotten here.
        let Definition {
            kind: _,
            name,
            qualifier,
            parent,
            scope,
            start: _,
            end: _,
            start_line: _,
            end_line: _,
            text,
            parameters,
            returns,
            returns_text,
            returned,
            throws,
            decorators,
            extends,
            implements,
            prepends,
            bases,
            fields,
            receiver,
            arity: _,
            flags: _,
            visibility: _,
            complexity: _,
            body_hash: _,
            signature_hash: _,
            has_body: _,
        } = definition;
        let types = [returns, receiver].into_iter().chain(extends).chain(implements).chain(prepends);
        self.defines(*parent)
            && self.opens(*scope)
            && [name, qualifier, text, returns_text].into_iter().all(|s| self.has(*s))
            && types.into_iter().all(|e| self.knows(*e))
            && throws.iter().chain(bases).all(|s| self.has(*s))
            && fields.iter().all(|(name, text, _)| self.has(*name) && self.has(*text))
            && decorators.iter().all(|(e, text)| self.knows(*e) && self.has(*text))
            && returned.iter().all(|(e, scope, _)| self.knows(*e) && self.opens(*scope))
            && parameters.iter().all(|p| self.takes_parameter(p))
    }

    fn takes_parameter(&self, parameter: &ParameterFact) -> bool {
        let ParameterFact { name, r#type, type_text, default_text, default, optional: _, kind: _ } =
            parameter;
        [name, type_text, default_text].into_iter().all(|s| self.has(*s))
            && self.knows(*r#type)
            && self.knows(*default)
    }

    fn takes_binding(&self, binding: &Binding) -> bool {
        let Binding { scope, block, name, bound, at: _ } = binding;
        let leads = match *bound {
            Bound::Value { value, r#type } => self.knows(value) && self.knows(r#type),
            Bound::Parameter { definition, index } => self
                .definitions
                .get(definition.at())
                .is_some_and(|definition| (index as usize) < definition.parameters.len()),
            Bound::Definition(id) => self.defines(id),
            Bound::Import(import) => self.imports_at(import),
            Bound::Narrowed { r#type, until: _ } => self.knows(r#type),
        };
        leads && self.opens(*scope) && self.opens(*block) && self.has(*name)
    }

    fn takes_member(&self, member: &MemberBinding) -> bool {
        let MemberBinding { object, name, value, r#type, scope, at: _ } = member;
        [object, value, r#type].into_iter().all(|e| self.knows(*e)) && self.has(*name) && self.opens(*scope)
    }

    fn takes_reference(&self, reference: &Reference) -> bool {
        let Reference { kind: _, expression, scope, at: _, line: _ } = reference;
        self.knows(*expression) && self.opens(*scope)
    }

    fn takes_import(&self, import: &Import) -> bool {
        let Import { path, name, alias, of_type: _, shared: _, scope, line: _ } = import;
        [path, name, alias].into_iter().all(|s| self.has(*s)) && self.opens(*scope)
    }

    fn takes_export(&self, export: &Export) -> bool {
        match *export {
            Export::Local { name, local } => self.has(name) && self.has(local),
            Export::Value { name, value } => self.has(name) && self.knows(value),
            Export::From { name, import } => self.has(name) && self.imports_at(import),
        }
    }

    fn takes_value(&self, value: &NamedValue) -> bool {
        let NamedValue { owner, name, r#type, value } = value;
        self.defines(*owner) && [name, r#type, value].into_iter().all(|s| self.has(*s))
    }

    /// What an expression is made of comes before it, so that none is made of itself.
    fn takes_expression(&self, at: usize, expression: &Expression) -> bool {
        let below = |id: ExpressionId| id.at() < at.max(1);
        let lists = |id: ListId| self.lists_below(id, at.max(1));
        match *expression {
            Expression::Unknown | Expression::SelfType | Expression::This | Expression::Super => true,
            Expression::Name(symbol) | Expression::Literal(symbol) | Expression::Text(symbol) => {
                self.has(symbol)
            }
            Expression::Member { object, name } => below(object) && self.has(name),
            Expression::Call { callee: of, arguments }
            | Expression::New { class: of, arguments }
            | Expression::Index { object: of, arguments } => below(of) && lists(arguments),
            Expression::Await(of)
            | Expression::Each(of)
            | Expression::Enter(of)
            | Expression::Array(of)
            | Expression::Spread(of)
            | Expression::Typed(of)
            | Expression::TypeOf(of)
            | Expression::Item { value: of, index: _ } => below(of),
            Expression::Sequence(list) | Expression::Object(list) | Expression::Either(list) => lists(list),
            Expression::Entry { key, value } => self.has(key) && below(value),
            Expression::Definition(id) => self.defines(id),
            Expression::Scoped { value, scope } => below(value) && self.opens(scope),
        }
    }
}

impl Strings {
    fn is_sound(&self) -> bool {
        let mut start = 0;
        let cut = self.ends.iter().all(|end| {
            let end = *end as usize;
            let fits = self.buffer.get(start..end).is_some();
            start = end;
            fits
        });
        cut && start == self.buffer.len()
            && self.ends.first() == Some(&0)
            && self.hashes.len() == self.ends.len()
    }
}

/// Do all chains of parents end at the first? `parents` is spent on marking those that do.
fn end(mut parents: Vec<usize>) -> bool {
    for start in 0..parents.len() {
        let (mut at, mut steps) = (start, 0);
        while at != 0 {
            steps += 1;
            match parents.get(at) {
                Some(parent) if steps <= parents.len() => at = *parent,
                _ => return false,
            }
        }
        at = start;
        while at != 0 {
            at = std::mem::replace(&mut parents[at], 0);
        }
    }
    true
}
