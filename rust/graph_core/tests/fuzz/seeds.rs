//! The seeds of the fuzz targets: the files of the languages' cases, and their facts, diffs and artefacts.

use std::path::Path;

use graph_core::artifact::{self, graph_sections};
use graph_core::facts::Facts;
use graph_core::languages::{ALL, Language};

use crate::entry::{CUT, facts_of};
use crate::markdown::{build_after, case_files, sections};

/// A file of a case.
struct File {
    path: String,
    /// Whether it is the version before or after, if the case has two.
    is_before: bool,
    text: String,
}

/// The seeds of the entry point with that name.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let cases = cases();
    let files = || cases.iter().flatten();
    if let Some(language) = target.strip_prefix("extract_").and_then(Language::named) {
        let of = |file: &&File| Language::of(&file.path).is_some_and(|l| l.name == language.name);
        let mut seeds: Vec<_> = files().filter(of).map(|file| file.text.clone().into_bytes()).collect();
        // A dialect without cases has its own grammar.
        seeds.push(b"a(b) { c }".to_vec());
        return seeds;
    }
    match target {
        "facts" => {
            files().filter_map(facts).map(|(at, facts)| [&[at][..], &encoded(&facts)].concat()).collect()
        }
        "changes" => cases.iter().flat_map(|case| pairs(case).filter_map(versions)).collect(),
        "diff" => cases.iter().flat_map(|case| pairs(case).flat_map(diffs)).collect(),
        "artifact" => cases.iter().map(|case| stored(case)).collect(),
        other => panic!("no seeds for {other}"),
    }
}

fn cases() -> Vec<Vec<File>> {
    let mut cases = Vec::new();
    for path in case_files("cases").into_iter().chain(case_files("changes")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for section in sections(&text) {
            let mut files = Vec::new();
            let mut lines = section.lines();
            while let Some(line) = lines.next() {
                let is_before = line.starts_with("Before, ");
                let line = line.trim_start_matches("Before, ").trim_start_matches("After, ");
                let Some(name) = line.strip_prefix('`').and_then(|l| l.strip_suffix("`:")) else {
                    continue;
                };
                let body = lines.by_ref().skip_while(|l| !l.starts_with("```")).skip(1);
                let text = body.take_while(|l| !l.starts_with("```")).map(|l| format!("{l}\n")).collect();
                files.push(File { path: name.to_owned(), is_before, text });
            }
            if !files.is_empty() {
                cases.push(files);
            }
        }
    }
    cases
}

fn language(path: &str) -> Option<(u8, &'static Language)> {
    let language = Language::of(path)?;
    let at = ALL.iter().position(|l| l.name == language.name)?;
    Some((at as u8, language))
}

fn facts(file: &File) -> Option<(u8, Facts)> {
    let (at, language) = language(&file.path)?;
    Some((at, facts_of(language, &file.path, file.text.as_bytes())?))
}

fn encoded(facts: &Facts) -> Vec<u8> {
    artifact::encode(facts).unwrap()
}

/// The two versions of a file; without them, two files of the case.
fn pairs(case: &[File]) -> impl Iterator<Item = (&File, &File)> {
    let two = |one: &File, other: &File| one.path == other.path && one.is_before && !other.is_before;
    let changed = case.iter().flat_map(move |one| Some((one, case.iter().find(|other| two(one, other))?)));
    changed.chain(case.iter().zip(case.iter().skip(1)).take(1))
}

fn versions((one, other): (&File, &File)) -> Option<Vec<u8>> {
    let (at, _) = language(&one.path)?;
    Some([&[at][..], one.text.as_bytes(), CUT, other.text.as_bytes(), CUT, one.text.as_bytes()].concat())
}

/// The diff in both formats, with the text after it.
fn diffs((one, other): (&File, &File)) -> [Vec<u8>; 2] {
    let marked = |mark: &str, text: &str| text.lines().map(|l| format!("{mark}{l}\n")).collect::<String>();
    let (old, new) = (one.text.lines().count(), other.text.lines().count());
    let (path, before) = (&one.path, marked("-", &one.text));
    let unified = format!(
        "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n{before}{}",
        marked("+", &other.text)
    );
    let lines: String = other.text.lines().enumerate().map(|(n, l)| format!("{} +{l}\n", n + 1)).collect();
    let numbered = format!("## File: '{path}'\n\n@@ -1 +1 @@\n__new hunk__\n{lines}__old hunk__\n{before}");
    [unified, numbered].map(|diff| [diff.as_bytes(), CUT, other.text.as_bytes()].concat())
}

/// The sections of an artefact.
fn stored(case: &[File]) -> Vec<u8> {
    let files: Vec<_> = case.iter().filter(|f| !f.is_before).collect();
    let (graph, _) =
        build_after(&files.iter().map(|f| (f.path.as_str(), f.text.as_str())).collect::<Vec<_>>(), None);
    let mut parts: Vec<_> =
        graph_sections(&graph).unwrap().into_iter().map(|section| section.bytes).collect();
    let mut index = Vec::new();
    let mut all = Vec::new();
    for file in files {
        let Some((_, facts)) = facts(file) else { continue };
        let bytes = encoded(&facts);
        let packed = zstd::bulk::compress(&bytes, 1).unwrap();
        index.push((file.path.clone(), [1u8; 20], packed.len() as u32, bytes.len() as u32));
        all.extend(packed);
    }
    parts.push(artifact::encode(&index).unwrap());
    parts.push(all);
    parts.join(CUT)
}

/// Writes the seeds of a target as files.
pub fn write(target: &str, directory: &Path) {
    let directory = directory.join(target);
    std::fs::create_dir_all(&directory).unwrap();
    for seed in seeds(target) {
        let name = format!("{:016x}", graph_core::hashing::hash(&seed));
        std::fs::write(directory.join(name), seed).unwrap();
    }
}
