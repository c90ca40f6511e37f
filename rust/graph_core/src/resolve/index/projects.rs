//! Projects: which project a file belongs to, which other projects that one refers to, and the imports that hold in all
//! its files.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::languages::matches;
use crate::languages::project::{Project, folder_of};
use crate::resolve::index::SourceFile;

#[derive(Default)]
pub struct Projects {
    /// The project of each file, if it is of one.
    of: Vec<Option<u32>>,
    /// The projects that each refers to, itself or through others.
    sees: Vec<FxHashSet<u32>>,
    /// By project, or by none: imports that count in all files of it, as (file, index).
    shared: FxHashMap<Option<u32>, Vec<(u32, u32)>>,
}

impl Projects {
    pub fn new(project: &Project, files: &[SourceFile]) -> Projects {
        let mut projects = Projects { of: vec![None; files.len()], ..Projects::default() };
        let mut known: FxHashMap<&'static str, Vec<String>> = FxHashMap::default();
        let mut names: Vec<(&'static str, String)> = Vec::new();
        for file in files.iter().filter(|f| !f.language.project_file.is_empty()) {
            let pattern = file.language.project_file;
            known.entry(pattern).or_insert_with(|| {
                let mut found: Vec<String> = project
                    .configurations()
                    .map(|(path, _)| path)
                    .filter(|path| matches(pattern, path.rsplit('/').next().unwrap_or(path)))
                    .map(str::to_owned)
                    .collect();
                found.sort_unstable();
                names.extend(found.iter().map(|path| (pattern, path.clone())));
                found
            });
        }
        let number: FxHashMap<&str, u32> =
            names.iter().enumerate().map(|(i, (_, path))| (path.as_str(), i as u32)).collect();
        let mut folders: FxHashMap<(&str, &str), u32> = FxHashMap::default();
        for (i, (pattern, path)) in names.iter().enumerate() {
            folders.entry((pattern, folder_of(path))).or_insert(i as u32);
        }
        for (i, file) in files.iter().enumerate().filter(|(_, f)| !f.language.project_file.is_empty()) {
            let mut folder = folder_of(&file.path);
            loop {
                if let Some(found) = folders.get(&(file.language.project_file, folder)) {
                    projects.of[i] = Some(*found);
                    break;
                }
                if folder.is_empty() {
                    break;
                }
                folder = folder_of(folder);
            }
            for (index, import) in file.facts.imports.iter().enumerate().filter(|(_, i)| i.shared) {
                let _ = import;
                projects.shared.entry(projects.of[i]).or_default().push((i as u32, index as u32));
            }
        }
        let direct: Vec<Vec<u32>> = names
            .iter()
            .map(|(pattern, path)| {
                let language = files.iter().map(|f| f.language).find(|l| l.project_file == *pattern);
                let others = language.map_or_else(Vec::new, |l| (l.references)(project, path));
                others.iter().filter_map(|other| number.get(other.as_str()).copied()).collect()
            })
            .collect();
        for from in 0..names.len() {
            let mut seen: FxHashSet<u32> = FxHashSet::default();
            let mut work = vec![from as u32];
            while let Some(next) = work.pop() {
                if seen.insert(next) {
                    work.extend(&direct[next as usize]);
                }
            }
            projects.sees.push(seen);
        }
        projects
    }

    pub fn of(&self, file: u32) -> Option<u32> {
        self.of[file as usize]
    }

    /// Of things in several files those that a file sees most likely: of its own project, else of those that the
    /// project refers to. None: its project says nothing of them.
    pub(super) fn seen<T: Copy>(&self, file: u32, all: &[T], file_of: impl Fn(&T) -> u32) -> Option<Vec<T>> {
        let own = self.of(file)?;
        let fits = |fit: &dyn Fn(u32) -> bool| -> Vec<T> {
            let of = |one: &&T| self.of(file_of(one)).is_some_and(fit);
            all.iter().filter(of).copied().collect()
        };
        let inside = fits(&|project| project == own);
        let found = if inside.is_empty() { fits(&|p| self.sees[own as usize].contains(&p)) } else { inside };
        Some(found).filter(|f| !f.is_empty())
    }

    /// The imports of other files that count in a file too, as (file, index).
    pub fn shared(&self, file: u32) -> &[(u32, u32)] {
        self.shared.get(&self.of(file)).map_or(&[], Vec::as_slice)
    }
}
