//! Units: the files that share their top-level names, and the units of the packages that enclose each.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::graph::FileId;
use crate::languages::Unit;
use crate::languages::project::folder_of;
use crate::resolve::index::ids::UnitId;
use crate::resolve::index::{Index, SourceFile};

impl Index {
    /// The unit of a file.
    pub fn unit_of(&self, file: FileId) -> UnitId {
        self.unit_of[file.at()]
    }

    /// The files of a unit.
    pub fn unit_files(&self, unit: UnitId) -> &[FileId] {
        &self.units[unit.at()]
    }

    /// The units of the packages that enclose a unit's package, innermost first; empty where code does not see their
    /// names.
    pub fn outer_units(&self, unit: UnitId) -> &[UnitId] {
        &self.outer_units[unit.at()]
    }

    /// Computes `outer_units`.
    pub(super) fn find_outer_units(&self, unit: UnitId) -> SmallVec<[UnitId; 4]> {
        let mut found = SmallVec::new();
        let Some(file) = self.unit_files(unit).first().copied() else { return found };
        let rules = &self.language(file).rules;
        let facts = self.facts(file);
        let mut name = facts.text(facts.package);
        while rules.names.nested_packages && !name.is_empty() {
            name = name.rsplit_once(rules.path_separator).map_or("", |(outer, _)| outer);
            found.extend(self.package(file, name));
        }
        found
    }
}

/// Groups files into units: the files of each unit, and the unit of each file.
pub(super) fn group_by_unit(files: &[SourceFile]) -> (Vec<Vec<FileId>>, Vec<UnitId>) {
    let mut keys: FxHashMap<(&str, String), UnitId> = FxHashMap::default();
    let mut units: Vec<Vec<FileId>> = Vec::new();
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
            UnitId(units.len() as u32 - 1)
        });
        units[unit.at()].push(FileId(i as u32));
        unit_of.push(unit);
    }
    (units, unit_of)
}
