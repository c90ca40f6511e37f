//! Memory: what resolving a repository found on the way, so that resolving a changed version of it does again only
//! the files whose own text, or whatever was read of other files for them, is different.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::bases::FileBases;
use super::calls::Resolved;
use super::entries::Way;
use super::eval::{ALL, Read, STARS};
use super::hierarchy::{Hierarchy, Written};
use super::leads::Leads;
use super::lookup::holds_members;
use super::nodes::FileNodes;
use super::sorts::{is_type_variable, named, written};
use super::tables::{Tables, Told};
use super::value::Def;
use super::world::{SourceFile, Target, World};
use crate::facts::{Bound, DefinitionId, Facts, Symbol};
use crate::graph::Form;
use crate::languages::project::Project;

/// The resolved references of a file, and what of other files was read for them.
pub struct Settled {
    pub references: Vec<Resolved>,
    /// How its calls give their arguments, by the numbers in `references`.
    pub forms: Vec<Form>,
    pub ways: Vec<Way>,
    pub consulted: Vec<Read>,
}

pub struct Memory {
    leads: Vec<Leads>,
    pub nodes: Vec<Arc<FileNodes>>,
    paths: Vec<String>,
    /// Changes with the project's configuration files.
    configurations: u64,
    /// Changes with the packages that files name.
    packages: u64,
    marks: Vec<Mark>,
    /// The bases of all types, each time that they were ordered.
    bases: Vec<Vec<(Def, Written)>>,
    /// Where methods are that are written outside of their types: the type, the name, the file.
    outside: FxHashSet<(Def, u64, u32)>,
    properties: u64,
    /// Changes with which types are parts of which.
    parts: u64,
    /// Each time that types were ordered: the tables before it, and what files told of bases.
    pub orders: Vec<(Tables, Vec<Arc<FileBases>>)>,
    /// Each round's tables before it, and what was told in it.
    pub rounds: Vec<(Tables, Vec<Arc<Told>>)>,
    pub last: Option<Tables>,
    pub settled: Vec<Arc<Settled>>,
}

/// What tells whether a file is the same as before.
#[derive(Clone)]
struct Mark {
    blob: [u8; 20],
    /// Where its imports lead, and which names its unit has.
    around: u64,
    facts: Arc<Facts>,
}

impl Memory {
    pub fn new(world: &World, blobs: &[[u8; 20]]) -> Self {
        let units: Vec<u64> = world.units.iter().map(|files| unit_print(world, files)).collect();
        let marks = (0..world.files.len())
            .map(|i| {
                let imported = world.imports[i].iter().map(|t| match t {
                    Target::Files(files) => {
                        let prints = files.iter().map(|f| units[world.unit_of[*f as usize] as usize]);
                        prints.fold(0u64, u64::wrapping_add)
                    }
                    Target::Unit(unit) => units[*unit as usize],
                    _ => 0u64,
                });
                let imported = imported.fold(0u64, u64::wrapping_add);
                let unit = world.unit_of[i];
                let outer = world.outer_units(unit).iter().map(|unit| units[*unit as usize]);
                let outer = outer.fold(units[unit as usize], u64::wrapping_add);
                let shared = world.projects.shared(i as u32).iter();
                let shared: Vec<_> = shared
                    .map(|(file, i)| {
                        let facts = world.facts(*file);
                        let import = &facts.imports[*i as usize];
                        let names = [facts.strings.hash(import.name), facts.strings.hash(import.alias)];
                        (names, &world.imports[*file as usize][*i as usize])
                    })
                    .collect();
                Mark {
                    blob: blobs[i],
                    around: print(&(&world.imports[i], outer, imported, shared)),
                    facts: world.files[i].facts.clone(),
                }
            })
            .collect();
        Memory {
            leads: world.leads.clone(),
            nodes: Vec::new(),
            paths: world.project.paths.clone(),
            configurations: world.project.configurations_print(),
            packages: world.project.packages_print(),
            marks,
            bases: Vec::new(),
            outside: FxHashSet::default(),
            properties: 0,
            parts: world.parts.print(),
            orders: Vec::new(),
            rounds: Vec::new(),
            last: None,
            settled: Vec::new(),
        }
    }

    /// Is all that locating an import asks of the project as it was?
    pub fn locates_alike(&self, project: &Project) -> bool {
        self.paths == project.paths
            && self.configurations == project.configurations_print()
            && self.packages == project.packages_print()
    }

    /// Where the imports of a file led, if its facts are the same.
    pub fn leads(&self, file: usize, facts: &Arc<Facts>) -> Option<&Leads> {
        Arc::ptr_eq(&self.marks[file].facts, facts).then(|| &self.leads[file])
    }

    /// The nodes of a file, if its facts and its place among the files are the same.
    pub fn nodes_of(&self, file: usize, source: &SourceFile) -> Option<&Arc<FileNodes>> {
        let same =
            self.paths.get(file) == Some(&source.path) && Arc::ptr_eq(&self.marks[file].facts, &source.facts);
        same.then(|| &self.nodes[file])
    }

    pub fn know_hierarchy(&mut self, world: &World, hierarchy: &Hierarchy) {
        self.outside = world.outside_members().map(|(class, name, m)| (class, name, m.file)).collect();
        let mut bases: Vec<_> =
            hierarchy.bases.iter().map(|(class, bases)| (*class, bases.clone())).collect();
        bases.sort_unstable();
        self.bases.push(bases);
    }

    pub fn know_properties(&mut self, properties: u64) {
        self.properties = properties;
    }

