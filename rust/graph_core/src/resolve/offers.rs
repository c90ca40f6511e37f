//! Offers: which definitions a file has under a name for those who import it, as far as its statements say so.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::value::Def;
use super::world::{Target, World};
use crate::facts::{Bound, DefinitionId, Export, Expression, ExpressionId, Facts, ScopeId, Symbol};
use crate::languages::Exported;

/// How many files a name is followed through.
const MOST_FILES: usize = 64;

pub fn offered(world: &World, file: u32, name: u64) -> SmallVec<[Def; 1]> {
    let mut found: SmallVec<[Def; 1]> = SmallVec::new();
    let mut seen: FxHashSet<(u32, u64)> = FxHashSet::default();
    let mut work = vec![(file, name)];
    while let Some((file, name)) = work.pop() {
        if seen.len() >= MOST_FILES || !seen.insert((file, name)) {
            continue;
        }
        let unit = world.unit_of[file as usize];
        if world.units[unit as usize].len() > 1 {
            continue;
        }
        if world.language(file).rules.exported != Exported::Explicit {
            let own = world.in_unit(unit, name);
            found.extend(own.iter().copied());
            if own.is_empty() {
                work.extend(passed_on(world, file, name));
            }
            continue;
        }
        let (values, imports) = values(world, file, name);
        let facts = world.facts(file);
        for value in values {
            if let Some(id) = definition(facts, value) {
                found.push(Def { file, id });
            }
        }
        for (index, name) in imports {
            if let Target::Files(files) = &world.imports[file as usize][index as usize]
                && let [only] = files[..]
            {
                work.push((only, name));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The files that a name of the file is imported from, with the name there.
fn passed_on(world: &World, file: u32, name: u64) -> SmallVec<[(u32, u64); 1]> {
    let facts = world.facts(file);
    let leads = |index: usize| match &world.imports[file as usize][index] {
        Target::Files(files) if files.len() == 1 => Some(files[0]),
        _ => None,
    };
    let mut found = SmallVec::new();
    let symbol = facts.strings.symbol(name);
    for binding in symbol.map_or(&[][..], |n| facts.bindings_of(ScopeId::FILE, n)) {
        if let Bound::Import(index) = binding.bound
            && !facts.imports[index as usize].name.is_empty()
            && let Some(to) = leads(index as usize)
        {
            found.push((to, facts.strings.hash(facts.imports[index as usize].name)));
        }
    }
    if found.is_empty() {
        let stars = facts.imports.iter().enumerate().filter(|(_, i)| facts.text(i.name) == "*");
        found.extend(stars.filter_map(|(i, _)| Some((leads(i)?, name))));
    }
    found
}

enum Offer {
    Local(Symbol),
    Value(ExpressionId),
}

/// What the file's own statements give under the name, and the imports that it passes on, with the name there.
fn values(world: &World, file: u32, name: u64) -> (Vec<Offer>, Vec<(u32, u64)>) {
    let facts = world.facts(file);
    let hash = |symbol: Symbol| facts.strings.hash(symbol);
    let (mut values, mut imports, mut stars) = (Vec::new(), Vec::new(), Vec::new());
    for export in &facts.exports {
        match *export {
            Export::Local { name: outer, local } if hash(outer) == name => {
                values.push(Offer::Local(local));
                for binding in facts.bindings_of(ScopeId::FILE, local) {
                    if let Bound::Import(index) = binding.bound {
                        imports.push((index, hash(facts.imports[index as usize].name)));
                    }
                }
            }
            Export::Value { name: outer, value } if hash(outer) == name => values.push(Offer::Value(value)),
            Export::From { name: outer, import } if facts.text(outer) == "*" => stars.push((import, name)),
            Export::From { name: outer, import } if hash(outer) == name => {
                imports.push((import, hash(facts.imports[import as usize].name)));
            }
            _ => {}
        }
    }
    if facts.exports.is_empty() {
        assigned(world, file, name, &mut values);
    }
    if values.is_empty() && imports.is_empty() {
        imports = stars;
    }
    (values, imports)
}

/// What is assigned to the object through which the module exports.
fn assigned(world: &World, file: u32, name: u64, values: &mut Vec<Offer>) {
    let facts = world.facts(file);
    let objects = world.language(file).rules.imports.export_objects;
    let default = crate::facts::hash(b"default");
    for member in &facts.members {
        let mut path = vec![facts.text(member.name)];
        let mut object = member.object;
        while let Expression::Member { object: inner, name } = facts.expression(object) {
            path.push(facts.text(name));
            object = inner;
        }
        let Expression::Name(root) = facts.expression(object) else { continue };
        path.push(facts.text(root));
        path.reverse();
        let (last, before) = (path[path.len() - 1], path[..path.len() - 1].join("."));
        if objects.contains(&before.as_str()) && facts.strings.hash(member.name) == name {
            values.push(Offer::Value(member.value));
        } else if objects.contains(&format!("{before}.{last}").as_str()) {
            if name == default {
                values.push(Offer::Value(member.value));
            }
            if let Expression::Object(list) = facts.expression(member.value) {
                let entries = facts
                    .list(list)
                    .filter(|e| key(facts, *e).is_some_and(|k| facts.strings.hash(k) == name));
                values.extend(entries.map(Offer::Value));
            }
        }
    }
}

/// The name under which an object has an entry.
fn key(facts: &Facts, entry: ExpressionId) -> Option<Symbol> {
    match facts.expression(entry) {
        Expression::Entry { key, .. } | Expression::Name(key) => Some(key),
        Expression::Definition(id) => Some(facts.definition(id).name),
        _ => None,
    }
}

fn definition(facts: &Facts, offer: Offer) -> Option<DefinitionId> {
    let local = match offer {
        Offer::Local(local) => local,
        Offer::Value(mut value) => loop {
            match facts.expression(value) {
                Expression::Definition(id) => {
                    return Some(id).filter(|id| !facts.definition(*id).name.is_empty());
                }
                Expression::Entry { value: inner, .. } => value = inner,
                Expression::Name(local) => break local,
                _ => return None,
            }
        },
    };
    facts.bindings_of(ScopeId::FILE, local).iter().rev().find_map(|b| match b.bound {
        Bound::Definition(id) => Some(id),
        _ => None,
    })
}
