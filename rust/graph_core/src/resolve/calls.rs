//! Calls: every reference of a file ends in one of four states: edges, external, a guess to be judged by all
//! names of the repository, or unresolved.

use smallvec::SmallVec;

use super::eval::Evaluator;
use super::memory::Settled;
use super::overloads::Meant;
use super::sites::{Forms, form};
use super::value::{Def, Item, Items, MOST, Value};
use super::waiting::Waiting;
use crate::facts::{
    Definition, DefinitionId, Expression, ExpressionId, ListId, Reference, ReferenceKind, ScopeId, ScopeKind,
    Symbol,
};
use crate::graph::{EdgeKind, ParameterKind, Via, flag};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The named definition in whose code the reference stands.
    pub from: DefinitionId,
    pub line: u32,
    pub name: Symbol,
    pub outcome: Outcome,
    /// Of a call that is written out: the number of its form among the file's.
    pub form: Option<u32>,
}

/// What a call gives, and what becomes of its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    pub arguments: ListId,
    /// It is awaited, or handed on to where it may be.
    pub waited: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Edges(SmallVec<[Found; 1]>),
    /// By the hash of the package's name.
    External(u64),
    /// Nothing is known of the name (`member`: of the object).
    Guess {
        member: bool,
    },
    /// Nothing is called: these are named where a value is wanted.
    Mentions(SmallVec<[(Def, Via); 1]>),
    /// One of these overloads, and nothing chooses between them.
    Ambiguous(SmallVec<[Def; 4]>),
    /// Bound to something that is not known.
    Unresolved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub to: Def,
    pub kind: EdgeKind,
    pub via: Via,
    /// An override in a type below this one may be meant.
    pub below: Option<Def>,
}

/// A candidate: the callee, and the object that it was found on.
struct Candidate {
    def: Def,
    via: Via,
    below: Option<Def>,
}

