//! What tsconfig.json and jsconfig.json say about imports: `paths`, `baseUrl`, `extends`, `references`.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::jsonc;
use crate::languages::project::{Project, folder_of, join};

/// The settings of one configuration file with those that it extends.
#[derive(Debug, Clone, Default)]
pub struct Compiler {
    pub root: Option<String>,
    /// Patterns with at most one `*`, and the paths from the repository's root that each stands for.
    pub paths: Vec<(String, Vec<String>)>,
}

/// How many files extend one another, and how many a solution refers to.
const LONGEST_CHAIN: usize = 32;

/// By folder, those that rule the files below: the folder's own first, then what it refers to.
pub fn compilers(
    project: &Project,
    packages: &FxHashMap<String, Vec<String>>,
) -> FxHashMap<String, Vec<Compiler>> {
    let parsed: FxHashMap<&str, Value> = project
        .configurations()
        .filter(|(path, _)| !path.ends_with("package.json") && path.ends_with(".json"))
        .map(|(path, text)| (path, jsonc::parse(text)))
        .collect();
    let mut found: FxHashMap<String, Vec<Compiler>> = FxHashMap::default();
    for name in ["tsconfig.json", "jsconfig.json"] {
        for (path, value) in &parsed {
            if path.rsplit('/').next() != Some(name) {
                continue;
            }
            let folder = folder_of(path);
            let all = found.entry(folder.to_owned()).or_default();
            all.push(compiler(path, &parsed, packages));
            for reference in list(&value["references"]).take(LONGEST_CHAIN) {
                let Some(reference) = reference["path"].as_str() else {
                    continue;
                };
                let at = join(folder, reference);
                // One with a folder of its own rules only that.
                if folder_of(&at) == folder && parsed.contains_key(at.as_str()) {
                    all.push(compiler(&at, &parsed, packages));
                }
            }
        }
    }
    found.retain(|_, all| {
        all.retain(|c| c.root.is_some() || !c.paths.is_empty());
        !all.is_empty()
    });
    found
}

fn compiler(
    path: &str,
    parsed: &FxHashMap<&str, Value>,
    packages: &FxHashMap<String, Vec<String>>,
) -> Compiler {
    let leaf = folder_of(path);
    let mut result = Compiler::default();
    let mut written: Option<(&Value, String)> = None;
    // Nearest first: what is said first counts; of several bases the last.
    let mut work = vec![path.to_owned()];
    let mut seen: Vec<String> = Vec::new();
    while let Some(path) = work.pop() {
        if seen.contains(&path) || seen.len() >= LONGEST_CHAIN {
            continue;
        }
        let Some(value) = parsed.get(path.as_str()) else {
            continue;
        };
        let folder = folder_of(&path).to_owned();
        let options = &value["compilerOptions"];
        if result.root.is_none()
            && let Some(root) = options["baseUrl"].as_str()
        {
            result.root = Some(place(&folder, leaf, root));
        }
        if written.is_none() && options["paths"].is_object() {
            written = Some((&options["paths"], folder.clone()));
        }
        let extends = &value["extends"];
        let bases: Vec<&str> = match extends.as_str() {
            Some(one) => vec![one],
            None => list(extends).filter_map(Value::as_str).collect(),
        };
        work.extend(bases.into_iter().filter_map(|base| extended(&folder, base, parsed, packages)));
        seen.push(path);
    }
    if let Some((paths, folder)) = written {
        let from = result.root.clone().unwrap_or(folder);
        for (pattern, targets) in paths.as_object().into_iter().flatten() {
            let targets = list(targets).filter_map(Value::as_str).map(|t| place(&from, leaf, t)).collect();
            result.paths.push((pattern.clone(), targets));
        }
        // The most specific pattern first: exact ones, then by the length before the `*`.
        result.paths.sort_by_key(|(pattern, _)| match pattern.find('*') {
            None => (0, 0),
            Some(at) => (1, usize::MAX - at),
        });
    }
    result
}

/// The path of a configuration that another one extends.
fn extended(
    folder: &str,
    base: &str,
    parsed: &FxHashMap<&str, Value>,
    packages: &FxHashMap<String, Vec<String>>,
) -> Option<String> {
    let starts = if base.starts_with('.') {
        vec![join(folder, base)]
    } else {
        let (name, rest) = super::packages::split(base);
        let folders = packages.get(name).into_iter().flatten();
        folders.map(|f| join(f, rest)).collect()
    };
    starts.iter().find_map(|start| {
        let candidates = [start.clone(), format!("{start}.json"), join(start, "tsconfig.json")];
        candidates.into_iter().find(|c| parsed.contains_key(c.as_str()))
    })
}

fn place(folder: &str, leaf: &str, path: &str) -> String {
    match path.strip_prefix("${configDir}") {
        Some(rest) => join(leaf, rest),
        None => join(folder, path),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
