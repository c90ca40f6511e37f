//! World: all facts of a repository, indexed. What a name means in a file is asked here; nothing is evaluated.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::faults::{Faulty, Watch};
use super::leads::{Leads, leads};
use super::memory::Memory;
use super::parts::Parts;
use super::projects::Projects;
use super::value::Def;
use crate::facts::{Binding, Bound, Definition, DefinitionId, Facts, ScopeId, hash};
use crate::graph::NodeKind;
use crate::languages::project::{Located, Project, folder_of, join};
use crate::languages::{Language, Unit};

/// One source file as resolution sees it.
#[derive(Clone)]
pub struct SourceFile {
    pub path: String,
    pub language: &'static Language,
    pub facts: Arc<Facts>,
}

/// Where an import of a file leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    Files(SmallVec<[u32; 1]>),
    Unit(u32),
    /// Definitions themselves: a type that is imported by its full name.
    Definitions(SmallVec<[Def; 1]>),
    /// What a file has under the hashes of names, one inside of the other.
    Within(u32, SmallVec<[u64; 2]>),
    Folder(u32),
    /// By the hash of the package's name.
    External(u64),
}

pub struct World {
    pub files: Vec<SourceFile>,
    pub project: Project,
    /// Files of each unit; a file that shares names with no other has a unit of its own.
    pub units: Vec<Vec<u32>>,
    pub unit_of: Vec<u32>,
    /// The units of the packages around each unit's, innermost first.
    outer_units: Vec<SmallVec<[u32; 4]>>,
    pub projects: Projects,
    pub parts: Parts,
    unit_names: FxHashMap<(u32, u64), SmallVec<[Def; 1]>>,
    /// The first file of a unit that has a value of a name; made when a path leads to no definition.
    values: OnceLock<FxHashMap<(u32, u64), u32>>,
    /// What locating the imports of each file gave.
    pub leads: Vec<Leads>,
    /// Where `facts.imports[i]` of each file leads.
    pub imports: Vec<Vec<Target>>,
    /// For `import a.b` that binds `a`: where `a` leads.
    heads: FxHashMap<(u32, u32), Target>,
    /// All folders, sorted.
    pub folders: Vec<String>,
    /// Names of packages outside, by hash.
    pub packages: FxHashMap<u64, String>,
    members: FxHashMap<(Def, u64), SmallVec<[Def; 1]>>,
    /// First parts of the names of packages.
    package_roots: FxHashSet<u64>,
    /// Types with methods that are written outside of them.
    extended: FxHashSet<Def>,
    /// Files whose imports could not be followed for a panic: nothing can be resolved with them.
    pub faulty: Faulty,
}

/// The package that stands for what the language itself brings.
pub const BUILTIN: &str = "builtin";

impl World {
    /// Indexes the files, which must be sorted by path. `before` is the memory of an earlier version.
    pub fn new(
        files: Vec<SourceFile>,
        configurations: FxHashMap<String, String>,
        before: Option<&Memory>,
        watch: &dyn Watch,
    ) -> World {
        let mut packages_of: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (i, file) in files.iter().enumerate() {
            if !file.facts.package.is_empty() || file.language.rules.unit == Unit::Package {
                let name = file.facts.text(file.facts.package).to_owned();
                packages_of.entry(name).or_default().push(i as u32);
            }
        }
        let paths = files.iter().map(|f| f.path.clone()).collect();
        let package_roots =
            packages_of.keys().filter_map(|p| p.split('.').next()).map(|p| hash(p.as_bytes())).collect();
        let project = Project::new(paths, configurations, packages_of);
        let (units, unit_of) = units(&files);
        let projects = Projects::new(&project, &files);
        let parts = Parts::new(&files, &unit_of, &projects);
        let mut world = World {
            files,
            project,
            units,
            unit_of,
            outer_units: Vec::new(),
            projects,
            parts,
            unit_names: FxHashMap::default(),
            values: OnceLock::new(),
            leads: Vec::new(),
            imports: Vec::new(),
            heads: FxHashMap::default(),
            folders: Vec::new(),
            packages: FxHashMap::default(),
            members: FxHashMap::default(),
            package_roots,
            extended: FxHashSet::default(),
            faulty: Vec::new(),
        };
        world.packages.insert(hash(BUILTIN.as_bytes()), BUILTIN.to_owned());
        world.outer_units = (0..world.units.len()).map(|unit| world.units_around(unit)).collect();
        world.folders = world.project.folders();
        let (found, (names, members)) = rayon::join(
            || leads(&world.files, &world.project, before, watch),
            || rayon::join(|| world.names(), || world.own_members()),
        );
        (world.unit_names, world.members) = (names, members);
        match found {
            Ok(found) => {
                world.know_imports(&found);
                world.leads = found;
            }
            Err(faulty) => world.faulty = faulty,
        }
        world
    }

