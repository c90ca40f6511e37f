//! Imports: what their tokens mean, and where their paths lead.
//!
//! The grammar leaves the parts of a path side by side, as tokens. They are rewritten to one name, whose text is that of
//! the file: `import a.b.C` is parsed as `import a_b_C`, and `import a.b.{C, D => E}` as `import +++.{C, D => E}`.

use std::collections::HashMap;
use std::ops::Range;

use super::super::project::{Located, Project, folder_of};

/// Joins the parts of each path: to an operator if selectors follow, else to a word.
pub fn join_paths(_: &str, tokens: &[Range<usize>], text: &mut [u8]) {
    let Some((_, paths)) = tokens.split_first() else { return };
    let paths: Vec<&[Range<usize>]> = paths.split(|token| &text[token.clone()] == b",").collect();
    for path in paths {
        match path {
            [first, .., last, _, selectors] if is_selector(&text[selectors.clone()]) => {
                join(first.start..last.end, selectors, text);
            }
            [only, _, selectors] if is_selector(&text[selectors.clone()]) => {
                join(only.clone(), selectors, text);
            }
            [first, .., last] => {
                let path = &mut text[first.start..last.end];
                path.iter_mut().filter(|byte| matches!(byte, b'.' | b'`')).for_each(|byte| *byte = b'_');
            }
            _ => {}
        }
    }
}

fn is_selector(token: &[u8]) -> bool {
    matches!(token, b"_" | b"*" | [b'{', ..]) || token.contains(&b' ')
}

fn join(path: Range<usize>, selectors: &Range<usize>, text: &mut [u8]) {
    text[path].fill(b'+');
    if text[selectors.start] == b'{' {
        let inner = &mut text[selectors.start + 1..selectors.end - 1];
        inner.split_mut(|byte| *byte == b',').for_each(hide);
    }
}

/// `C => _` is no import of `C`: it becomes a name that nothing has.
fn hide(selector: &mut [u8]) {
    let name = selector.trim_ascii();
    let hides = name.strip_suffix(b"_").map(|rest| rest.trim_ascii_end());
    if hides.is_some_and(|rest| rest.ends_with(b"=>") || rest.ends_with(b" as")) {
        let blank = |byte: &&mut u8| !matches!(byte, b'\n' | b'\r');
        selector.iter_mut().filter(blank).for_each(|byte| *byte = b'_');
    }
}

/// The package that each file names, by the index of the file.
struct PackageOfFile(HashMap<u32, String>);

/// Something of the repository: by its full name, by a name that begins in the package of the importer, or by the full
/// name of a package whose files only write the last part of it (`package a` before `package b`).
pub fn locate(project: &Project, importer: &str, path: &str) -> Option<Located> {
    let path = path.strip_prefix("_root_.").unwrap_or(path);
    let found = project
        .in_package(path, '.')
        .or_else(|| in_own_package(project, importer, path))
        .or_else(|| in_nested_package(project, path));
    match found? {
        Located::Package { name, rest } => {
            let rest = rest.iter().map(|part| part.trim_matches('`').to_owned()).collect();
            Some(Located::Package { name, rest })
        }
        located => Some(located),
    }
}

fn in_own_package(project: &Project, importer: &str, path: &str) -> Option<Located> {
    let files = |project: &Project| {
        let packages = project.packages.iter();
        PackageOfFile(packages.flat_map(|(name, files)| files.iter().map(|f| (*f, name.clone()))).collect())
    };
    let own = project.parsed(files).0.get(&project.file(importer)?)?;
    match project.in_package(&format!("{own}.{path}"), '.')? {
        Located::Package { name, rest } if name.len() > own.len() || path.starts_with(char::is_uppercase) => {
            Some(Located::Package { name, rest })
        }
        _ => None,
    }
}

fn in_nested_package(project: &Project, path: &str) -> Option<Located> {
    for (dot, _) in path.match_indices('.') {
        let located = project.in_package(&path[dot + 1..], '.');
        let Some(Located::Package { name, rest }) = located else { continue };
        let folder = format!("/{}/{}", &path[..dot], name).replace('.', "/");
        let files = project.packages.get(&name)?;
        if files.iter().any(|f| format!("/{}", folder_of(&project.paths[*f as usize])).ends_with(&folder)) {
            return Some(Located::Package { name, rest });
        }
    }
    None
}
