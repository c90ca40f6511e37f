//! Calls: the definitions that a call or a construction may reach.

use smallvec::SmallVec;

use crate::facts::{Expression, ExpressionId, ListId, Position, Reference, ReferenceKind};
use crate::graph::{EdgeKind, Via};
use crate::hashing::hash;
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge};
use crate::resolve::edges::references::ReferenceResolver;
use crate::resolve::index::{builtin_package, unknown_package};
use crate::resolve::index::definitions::Def;
use crate::resolve::types::overloads::SelectedOverload;
use crate::resolve::types::value::{MOST, Value};

/// A candidate: the callee, and the object that it was found on.
pub struct Candidate {
    def: Def,
    via: Via,
    below: Option<Def>,
}

impl ReferenceResolver<'_, '_> {
    pub(super) fn call(
        &self,
        callee: ExpressionId,
        arguments: ListId,
        reference: &Reference,
        kind: ReferenceKind,
    ) -> Outcome {
        let position = reference.position();
        let mut items = self.types.callee_value(callee, position);
        if items.is_empty() {
            items = self.types.platform_name(callee);
        }
        let decorates =
            kind == ReferenceKind::Decorator && !self.language.rules.names.decorator_suffix.is_empty();
        if items.is_empty() && decorates {
            return Outcome::External(builtin_package());
        }
        if kind == ReferenceKind::New {
            for item in &mut items {
                let Value::Class(class) = item.value else { continue };
                if let [maker, ..] = &self.types.constructing_methods(class, item.via)[..] {
                    item.value = maker.value.clone();
                }
            }
        }
        let SelectedOverload { items, mut tied } = self.types.select_overload(items, arguments, position);
        let constructs = kind == ReferenceKind::New || self.language.rules.call_constructs || decorates;
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut edges: SmallVec<[ResolvedEdge; 1]> = SmallVec::new();
        let mut external = None;
        let mut unknown = false;
        let receivers = self.dispatch_receivers(callee, position);
        for item in &items {
            match &item.value {
                Value::Function(def) => {
                    let below = self.below(*def, &receivers);
                    candidates.push(Candidate { def: *def, via: item.via, below });
                }
                Value::Class(class) if constructs => match self.overload(*class, arguments, position)[..] {
                    [def] => candidates.push(Candidate { def, via: item.via, below: None }),
                    ref several => tied.extend_from_slice(several),
                },
                Value::Class(class) => edges.push(ResolvedEdge {
                    to: *class,
                    kind: EdgeKind::UsesType,
                    via: item.via,
                    below: None,
                }),
                Value::Super(class) => {
                    // `super(…)` itself: the constructor of the class behind.
                    match self.base_constructor(*class, arguments, position)[..] {
                        [] => external = Some(unknown_package()),
                        [def] => candidates.push(Candidate { def, via: Via::Receiver, below: None }),
                        ref several => tied.extend_from_slice(several),
                    }
                }
                Value::Instance(class) if self.facts.expression(callee) == Expression::This => {
                    // `this(…)`: another constructor of the same type.
                    match self.overload(*class, arguments, position)[..] {
                        [def] => candidates.push(Candidate { def, via: Via::Receiver, below: None }),
                        ref several => tied.extend_from_slice(several),
                    }
                }
                Value::Instance(class) if self.types.constructs_member(*class, callee, position) => {
                    candidates.push(Candidate { def: *class, via: item.via, below: None });
                }
                Value::Instance(class) => {
                    if let Some(found) = self.call_method(*class) {
                        candidates.push(Candidate { def: found[0], via: item.via, below: Some(*class) });
                    } else {
                        unknown = true;
                    }
                }
                Value::Module(file) => {
                    for item in self.types.whole_export(*file) {
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
            let definition = self.index.definition(candidate.def);
            if definition.name.is_empty() {
                continue; // a closure: its code is the definition's around it
            }
            edges.push(ResolvedEdge {
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

    /// The methods that calling an object of the type calls.
    fn call_method(&self, class: Def) -> Option<&[Def]> {
        let name = self.language.rules.implied.call_method;
        let named = (!name.is_empty()).then(|| hash(name.as_bytes()))?;
        self.types.inherited(class, named, 0).map(|(_, found)| found)
    }

    /// Constructing a type: the constructor that fits, or the type where it has none; several if nothing chooses.
    fn overload(&self, class: Def, arguments: ListId, position: Position) -> SmallVec<[Def; 4]> {
        let found = self.types.constructors(class);
        if self.index.language(class.file).rules.types.builtin.is_some() && !found.is_empty() {
            return self.types.best_overloads(&found, arguments, position);
        }
        let count = self.types.argument_count(arguments);
        let fitting = found.iter().copied().find(|d| self.types.accepts_count(*d, count));
        SmallVec::from_slice(&[fitting.or(found.first().copied()).unwrap_or(class)])
    }

    /// What `super(…)` calls: a constructor of the class behind; none if that is not of the repository. An interface
    /// has none.
    fn base_constructor(&self, class: Def, arguments: ListId, position: Position) -> SmallVec<[Def; 4]> {
        let written = self.types.hierarchy.bases.get(&class).map_or(&[][..], |b| b.as_slice());
        let is_base = |base: Def| written.iter().any(|(b, implements)| *b == base && !implements);
        match self.types.hierarchy.order(class, 1).find(|above| is_base(*above)) {
            Some(base) => self.overload(base, arguments, position),
            None => SmallVec::new(),
        }
    }

    /// Of definitions with the same name in the same place, the ones that can take the arguments.
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
