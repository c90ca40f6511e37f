//! Inheritance: the edges from types to their bases and from methods to those that they override, and the overrides
//! that a virtual call may reach.

use rayon::prelude::*;
use smallvec::SmallVec;

use crate::facts::ScopeKind;
use crate::graph::{Edge, EdgeKind, NodeId, NodeKind, Via};
use crate::hashing::NameHash;
use crate::resolve::edges::builder::{FilePart, GraphBuilder};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::names::Member;

/// Calls are not dispatched to overrides if a type has more subtypes than this.
const MOST_SUBTYPES: usize = 32;

impl GraphBuilder<'_> {
    /// The edges from all types to their bases and from all methods to those that they override, sorted.
    pub(super) fn inheritance_edges(&self) -> Vec<Edge> {
        let mut part = FilePart::default();
        let mut classes: Vec<_> = self.hierarchy.bases.iter().collect();
        classes.sort_unstable_by_key(|(def, _)| **def);
        for (class, bases) in classes {
            let line = self.index.definition(*class).start_line;
            if self.index.definition(*class).receiver.is_known() {
                continue; // an extension of a type outside of the repository
            }
            for (base, implements) in bases {
                let kind = if *implements { EdgeKind::Implements } else { EdgeKind::Extends };
                let via = if base.file == class.file { Via::Scope } else { Via::Import };
                part.edge(self.node(*class), self.node(*base), kind, line, via);
            }
        }
        let members: Vec<Member> = self.index.all_members().collect();
        let override_edges = |(class, name, member): &Member| {
            let mut part = FilePart::default();
            for to in self.overridden(*class, *name, *member) {
                let line = self.index.definition(*member).start_line;
                part.edge(self.node(*member), self.node(to), EdgeKind::Overrides, line, Via::Receiver);
            }
            part.edges
        };
        part.edges.par_extend(members.par_iter().flat_map_iter(override_edges));
        part.edges.par_sort_by_key(Edge::sort_key);
        part.edges
    }

    /// The methods of a type's bases that a member of the type overrides.
    fn overridden(&self, class: Def, name: NameHash, member: Def) -> SmallVec<[Def; 2]> {
        let mut overridden = SmallVec::new();
        let definition = self.index.definition(member);
        if !definition.is_callable() || definition.name.is_empty() || definition.kind == NodeKind::Constructor
        {
            return overridden;
        }
        for (base, _) in self.hierarchy.bases.get(&class).into_iter().flatten() {
            if let Some((_, found)) = self.hierarchy.member(self.index, *base, name, 0) {
                let to = self.same_signature(member, found);
                overridden.extend(to.filter(|d| !overridden.contains(d)));
            }
        }
        overridden
    }

    /// The methods in the types below `owner` that override a method.
    pub(super) fn overrides_below(&self, method: Def, mut owner: Def) -> SmallVec<[NodeId; 4]> {
        let definition = self.index.definition(method);
        let facts = self.index.facts(method.file);
        if !definition.receiver.is_known()
            && facts.scope(facts.scope(definition.scope).parent).kind != ScopeKind::Class
        {
            return SmallVec::new();
        }
        if definition.receiver.is_known() {
            // A method outside of its type: only types that embed the type have it as a base's method.
            owner = method;
        }
        let below = self.hierarchy.below(owner, MOST_SUBTYPES + 1);
        if below.len() > MOST_SUBTYPES {
            return SmallVec::new();
        }
        let name = self.index.name_hash(method);
        below
            .into_iter()
            .filter_map(|class| self.same_signature(method, self.index.members(class, name)))
            .map(|other| self.node(other))
            .collect()
    }

    /// Of the members of one name in another type the one that overrides a method, or that it overrides: where there
    /// are overloads the one with the same parameter types, else with as many parameters.
    fn same_signature(&self, method: Def, members: &[Def]) -> Option<Def> {
        let parameters = |def: Def| {
            let facts = self.index.facts(def.file);
            let all = facts.definition(def.id).parameters.iter();
            all.map(|p| facts.name_hash(p.type_text)).collect::<SmallVec<[NameHash; 8]>>()
        };
        let mut callable = members.iter().copied().filter(|d| self.index.definition(*d).is_callable());
        if !self.index.language(method.file).rules.overloads {
            return callable.next();
        }
        let wanted = parameters(method);
        let as_many: SmallVec<[Def; 2]> = callable.filter(|d| parameters(*d).len() == wanted.len()).collect();
        as_many.iter().copied().find(|d| parameters(*d) == wanted).or(as_many.first().copied())
    }
}
