//! Exports: the definitions that a file exports under a name, as far as its statements tell without evaluation.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use crate::facts::{Bound, DefinitionId, Export, Expression, ExpressionId, Facts, ScopeId, Symbol, WILDCARD};
use crate::graph::FileId;
use crate::hashing::NameHash;
use crate::languages::Exported;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::imports::ImportTarget;

/// How many files a name is followed through.
const MOST_FILES: usize = 64;

/// What a file exports under a name.
enum ExportSource {
    /// A name of the file's scope.
    Local(Symbol),
    Value(ExpressionId),
}

/// The definitions that a file exports under a name, its own or those of files that it re-exports from; sorted.
pub fn exported_definitions(index: &Index, file: FileId, name: NameHash) -> SmallVec<[Def; 1]> {
    exported_definitions_through(index, file, name, &mut |_, _| {})
}

/// The same; calls `visit` with every file that the name is followed through, and its name there.
pub fn exported_definitions_through(
    index: &Index,
    file: FileId,
    name: NameHash,
    visit: &mut dyn FnMut(FileId, NameHash),
) -> SmallVec<[Def; 1]> {
    let mut found: SmallVec<[Def; 1]> = SmallVec::new();
    let mut seen: FxHashSet<(FileId, NameHash)> = FxHashSet::default();
    let mut work = vec![(file, name)];
    while let Some((file, name)) = work.pop() {
        if seen.len() >= MOST_FILES || !seen.insert((file, name)) {
            continue;
        }
        visit(file, name);
        let unit = index.unit_of(file);
        if index.unit_files(unit).len() > 1 {
            continue;
        }
        if index.language(file).rules.exported != Exported::Explicit {
            let value = index.value(Def { file, id: DefinitionId::FILE }, name);
            let defs: SmallVec<[Def; 1]> = match index.in_unit(unit, name) {
                [] => value.into_iter().collect(),
                defs => defs.into(),
            };
            found.extend(defs.iter().copied());
            if defs.is_empty() {
                work.extend(imported_from(index, file, name));
            }
            continue;
        }
        let (sources, imports) = export_sources(index, file, name);
        found.extend(sources.into_iter().filter_map(|source| exported_definition(index, file, source)));
        let targets = imports.into_iter().map(|(import, name)| (only_file(index, file, import), name));
        work.extend(targets.filter_map(|(target, name)| Some((target?, name))));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The file that an import refers to, if it is one file.
fn only_file(index: &Index, file: FileId, import: u32) -> Option<FileId> {
    match index.import_target(file, import) {
        ImportTarget::Files(files) if files.len() == 1 => Some(files[0]),
        _ => None,
    }
}

/// The files that a file imports a name from, with the name there: by a named import, else by wildcard imports.
fn imported_from(index: &Index, file: FileId, name: NameHash) -> SmallVec<[(FileId, NameHash); 1]> {
    let facts = index.facts(file);
    let mut found = SmallVec::new();
    let symbol = facts.strings.symbol(name);
    for binding in symbol.map_or(&[][..], |n| facts.bindings_of(ScopeId::FILE, n)) {
        if let Bound::Import(import) = binding.bound
            && !facts.imports[import as usize].name.is_empty()
            && let Some(target) = only_file(index, file, import)
        {
            found.push((target, facts.name_hash(facts.imports[import as usize].name)));
        }
    }
    if found.is_empty() {
        let wildcards = (0..).zip(&facts.imports).filter(|(_, import)| facts.text(import.name) == WILDCARD);
        found.extend(wildcards.filter_map(|(i, _)| Some((only_file(index, file, i)?, name))));
    }
    found
}

/// The values that a file's own statements export under the name, and the imports that it re-exports the name from,
/// with the name there.
fn export_sources(index: &Index, file: FileId, name: NameHash) -> (Vec<ExportSource>, Vec<(u32, NameHash)>) {
    let facts = index.facts(file);
    let hash = |symbol: Symbol| facts.name_hash(symbol);
    let (mut values, mut imports, mut wildcards) = (Vec::new(), Vec::new(), Vec::new());
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
                wildcards.push((import, name))
            }
            Export::From { name: outer, import } if hash(outer) == name => {
                imports.push((import, hash(facts.imports[import as usize].name)));
            }
            _ => {}
        }
    }
    if facts.exports.is_empty() {
        add_assigned_exports(index, file, name, &mut values);
    }
    if values.is_empty() && imports.is_empty() {
        imports = wildcards;
    }
    (values, imports)
}

/// Adds what is assigned under the name to the object that the module exports by, as in `exports.name = …`.
fn add_assigned_exports(index: &Index, file: FileId, name: NameHash, values: &mut Vec<ExportSource>) {
    let facts = index.facts(file);
    let objects = index.language(file).rules.imports.export_objects;
    let default = NameHash::of(index.language(file).rules.imports.default_export);
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
        if objects.contains(&before.as_str()) && facts.name_hash(member.name) == name {
            values.push(ExportSource::Value(member.value));
        } else if objects.contains(&format!("{before}.{last}").as_str()) {
            if name == default {
                values.push(ExportSource::Value(member.value));
            }
            if let Expression::Object(list) = facts.expression(member.value) {
                let has_name = |entry: &ExpressionId| {
                    entry_name(facts, *entry).is_some_and(|key| facts.name_hash(key) == name)
                };
                values.extend(facts.list(list).filter(has_name).map(ExportSource::Value));
            }
        }
    }
}

/// The name of an entry of an object literal.
fn entry_name(facts: &Facts, entry: ExpressionId) -> Option<Symbol> {
    match facts.expression(entry) {
        Expression::Entry { key, .. } | Expression::Name(key) => Some(key),
        Expression::Definition(id) => Some(facts.definition(id).name),
        _ => None,
    }
}

/// The definition of the file that is exported, if it is one.
fn exported_definition(index: &Index, file: FileId, source: ExportSource) -> Option<Def> {
    let facts = index.facts(file);
    let local = match source {
        ExportSource::Local(local) => local,
        ExportSource::Value(mut value) => loop {
            match facts.expression(value) {
                Expression::Definition(id) => {
                    return Some(Def { file, id }).filter(|_| !facts.definition(id).name.is_empty());
                }
                Expression::Entry { value: inner, .. } => value = inner,
                Expression::Name(local) => break local,
                _ => return None,
            }
        },
    };
    let defined = facts.bindings_of(ScopeId::FILE, local).iter().rev().find_map(|b| match b.bound {
        Bound::Definition(id) => Some(Def { file, id }),
        _ => None,
    });
    let name = facts.name_hash(local);
    defined.or_else(|| index.value(Def { file, id: DefinitionId::FILE }, name))
}
