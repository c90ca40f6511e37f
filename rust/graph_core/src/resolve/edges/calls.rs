//! Calls: the definitions that a call or a construction may reach.

use smallvec::SmallVec;

use crate::facts::{Expression, ExpressionId, ListId, Position, Reference, ReferenceKind};
use crate::graph::{EdgeKind, Via};
use crate::hashing::NameHash;
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge};
use crate::resolve::edges::references::ReferenceResolver;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::ids::PackageHash;
use crate::resolve::types::overloads::SelectedOverload;
use crate::resolve::types::value::{Item, Items, MOST, Value};

/// A call or a construction as it is written.
struct Call {
    callee: ExpressionId,
    arguments: ListId,
    position: Position,
    /// Calling a class constructs an object of it.
    constructs: bool,
    /// The types of the object that the callee is a member of, if overrides may be called.
    receivers: SmallVec<[Def; 2]>,
}

/// A definition that a call may reach.
struct Candidate {
    def: Def,
    via: Via,
    /// An override in a type below this one may be called instead.
    below: Option<Def>,
}

/// What a call may reach, by all values of its callee.
#[derive(Default)]
struct Targets {
    candidates: Vec<Candidate>,
    /// Overloads between which the arguments do not decide.
    ambiguous: SmallVec<[Def; 4]>,
    /// Types that are named like a call but not constructed.
    types: SmallVec<[ResolvedEdge; 1]>,
    external: Option<PackageHash>,
    /// Some value of the callee is not known.
    has_unknown: bool,
}

impl Targets {
    fn add(&mut self, def: Def, via: Via, below: Option<Def>) {
        self.candidates.push(Candidate { def, via, below });
    }

    /// Adds the constructors that a construction may call: one, or several between which nothing decides.
    fn add_constructors(&mut self, constructors: &[Def], via: Via) {
        match *constructors {
            [only] => self.add(only, via, None),
            _ => self.ambiguous.extend_from_slice(constructors),
        }
    }
}

impl ReferenceResolver<'_, '_> {
    /// The outcome of a call, a construction or a decorator.
    pub(super) fn call(
        &self,
        callee: ExpressionId,
        arguments: ListId,
        reference: &Reference,
        kind: ReferenceKind,
    ) -> Outcome {
        let position = reference.position();
        let items = self.callee_values(callee, position, kind);
        let constructs_by_decorator =
            kind == ReferenceKind::Decorator && !self.language.rules.names.decorator_suffix.is_empty();
        if items.is_empty() && constructs_by_decorator {
            return Outcome::External(PackageHash::builtin());
        }
        let SelectedOverload { items, ambiguous } = self.types.select_overload(items, arguments, position);
        let constructs =
            kind == ReferenceKind::New || self.language.rules.call_constructs || constructs_by_decorator;
        let receivers = self.dispatch_receivers(callee, position);
        let call = Call { callee, arguments, position, constructs, receivers };
        let mut targets = Targets { ambiguous, ..Targets::default() };
        for item in &items {
            self.add_targets(item, &call, &mut targets);
        }
        self.outcome(&call, targets, items.is_empty())
    }

    /// The values of a callee. In a construction a class is replaced by its method that constructs, if it has one.
    fn callee_values(&self, callee: ExpressionId, position: Position, kind: ReferenceKind) -> Items {
        let mut items = self.types.callee_value(callee, position);
        if items.is_empty() {
            items = self.types.platform_name(callee);
        }
        if kind == ReferenceKind::New {
            for item in &mut items {
                let Value::Class(class) = item.value else { continue };
                if let [method, ..] = &self.types.constructing_methods(class, item.via)[..] {
                    item.value = method.value.clone();
                }
            }
        }
        items
    }

    /// Adds what a call reaches if its callee is this value.
    fn add_targets(&self, item: &Item, call: &Call, targets: &mut Targets) {
        match &item.value {
            Value::Function(def) => targets.add(*def, item.via, self.below(*def, &call.receivers)),
            Value::Class(class) if call.constructs => {
                targets.add_constructors(&self.constructors_for(*class, call), item.via);
            }
            Value::Class(class) => {
                let (kind, via) = (EdgeKind::UsesType, item.via);
                targets.types.push(ResolvedEdge { to: *class, kind, via, below: None });
            }
            // `super(…)` calls a constructor of the base.
            Value::Super(class) => match &self.base_constructors(*class, call)[..] {
                [] => targets.external = Some(PackageHash::unknown()),
                found => targets.add_constructors(found, Via::Receiver),
            },
            Value::Instance(class) => self.add_targets_of_object(*class, item.via, call, targets),
            Value::Module(file) => {
                for item in self.types.whole_export(*file) {
                    if let Value::Function(def) | Value::Class(def) = item.value {
                        targets.add(def, Via::Import, None);
                    }
                }
            }
            Value::External(package) => targets.external = Some(*package),
            _ => targets.has_unknown = true,
        }
    }

