//! Structural interfaces: in languages where a type satisfies an interface by having its methods, the interfaces of
//! each type are found by their method names.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::Bound;
use crate::graph::NodeKind;
use crate::hashing::NameHash;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::hierarchy::TypeBases;

/// More types with a method of an interface than this: the interface says too little to be followed.
const MOST_TYPES: usize = 200;

/// Adds to `bases` the interfaces that each type satisfies.
pub fn add_structural_interfaces(index: &Index, bases: &mut [TypeBases]) {
    let place: FxHashMap<Def, usize> = bases.iter().enumerate().map(|(i, b)| (b.0, i)).collect();
    let extends: FxHashMap<Def, Vec<Def>> =
        bases.iter().map(|b| (b.0, b.1.iter().map(|x| x.0).collect())).collect();
    let mut methods: FxHashMap<Def, FxHashSet<NameHash>> = FxHashMap::default();
    let mut with: FxHashMap<NameHash, Vec<Def>> = FxHashMap::default();
    let mut interfaces = Vec::new();
    for (def, definition) in index.definitions() {
        if !index.language(def.file).rules.types.structural || !place.contains_key(&def) {
            continue;
        }
        let own = own_methods(index, def);
        if definition.kind == NodeKind::Interface {
            interfaces.push(def);
        }
        methods.insert(def, own);
    }
    add_outside(index, &mut methods);
    let full = inherited(&methods, &extends);
    let mut types: Vec<&Def> = full.keys().collect();
    types.sort_unstable();
    for def in types {
        if index.definition(*def).kind != NodeKind::Interface {
            for name in &full[def] {
                with.entry(*name).or_default().push(*def);
            }
        }
    }
    for interface in interfaces {
        let wanted = &full[&interface];
        let Some(rarest) = wanted.iter().min_by_key(|n| (with.get(n).map_or(0, Vec::len), **n)) else {
            continue;
        };
        let candidates = with.get(rarest).map_or(&[][..], |c| c.as_slice());
        if candidates.len() > MOST_TYPES {
            continue;
        }
        for class in candidates {
            let fits = wanted.iter().all(|name| full[class].contains(name));
            let known = &mut bases[place[class]].1;
            if fits && !known.iter().any(|(c, _)| *c == interface) {
                known.push((interface, true));
            }
        }
    }
}

fn own_methods(index: &Index, def: Def) -> FxHashSet<NameHash> {
    let facts = index.facts(def.file);
    let scope = facts.definition(def.id).scope;
    facts
        .bindings
        .iter()
        .filter(|b| {
            b.scope == scope && matches!(b.bound, Bound::Definition(id) if facts.definition(id).is_callable())
        })
        .map(|b| facts.name_hash(b.name))
        .collect()
}

/// Methods that are written outside of their type.
fn add_outside(index: &Index, methods: &mut FxHashMap<Def, FxHashSet<NameHash>>) {
    for (class, name, _) in index.outside_members() {
        if let Some(own) = methods.get_mut(&class) {
            own.insert(name);
        }
    }
}

/// With those of embedded types, two levels deep.
pub fn inherited(
    methods: &FxHashMap<Def, FxHashSet<NameHash>>,
    extends: &FxHashMap<Def, Vec<Def>>,
) -> FxHashMap<Def, FxHashSet<NameHash>> {
    let mut full = methods.clone();
    for _ in 0..2 {
        let before = full.clone();
        for (def, own) in &mut full {
            for base in extends.get(def).into_iter().flatten() {
                own.extend(before.get(base).into_iter().flatten());
            }
        }
    }
    full
}
