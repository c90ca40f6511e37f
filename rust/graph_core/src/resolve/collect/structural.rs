//! Structural interfaces: in languages where a type satisfies an interface by having its methods, the interfaces of
//! each type are found by the names of its methods.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::Bound;
use crate::graph::NodeKind;
use crate::hashing::NameHash;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::hierarchy::TypeBases;

/// An interface is not matched if more types than this have its rarest method.
const MOST_TYPES: usize = 200;

/// The names of the methods of each type.
type MethodNames = FxHashMap<Def, FxHashSet<NameHash>>;

/// Adds to `bases` the interfaces that each type satisfies.
pub fn add_structural_interfaces(index: &Index, bases: &mut [TypeBases]) {
    let positions: FxHashMap<Def, usize> = bases.iter().enumerate().map(|(i, b)| (b.class, i)).collect();
    let mut methods = MethodNames::default();
    let mut interfaces = Vec::new();
    for (def, definition) in index.definitions() {
        if !index.language(def.file).rules.types.structural || !positions.contains_key(&def) {
            continue;
        }
        if definition.kind == NodeKind::Interface {
            interfaces.push(def);
        }
        methods.insert(def, methods_inside(index, def));
    }
    for (class, name, _) in index.outside_members() {
        if let Some(names) = methods.get_mut(&class) {
            names.insert(name);
        }
    }
    let methods = with_embedded(methods, bases);
    let types_with = types_by_method(index, &methods);
    for interface in interfaces {
        let wanted = &methods[&interface];
        let count = |name: &NameHash| types_with.get(name).map_or(0, Vec::len);
        let Some(rarest) = wanted.iter().min_by_key(|name| (count(name), **name)) else {
            continue;
        };
        let candidates = types_with.get(rarest).map_or(&[][..], |c| c.as_slice());
        if candidates.len() > MOST_TYPES {
            continue;
        }
        for class in candidates {
            let satisfies = wanted.iter().all(|name| methods[class].contains(name));
            let known = &mut bases[positions[class]].bases;
            if satisfies && !known.iter().any(|(c, _)| *c == interface) {
                known.push((interface, true));
            }
        }
    }
}

/// The types but interfaces that have a method of each name, sorted.
fn types_by_method(index: &Index, methods: &MethodNames) -> FxHashMap<NameHash, Vec<Def>> {
    let mut types: Vec<&Def> = methods.keys().collect();
    types.sort_unstable();
    let mut with: FxHashMap<NameHash, Vec<Def>> = FxHashMap::default();
    for def in types {
        if index.definition(*def).kind != NodeKind::Interface {
            for name in &methods[def] {
                with.entry(*name).or_default().push(*def);
            }
        }
    }
    with
}

/// The methods that are written inside of a type.
fn methods_inside(index: &Index, def: Def) -> FxHashSet<NameHash> {
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

/// Adds the methods of embedded types, two levels deep.
fn with_embedded(mut methods: MethodNames, bases: &[TypeBases]) -> MethodNames {
    let embedded: FxHashMap<Def, Vec<Def>> =
        bases.iter().map(|b| (b.class, b.bases.iter().map(|base| base.0).collect())).collect();
    for _ in 0..2 {
        let before = methods.clone();
        for (def, names) in &mut methods {
            for base in embedded.get(def).into_iter().flatten() {
                names.extend(before.get(base).into_iter().flatten());
            }
        }
    }
    methods
}
