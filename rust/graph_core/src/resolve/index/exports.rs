//! Exports: which definitions a file has under a name for those who import it, as far as its statements say so.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use crate::facts::{Bound, DefinitionId, Export, Expression, ExpressionId, Facts, ScopeId, Symbol, WILDCARD};
use crate::languages::Exported;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::imports::ImportTarget;

/// How many files a name is followed through.
const MOST_FILES: usize = 64;

pub enum ExportSource {
    Local(Symbol),
    Value(ExpressionId),
}

pub fn exported_definitions(index: &Index, file: u32, name: u64) -> SmallVec<[Def; 1]> {
    let mut found: SmallVec<[Def; 1]> = SmallVec::new();
    let mut seen: FxHashSet<(u32, u64)> = FxHashSet::default();
    let mut work = vec![(file, name)];
    while let Some((file, name)) = work.pop() {
        if seen.len() >= MOST_FILES || !seen.insert((file, name)) {
            continue;
        }
        let unit = index.unit_of[file as usize];
        if index.units[unit as usize].len() > 1 {
            continue;
        }
        if index.language(file).rules.exported != Exported::Explicit {
            let own = index.in_unit(unit, name);
            found.extend(own.iter().copied());
            if own.is_empty() {
                work.extend(reexported(index, file, name));
            }
            continue;
        }
        let (values, imports) = values(index, file, name);
        let facts = index.facts(file);
        for value in values {
            if let Some(id) = definition(facts, value) {
                found.push(Def { file, id });
            }
        }
        for (number, name) in imports {
            if let ImportTarget::Files(files) = &index.imports[file as usize][number as usize]
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
fn reexported(index: &Index, file: u32, name: u64) -> SmallVec<[(u32, u64); 1]> {
    let facts = index.facts(file);
    let target_of = |number: usize| match &index.imports[file as usize][number] {
        ImportTarget::Files(files) if files.len() == 1 => Some(files[0]),
        _ => None,
    };
    let mut found = SmallVec::new();
    let symbol = facts.strings.symbol(name);
    for binding in symbol.map_or(&[][..], |n| facts.bindings_of(ScopeId::FILE, n)) {
        if let Bound::Import(index) = binding.bound
            && !facts.imports[index as usize].name.is_empty()
            && let Some(to) = target_of(index as usize)
        {
            found.push((to, facts.strings.hash(facts.imports[index as usize].name)));
        }
    }
    if found.is_empty() {
        let stars = facts.imports.iter().enumerate().filter(|(_, i)| facts.text(i.name) == WILDCARD);
        found.extend(stars.filter_map(|(i, _)| Some((target_of(i)?, name))));
    }
    found
}

/// What the file's own statements give under the name, and the imports that it passes on, with the name there.
fn values(index: &Index, file: u32, name: u64) -> (Vec<ExportSource>, Vec<(u32, u64)>) {
    let facts = index.facts(file);
    let hash = |symbol: Symbol| facts.strings.hash(symbol);
    let (mut values, mut imports, mut stars) = (Vec::new(), Vec::new(), Vec::new());
    for export in &facts.exports {
        match *export {
            Export::Local { name: outer, local } if hash(outer) == name => {
                values.push(ExportSource::Local(local));
                for binding in facts.bindings_of(ScopeId::FILE, local) {
                    if let Bound::Import(index) = binding.bound {
                        imports.push((index, hash(facts.imports[index as usize].name)));
                    }
                }
            }
            Export::Value { name: outer, value } if hash(outer) == name => {
                values.push(ExportSource::Value(value))
            }
            Export::From { name: outer, import } if facts.text(outer) == WILDCARD => {
                stars.push((import, name))
            }
            Export::From { name: outer, import } if hash(outer) == name => {
                imports.push((import, hash(facts.imports[import as usize].name)));
            }
            _ => {}
        }
    }
    if facts.exports.is_empty() {
        assigned(index, file, name, &mut values);
    }
    if values.is_empty() && imports.is_empty() {
        imports = stars;
    }
    (values, imports)
}

/// What is assigned to the object through which the module exports.
fn assigned(index: &Index, file: u32, name: u64, values: &mut Vec<ExportSource>) {
    let facts = index.facts(file);
    let objects = index.language(file).rules.imports.export_objects;
    let default = crate::hashing::hash(index.language(file).rules.imports.default_export.as_bytes());
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
            values.push(ExportSource::Value(member.value));
        } else if objects.contains(&format!("{before}.{last}").as_str()) {
            if name == default {
                values.push(ExportSource::Value(member.value));
            }
            if let Expression::Object(list) = facts.expression(member.value) {
                let entries = facts
                    .list(list)
                    .filter(|e| key(facts, *e).is_some_and(|k| facts.strings.hash(k) == name));
                values.extend(entries.map(ExportSource::Value));
            }
        }
    }
}

/// The name under which an object has an entry.
pub fn key(facts: &Facts, entry: ExpressionId) -> Option<Symbol> {
    match facts.expression(entry) {
        Expression::Entry { key, .. } | Expression::Name(key) => Some(key),
        Expression::Definition(id) => Some(facts.definition(id).name),
        _ => None,
    }
}

fn definition(facts: &Facts, offer: ExportSource) -> Option<DefinitionId> {
    let local = match offer {
        ExportSource::Local(local) => local,
        ExportSource::Value(mut value) => loop {
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
