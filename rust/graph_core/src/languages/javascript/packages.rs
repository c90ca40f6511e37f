//! What each package.json says about imports: its name, entries, `exports` and `imports`.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::jsonc;
use crate::languages::project::{Project, folder_of};

#[derive(Debug)]
pub struct Package {
    pub name: String,
    /// Files that importing the package itself may mean, the likeliest first.
    pub entries: Vec<String>,
    pub exports: Value,
    pub imports: Value,
}

/// All packages of the repository by folder.
pub fn packages(project: &Project) -> FxHashMap<String, Package> {
    project
        .configurations()
        .filter(|(path, _)| path.rsplit('/').next() == Some("package.json"))
        .map(|(path, text)| (folder_of(path).to_owned(), package(jsonc::parse(text))))
        .collect()
}

/// Folders of the packages of each name, sorted.
pub fn by_name(packages: &FxHashMap<String, Package>) -> FxHashMap<String, Vec<String>> {
    let mut names: FxHashMap<String, Vec<String>> = FxHashMap::default();
    for (folder, package) in packages {
        if !package.name.is_empty() {
            names.entry(package.name.clone()).or_default().push(folder.clone());
        }
    }
    names.values_mut().for_each(|folders| folders.sort_unstable());
    names
}

fn package(mut value: Value) -> Package {
    let fields = ["source", "module", "main", "types", "typings", "browser"];
    let entries = fields.iter().filter_map(|f| value[*f].as_str()).map(str::to_owned).collect();
    let name = value["name"].as_str().unwrap_or("").to_owned();
    let mut take = |key: &str| value.get_mut(key).map_or(Value::Null, Value::take);
    Package { name, entries, exports: take("exports"), imports: take("imports") }
}

/// A bare specifier's package and the path in it: `@scope/name/a/b` is (`@scope/name`, `a/b`).
pub fn split(specifier: &str) -> (&str, &str) {
    let slashes = if specifier.starts_with('@') { 2 } else { 1 };
    match specifier.match_indices('/').nth(slashes - 1) {
        Some((at, _)) => (&specifier[..at], &specifier[at + 1..]),
        None => (specifier, ""),
    }
}

/// What `exports` or `imports` gives for a key, all conditions in the order in which they are written.
/// `key` is `.`, `./path` or `#name`.
pub fn targets(map: &Value, key: &str) -> Vec<String> {
    let keyed = map.as_object().filter(|m| m.keys().any(|k| k.starts_with(['.', '#'])));
    let (value, rest) = match keyed {
        None if key == "." => (Some(map), ""),
        None => (None, ""),
        Some(map) => match map.get(key) {
            Some(value) => (Some(value), ""),
            None => {
                // The most specific pattern: `./features/*.js`, or a folder `./features/`.
                let matching = map.iter().filter_map(|(pattern, value)| {
                    let (head, tail) = match pattern.split_once('*') {
                        Some(parts) => parts,
                        None if pattern.ends_with('/') => (pattern.as_str(), ""),
                        None => return None,
                    };
                    let rest = key.strip_prefix(head)?.strip_suffix(tail)?;
                    Some((head.len(), value, rest))
                });
                match matching.max_by_key(|(specific, ..)| *specific) {
                    Some((_, value, rest)) => (Some(value), rest),
                    None => (None, ""),
                }
            }
        },
    };
    let mut found = Vec::new();
    let mut work: Vec<&Value> = value.into_iter().collect();
    while let Some(value) = work.pop() {
        match value {
            Value::String(target) if target.ends_with('/') => found.push(format!("{target}{rest}")),
            Value::String(target) => found.push(target.replace('*', rest)),
            Value::Array(all) => work.extend(all.iter().rev()),
            Value::Object(all) => {
                let all: Vec<&Value> = all.values().collect();
                work.extend(all.into_iter().rev());
            }
            _ => {}
        }
    }
    found
}
