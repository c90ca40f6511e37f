//! Projects: the project that a file belongs to, the projects that each project references, and the imports that apply
//! to all files of a project.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::graph::FileId;
use crate::languages::matches;
use crate::languages::project::{Project, folder_of};
use crate::resolve::index::SourceFile;

/// A project of the repository: a project file such as a `.csproj`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ProjectId(u32);

#[derive(Default)]
pub struct Projects {
    /// The project of each file, if it belongs to one.
    of: Vec<Option<ProjectId>>,
    /// The projects that each project references, directly or through others, and the project itself.
    references: Vec<FxHashSet<ProjectId>>,
    /// Imports that apply to all files of a project, as (file, index of the import); None for files without a project.
    shared_imports: FxHashMap<Option<ProjectId>, Vec<(FileId, u32)>>,
}

/// A project file: the pattern of its language that its name matches, and its path.
type ProjectFile = (&'static str, String);

impl Projects {
    pub fn new(project: &Project, files: &[SourceFile]) -> Projects {
        let mut projects = Projects { of: vec![None; files.len()], ..Projects::default() };
        let project_files = find_project_files(project, files);
        let mut folders: FxHashMap<(&str, &str), ProjectId> = FxHashMap::default();
        for (i, (pattern, path)) in project_files.iter().enumerate() {
            folders.entry((pattern, folder_of(path))).or_insert(ProjectId(i as u32));
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
            for (import, _) in file.facts.imports.iter().enumerate().filter(|(_, import)| import.shared) {
                let shared = projects.shared_imports.entry(projects.of[i]).or_default();
                shared.push((FileId(i as u32), import as u32));
            }
        }
        let direct = direct_references(project, files, &project_files);
        projects.references = (0..project_files.len()).map(|from| reachable(&direct, from)).collect();
        projects
    }

    /// The project of a file, if it belongs to one.
    pub(super) fn of(&self, file: FileId) -> Option<ProjectId> {
        self.of[file.at()]
    }

    /// Of candidates in several files those in the project of a file, else those in the projects that it references.
    /// None if the file has no project or no candidate is in these.
    pub(super) fn in_own_or_referenced<T: Copy>(
        &self,
        file: FileId,
        candidates: &[T],
        file_of: impl Fn(&T) -> FileId,
    ) -> Option<Vec<T>> {
        let own = self.of(file)?;
        let in_projects = |fits: &dyn Fn(ProjectId) -> bool| -> Vec<T> {
            let is_in = |candidate: &&T| self.of(file_of(candidate)).is_some_and(fits);
            candidates.iter().filter(is_in).copied().collect()
        };
        let mut found = in_projects(&|project| project == own);
        if found.is_empty() {
            found = in_projects(&|project| self.references[own.0 as usize].contains(&project));
        }
        Some(found).filter(|f| !f.is_empty())
    }

    /// The imports of other files that also apply to a file, as (file, index of the import).
    pub fn shared_imports(&self, file: FileId) -> &[(FileId, u32)] {
        self.shared_imports.get(&self.of(file)).map_or(&[], Vec::as_slice)
    }
}

/// The project files of all languages in the order of the files' languages, sorted by path within each.
fn find_project_files(project: &Project, files: &[SourceFile]) -> Vec<ProjectFile> {
    let mut seen: FxHashSet<&'static str> = FxHashSet::default();
    let mut found: Vec<ProjectFile> = Vec::new();
    for pattern in files.iter().map(|f| f.language.project_file).filter(|pattern| !pattern.is_empty()) {
        if !seen.insert(pattern) {
            continue;
        }
        let mut paths: Vec<&str> = project
            .configurations()
            .map(|(path, _)| path)
            .filter(|path| matches(pattern, path.rsplit('/').next().unwrap_or(path)))
            .collect();
        paths.sort_unstable();
        found.extend(paths.into_iter().map(|path| (pattern, path.to_owned())));
    }
    found
}

/// The projects that each project file names.
fn direct_references(
    project: &Project,
    files: &[SourceFile],
    project_files: &[ProjectFile],
) -> Vec<Vec<ProjectId>> {
    let ids: FxHashMap<&str, ProjectId> =
        project_files.iter().enumerate().map(|(i, (_, path))| (path.as_str(), ProjectId(i as u32))).collect();
    let references_of = |(pattern, path): &ProjectFile| {
        let language = files.iter().map(|f| f.language).find(|l| l.project_file == *pattern);
        let others = language.map_or_else(Vec::new, |l| (l.references)(project, path));
        others.iter().filter_map(|other| ids.get(other.as_str()).copied()).collect()
    };
    project_files.iter().map(references_of).collect()
}

/// A project and all that it references, directly or through others.
fn reachable(direct: &[Vec<ProjectId>], from: usize) -> FxHashSet<ProjectId> {
    let mut seen: FxHashSet<ProjectId> = FxHashSet::default();
    let mut work = vec![ProjectId(from as u32)];
    while let Some(next) = work.pop() {
        if seen.insert(next) {
            work.extend(&direct[next.0 as usize]);
        }
    }
    seen
}