    /// Are files and what imports lead by arranged as they were, so that what was found of bases may hold?
    pub fn is_laid_out_alike(&self, other: &Memory) -> bool {
        self.paths == other.paths
            && self.configurations == other.configurations
            && self.packages == other.packages
            && self.parts == other.parts
    }

    /// Are types arranged as they were too, as far as is known yet, so that what was found of single files may hold?
    pub fn is_alike(&self, other: &Memory) -> bool {
        self.outside == other.outside && self.bases.iter().zip(&other.bases).all(|(a, b)| a == b)
    }

    pub fn has_same_properties(&self, other: &Memory) -> bool {
        self.properties == other.properties
    }

    /// Is the file's own text the same, do its imports lead to the same places, has its unit the same names?
    pub fn has_same(&self, other: &Memory, file: u32) -> bool {
        let (a, b) = (&self.marks[file as usize], &other.marks[file as usize]);
        a.blob == b.blob && a.around == b.around
    }

    /// For the files that are not the same as before: the names that they do not show as before.
    pub fn shown_otherwise(&self, other: &Memory) -> FxHashMap<u32, FxHashSet<u64>> {
        (0..self.marks.len() as u32)
            .filter(|file| !self.has_same(other, *file))
            .map(|file| {
                let (a, b) = (&self.marks[file as usize], &other.marks[file as usize]);
                let (now, then) = (surface(&a.facts), surface(&b.facts));
                let mut names: FxHashSet<u64> =
                    now.iter().filter(|(n, p)| then.get(*n) != Some(*p)).map(|(n, _)| *n).collect();
                names.extend(then.keys().filter(|n| !now.contains_key(*n)));
                names.insert(ALL);
                if a.around != b.around {
                    names.insert(STARS);
                }
                (file, names)
            })
            .collect()
    }
}

/// Is what a file reads of tables the same in both? `consulted` is what it reads of others.
pub fn reads_same(a: &Tables, b: &Tables, file: u32, consulted: &[Read]) -> bool {
    a.parameters_print(file) == b.parameters_print(file)
        && a.table_print(file) == b.table_print(file)
        && consulted.iter().all(|read| a.know_same(b, *read))
}

/// The names that a unit of several files has.
fn unit_print(world: &World, files: &[u32]) -> u64 {
    if files.len() < 2 && !files.iter().any(|f| world.language(*f).rules.names.nested_packages) {
        return 0;
    }
    let names = files.iter().flat_map(|file| {
        let facts = world.facts(*file);
        facts.bindings.iter().filter(|b| b.scope.is_file()).map(|b| print(&facts.strings.hash(b.name)))
    });
    names.fold(0, u64::wrapping_add)
}

/// By name, a hash over what evaluation reads straight from another file's facts: definitions, names bound in the
/// file's scope or a type's, imports and exports.
fn surface(facts: &Facts) -> FxHashMap<u64, u64> {
    let mut names: FxHashMap<u64, u64> = FxHashMap::default();
    names.insert(STARS, facts.strings.hash(facts.package));
    let mut add = |name: u64, part: u64| {
        let sum = names.entry(name).or_default();
        *sum = sum.wrapping_add(crate::facts::finish(part));
    };
    for (i, d) in facts.definitions.iter().enumerate().skip(1) {
        let shape =
            (d.parent, d.scope, d.kind, d.flags, d.has_body, d.receiver.is_known(), d.returns.is_known());
        let parameters: Vec<_> = d
            .parameters
            .iter()
            .map(|p| {
                let r#type = type_print(facts, i, p.type_text);
                (facts.strings.hash(p.name), p.optional, p.kind, p.r#type.is_known(), r#type)
            })
            .collect();
        let qualifier = facts.strings.hash(d.qualifier);
        let decorators: Vec<_> = d.decorators.iter().map(|(_, text)| facts.strings.hash(*text)).collect();
        let bases: Vec<_> = d.bases.iter().map(|t| facts.strings.hash(*t)).collect();
        let returns = type_print(facts, i, d.returns_text);
        let shape = (shape, d.arity, qualifier, d.visibility, parameters, decorators, bases, returns);
        add(facts.strings.hash(d.name), print(&(i, shape)));
    }
    for b in &facts.bindings {
        let owner = facts.definition(facts.scope(b.scope).owner);
        let of_type = owner.scope == b.scope && holds_members(owner.kind);
        if b.scope.is_file() || of_type {
            let bound = match b.bound {
                Bound::Definition(id) => (0, id.0),
                Bound::Import(index) => (1, index),
                Bound::Value { r#type, .. } => {
                    (2, named(facts, r#type).map_or(0, |(n, arrays)| print(&(n, arrays)) as u32))
                }
                Bound::Parameter { index, .. } => (3, index),
                Bound::Narrowed { .. } => continue,
            };
            add(facts.strings.hash(b.name), print(&(b.scope, b.block.is_file(), bound)));
        }
    }
    if let Some(names) = &facts.wildcards {
        add(STARS, print(&names.iter().map(|n| facts.strings.hash(*n)).collect::<Vec<_>>()));
    }
    for (i, import) in facts.imports.iter().enumerate() {
        let (path, name) = (facts.strings.hash(import.path), facts.strings.hash(import.name));
        add(STARS, print(&(i, path, name, facts.strings.hash(import.alias), import.scope)));
    }
    for export in &facts.exports {
        add(STARS, print(export));
    }
    names
}

/// A type as it is written, and whether that is a type variable of the definition.
fn type_print(facts: &Facts, definition: usize, text: Symbol) -> (u64, bool) {
    let id = DefinitionId(definition as u32);
    let variable = !text.is_empty() && is_type_variable(facts, id, written(facts.text(text)).0);
    (facts.strings.hash(text), variable)
}

pub fn print<T: Hash>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}
