//! Rounds: what functions return, fields hold, modules offer and parameters are given, found by repeating the
//! evaluation of every file against the tables of the round before (Jacobi iteration), so that the result
//! depends neither on threads nor on the order of files.

use smallvec::SmallVec;

use super::eval::Evaluator;
use super::lookup::holds_members;
use super::tables::{Entries, Told};
use super::value::{Def, Item, Items, MOST, Value, push, relabel_objects, weaker};
use crate::facts::{Bound, DefinitionId, Export, Expression, ExpressionId, ReferenceKind, ScopeId, hash};
use crate::graph::{NodeKind, ParameterKind, Via, flag};

/// How often: each round carries values one file further.
pub const ROUNDS: usize = 3;

impl Evaluator<'_> {
    /// What this file contributes to the next tables.
    /// `passes`: also what its calls pass on.
    pub fn told(&self, passes: bool) -> Told {
        let mut entries = Entries::default();
        for (i, definition) in self.facts.definitions.iter().enumerate() {
            let def = Def { file: self.file, id: DefinitionId(i as u32) };
            self.typed_parameters(def, &mut entries);
            if definition.is_callable() || definition.kind == NodeKind::Type {
                let items = self.returned(def);
                if !items.is_empty() {
                    entries.table.returns.insert(def.id, items);
                }
            }
        }
        self.bound_values(&mut entries);
        self.member_values(&mut entries);
        if passes {
            self.passed(&mut entries);
        }
        entries.seal(self.consulted_names(), |id| self.facts.strings.hash(self.facts.definition(id).name))
    }

    fn returned(&self, def: Def) -> Items {
        let definition = self.facts.definition(def.id);
        if let Some(proofs) = self.proofs(definition) {
            return proofs;
        }
        let mut declared = self.eval_type(definition.returns, definition.scope, definition.start);
        if self.says_itself(definition.returns) {
            declared.iter_mut().for_each(itself);
        }
        if declared.iter().any(|i| !matches!(i.value, Value::External(_)))
            || definition.kind == NodeKind::Type
        {
            return declared;
        }
        let mut found = Items::new();
        let by_framework = self.is_provider(def);
        for (value, scope, at) in definition.returned.iter().take(2 * MOST) {
            if !by_framework && let Some(index) = self.own_parameter(def.id, *value, *scope) {
                push(&mut found, Item { value: Value::Given(index), via: Via::Flow });
                continue;
            }
            for mut item in self.eval(*value, *scope, *at) {
                if self.facts.expression(*value) == Expression::This {
                    itself(&mut item);
                }
                if item.value != Value::Unknown {
                    push(&mut found, Item { via: weaker(item.via, Via::Flow), value: item.value });
                }
            }
        }
        if found.is_empty() { declared } else { found }
    }

    /// Is the type that of the object itself, perhaps among others?
    fn says_itself(&self, written: ExpressionId) -> bool {
        match self.facts.expression(written) {
            Expression::This => true,
            Expression::Either(list) => {
                self.facts.list(list).any(|part| self.facts.expression(part) == Expression::This)
            }
            _ => false,
        }
    }

    /// The parameter of a type that says little that an expression is, if the name is bound to nothing else.
    fn own_parameter(&self, id: DefinitionId, value: ExpressionId, scope: ScopeId) -> Option<u32> {
        let Expression::Name(name) = self.facts.expression(value) else { return None };
        let definition = self.facts.definition(id);
        let mut within = scope;
        while within != definition.scope && within.0 > definition.scope.0 {
            if !self.facts.bindings_of(within, name).is_empty() {
                return None;
            }
            within = self.facts.scope(within).parent;
        }
        let [only] = self.facts.bindings_of(definition.scope, name) else { return None };
        let Bound::Parameter { definition: of, index } = only.bound else { return None };
        let parameter = definition.parameters.get(index as usize)?;
        let itself =
            index == 0 && self.language.rules.members.explicit_self && definition.kind != NodeKind::Function;
        let plain = !matches!(parameter.kind, ParameterKind::Rest | ParameterKind::KeywordRest);
        let declared = self.eval_type(parameter.r#type, definition.scope, definition.start);
        let open = declared.iter().all(|i| matches!(i.value, Value::Function(_) | Value::External(_)));
        (of == id && !itself && plain && open && !parameter.default.is_known()).then_some(index)
    }

    /// Names bound in the file's scope or in a type's.
    fn bound_values(&self, entries: &mut Entries) {
        for binding in &self.facts.bindings {
            let Bound::Value { value, r#type } = binding.bound else {
                continue;
            };
            let scope = self.facts.scope(binding.scope);
            let of_file = binding.scope.is_file();
            let owner = self.facts.definition(scope.owner);
            let of_type = !of_file && owner.scope == binding.scope && holds_members(owner.kind);
            if !of_file && !of_type {
                continue;
            }
            let mut items = self.eval_type(r#type, binding.block, binding.at);
            if items.iter().all(|i| matches!(i.value, Value::External(_))) {
                let mut inferred = self.eval(value, binding.block, binding.at);
                if !inferred.is_empty() {
                    if self.language.rules.types.declared_types && !items.is_empty() {
                        relabel_objects(&mut inferred);
                    }
                    items = inferred;
                }
            }
            if !r#type.is_known() && self.is_declared(binding.scope, binding.name) {
                continue;
            }
            if of_file && items.iter().all(|i| matches!(i.value, Value::External(_))) {
                let aliased = self.aliased(value, binding.block, binding.at);
                if !aliased.is_empty() {
                    items = aliased;
                }
            }
            items.retain(|i| i.value != Value::Unknown);
            weaken(&mut items);
            if of_type && !r#type.is_known() && self.is_enumerated(scope.owner) {
                let class = Def { file: self.file, id: scope.owner };
                items = super::value::one(Value::Instance(class), Via::Type);
            }
            if items.is_empty() {
                continue;
            }
            let name = self.facts.strings.hash(binding.name);
            if of_file {
                entries.global(name, items);
            } else {
                let class = self.type_extended(scope.owner);
                let holder = if class.file == self.file { class.id } else { scope.owner };
                entries.field(holder, name, items);
            }
        }
        for export in &self.facts.exports {
            if let Export::Value { name, value } = *export {
                let items = self.eval(value, ScopeId::FILE, u32::MAX);
                entries.global(self.facts.strings.hash(name), items);
            }
        }
    }

    /// Is the type one whose fields are its objects because of its base?
    fn is_enumerated(&self, id: DefinitionId) -> bool {
        !self.language.rules.types.enum_bases.is_empty() && self.facts.definition(id).kind == NodeKind::Enum
    }

    /// Assignments to members: of the object itself, of a class or its prototype, of what the module exports.
    fn member_values(&self, entries: &mut Entries) {
        for member in &self.facts.members {
            let name = self.facts.strings.hash(member.name);
            let mut items = self.eval_type(member.r#type, member.scope, member.at);
            if items.is_empty() {
                items = self.eval(member.value, member.scope, member.at);
            }
            items.retain(|i| i.value != Value::Unknown);
            if items.is_empty() {
                continue;
            }
            if self.is_exports(member.object) {
                entries.global(name, items);
                continue;
            }
            if let Expression::Name(module) = self.facts.expression(member.object)
                && self.facts.text(module) == "module"
                && name == hash(b"exports")
                && !self.language.rules.imports.export_objects.is_empty()
            {
                entries.global(hash(b"module.exports"), items);
                continue;
            }
            weaken(&mut items);
            let object = match self.facts.expression(member.object) {
                Expression::Member { object, name } if self.facts.text(name) == "prototype" => object,
                _ => member.object,
            };
            for owner in self.eval(object, member.scope, member.at) {
                match owner.value {
                    Value::Instance(def) | Value::Class(def) | Value::Function(def) => {
                        let Some(part) = self.world.parts.in_file(def, self.file) else {
                            continue;
                        };
                        if !self.is_declared(self.facts.definition(part.id).scope, member.name) {
                            entries.field(part.id, name, items.clone());
                        }
                    }
                    Value::Object { file, id, .. } if file == self.file => {
                        entries.object(id, name, items.clone());
                    }
                    _ => {}
                }
            }
        }
    }

    fn is_exports(&self, object: ExpressionId) -> bool {
        let rules = &self.language.rules;
        match self.facts.expression(object) {
            Expression::Name(name) => rules.imports.export_objects.contains(&self.facts.text(name)),
            Expression::Member { object, name } => {
                !rules.imports.export_objects.is_empty()
                    && self.facts.text(name) == "exports"
                    && matches!(self.facts.expression(object), Expression::Name(n) if self.facts.text(n) == "module")
            }
            _ => false,
        }
    }

    /// A decorator is given what it decorates.
    fn decorated(&self, entries: &mut Entries) {
        for (i, definition) in self.facts.definitions.iter().enumerate() {
            if definition.decorators.is_empty() || definition.flags & flag::PROPERTY != 0 {
                continue;
            }
            let given = self.defined(Def { file: self.file, id: DefinitionId(i as u32) }, Via::Flow);
            let around = self.facts.scope(definition.scope).parent;
            for (decorator, _) in &definition.decorators {
                for (def, bound) in self.callables(*decorator, around, definition.start) {
                    if let Some((index, typed)) = self.parameter_index(def, 0, None, bound)
                        && (!typed || matches!(given[0].value, Value::Function(_)))
                    {
                        entries.passed.push(((def, index), given.clone()));
                    }
                }
            }
        }
    }

    /// What calls give to parameters that have no type of their own.
    fn passed(&self, entries: &mut Entries) {
        self.decorated(entries);
        for reference in &self.facts.references {
            let (callee, arguments) = match (reference.kind, self.facts.expression(reference.expression)) {
                (ReferenceKind::Call, Expression::Call { callee, arguments }) => (callee, arguments),
                (ReferenceKind::New, Expression::New { class, arguments }) => (class, arguments),
                _ => continue,
            };
            if arguments.is_empty() {
                continue;
            }
            let targets = self.callables(callee, reference.scope, reference.at);
            if targets.is_empty() {
                continue;
            }
            for (position, argument) in self.facts.list(arguments).enumerate() {
                let (key, value) = match self.facts.expression(argument) {
                    Expression::Spread(_) => break,
                    Expression::Entry { key, value } => (Some(self.facts.strings.hash(key)), value),
                    Expression::Unknown | Expression::Literal(_) | Expression::Text(_) => continue,
                    _ => (None, argument),
                };
                if let Expression::Definition(closure) = self.facts.expression(value)
                    && self.facts.definition(closure).is_callable()
                {
                    for (def, bound) in &targets {
                        if let Some((index, true)) = self.parameter_index(*def, position, key, *bound) {
                            self.given_by_type(closure, *def, index, entries);
                        }
                    }
                }
                let mut items = self.eval(value, reference.scope, reference.at);
                items.retain(|i| !matches!(i.value, Value::External(_) | Value::Unknown | Value::Super(_)));
                if items.is_empty() {
                    continue;
                }
                for (def, bound) in &targets {
                    let Some((index, typed)) = self.parameter_index(*def, position, key, *bound) else {
                        continue;
                    };
                    let mut given = items.clone();
                    if typed {
                        given.retain(|i| matches!(i.value, Value::Function(_)));
                    }
                    if !given.is_empty() {
                        entries.passed.push(((*def, index), given));
                    }
                }
            }
        }
    }

    /// The functions that a callee may be, and whether the object takes the first parameter.
    fn callables(&self, callee: ExpressionId, scope: ScopeId, at: u32) -> SmallVec<[(Def, bool); 2]> {
        let mut found = SmallVec::new();
        for item in self.eval(callee, scope, at) {
            match item.value {
                Value::Function(def) => {
                    found.push((def, self.is_bound(callee, scope, at)));
                }
                Value::Class(class) => {
                    if let Some(def) = self.constructor(class) {
                        found.push((def, true));
                    }
                }
                _ => {}
            }
        }
        found.truncate(MOST);
        found
    }

    /// Which parameter an argument is for, and whether it has a type: then only functions are of interest.
    pub(super) fn parameter_index(
        &self,
        def: Def,
        position: usize,
        key: Option<u64>,
        bound: bool,
    ) -> Option<(u32, bool)> {
        let facts = self.world.facts(def.file);
        let definition = facts.definition(def.id);
        let method = matches!(definition.kind, NodeKind::Method | NodeKind::Constructor);
        let skip = usize::from(
            method
                && bound
                && self.world.language(def.file).rules.members.explicit_self
                && definition.flags & flag::STATIC == 0,
        );
        let skip = skip + usize::from(bound && super::calls::takes_object(definition));
        let index = match key {
            Some(key) => definition.parameters.iter().position(|p| facts.strings.hash(p.name) == key)?,
            None => position + skip,
        };
        let parameter = definition.parameters.get(index)?;
        let plain = !matches!(parameter.kind, ParameterKind::Rest | ParameterKind::KeywordRest);
        plain.then_some((index as u32, parameter.r#type.is_known()))
    }

    /// The definition that constructing an object of the type calls, if it has one in the repository.
    pub fn constructor(&self, class: Def) -> Option<Def> {
        self.constructors(class).first().copied()
    }

    /// The definitions that may be called by constructing an object of the type.
    pub fn constructors(&self, class: Def) -> SmallVec<[Def; 2]> {
        let names = self.world.language(class.file).rules.constructors;
        for owner in self.hierarchy.order(class, 0) {
            for name in names {
                let name = hash(name.as_bytes());
                self.consult(owner.file, name);
                let named = self.world.members(owner, name).iter().copied();
                let found: SmallVec<[Def; 2]> =
                    named.filter(|m| self.world.definition(*m).is_callable()).collect();
                if !found.is_empty() {
                    // Which of them is meant depends on their parameters.
                    found.iter().for_each(|m| self.consult(m.file, self.world.name_hash(*m)));
                    return found;
                }
            }
            if names.contains(&"{}") {
                break;
            }
        }
        SmallVec::new()
    }
}

/// An object of the type around a method is the one that it is called on.
fn itself(item: &mut Item) {
    if let Value::Instance(class) = item.value {
        item.value = Value::Itself(class);
    }
}

/// Functions and classes that were assigned are known by flow.
fn weaken(items: &mut Items) {
    for item in items {
        if matches!(item.value, Value::Function(_) | Value::Class(_)) {
            item.via = weaker(item.via, Via::Flow);
        }
    }
}
