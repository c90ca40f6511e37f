//! Turns candidates into lines of files, as many as the budget allows, and reports what it leaves out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::selection::{Candidate, Lines};
use super::{Piece, Role};
use crate::graph::{EdgeKind, Graph, NodeId, NodeKind};

/// The mark between lines that are not adjacent.
pub const CUT: &str = "<- CUT CONTENT ->";
/// Longer signatures are cut.
const MAX_SIGNATURE_LINES: u32 = 20;
/// The number of lines with fields that are shown of a type.
const MAX_FIELD_LINES: usize = 40;
/// The number of left-out pieces that are listed.
const MAX_LISTED: usize = 100;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileContent {
    pub path: String,
    /// `<-- path -->`, then lines such as `12: code`, with a mark where lines are left out.
    pub content: String,
}

/// What is left out because of the budget.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cut {
    /// The number of pieces that are left out, whole or in part.
    pub pieces: usize,
    /// The number of their lines that no other piece shows.
    pub lines: usize,
    /// The first of these pieces.
    pub named: Vec<Piece>,
}

/// The lines of one file.
pub struct FileLines {
    text: Vec<String>,
}

impl FileLines {
    pub fn of(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        FileLines { text: text.lines().map(|l| l.trim_end_matches('\r').to_owned()).collect() }
    }

    fn line(&self, number: u32) -> Option<&str> {
        self.text.get((number as usize).checked_sub(1)?).map(String::as_str)
    }

    /// The last line of a signature that starts at line `first`.
    fn signature_end(&self, first: u32, last: u32, signature: &str) -> u32 {
        let wanted = signature.trim_end_matches('…').bytes().filter(|b| !b.is_ascii_whitespace()).count();
        let mut seen = 0;
        for number in first..=last.min(first + MAX_SIGNATURE_LINES) {
            let line = self.line(number).unwrap_or_default();
            seen += line.bytes().filter(|b| !b.is_ascii_whitespace()).count();
            if seen >= wanted {
                return number;
            }
        }
        last.min(first + MAX_SIGNATURE_LINES)
    }
}

pub struct Selected {
    pub pieces: Vec<Piece>,
    pub files: Vec<FileContent>,
    pub characters: usize,
    pub cut: Cut,
}

/// Selects lines of the candidates, which are in order of relevance, until `budget` characters are used. `around` is the
/// number of lines to show before and after a call.
pub fn within_budget(
    wanted: Vec<Candidate>,
    head: &Graph,
    files: &[(&str, FileLines)],
    budget: usize,
    around: u32,
) -> Selected {
    let by_path: BTreeMap<&str, &FileLines> = files.iter().map(|(path, lines)| (*path, lines)).collect();
    let mut shown: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut pieces = Vec::new();
    let mut missing: Vec<(Candidate, Vec<u32>)> = Vec::new();
    let mut spent = 0;
    for candidate in wanted {
        let Some(lines) = by_path.get(candidate.path.as_str()) else { continue };
        let numbers = line_numbers(&candidate, head, lines, around);
        let shown_here = shown.get(&candidate.path);
        let is_new = |n: &u32| shown_here.is_none_or(|shown_here| !shown_here.contains(n));
        let new_lines: Vec<u32> = numbers.iter().copied().filter(is_new).collect();
        // Reserves room for a mark before and one after the added lines, and for the heading of a new file.
        let mut left = (budget - spent).saturating_sub(
            2 * (CUT.len() + 1) + if shown_here.is_none() { candidate.path.len() + 10 } else { 0 },
        );
        let mut shown_lines: Vec<u32> = Vec::new();
        let mut cost = 0;
        for number in by_relevance(&candidate, &new_lines) {
            let price = lines.line(number).map_or(0, |l| l.chars().count()) + digits(number) + 3;
            if price > left {
                break;
            }
            left -= price;
            cost += price;
            shown_lines.push(number);
        }
        // A part of a changed definition is still useful; of other candidates all lines are needed.
        let is_worth =
            shown_lines.len() == new_lines.len() || candidate.role == Role::Changed && shown_lines.len() > 2;
        if !is_worth || shown_lines.is_empty() && !new_lines.is_empty() {
            missing.push((candidate, new_lines));
            continue;
        }
        if !shown_lines.is_empty() {
            spent +=
                cost + 2 * (CUT.len() + 1) + if shown_here.is_none() { candidate.path.len() + 10 } else { 0 };
            if shown_here.is_none() {
                order.push(candidate.path.clone());
            }
        }
        if shown_lines.len() < new_lines.len() {
            let rest: Vec<u32> = new_lines.iter().copied().filter(|n| !shown_lines.contains(n)).collect();
            missing.push((candidate.clone(), rest));
        }
        let seen: Vec<u32> =
            numbers.iter().copied().filter(|n| shown_lines.contains(n) || !new_lines.contains(n)).collect();
        shown.entry(candidate.path.clone()).or_default().extend(shown_lines);
        pieces.push(candidate.into_piece(head, ranges(&seen)));
    }
    let contents: Vec<FileContent> = order
        .into_iter()
        .filter_map(|path| {
            let content = render(&path, by_path.get(path.as_str())?, shown.get(&path)?);
            Some(FileContent { path, content })
        })
        .collect();
    let characters = contents.iter().map(|f| f.content.chars().count() + 1).sum::<usize>().saturating_sub(1);
    Selected { pieces, files: contents, characters, cut: cut(missing, head, &shown) }
}