impl Evaluator<'_> {
    /// All references of the file that are of interest, in source order.
    pub fn settled(&self, is_property: &dyn Fn(u64) -> bool) -> Settled {
        let mut found = Vec::new();
        let waiting = Waiting::of(self.facts);
        let mut forms = Forms::default();
        // Mentions last: what an expression is is found once, where it is used.
        let is_mention = |r: &&Reference| r.kind == ReferenceKind::Mention;
        let references = self.facts.references.iter();
        for reference in references.clone().filter(|r| !is_mention(r)).chain(references.filter(is_mention)) {
            if let Some(mut resolved) = self.reference(reference, is_property) {
                if matches!(resolved.outcome, Outcome::Edges(_) | Outcome::Guess { .. }) {
                    let given = waiting.given(self.facts, reference);
                    let form = given.map(|given| form(self.facts, self.language.rules.names.sigil, given));
                    resolved.form = form.map(|form| forms.number(form));
                }
                found.push(resolved);
            }
        }
        self.provider_calls(&mut found);
        for (i, _) in self.facts.definitions.iter().enumerate() {
            self.signature_types(DefinitionId(i as u32), &mut found);
        }
        let ways = self.ways();
        Settled { references: found, forms: forms.all, ways, consulted: self.consulted_names() }
    }

    fn reference(&self, reference: &Reference, is_property: &dyn Fn(u64) -> bool) -> Option<Resolved> {
        let from = self.facts.named(self.facts.scope(reference.scope).owner);
        let (name, outcome) = match (reference.kind, self.facts.expression(reference.expression)) {
            (ReferenceKind::Read | ReferenceKind::Write, Expression::Member { object, name }) => {
                let hash = self.facts.strings.hash(name);
                if !is_property(hash) {
                    return None;
                }
                let edges = self.read(object, hash, reference);
                if edges.is_empty() {
                    return None;
                }
                (name, Outcome::Edges(edges))
            }
            (ReferenceKind::Read | ReferenceKind::Write, Expression::Name(name)) => {
                let hash = self.facts.strings.hash(name);
                let edge = if is_property(hash) { self.bare(name, reference) } else { None };
                (name, Outcome::Edges([edge?].into()))
            }
            (ReferenceKind::Mention, Expression::Name(name)) => {
                let mut found = SmallVec::new();
                for item in self.eval(reference.expression, reference.scope, reference.at) {
                    if let Value::Function(def) | Value::Class(def) = item.value
                        && !self.world.definition(def).name.is_empty()
                    {
                        found.push((def, item.via));
                    }
                }
                if found.is_empty() {
                    return None;
                }
                (name, Outcome::Mentions(found))
            }
            (ReferenceKind::Type, _) => {
                let edges = self.types(reference.expression, reference.scope, reference.at);
                if edges.is_empty() {
                    return None;
                }
                (Symbol::EMPTY, Outcome::Edges(edges))
            }
            (ReferenceKind::Implied { waits }, Expression::Each(object)) => {
                let names = self.language.rules.implied.iteration_methods[usize::from(waits)];
                return self.implied(from, object, names, reference);
            }
            (ReferenceKind::Implied { waits }, Expression::Enter(object)) => {
                let names = self.language.rules.implied.context_methods[usize::from(waits)];
                return self.implied(from, object, names, reference);
            }
            (kind, Expression::Call { callee, arguments }) => {
                (self.name_of(callee), self.call(callee, arguments, reference, kind))
            }
            (kind, Expression::New { class, arguments }) => {
                (self.name_of(class), self.call(class, arguments, reference, kind))
            }
            _ => return None,
        };
        Some(Resolved { from, line: reference.line, name, outcome, form: None })
    }

    fn call(
        &self,
        callee: ExpressionId,
        arguments: ListId,
        reference: &Reference,
        kind: ReferenceKind,
    ) -> Outcome {
        let (scope, at) = (reference.scope, reference.at);
        let mut items = self.callee(callee, scope, at);
        if items.is_empty() {
            items = self.of_platform(callee);
        }
        let decorates =
            kind == ReferenceKind::Decorator && !self.language.rules.names.decorator_suffix.is_empty();
        if items.is_empty() && decorates {
            return Outcome::External(crate::facts::hash(super::world::BUILTIN.as_bytes()));
        }
        if kind == ReferenceKind::New {
            for item in &mut items {
                let Value::Class(class) = item.value else { continue };
                if let [maker, ..] = &self.makers(class, item.via)[..] {
                    item.value = maker.value.clone();
                }
            }
        }
        let Meant { items, mut tied } = self.meant(items, arguments, scope, at);
        let constructs = kind == ReferenceKind::New || self.language.rules.call_constructs || decorates;
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut edges: SmallVec<[Found; 1]> = SmallVec::new();
        let mut external = None;
        let mut unknown = false;
        let receivers = self.receivers(callee, scope, at);
        for item in &items {
            match &item.value {
                Value::Function(def) => {
                    let below = self.below(*def, &receivers);
                    candidates.push(Candidate { def: *def, via: item.via, below });
                }
                Value::Class(class) if constructs => match self.overload(*class, arguments, scope, at)[..] {
                    [def] => candidates.push(Candidate { def, via: item.via, below: None }),
                    ref several => tied.extend_from_slice(several),
                },
                Value::Class(class) => {
                    edges.push(Found { to: *class, kind: EdgeKind::UsesType, via: item.via, below: None })
                }
                Value::Super(class) => {
                    // `super(…)` itself: the constructor of the class behind.
                    match self.base_constructor(*class, arguments, scope, at)[..] {
                        [] => external = Some(crate::facts::hash(b"")),
                        [def] => candidates.push(Candidate { def, via: Via::Receiver, below: None }),
                        ref several => tied.extend_from_slice(several),
                    }
                }
                Value::Instance(class) if self.facts.expression(callee) == Expression::This => {
                    // `this(…)`: another constructor of the same type.
                    match self.overload(*class, arguments, scope, at)[..] {
                        [def] => candidates.push(Candidate { def, via: Via::Receiver, below: None }),
                        ref several => tied.extend_from_slice(several),
                    }
                }
                Value::Instance(class) if self.constructs_member(*class, callee, scope, at) => {
                    candidates.push(Candidate { def: *class, via: item.via, below: None });
                }
                Value::Instance(class) => {
                    let name = crate::facts::hash(b"__call__");
                    if let Some((_, found)) = self.inherited(*class, name, 0) {
                        candidates.push(Candidate { def: found[0], via: item.via, below: Some(*class) });
                    } else {
                        unknown = true;
                    }
                }
                Value::Module(file) => {
                    for item in self.exported(*file, crate::facts::hash(b"module.exports"), 0) {
                        if let Value::Function(def) | Value::Class(def) = item.value {
                            candidates.push(Candidate { def, via: Via::Import, below: None });
                        }
                    }
                }
                Value::External(package) => external = Some(*package),
                _ => unknown = true,
            }
        }
        for candidate in self.fitting(candidates, arguments) {
            let definition = self.world.definition(candidate.def);
            if definition.name.is_empty() {
                continue; // a closure: its code is the definition's around it
            }
            edges.push(Found {
                to: candidate.def,
                kind: EdgeKind::Calls,
                via: candidate.via,
                below: candidate.below,
            });
        }
        if !edges.is_empty() {
            return Outcome::Edges(edges);
        }
        if !tied.is_empty() {
            return Outcome::Ambiguous(tied);
        }
        if let Some(package) = external {
            return Outcome::External(package);
        }
        let member = matches!(self.facts.expression(callee), Expression::Member { .. });
        if items.is_empty() || unknown && member {
            return Outcome::Guess { member };
        }
        Outcome::Unresolved
    }

    /// Constructing a type: the constructor that fits, or the type where it has none; several if nothing chooses.
    fn overload(&self, class: Def, arguments: ListId, scope: ScopeId, at: u32) -> SmallVec<[Def; 4]> {
        let found = self.constructors(class);
        if self.world.language(class.file).rules.types.builtin.is_some() && !found.is_empty() {
            return self.chosen(&found, arguments, scope, at);
        }
        let count = self.count(arguments);
        let fitting = found.iter().copied().find(|d| self.fits(*d, count));
        SmallVec::from_slice(&[fitting.or(found.first().copied()).unwrap_or(class)])
    }

    /// What `super(…)` calls: a constructor of the class behind; none if that is not of the repository. An interface
    /// has none.
    fn base_constructor(&self, class: Def, arguments: ListId, scope: ScopeId, at: u32) -> SmallVec<[Def; 4]> {
        let written = self.hierarchy.bases.get(&class).map_or(&[][..], |b| b.as_slice());
        let is_base = |base: Def| written.iter().any(|(b, implements)| *b == base && !implements);
        match self.hierarchy.order(class, 1).find(|above| is_base(*above)) {
            Some(base) => self.overload(base, arguments, scope, at),
            None => SmallVec::new(),
        }
    }

    /// Of definitions with the same name in the same place, the ones that can take the arguments.
    fn fitting(&self, candidates: Vec<Candidate>, arguments: ListId) -> Vec<Candidate> {
        if candidates.len() < 2 {
            return candidates;
        }
        let count = self.count(arguments);
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in candidates {
            let definition = self.world.definition(candidate.def);
            let key = (candidate.def.file, definition.parent, definition.name, definition.qualifier);
            let rival = kept.iter().position(|k| {
                let other = self.world.definition(k.def);
                (k.def.file, other.parent, other.name, other.qualifier) == key
            });
            let Some(rival) = rival else {
                kept.push(candidate);
                continue;
            };
            let other = self.world.definition(kept[rival].def);
            let rank = |def: Def, has_body: bool| (self.fits(def, count), has_body);
            if rank(candidate.def, definition.has_body) > rank(kept[rival].def, other.has_body) {
                kept[rival] = candidate;
            }
        }
        kept.truncate(MOST);
        kept
    }

    /// How many arguments are given; None when a spread hides it.
    pub(super) fn count(&self, arguments: ListId) -> Option<usize> {
        let mut count = 0;
        for argument in self.facts.list(arguments) {
            if matches!(self.facts.expression(argument), Expression::Spread(_)) {
                return None;
            }
            count += 1;
        }
        Some(count)
    }

    pub(super) fn fits(&self, def: Def, count: Option<usize>) -> bool {
        let Some(count) = count else { return true };
        let definition = self.world.definition(def);
        let rules = &self.world.language(def.file).rules;
        let own = usize::from(
            rules.members.explicit_self
                && definition.kind != crate::graph::NodeKind::Function
                && definition.flags & flag::STATIC == 0,
        );
        let parameters = definition.parameters.iter().skip(own);
        let open =
            parameters.clone().any(|p| matches!(p.kind, ParameterKind::Rest | ParameterKind::KeywordRest));
        let needed = parameters
            .clone()
            .filter(|p| !p.optional && !matches!(p.kind, ParameterKind::Rest | ParameterKind::KeywordRest));
        // The object of a method that is written outside of its type may stand before the others.
        let outside = usize::from(definition.receiver.is_known() && takes_object(definition));
        needed.count().saturating_sub(outside) <= count && (open || count <= parameters.count())
    }

    fn read(&self, object: ExpressionId, name: u64, reference: &Reference) -> SmallVec<[Found; 1]> {
        let mut edges: SmallVec<[Found; 1]> = SmallVec::new();
        for item in self.eval(object, reference.scope, reference.at) {
            if let Some(to) = self.property(&item, name, reference.kind == ReferenceKind::Write)
                && !edges.iter().any(|e| e.to == to)
            {
                let below = match item.value {
                    Value::Instance(class) if !self.is_exact(object, reference.scope, reference.at, 0) => {
                        Some(class)
                    }
                    _ => None,
                };
                edges.push(Found { to, kind: EdgeKind::Calls, via: item.via, below });
            }
        }
        edges
    }

    /// The property of the type around that a name alone stands for.
    fn bare(&self, name: Symbol, reference: &Reference) -> Option<Found> {
        let mut scope = reference.scope;
        loop {
            let current = self.facts.scope(scope);
            let class = match current.kind {
                ScopeKind::Class => Some(self.type_meant(current.owner)),
                _ => self.lent(scope).flatten(),
            };
            if let Some(class) = class {
                let object = Item { value: Value::Instance(class), via: Via::Receiver };
                let name = self.facts.strings.hash(name);
                if self.inherited(class, name, 0).is_some() {
                    let to = self.property(&object, name, reference.kind == ReferenceKind::Write)?;
                    return Some(Found { to, kind: EdgeKind::Calls, via: Via::Receiver, below: Some(class) });
                }
            }
            if scope.is_file() || !self.facts.bindings_of(scope, name).is_empty() {
                return None;
            }
            scope = current.parent;
        }
    }

    /// The types of the repository that a type expression names.
    fn types(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> SmallVec<[Found; 1]> {
        let mut edges: SmallVec<[Found; 1]> = SmallVec::new();
        let mut work: SmallVec<[ExpressionId; 8]> = SmallVec::new();
        work.push(expression);
        let mut budget = 64;
        while let Some(next) = work.pop() {
            budget -= 1;
            if budget == 0 {
                break;
            }
            match self.facts.expression(next) {
                Expression::Index { object, arguments } => {
                    work.push(object);
                    work.extend(self.facts.list(arguments));
                }
                Expression::Either(list) | Expression::Sequence(list) => work.extend(self.facts.list(list)),
                Expression::Array(inner)
                | Expression::Typed(inner)
                | Expression::Valued(inner)
                | Expression::Spread(inner) => work.push(inner),
                Expression::Name(_) | Expression::Member { .. } => {
                    add_types(&mut edges, &self.named_type(next, scope, at), true);
                }
                Expression::Text(_) => add_types(&mut edges, &self.eval_type(next, scope, at), false),
                _ => {}
            }
        }
        edges
    }

    /// The types that a signature or a field names.
    fn signature_types(&self, id: DefinitionId, found: &mut Vec<Resolved>) {
        let definition = self.facts.definition(id);
        let from = self.facts.named(id);
        let mut add = |expression: ExpressionId, scope: ScopeId, at: u32, line: u32| {
            let edges = self.types(expression, scope, at);
            if !edges.is_empty() {
                let outcome = Outcome::Edges(edges);
                found.push(Resolved { from, line, name: Symbol::EMPTY, outcome, form: None });
            }
        };
        for parameter in &definition.parameters {
            if parameter.r#type.is_known() {
                add(parameter.r#type, definition.scope, definition.start, definition.start_line);
            }
        }
        if definition.returns.is_known() {
            add(definition.returns, definition.scope, definition.start, definition.start_line);
        }
        if definition.is_type() {
            for binding in self.facts.bindings.iter().filter(|b| b.scope == definition.scope) {
                if let crate::facts::Bound::Value { r#type, .. } = binding.bound
                    && r#type.is_known()
                {
                    add(r#type, binding.block, binding.at, definition.start_line);
                }
            }
        }
    }

    /// The last name of a callee.
    fn name_of(&self, callee: ExpressionId) -> Symbol {
        match self.facts.expression(callee) {
            Expression::Name(name) | Expression::Member { name, .. } => name,
            Expression::Index { object, .. } => match self.facts.expression(object) {
                Expression::Name(name) | Expression::Member { name, .. } => name,
                _ => Symbol::EMPTY,
            },
            _ => Symbol::EMPTY,
        }
    }
}

fn add_types(edges: &mut SmallVec<[Found; 1]>, items: &Items, of_class: bool) {
    for item in items {
        let mut work: SmallVec<[&Value; 4]> = SmallVec::from_slice(&[&item.value]);
        while let Some(value) = work.pop() {
            let to = match value {
                Value::Class(class) if of_class => *class,
                Value::Instance(class) if !of_class => *class,
                Value::Container(inner) if !of_class => {
                    work.extend(inner.iter());
                    continue;
                }
                Value::Tuple(parts) if !of_class => {
                    work.extend(parts.iter().flat_map(|p| p.iter()));
                    continue;
                }
                Value::Table(parts) if !of_class => {
                    work.extend(parts.iter().flat_map(|p| p.iter()));
                    continue;
                }
                _ => continue,
            };
            if !edges.iter().any(|e| e.to == to) {
                edges.push(Found { to, kind: EdgeKind::UsesType, via: item.via, below: None });
            }
        }
    }
}

/// Is the first parameter the object of a method that is written outside of its type?
pub(super) fn takes_object(definition: &Definition) -> bool {
    definition.parameters.first().is_some_and(|p| p.r#type.is_known() && p.r#type == definition.receiver)
}
