//! Building the index: units, projects and partial types first, then names, members and imports in parallel.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::hashing::NameHash;
use crate::languages::Unit;
use crate::languages::project::Project;
use crate::resolve::faults::FileObserver;
use crate::resolve::index::ids::{BUILTIN, PackageHash, UnitId};
use crate::resolve::index::import_targets::locate_imports;
use crate::resolve::index::partial_types::PartialTypes;
use crate::resolve::index::projects::Projects;
use crate::resolve::index::snapshot::Snapshot;
use crate::resolve::index::units::group_by_unit;
use crate::resolve::index::{Index, SourceFile};

impl Index {
    /// Indexes the files, which must be sorted by path. `before` is the snapshot of an earlier version's index.
    pub fn new(
        files: Vec<SourceFile>,
        configurations: FxHashMap<String, String>,
        before: Option<&Snapshot>,
        observer: &dyn FileObserver,
    ) -> Index {
        let packages_of = files_by_package(&files);
        let paths = files.iter().map(|f| f.path.clone()).collect();
        let package_roots =
            packages_of.keys().filter_map(|p| p.split('.').next()).map(NameHash::of).collect();
        let project = Project::new(paths, configurations, packages_of);
        let (units, unit_of) = group_by_unit(&files);
        let projects = Projects::new(&project, &files);
        let partial_types = PartialTypes::new(&files, &unit_of, &projects);
        let mut index = Index {
            files,
            project,
            units,
            unit_of,
            outer_units: Vec::new(),
            projects,
            partial_types,
            unit_names: FxHashMap::default(),
            files_with_value: OnceLock::new(),
            import_targets: Vec::new(),
            imports: Vec::new(),
            head_targets: FxHashMap::default(),
            folders: Vec::new(),
            packages: FxHashMap::default(),
            values: FxHashMap::default(),
            value_names: FxHashSet::default(),
            members: FxHashMap::default(),
            package_roots,
            extended: FxHashSet::default(),
            failed: Vec::new(),
        };
        index.packages.insert(PackageHash::builtin(), BUILTIN.to_owned());
        let units = 0..index.units.len() as u32;
        index.outer_units = units.map(|unit| index.find_outer_units(UnitId(unit))).collect();
        index.folders = index.project.folders();
        let (located, (names, members)) = rayon::join(
            || locate_imports(&index.files, &index.project, before, observer),
            || rayon::join(|| index.collect_unit_names(), || index.collect_members()),
        );
        (index.unit_names, index.members) = (names, members);
        index.values = index.collect_values();
        index.value_names = index.values.keys().map(|(_, name)| *name).collect();
        match located {
            Ok(located) => {
                index.add_imports(&located);
                index.import_targets = located;
            }
            Err(failed) => index.failed = failed,
        }
        index
    }
}

/// The files of each package, for files that declare one and for languages whose units are packages.
fn files_by_package(files: &[SourceFile]) -> FxHashMap<String, Vec<u32>> {
    let mut packages: FxHashMap<String, Vec<u32>> = FxHashMap::default();
    for (i, file) in files.iter().enumerate() {
        if !file.facts.package.is_empty() || file.language.rules.unit == Unit::Package {
            let name = file.facts.text(file.facts.package).to_owned();
            packages.entry(name).or_default().push(i as u32);
        }
    }
    packages
}