    /// Adds what calling an object of a type reaches.
    fn add_targets_of_object(&self, class: Def, via: Via, call: &Call, targets: &mut Targets) {
        if self.facts.expression(call.callee) == Expression::This {
            // `this(…)` calls another constructor of the same type.
            targets.add_constructors(&self.constructors_for(class, call), Via::Receiver);
        } else if self.types.constructs_member(class, call.callee, call.position) {
            targets.add(class, via, None);
        } else if let Some(found) = self.call_methods(class) {
            targets.add(found[0], via, Some(class));
        } else {
            targets.has_unknown = true;
        }
    }

    fn outcome(&self, call: &Call, targets: Targets, nothing_known: bool) -> Outcome {
        let mut edges = targets.types;
        for Candidate { def, via, below } in self.fitting(targets.candidates, call.arguments) {
            // The code of a function without a name belongs to the enclosing definition.
            if !self.index.definition(def).name.is_empty() {
                edges.push(ResolvedEdge { to: def, kind: EdgeKind::Calls, via, below });
            }
        }
        if !edges.is_empty() {
            return Outcome::Edges(edges);
        }
        if !targets.ambiguous.is_empty() {
            return Outcome::Ambiguous(targets.ambiguous);
        }
        if let Some(package) = targets.external {
            return Outcome::External(package);
        }
        let member = matches!(self.facts.expression(call.callee), Expression::Member { .. });
        if nothing_known || targets.has_unknown && member {
            return Outcome::Guess { member };
        }
        Outcome::Unresolved
    }

    /// The methods that calling an object of the type calls.
    fn call_methods(&self, class: Def) -> Option<&[Def]> {
        let name = self.language.rules.implied.call_method;
        let name = (!name.is_empty()).then(|| NameHash::of(name))?;
        self.types.inherited(class, name, 0).map(|(_, found)| found)
    }

    /// The constructors that constructing a type with these arguments may call, or the type if it has none.
    fn constructors_for(&self, class: Def, call: &Call) -> SmallVec<[Def; 4]> {
        let found = self.types.constructors(class);
        if self.index.language(class.file).rules.types.builtin.is_some() && !found.is_empty() {
            return self.types.best_overloads(&found, call.arguments, call.position);
        }
        let count = self.types.argument_count(call.arguments);
        let fitting = found.iter().copied().find(|d| self.types.accepts_count(*d, count));
        SmallVec::from_slice(&[fitting.or(found.first().copied()).unwrap_or(class)])
    }

    /// The constructors of the base of a type that `super(…)` may call; none if the base is not of the repository.
    /// Interfaces have no constructors.
    fn base_constructors(&self, class: Def, call: &Call) -> SmallVec<[Def; 4]> {
        let written = self.types.hierarchy.bases.get(&class).map_or(&[][..], |b| b.as_slice());
        let is_base = |base: Def| written.iter().any(|(b, implements)| *b == base && !implements);
        match self.types.hierarchy.order(class, 1).find(|above| is_base(*above)) {
            Some(base) => self.constructors_for(base, call),
            None => SmallVec::new(),
        }
    }

    /// Of candidates with the same name in the same definition only the one that accepts the arguments best.
    fn fitting(&self, candidates: Vec<Candidate>, arguments: ListId) -> Vec<Candidate> {
        if candidates.len() < 2 {
            return candidates;
        }
        let count = self.types.argument_count(arguments);
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in candidates {
            let definition = self.index.definition(candidate.def);
            let key = (candidate.def.file, definition.parent, definition.name, definition.qualifier);
            let rival = kept.iter().position(|k| {
                let other = self.index.definition(k.def);
                (k.def.file, other.parent, other.name, other.qualifier) == key
            });
            let Some(rival) = rival else {
                kept.push(candidate);
                continue;
            };
            let other = self.index.definition(kept[rival].def);
            let rank = |def: Def, has_body: bool| (self.types.accepts_count(def, count), has_body);
            if rank(candidate.def, definition.has_body) > rank(kept[rival].def, other.has_body) {
                kept[rival] = candidate;
            }
        }
        kept.truncate(MOST);
        kept
    }
}
