//! Runs every change case of every language: `src/languages/*/changes/*.md`, each a heading, a sentence, the files
//! before and after, and the complete answer in short form. `UPDATE_CASES=1` rewrites the answers; review the differences.

mod markdown;
mod short;

use std::fmt::Write as _;

use graph_core::graph::Graph;
use graph_core::impact::{Options, impact};
use markdown::{build_after, case_files, languages_folder, sections};
use short::short;

#[test]
fn every_change_has_exactly_its_answer() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut failures = String::new();
    let mut cases = 0;
    for path in case_files("changes") {
        let text = std::fs::read_to_string(&path).expect("a case file");
        let mut rewritten = String::new();
        for section in sections(&text) {
            let Some(case) = parse(section) else {
                rewritten.push_str(section);
                continue;
            };
            cases += 1;
            let found = short(&impact(&graph(&case.before), &graph(&case.after), &Options::default()));
            if found != case.expected {
                let name = path.strip_prefix(languages_folder()).expect("inside").display();
                let (expected, heading) = (&case.expected, case.heading);
                writeln!(failures, "\n{name}: {heading}\nexpected\n{expected}found\n{found}")
                    .expect("written");
            }
            let start = section.find("```answer\n").expect("an answer") + "```answer\n".len();
            let end = start + section[start..].find("```").expect("a closed block");
            rewritten.push_str(&section[..start]);
            rewritten.push_str(&found);
            rewritten.push_str(&section[end..]);
        }
        if update && rewritten != text {
            std::fs::write(&path, rewritten).expect("written");
        }
    }
    println!("{cases} change cases");
    assert!(cases > 0, "no case was found");
    assert!(failures.is_empty() || update, "{failures}");
}

/// In every case a state compared with itself has no change, and the reverse comparison swaps added and deleted.
#[test]
fn the_reverse_comparison_swaps_added_and_deleted() {
    for path in case_files("changes") {
        let text = std::fs::read_to_string(&path).expect("a case file");
        for case in sections(&text).into_iter().filter_map(parse) {
            let (before, after) = (graph(&case.before), graph(&case.after));
            let forward = impact(&before, &after, &Options::default());
            let backward = impact(&after, &before, &Options::default());
            let of = |answer: &graph_core::impact::Answer, kind: &str| {
                let is_kind = |c: &&graph_core::impact::ChangeEntry| {
                    serde_json::to_value(c.change).is_ok_and(|k| k == kind)
                };
                let mut ids: Vec<_> =
                    answer.changes.iter().filter(is_kind).map(|c| c.symbol.id.clone()).collect();
                ids.sort();
                ids
            };
            let name = format!("{}: {}", path.display(), case.heading);
            assert_eq!(of(&forward, "added"), of(&backward, "deleted"), "{name}");
            assert_eq!(of(&forward, "deleted"), of(&backward, "added"), "{name}");
            assert_eq!(forward.changes.len(), backward.changes.len(), "{name}");
            for same in [&before, &after] {
                assert_eq!(short(&impact(same, same, &Options::default())), "", "{name}");
            }
        }
    }
}

struct Case<'a> {
    heading: &'a str,
    before: Vec<(&'a str, &'a str)>,
    after: Vec<(&'a str, &'a str)>,
    expected: String,
}

/// `Before, `path`:`, `After, `path`:` or, for both, `` `path`: ``, each before a block with the file's text.
fn parse(section: &str) -> Option<Case<'_>> {
    let heading = section.lines().find_map(|l| l.strip_prefix("## "))?;
    let mut case = Case { heading, before: Vec::new(), after: Vec::new(), expected: String::new() };
    let mut answered = false;
    let mut place = None;
    let mut at = 0;
    let mut lines = section.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        at += line.len();
        if let Some((side, path)) = line.trim().strip_suffix("`:").and_then(|l| l.split_once('`')) {
            place = Some((side.trim_end(), path));
        } else if line.starts_with("```") {
            let start = at;
            while let Some(inner) = lines.next_if(|l| !l.starts_with("```")) {
                at += inner.len();
            }
            let body = &section[start..at];
            at += lines.next().map_or(0, str::len);
            if line.trim() == "```answer" {
                case.expected = body.to_owned();
                answered = true;
            } else if let Some((side, path)) = place.take() {
                match side {
                    "Before," => case.before.push((path, body)),
                    "After," => case.after.push((path, body)),
                    _ => {
                        case.before.push((path, body));
                        case.after.push((path, body));
                    }
                }
            }
        }
    }
    answered.then_some(case)
}

fn graph(files: &[(&str, &str)]) -> Graph {
    build_after(files, None).0
}