fn cut(missing: Vec<(Candidate, Vec<u32>)>, head: &Graph, shown: &BTreeMap<String, BTreeSet<u32>>) -> Cut {
    let mut lines: BTreeSet<(&str, u32)> = BTreeSet::new();
    for (candidate, numbers) in &missing {
        let shown_here = shown.get(&candidate.path);
        let hidden = numbers.iter().filter(|n| shown_here.is_none_or(|shown_here| !shown_here.contains(n)));
        lines.extend(hidden.map(|n| (candidate.path.as_str(), *n)));
    }
    let lines = lines.len();
    let pieces = missing.len();
    let listed = missing
        .into_iter()
        .take(MAX_LISTED)
        .map(|(candidate, numbers)| candidate.into_piece(head, ranges(&numbers)))
        .collect();
    Cut { pieces, lines, named: listed }
}

/// The line numbers of a candidate, sorted.
fn line_numbers(candidate: &Candidate, head: &Graph, lines: &FileLines, around: u32) -> Vec<u32> {
    let end = lines.text.len() as u32;
    let node = candidate.node.map(|id| head.node(id));
    let mut numbers: BTreeSet<u32> = BTreeSet::new();
    match (candidate.lines, node) {
        (Lines::Range(first, last), _) => numbers.extend(first..=last.min(end)),
        (Lines::Site(line), node) => {
            let (first, last) = node.map_or((1, end), |n| (n.start_line, n.end_line));
            let inside = first <= line && line <= last;
            let (first, last) = if inside { (first, last) } else { (1, end) };
            numbers.extend(line.saturating_sub(around).max(first)..=(line + around).min(last).min(end));
            if inside && node.is_some_and(|n| n.kind != NodeKind::File) {
                numbers.insert(first);
            }
        }
        (Lines::Signature, Some(n)) => {
            numbers.extend(n.start_line..=lines.signature_end(n.start_line, n.end_line, &n.contract.text))
        }
        (Lines::Head, Some(n)) => {
            numbers.extend(n.start_line..=lines.signature_end(n.start_line, n.end_line, &n.contract.text));
            if let Some(id) = candidate.node {
                numbers.extend(own_lines(head, id, lines));
            }
        }
        (Lines::Signature | Lines::Head, None) => {}
    }
    numbers.retain(|n| (1..=end).contains(n));
    numbers.into_iter().collect()
}

/// The lines of a type outside of its members, which are mainly its fields.
fn own_lines(head: &Graph, id: NodeId, lines: &FileLines) -> Vec<u32> {
    let node = head.node(id);
    let inside =
        head.outgoing(id).filter(|(_, e)| e.kind == EdgeKind::Contains).map(|(_, e)| head.node(e.to));
    // Fields and members of an enumeration are part of the contract of their type.
    let inside = inside.filter(|node| !node.kind.is_value());
    let members: Vec<(u32, u32)> = inside.map(|n| (n.start_line, n.end_line)).collect();
    (node.start_line..=node.end_line)
        .filter(|n| !members.iter().any(|(first, last)| (first..=last).contains(&n)))
        .filter(|n| lines.line(*n).is_some_and(|l| !l.trim().is_empty()))
        .take(MAX_FIELD_LINES)
        .collect()
}

/// Sorts the lines around a call by their distance to it; other lines stay in order.
fn by_relevance(candidate: &Candidate, new_lines: &[u32]) -> Vec<u32> {
    let mut order = new_lines.to_vec();
    if let Lines::Site(line) = candidate.lines {
        order.sort_by_key(|n| n.abs_diff(line));
    }
    order
}

fn render(path: &str, lines: &FileLines, numbers: &BTreeSet<u32>) -> String {
    let mut out = format!("<-- {path} -->");
    let mut last = 0;
    for &number in numbers {
        if last > 0 && number != last + 1 {
            let _ = write!(out, "\n{CUT}");
        }
        let _ = write!(out, "\n{number}: {}", lines.line(number).unwrap_or_default());
        last = number;
    }
    out
}

fn digits(number: u32) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

fn ranges(numbers: &[u32]) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &n in numbers {
        match ranges.last_mut() {
            Some((_, last)) if n <= *last + 1 => *last = n,
            _ => ranges.push((n, n)),
        }
    }
    ranges
}
