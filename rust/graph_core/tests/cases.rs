//! Runs every case of every language: `src/languages/*/cases/*.md`, each a heading, a sentence, files, and the complete
//! list of edges except CONTAINS. `UPDATE_CASES=1` rewrites the lists; review the differences.

mod markdown;

use std::fmt::Write as _;

use graph_core::graph::{EdgeKind, Graph, NodeId};
use graph_core::languages;
use markdown::{build_after, case_files, languages_folder, sections};

#[test]
fn every_case_has_exactly_its_edges() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut failures = String::new();
    let (mut passed, mut cases) = (0, 0);
    for path in case_files("cases") {
        let text = std::fs::read_to_string(&path).expect("a case file");
        let mut rewritten = String::new();
        for section in sections(&text) {
            let Some(case) = parse(section) else {
                rewritten.push_str(section);
                continue;
            };
            cases += 1;
            let found = edges(&case.files);
            if found == case.expected {
                passed += 1;
            } else {
                let name = path.strip_prefix(languages_folder()).expect("inside").display();
                writeln!(failures, "\n{name}: {}", case.heading).expect("written");
                for line in case.expected.lines().filter(|l| !found.lines().any(|f| f == *l)) {
                    writeln!(failures, "  missing       {line}").expect("written");
                }
                for line in found.lines().filter(|l| !case.expected.lines().any(|e| e == *l)) {
                    writeln!(failures, "  not expected  {line}").expect("written");
                }
            }
            let start = section.find("```graph\n").expect("a graph block") + "```graph\n".len();
            let end = start + section[start..].find("```").expect("a closed block");
            rewritten.push_str(&section[..start]);
            rewritten.push_str(&found);
            rewritten.push_str(&section[end..]);
        }
        if update && rewritten != text {
            std::fs::write(&path, rewritten).expect("written");
        }
    }
    println!("{passed} of {cases} cases");
    assert!(cases > 0, "no case was found");
    assert!(failures.is_empty() || update, "{failures}");
}

#[test]
fn every_folder_is_a_language_and_its_tags_compile() {
    for entry in std::fs::read_dir(languages_folder()).expect("languages").flatten() {
        if entry.path().is_dir() {
            let tags =
                std::fs::read_to_string(entry.path().join("tags.scm")).expect("every folder has tags.scm");
            let used = languages::ALL.iter().filter(|l| l.tags.contains(tags.trim())).count();
            assert!(used > 0, "{} is in no line of the table", entry.path().display());
        }
    }
    for language in languages::ALL {
        language.syntax();
        // The tags are a valid query for the tree-sitter library too.
        let query = tree_sitter::Query::new(&(language.grammar)(), language.tags);
        assert!(query.is_ok(), "{}: {:?}", language.name, query.err());
    }
}

/// For every name that a case defines: a version in which one file uses another name gives the same graph when it is
/// resolved with the memory of the first version and when it is resolved without.
#[test]
fn a_changed_case_is_resolved_the_same_with_and_without_memory() {
    let mut failures = String::new();
    for path in case_files("cases") {
        let text = std::fs::read_to_string(&path).expect("a case file");
        for case in sections(&text).into_iter().filter_map(parse) {
            let (graph, memory) = build_after(&case.files, None);
            for (i, (file, text)) in case.files.iter().enumerate() {
                let of_file =
                    |id: &NodeId| graph.path(*id) == *file && !graph.node(*id).qualified_name.is_empty();
                let nodes = graph.node_ids().filter(of_file);
                let mut names: Vec<&str> = nodes.map(|id| graph.node(id).name.as_str()).collect();
                names.push("");
                names.sort_unstable();
                names.dedup();
                for name in names {
                    let changed = match name {
                        "" => String::new(),
                        name => format!("\n{}", text.replace(name, &format!("{name}X"))),
                    };
                    let mut files = case.files.clone();
                    files[i].1 = &changed;
                    let again = build_after(&files, Some(&memory)).0;
                    if again != build(&files) {
                        let name = format!("{}: {}: {file}, {name:?}", path.display(), case.heading);
                        writeln!(failures, "{name}").expect("written");
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

struct Case<'a> {
    heading: &'a str,
    files: Vec<(&'a str, &'a str)>,
    expected: String,
}

fn parse(section: &str) -> Option<Case<'_>> {
    let heading = section.lines().find_map(|l| l.strip_prefix("## "))?;
    let mut files = Vec::new();
    let mut expected = None;
    let mut name = None;
    let mut at = 0;
    let mut lines = section.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        at += line.len();
        if let Some(path) = line.trim().strip_prefix('`').and_then(|l| l.strip_suffix("`:")) {
            name = Some(path);
        } else if line.starts_with("```") {
            let start = at;
            while let Some(inner) = lines.next_if(|l| !l.starts_with("```")) {
                at += inner.len();
            }
            let body = &section[start..at];
            at += lines.next().map_or(0, str::len);
            if line.trim() == "```graph" {
                expected = Some(body.to_owned());
            } else if let Some(path) = name.take() {
                files.push((path, body));
            }
        }
    }
    Some(Case { heading, files, expected: expected? })
}

fn edges(files: &[(&str, &str)]) -> String {
    let graph = build(files);
    let show = |id: NodeId| {
        let node = graph.node(id);
        format!("{} {}", graph.path(id), node.qualified_name).trim_end().to_owned()
    };
    let mut lines: Vec<String> = graph
        .edges
        .iter()
        .filter(|e| e.kind != EdgeKind::Contains)
        .map(|e| {
            let kind = serde_json::to_value(e.kind).expect("a name");
            let arrow = match e.kind {
                EdgeKind::Calls => "->".to_owned(),
                _ => format!("-{}->", kind.as_str().expect("a string")),
            };
            let confidence = f64::from(e.confidence) / 100.0;
            format!("{} {arrow} {}   {} {confidence}\n", show(e.from), show(e.to), e.via.name())
        })
        .collect();
    lines.dedup();
    lines.concat()
}

fn build(files: &[(&str, &str)]) -> Graph {
    build_after(files, None).0
}
