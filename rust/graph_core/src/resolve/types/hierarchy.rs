//! The type hierarchy: the bases of each type, its method-resolution order and its subtypes.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::hashing::NameHash;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;

#[derive(Default)]
pub struct Hierarchy {
    /// The direct bases of each type.
    pub bases: FxHashMap<Def, WrittenBases>,
    /// Types with a base that is not of the repository or was not found: not all their members are known.
    open: FxHashSet<Def>,
    /// The method-resolution order of each type, without the type itself.
    orders: FxHashMap<Def, Vec<Def>>,
    /// The types whose members precede those of a type, the last declared first.
    prepended: FxHashMap<Def, Vec<Def>>,
    /// For a type that precedes other types: the last one of these.
    prepended_to: FxHashMap<Def, Def>,
    /// Direct subtypes, sorted.
    subtypes: FxHashMap<Def, Vec<Def>>,
}

/// The bases of a type in the order in which they are written; the flag tells whether the base is implemented.
pub type WrittenBases = SmallVec<[(Def, bool); 2]>;

/// The bases of one type.
#[derive(Clone)]
pub struct TypeBases {
    pub class: Def,
    pub bases: WrittenBases,
    /// Some base is not of the repository.
    pub is_open: bool,
}

/// The most types in a method-resolution order.
const LONGEST: usize = 256;

impl Hierarchy {
    /// Orders the bases of each type by C3 (Barrett et al., "A Monotonic Superclass Linearization for Dylan", 1996), or
    /// depth first if C3 has no solution.
    pub fn new(bases: Vec<TypeBases>) -> Self {
        let mut hierarchy = Hierarchy::default();
        for TypeBases { class, bases, is_open } in bases {
            for (base, _) in &bases {
                hierarchy.subtypes.entry(*base).or_default().push(class);
            }
            if is_open {
                hierarchy.open.insert(class);
            }
            hierarchy.bases.insert(class, bases);
        }
        for subtypes in hierarchy.subtypes.values_mut() {
            subtypes.sort_unstable();
            subtypes.dedup();
        }
        let mut classes: Vec<Def> = hierarchy.bases.keys().copied().collect();
        classes.sort_unstable();
        for class in classes {
            hierarchy.linearize(class);
        }
        hierarchy
    }

    /// The types in which members of a type are looked up, in order: the types that precede it, the type itself, its
    /// method-resolution order. With `skip` only what follows the type itself; for a type that precedes another one
    /// what follows it there.
    pub fn order(&self, class: Def, skip: usize) -> impl Iterator<Item = Def> + '_ {
        let mut rest = self.orders.get(&class).map_or(&[][..], |o| o.as_slice());
        let mut current = (skip == 0).then_some(class);
        if skip > 0
            && let Some(preceded) = self.prepended_to.get(&class)
        {
            current = Some(*preceded);
            rest = self.orders.get(preceded).map_or(&[][..], |o| o.as_slice());
        }
        let preceding = self.prepended.get(&class).filter(|_| skip == 0).map_or(&[][..], |p| p.as_slice());
        preceding.iter().copied().chain(current).chain(rest.iter().copied())
    }

    /// Adds the types whose members precede those of another type, as (type, type that precedes it).
    pub fn prepend(&mut self, prepended: Vec<(Def, Def)>) {
        for (class, module) in prepended {
            self.subtypes.entry(module).or_default().push(class);
            self.prepended_to.insert(module, class);
            self.prepended.entry(class).or_default().insert(0, module);
        }
    }

    /// The first type of `order` that has members of the name, with these members.
    pub fn member<'w>(
        &self,
        index: &'w Index,
        class: Def,
        name: NameHash,
        skip: usize,
    ) -> Option<(Def, &'w [Def])> {
        self.order(class, skip).find_map(|owner| {
            let found = index.members(owner, name);
            (!found.is_empty()).then_some((owner, found))
        })
    }

    /// Are all bases of the type in the repository?
    pub(super) fn is_closed(&self, class: Def) -> bool {
        self.order(class, 0).all(|c| !self.open.contains(&c))
    }

    /// The subtypes of a type, direct and indirect, at most `most`.
    pub fn below(&self, class: Def, most: usize) -> Vec<Def> {
        let mut found: Vec<Def> = Vec::new();
        let mut next = vec![class];
        while let Some(current) = next.pop() {
            for sub in self.subtypes.get(&current).map_or(&[][..], |s| s.as_slice()) {
                if *sub != class && !found.contains(sub) {
                    found.push(*sub);
                    next.push(*sub);
                    if found.len() >= most {
                        return found;
                    }
                }
            }
        }
        found
    }

    /// Computes the order of a type and of all its bases.
    fn linearize(&mut self, class: Def) {
        let mut stack = vec![(class, false)];
        let mut in_progress: Vec<Def> = Vec::new();
        while let Some((current, bases_done)) = stack.pop() {
            if self.orders.contains_key(&current) {
                continue;
            }
            let bases: Vec<Def> =
                self.bases.get(&current).map_or_else(Vec::new, |b| b.iter().map(|b| b.0).collect());
            if bases_done {
                in_progress.retain(|c| *c != current);
                let order = merge(&bases, &self.orders);
                self.orders.insert(current, order);
                continue;
            }
            if in_progress.contains(&current) {
                continue; // a cycle of bases: the order ends here
            }
            in_progress.push(current);
            stack.push((current, true));
            for base in bases.iter().rev() {
                if !self.orders.contains_key(base) && !in_progress.contains(base) {
                    stack.push((*base, false));
                }
            }
        }
    }
}

/// The C3 merge of the orders of the bases.
fn merge(bases: &[Def], orders: &FxHashMap<Def, Vec<Def>>) -> Vec<Def> {
    let mut lists: Vec<Vec<Def>> = bases
        .iter()
        .map(|b| std::iter::once(*b).chain(orders.get(b).into_iter().flatten().copied()).collect())
        .collect();
    lists.push(bases.to_vec());
    let mut order = Vec::new();
    while order.len() < LONGEST {
        lists.retain(|l| !l.is_empty());
        let head = lists.iter().map(|l| l[0]).find(|h| !lists.iter().any(|l| l[1..].contains(h)));
        // If there is no consistent order, the first head is taken.
        let Some(next) = head.or_else(|| lists.first().map(|l| l[0])) else {
            break;
        };
        if !order.contains(&next) {
            order.push(next);
        }
        for list in &mut lists {
            list.retain(|c| *c != next);
        }
    }
    order
}
