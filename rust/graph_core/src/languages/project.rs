//! Project: which files there are and what configuration files say, as far as imports depend on it.

use std::any::Any;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// Where an import leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// Files of the repository, by index; several where a module consists of several.
    Files(Vec<u32>),
    /// A package that files name themselves, and what of it: `a.b` and `C.D`.
    Package { name: String, rest: Vec<String> },
    /// Something that a file has under names, one inside of the other.
    Within { file: u32, rest: Vec<String> },
    /// A folder without a file of its own, whose files are its modules.
    Folder(String),
    /// Not of this repository; the package's name.
    External(String),
}

/// The files of a repository as imports see them.
pub struct Project {
    /// Sorted by path.
    pub paths: Vec<String>,
    index: FxHashMap<String, u32>,
    folders: FxHashMap<String, Vec<u32>>,
    /// Contents of configuration files by path.
    configurations: FxHashMap<String, String>,
    /// Packages that files name themselves.
    pub packages: FxHashMap<String, Vec<u32>>,
    parsed: OnceLock<Box<Parsed>>,
}

/// What was made of the configuration files, and what else was.
struct Parsed {
    value: Box<dyn Any + Send + Sync>,
    next: OnceLock<Box<Parsed>>,
}

impl Project {
    /// `paths` must be sorted; `packages` are what the files say they belong to.
    pub fn new(
        paths: Vec<String>,
        configurations: FxHashMap<String, String>,
        packages: FxHashMap<String, Vec<u32>>,
    ) -> Self {
        let index = paths.iter().enumerate().map(|(i, p)| (p.clone(), i as u32)).collect();
        let mut folders: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        folders.entry(String::new()).or_default();
        for (i, path) in paths.iter().enumerate() {
            let mut folder = folder_of(path);
            folders.entry(folder.to_owned()).or_default().push(i as u32);
            while let Some((above, _)) = folder.rsplit_once('/') {
                folders.entry(above.to_owned()).or_default();
                folder = above;
            }
        }
        Project { paths, index, folders, configurations, packages, parsed: OnceLock::new() }
    }

    /// The longest beginning of the path that is a package of the repository; what follows are the parts of the rest.
    pub fn in_package(&self, path: &str, separator: char) -> Option<Located> {
        let mut name = path;
        while !self.packages.contains_key(name) {
            (name, _) = name.rsplit_once(separator)?;
        }
        let rest = path[name.len()..].split(separator).filter(|part| !part.is_empty());
        Some(Located::Package { name: name.to_owned(), rest: rest.map(str::to_owned).collect() })
    }

    /// What `make` makes of the project: once for each type, so that no import reads a configuration again.
    pub fn parsed<T: Any + Send + Sync>(&self, make: impl Fn(&Project) -> T) -> &T {
        let mut slot = &self.parsed;
        loop {
            let found = slot.get_or_init(|| {
                let value = make(self);
                Box::new(Parsed { value: Box::new(value), next: OnceLock::new() })
            });
            if let Some(value) = found.value.downcast_ref() {
                return value;
            }
            slot = &found.next;
        }
    }

    pub fn file(&self, path: &str) -> Option<u32> {
        self.index.get(path).copied()
    }

    pub fn has_folder(&self, folder: &str) -> bool {
        self.folders.contains_key(folder)
    }

    /// All folders, sorted.
    pub fn folders(&self) -> Vec<String> {
        let mut folders: Vec<String> = self.folders.keys().cloned().collect();
        folders.sort_unstable();
        folders
    }

    /// The files straight in a folder.
    pub fn files_in(&self, folder: &str) -> &[u32] {
        self.folders.get(folder).map_or(&[], Vec::as_slice)
    }

    pub fn configuration(&self, path: &str) -> Option<&str> {
        self.configurations.get(path).map(String::as_str)
    }

    /// All configuration files: (path, content), in no order.
    pub fn configurations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.configurations.iter().map(|(p, c)| (p.as_str(), c.as_str()))
    }

    /// Changes with the packages that files name, and with which do.
    pub fn packages_print(&self) -> u64 {
        self.packages.iter().fold(0, |sum, (name, files)| {
            let one = files
                .iter()
                .fold(crate::hashing::hash(name.as_bytes()), |s, f| crate::hashing::mix(s, u64::from(*f)));
            crate::hashing::finish(one).wrapping_add(sum)
        })
    }

    /// Changes with the configuration files.
    pub fn configurations_print(&self) -> u64 {
        self.configurations.iter().fold(0, |sum, (path, content)| {
            let one = crate::hashing::mix(
                crate::hashing::hash(path.as_bytes()),
                crate::hashing::hash(content.as_bytes()),
            );
            crate::hashing::finish(one).wrapping_add(sum)
        })
    }

    /// The nearest configuration file of that name in or above the folder of `path`: (its folder, its content).
    pub fn nearest(&self, path: &str, name: &str) -> Option<(&str, &str)> {
        let mut folder = folder_of(path);
        loop {
            if let Some((path, content)) = self.configurations.get_key_value(&join(folder, name)) {
                return Some((folder_of(path), content));
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder_of(folder);
        }
    }
}

/// The folder of a path; empty for the root.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Joins and resolves `.` and `..`. A path that leads out of the root becomes one that no file has.
pub fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return String::from("\0");
                }
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The package by its lower-case beginning, at most three parts: `org.junit.jupiter` of `org.junit.jupiter.api.Test`.
pub fn by_case(path: &str) -> Located {
    let package: Vec<&str> =
        path.split('.').take_while(|part| !part.starts_with(char::is_uppercase)).take(3).collect();
    Located::External(package.join("."))
}
