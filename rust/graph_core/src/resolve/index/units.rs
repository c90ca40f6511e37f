//! Units: the files that share their top-level names, and the units of the packages around each.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::languages::Unit;
use crate::languages::project::folder_of;
use crate::resolve::index::{Index, SourceFile};

impl Index {
    /// The units of the packages around a unit's, innermost first, if code sees their names.
    pub fn outer_units(&self, unit: u32) -> &[u32] {
        &self.outer_units[unit as usize]
    }

    pub(super) fn units_around(&self, unit: usize) -> SmallVec<[u32; 4]> {
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
}

/// Groups files by the names that they share.
pub(super) fn group_by_unit(files: &[SourceFile]) -> (Vec<Vec<u32>>, Vec<u32>) {
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
