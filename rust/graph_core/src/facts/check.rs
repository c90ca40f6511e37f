//! Validates facts that were read from an artefact, which anybody may have written. Checksums detect damage; this
//! detects forged facts that would make a later step panic or run for ever.

use super::{
    Binding, Bound, Definition, DefinitionId, Export, Expression, ExpressionId, Facts, Import, ListId,
    MemberBinding, NamedValue, ParameterFact, Reference, Scope, ScopeId, Strings, Symbol,
};

impl Facts {
    /// The name of the first table with an id out of range, a cycle of parents, or a string that is not UTF-8; None if
    /// all tables are valid.
    pub fn invalid_table(&self) -> Option<&'static str> {
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
            binding_starts: _,
        } = self;
        let checks: [(&str, bool); 14] = [
            ("tables", !definitions.is_empty() && !scopes.is_empty() && !expressions.is_empty()),
            ("strings", strings.is_valid() && self.has_symbol(*package)),
            ("definitions", definitions.iter().all(|d| self.is_valid_definition(d))),
            ("scopes", scopes.iter().all(|s| self.is_valid_scope(s))),
            (
                "parents",
                end_at_root(definitions.iter().map(|d| d.parent.at()).collect())
                    && end_at_root(scopes.iter().map(|s| s.parent.at()).collect()),
            ),
            ("bindings", bindings.iter().all(|b| self.is_valid_binding(b))),
            ("order", bindings.is_sorted_by_key(|b| (b.name, b.scope, b.at))),
            ("members", members.iter().all(|m| self.is_valid_member(m))),
            ("references", references.iter().all(|r| self.is_valid_reference(r))),
            ("imports", imports.iter().all(|i| self.is_valid_import(i))),
            ("exports", exports.iter().all(|e| self.is_valid_export(e))),
            ("values", values.iter().all(|v| self.is_valid_value(v))),
            ("wildcards", wildcards.iter().flatten().all(|s| self.has_symbol(*s))),
            ("expressions", expressions.iter().enumerate().all(|(i, e)| self.is_valid_expression(i, e))),
        ];
        checks.iter().find(|(_, holds)| !holds).map(|(name, _)| *name)
    }

    fn has_symbol(&self, symbol: Symbol) -> bool {
        symbol.at() < self.strings.ends.len()
    }

    fn has_expression(&self, id: ExpressionId) -> bool {
        id.at() < self.expressions.len()
    }

    fn has_definition(&self, id: DefinitionId) -> bool {
        id.at() < self.definitions.len()
    }

    fn has_scope(&self, id: ScopeId) -> bool {
        id.at() < self.scopes.len()
    }

    fn has_import(&self, import: u32) -> bool {
        (import as usize) < self.imports.len()
    }

    fn has_list_below(&self, id: ListId, bound: usize) -> bool {
        let items = self.lists.get(id.at()).and_then(|length| {
            let from = id.at() + 1;
            self.lists.get(from..from.checked_add(*length as usize)?)
        });
        items.is_some_and(|items| items.iter().all(|item| (*item as usize) < bound))
    }

    fn is_valid_scope(&self, scope: &Scope) -> bool {
        let Scope { kind: _, parent, owner } = scope;
        self.has_scope(*parent) && self.has_definition(*owner)
    }

    fn is_valid_definition(&self, definition: &Definition) -> bool {
        // Names all fields, so that a new one cannot be forgotten here.
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
        self.has_definition(*parent)
            && self.has_scope(*scope)
            && [name, qualifier, text, returns_text].into_iter().all(|s| self.has_symbol(*s))
            && types.into_iter().all(|e| self.has_expression(*e))
            && throws.iter().chain(bases).all(|s| self.has_symbol(*s))
            && fields.iter().all(|(name, text, _)| self.has_symbol(*name) && self.has_symbol(*text))
            && decorators.iter().all(|(e, text)| self.has_expression(*e) && self.has_symbol(*text))
            && returned.iter().all(|(e, scope, _)| self.has_expression(*e) && self.has_scope(*scope))
            && parameters.iter().all(|p| self.is_valid_parameter(p))
    }

    fn is_valid_parameter(&self, parameter: &ParameterFact) -> bool {
        let ParameterFact { name, r#type, type_text, default_text, default, optional: _, kind: _ } =
            parameter;
        [name, type_text, default_text].into_iter().all(|s| self.has_symbol(*s))
            && self.has_expression(*r#type)
            && self.has_expression(*default)
    }

    fn is_valid_binding(&self, binding: &Binding) -> bool {
        let Binding { scope, block, name, bound, at: _ } = binding;
        let is_valid = match *bound {
            Bound::Value { value, r#type } => self.has_expression(value) && self.has_expression(r#type),
            Bound::Parameter { definition, index } => self
                .definitions
                .get(definition.at())
                .is_some_and(|definition| (index as usize) < definition.parameters.len()),
            Bound::Definition(id) => self.has_definition(id),
            Bound::Import(import) => self.has_import(import),
            Bound::Narrowed { r#type, until: _ } => self.has_expression(r#type),
        };
        is_valid && self.has_scope(*scope) && self.has_scope(*block) && self.has_symbol(*name)
    }

    fn is_valid_member(&self, member: &MemberBinding) -> bool {
        let MemberBinding { object, name, value, r#type, scope, at: _ } = member;
        [object, value, r#type].into_iter().all(|e| self.has_expression(*e))
            && self.has_symbol(*name)
            && self.has_scope(*scope)
    }

    fn is_valid_reference(&self, reference: &Reference) -> bool {
        let Reference { kind: _, expression, scope, at: _, line: _ } = reference;
        self.has_expression(*expression) && self.has_scope(*scope)
    }

    fn is_valid_import(&self, import: &Import) -> bool {
        let Import { path, name, alias, of_type: _, shared: _, scope, line: _ } = import;
        [path, name, alias].into_iter().all(|s| self.has_symbol(*s)) && self.has_scope(*scope)
    }

    fn is_valid_export(&self, export: &Export) -> bool {
        match *export {
            Export::Local { name, local } => self.has_symbol(name) && self.has_symbol(local),
            Export::Value { name, value } => self.has_symbol(name) && self.has_expression(value),
            Export::From { name, import } => self.has_symbol(name) && self.has_import(import),
        }
    }

    fn is_valid_value(&self, value: &NamedValue) -> bool {
        let NamedValue { owner, name, r#type, value } = value;
        self.has_definition(*owner) && [name, r#type, value].into_iter().all(|s| self.has_symbol(*s))
    }

    /// The parts of an expression precede it, so that none contains itself.
    fn is_valid_expression(&self, at: usize, expression: &Expression) -> bool {
        let is_below = |id: ExpressionId| id.at() < at.max(1);
        let is_list = |id: ListId| self.has_list_below(id, at.max(1));
        match *expression {
            Expression::Unknown | Expression::SelfType | Expression::This | Expression::Super => true,
            Expression::Name(symbol) | Expression::Literal(symbol) | Expression::Text(symbol) => {
                self.has_symbol(symbol)
            }
            Expression::Member { object, name } => is_below(object) && self.has_symbol(name),
            Expression::Call { callee: of, arguments }
            | Expression::New { class: of, arguments }
            | Expression::Index { object: of, arguments } => is_below(of) && is_list(arguments),
            Expression::Await(of)
            | Expression::Each(of)
            | Expression::Enter(of)
            | Expression::Array(of)
            | Expression::Spread(of)
            | Expression::Typed(of)
            | Expression::TypeOf(of)
            | Expression::Item { value: of, index: _ } => is_below(of),
            Expression::Sequence(list) | Expression::Object(list) | Expression::Either(list) => is_list(list),
            Expression::Entry { key, value } => self.has_symbol(key) && is_below(value),
            Expression::Definition(id) => self.has_definition(id),
            Expression::Scoped { value, scope } => is_below(value) && self.has_scope(scope),
        }
    }
}

impl Strings {
    fn is_valid(&self) -> bool {
        let mut start = 0;
        let is_partition = self.ends.iter().all(|end| {
            let end = *end as usize;
            let is_text = self.buffer.get(start..end).is_some();
            start = end;
            is_text
        });
        is_partition
            && start == self.buffer.len()
            && self.ends.first() == Some(&0)
            && self.hashes.len() == self.ends.len()
    }
}

/// Whether every chain of parents ends at index 0. Chains that were followed are shortened in `parents`, so that the
/// time is linear.
fn end_at_root(mut parents: Vec<usize>) -> bool {
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
