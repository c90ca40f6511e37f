//! Hierarchy: the bases of each type, the method-resolution order, and the types below each.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::hashing::NameHash;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;

#[derive(Default)]
pub struct Hierarchy {
    /// TypeBases as written; the flag says `implements`.
    pub bases: FxHashMap<Def, WrittenBases>,
    /// A type with a base outside of the repository, or one that was not found: its members are not all known.
    pub open: FxHashMap<Def, bool>,
    orders: FxHashMap<Def, Vec<Def>>,
    /// Types whose members come before a type's own.
    prepended: FxHashMap<Def, Vec<Def>>,
    /// The last type that such a one comes before.
    prepended_to: FxHashMap<Def, Def>,
    /// Straight subtypes.
    pub subtypes: FxHashMap<Def, Vec<Def>>,
}

/// TypeBases in the order in which they are written, and whether each is implemented.
pub type WrittenBases = SmallVec<[(Def, bool); 2]>;

/// A type with its bases, and whether some base is not of the repository.
pub type TypeBases = (Def, WrittenBases, bool);

/// Longest order that is followed.
const LONGEST: usize = 256;

impl Hierarchy {
    /// From the bases of each type: orders by C3 (Barrett et al., "A Monotonic Superclass Linearization for
    /// Dylan", 1996), depth first where C3 has no answer.
    pub fn new(bases: Vec<TypeBases>) -> Self {
        let mut hierarchy = Hierarchy::default();
        for (class, found, open) in bases {
            for (base, _) in &found {
                hierarchy.subtypes.entry(*base).or_default().push(class);
            }
            hierarchy.open.insert(class, open);
            hierarchy.bases.insert(class, found);
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

    /// The type itself, behind what comes before it, then where its members are looked for next. With `skip`
    /// what comes behind the type itself; of a type that is mixed into one other: behind it there.
    pub fn order(&self, class: Def, skip: usize) -> impl Iterator<Item = Def> + '_ {
        let mut rest = self.orders.get(&class).map_or(&[][..], |o| o.as_slice());
        let mut own = None;
        if skip > 0
            && let Some(before) = self.prepended_to.get(&class)
        {
            own = Some(*before);
            rest = self.orders.get(before).map_or(&[][..], |o| o.as_slice());
        }
        let before = self.prepended.get(&class).filter(|_| skip == 0).map_or(&[][..], |p| p.as_slice());
        let itself = if skip == 0 { Some(class) } else { own };
        before.iter().copied().chain(itself).chain(rest.iter().copied())
    }

    /// Says which types come before a type itself.
    pub fn prepend(&mut self, prepended: Vec<(Def, Def)>) {
        for (class, module) in prepended {
            self.subtypes.entry(module).or_default().push(class);
            self.prepended_to.insert(module, class);
            self.prepended.entry(class).or_default().insert(0, module);
        }
    }

    /// The first type in the order, from `skip` on, that defines the name: what it defines.
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
        self.order(class, 0).all(|c| !self.open.get(&c).copied().unwrap_or(false))
    }

    /// All types below, nearest first, at most `most`.
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

    fn linearize(&mut self, class: Def) {
        let mut stack = vec![(class, false)];
        let mut open: Vec<Def> = Vec::new();
        while let Some((current, ready)) = stack.pop() {
            if self.orders.contains_key(&current) {
                continue;
            }
            let bases: Vec<Def> =
                self.bases.get(&current).map_or_else(Vec::new, |b| b.iter().map(|b| b.0).collect());
            if ready {
                open.retain(|c| *c != current);
                let order = merge(&bases, &self.orders);
                self.orders.insert(current, order);
                continue;
            }
            if open.contains(&current) {
                continue; // a cycle of bases: the order ends here
            }
            open.push(current);
            stack.push((current, true));
            for base in bases.iter().rev() {
                if !self.orders.contains_key(base) && !open.contains(base) {
                    stack.push((*base, false));
                }
            }
        }
    }
}

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
        // No consistent order: take the first head all the same.
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
