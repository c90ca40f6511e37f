//! Building the index: units, projects and partial types first, then names, members and imports beside each other.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::hashing::hash;
use crate::languages::Unit;
use crate::languages::project::Project;
use crate::resolve::faults::FileObserver;
use crate::resolve::index::{BUILTIN, Index, SourceFile, builtin_package};
use crate::resolve::index::import_targets::locate_imports;
use crate::resolve::index::partial_types::PartialTypes;
use crate::resolve::index::projects::Projects;
use crate::resolve::index::snapshot::Snapshot;
use crate::resolve::index::units::group_by_unit;

impl Index {
    /// Indexes the files, which must be sorted by path. `before` is what the index of an earlier version looked like.
    pub fn new(
        files: Vec<SourceFile>,
        configurations: FxHashMap<String, String>,
        before: Option<&Snapshot>,
        watch: &dyn FileObserver,
    ) -> Index {
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
            values: OnceLock::new(),
            import_targets: Vec::new(),
            imports: Vec::new(),
            heads: FxHashMap::default(),
            folders: Vec::new(),
            packages: FxHashMap::default(),
            members: FxHashMap::default(),
            package_roots,
            extended: FxHashSet::default(),
            faulty: Vec::new(),
        };
        index.packages.insert(builtin_package(), BUILTIN.to_owned());
        index.outer_units = (0..index.units.len()).map(|unit| index.units_around(unit)).collect();
        index.folders = index.project.folders();
        let (found, (names, members)) = rayon::join(
            || locate_imports(&index.files, &index.project, before, watch),
            || rayon::join(|| index.names(), || index.own_members()),
        );
        (index.unit_names, index.members) = (names, members);
        match found {
            Ok(found) => {
                index.add_imports(&found);
                index.import_targets = found;
            }
            Err(faulty) => index.faulty = faulty,
        }
        index
    }
}