    pub fn facts(&self, file: u32) -> &Facts {
        &self.files[file as usize].facts
    }

    pub fn language(&self, file: u32) -> &'static Language {
        self.files[file as usize].language
    }

    pub fn definition(&self, def: Def) -> &Definition {
        self.facts(def.file).definition(def.id)
    }

    pub fn name_hash(&self, def: Def) -> u64 {
        let facts = self.facts(def.file);
        facts.strings.hash(facts.definition(def.id).name)
    }

    /// Top-level definitions of a name in a unit.
    pub fn in_unit(&self, unit: u32, name: u64) -> &[Def] {
        self.unit_names.get(&(unit, name)).map_or(&[], |d| d.as_slice())
    }

    /// What a type itself defines under a name.
    pub fn members(&self, class: Def, name: u64) -> &[Def] {
        self.members.get(&(class, name)).map_or(&[], |d| d.as_slice())
    }

    pub fn add_member(&mut self, class: Def, name: u64, member: Def) {
        self.extended.insert(class);
        let members = self.members.entry((class, name)).or_default();
        if !members.contains(&member) {
            members.push(member);
        }
    }

    /// Every member of every type, sorted: (type, name, member).
    pub fn all_members(&self) -> impl Iterator<Item = (Def, u64, Def)> + use<> {
        self.members_that(|_| true)
    }

    fn members_that(&self, is: impl Fn(Def) -> bool) -> std::vec::IntoIter<(Def, u64, Def)> {
        let members = self.members.iter().flat_map(|(key, found)| found.iter().map(|m| (key.0, key.1, *m)));
        let mut all: Vec<(Def, u64, Def)> = members.filter(|(_, _, member)| is(*member)).collect();
        all.sort_unstable();
        all.into_iter()
    }

    /// Methods that are written outside of their type: (type, name).
    pub fn outside_members(&self) -> impl Iterator<Item = (Def, u64, Def)> + use<> {
        self.members_that(|member| self.definition(member).receiver.is_known())
    }

    /// All definitions, in order.
    pub fn definitions(&self) -> impl Iterator<Item = (Def, &Definition)> {
        self.files.iter().enumerate().flat_map(|(file, source)| {
            source
                .facts
                .definitions
                .iter()
                .enumerate()
                .map(move |(id, d)| (Def { file: file as u32, id: DefinitionId(id as u32) }, d))
        })
    }

    /// Where an import path leads from a file.
    pub fn locate(&self, file: u32, path: &str) -> Option<Target> {
        let located = (self.language(file).locate)(&self.project, &self.files[file as usize].path, path);
        self.target(file, &located)
    }

    fn target(&self, file: u32, located: &Located) -> Option<Target> {
        match located {
            Located::Files(files) => Some(Target::Files(files.as_slice().into())),
            Located::Within { file, rest } if rest.is_empty() => Some(Target::Files([*file].into())),
            Located::Within { file, rest } => {
                Some(Target::Within(*file, rest.iter().map(|name| hash(name.as_bytes())).collect()))
            }
            Located::Package { name, rest } => self.in_package(file, name, rest),
            Located::Folder(path) => self.folders.binary_search(path).ok().map(|i| Target::Folder(i as u32)),
            Located::External(name) => Some(Target::External(hash(name.as_bytes()))),
        }
    }

    /// The unit of a package that files name, as seen from a file of the same family.
    pub fn package(&self, file: u32, name: &str) -> Option<u32> {
        let files = self.project.packages.get(name)?;
        let family = self.language(file).family;
        let mut own = files.iter().filter(|f| self.language(**f).family == family);
        own.next().map(|f| self.unit_of[*f as usize])
    }

    /// Of top-level definitions of one name in several files of a unit, those that share most of their path with
    /// a file: a package may be in several projects of a repository.
    pub fn nearest(&self, file: u32, defs: &[Def]) -> SmallVec<[Def; 1]> {
        let (Some(first), Some(last)) = (defs.first(), defs.last()) else { return SmallVec::new() };
        if first.file == last.file {
            return defs.into();
        }
        if let Some(seen) = self.projects.seen(file, defs, |def| def.file) {
            return seen.into();
        }
        let own = &self.files[file as usize].path;
        let shared = |def: &Def| {
            let other = self.files[def.file as usize].path.split('/');
            own.split('/').zip(other).take_while(|(a, b)| a == b).count()
        };
        let most = defs.iter().map(shared).max();
        defs.iter().filter(|d| Some(shared(d)) == most).copied().collect()
    }

    /// The units of the packages around a unit's, innermost first, if code sees their names.
    pub fn outer_units(&self, unit: u32) -> &[u32] {
        &self.outer_units[unit as usize]
    }

    fn units_around(&self, unit: usize) -> SmallVec<[u32; 4]> {
        let mut found = SmallVec::new();
        let Some(file) = self.units[unit].first().copied() else { return found };
        let rules = &self.language(file).rules;
        let facts = self.facts(file);
        let mut name = facts.text(facts.package);
        while rules.names.nested_packages && !name.is_empty() {
            name = name.rsplit_once(rules.path_separator).map_or("", |(outer, _)| outer);
            found.extend(self.package(file, name));
        }
        found
    }

    /// Does some import lead to that package?
    pub fn is_known(&self, target: &Target) -> bool {
        matches!(target, Target::External(package) if self.packages.contains_key(package))
    }

    /// Is the name the first part of some package's?
    pub fn begins_package(&self, name: u64) -> bool {
        self.package_roots.contains(&name)
    }

    /// Are there methods that are written for the type outside of it?
    pub fn has_members(&self, class: Def) -> bool {
        self.extended.contains(&class)
    }

    /// A package, or the type in it that the rest of the path names.
    fn in_package(&self, file: u32, name: &str, rest: &[String]) -> Option<Target> {
        let unit = self.package(file, name)?;
        let Some((first, inner)) = rest.split_first() else {
            return Some(Target::Unit(unit));
        };
        let outer = self.nearest(file, self.in_unit(unit, hash(first.as_bytes())));
        let mut found = outer.clone();
        for part in inner {
            let name = hash(part.as_bytes());
            found = found.iter().flat_map(|class| self.members(*class, name).iter().copied()).collect();
        }
        if found.is_empty()
            && let Some(file) = outer.first().map(|def| def.file).or_else(|| self.with_value(unit, first))
        {
            // A value: of the package itself, or of a type in it.
            return Some(Target::Within(file, rest.iter().map(|part| hash(part.as_bytes())).collect()));
        }
        Some(Target::Definitions(found))
    }

    /// The first file of a unit that has a value of that name.
    fn with_value(&self, unit: u32, name: &str) -> Option<u32> {
        let values = self.values.get_or_init(|| {
            let mut values = FxHashMap::default();
            for (file, source) in (0u32..).zip(&self.files) {
                let facts = &source.facts;
                let is_value = |b: &&Binding| b.scope.is_file() && matches!(b.bound, Bound::Value { .. });
                for binding in facts.bindings.iter().filter(is_value) {
                    let name = facts.strings.hash(binding.name);
                    values.entry((self.unit_of[file as usize], name)).or_insert(file);
                }
            }
            values
        });
        values.get(&(unit, hash(name.as_bytes()))).copied()
    }

    /// What a scope of a file or of a type binds to definitions: (file, scope's owner, name's hash, definition).
    fn bound_definitions(&self) -> impl Iterator<Item = (u32, ScopeId, u64, Def)> + '_ {
        (0u32..).zip(&self.files).flat_map(|(file, source)| {
            let facts = &source.facts;
            facts.bindings.iter().filter_map(move |binding| match binding.bound {
                Bound::Definition(id) => {
                    Some((file, binding.scope, facts.strings.hash(binding.name), Def { file, id }))
                }
                _ => None,
            })
        })
    }

    fn names(&self) -> FxHashMap<(u32, u64), SmallVec<[Def; 1]>> {
        let mut names: FxHashMap<(u32, u64), SmallVec<[Def; 1]>> = FxHashMap::default();
        for (file, scope, name, def) in self.bound_definitions() {
            if scope.is_file() {
                self.parts.add(names.entry((self.unit_of[file as usize], name)).or_default(), def);
            }
        }
        names
    }

    fn own_members(&self) -> FxHashMap<(Def, u64), SmallVec<[Def; 1]>> {
        let mut members: FxHashMap<(Def, u64), SmallVec<[Def; 1]>> = FxHashMap::default();
        for (file, scope, name, def) in self.bound_definitions() {
            let id = self.facts(file).scope(scope).owner;
            let owner = self.facts(file).definition(id);
            let holds = owner.is_type() || owner.kind == NodeKind::Module;
            if !scope.is_file() && !id.is_file() && owner.scope == scope && holds {
                let whole = self.parts.whole(Def { file, id });
                self.parts.add(members.entry((whole, name)).or_default(), def);
            }
        }
        members
    }

    /// Every import with its target, and the names of the packages that imports lead out to.
    fn know_imports(&mut self, leads: &[Leads]) {
        for (a, b) in leads.iter().flat_map(|file| file.iter()) {
            for located in [Some(a), b.as_ref()].into_iter().flatten() {
                if let Located::External(name) = located {
                    self.packages.entry(hash(name.as_bytes())).or_insert_with(|| name.clone());
                }
            }
        }
        let unlocated = Target::External(hash(b""));
        self.imports = Vec::with_capacity(leads.len());
        for (file, all) in (0u32..).zip(leads) {
            let mut targets = Vec::with_capacity(all.len());
            for (i, (path, head)) in all.iter().enumerate() {
                if let Some(head) = head.as_ref().and_then(|h| self.target(file, h)) {
                    self.heads.insert((file, i as u32), head);
                }
                targets.push(self.target(file, path).unwrap_or_else(|| unlocated.clone()));
            }
            self.imports.push(targets);
        }
    }

    /// What the import binds: the target of its path, or of the path's first part.
    pub fn bound_target(&self, file: u32, import: u32) -> &Target {
        self.heads.get(&(file, import)).unwrap_or(&self.imports[file as usize][import as usize])
    }

    /// The module of a name inside the package that a file or folder is.
    pub fn submodule(&self, language: &Language, folder: &str, name: &str) -> Option<Target> {
        for pattern in language.module_files {
            if let Some(file) = self.project.file(&join(folder, &pattern.replace("{}", name))) {
                return Some(Target::Files([file].into()));
            }
        }
        if language.module_files.is_empty() {
            return None;
        }
        self.folders.binary_search(&join(folder, name)).ok().map(|i| Target::Folder(i as u32))
    }

    /// The folder whose modules are the file's submodules, if the file stands for a package.
    pub fn package_folder(&self, file: u32) -> Option<&str> {
        let path = &self.files[file as usize].path;
        let name = path.rsplit('/').next()?;
        let stands = self.language(file).module_files.iter().any(|p| p.strip_prefix("{}/") == Some(name));
        stands.then(|| folder_of(path))
    }
}

/// Groups files by the names that they share.
fn units(files: &[SourceFile]) -> (Vec<Vec<u32>>, Vec<u32>) {
    let mut keys: FxHashMap<(&str, String), u32> = FxHashMap::default();
    let mut units: Vec<Vec<u32>> = Vec::new();
    let mut unit_of = Vec::with_capacity(files.len());
    for (i, file) in files.iter().enumerate() {
        let package = file.facts.text(file.facts.package);
        let key = match file.language.rules.unit {
            Unit::File => file.path.clone(),
            Unit::Directory => {
                format!("{}\0{package}", folder_of(&file.path))
            }
            Unit::Package => package.to_owned(),
        };
        let unit = *keys.entry((file.language.family, key)).or_insert_with(|| {
            units.push(Vec::new());
            units.len() as u32 - 1
        });
        units[unit as usize].push(i as u32);
        unit_of.push(unit);
    }
    (units, unit_of)
}
