//! Fit: pieces → lines of files, as many as the budget takes; what it does not take is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::pieces::{Lines as Which, Wanted};
use super::{Piece, Role};
use crate::graph::{EdgeKind, Graph, NodeId, NodeKind};

/// Between lines that do not follow each other.
pub const CUT: &str = "<- CUT CONTENT ->";
/// Signatures over more lines are cut.
const MOST_SIGNATURE: u32 = 20;
/// More lines of a type are cut.
const MOST_FIELDS: usize = 40;
/// So many of the pieces that are cut are named.
const MOST_NAMED: usize = 100;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileContent {
    pub path: String,
    /// `<-- path -->`, then lines as `12: code`, with a mark where some are left out.
    pub content: String,
}

/// What the budget did not take.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cut {
    /// Pieces that are missing, whole or in part.
    pub pieces: usize,
    /// Their lines that are shown for no other piece.
    pub lines: usize,
    /// The first of them.
    pub named: Vec<Piece>,
}

/// The lines of one file.
pub struct Lines {
    text: Vec<String>,
}

impl Lines {
    pub fn of(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        Lines { text: text.lines().map(|l| l.trim_end_matches('\r').to_owned()).collect() }
    }

    fn line(&self, number: u32) -> Option<&str> {
        self.text.get((number as usize).checked_sub(1)?).map(String::as_str)
    }

    /// The last line of a signature that begins at `first`.
    fn signature_end(&self, first: u32, last: u32, signature: &str) -> u32 {
        let wanted = signature.trim_end_matches('…').bytes().filter(|b| !b.is_ascii_whitespace()).count();
        let mut seen = 0;
        for number in first..=last.min(first + MOST_SIGNATURE) {
            let line = self.line(number).unwrap_or_default();
            seen += line.bytes().filter(|b| !b.is_ascii_whitespace()).count();
            if seen >= wanted {
                return number;
            }
        }
        last.min(first + MOST_SIGNATURE)
    }
}

pub struct Fitted {
    pub pieces: Vec<Piece>,
    pub files: Vec<FileContent>,
    pub characters: usize,
    pub cut: Cut,
}

pub fn fitted(
    wanted: Vec<Wanted>,
    head: &Graph,
    files: &[(&str, Lines)],
    budget: usize,
    around: u32,
) -> Fitted {
    let by_path: BTreeMap<&str, &Lines> = files.iter().map(|(path, lines)| (*path, lines)).collect();
    let mut shown: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut pieces = Vec::new();
    let mut missing: Vec<(Wanted, Vec<u32>)> = Vec::new();
    let mut spent = 0;
    for one in wanted {
        let Some(lines) = by_path.get(one.path.as_str()) else { continue };
        let numbers = numbers(&one, head, lines, around);
        let here = shown.get(&one.path);
        let is_new = |n: &u32| here.is_none_or(|here| !here.contains(n));
        let fresh: Vec<u32> = numbers.iter().copied().filter(is_new).collect();
        // Never more than this: a mark before and one behind what is added, and a heading for a new file.
        let mut left = (budget - spent)
            .saturating_sub(2 * (CUT.len() + 1) + if here.is_none() { one.path.len() + 10 } else { 0 });
        let mut taken: Vec<u32> = Vec::new();
        let mut cost = 0;
        for number in core_first(&one, &fresh) {
            let price = lines.line(number).map_or(0, |l| l.chars().count()) + digits(number) + 3;
            if price > left {
                break;
            }
            left -= price;
            cost += price;
            taken.push(number);
        }
        // Half a definition is worth something where it changed, and a call is without what stands around it.
        let is_worth = taken.len() == fresh.len() || one.role == Role::Changed && taken.len() > 2;
        if !is_worth || taken.is_empty() && !fresh.is_empty() {
            missing.push((one, fresh));
            continue;
        }
        if !taken.is_empty() {
            spent += cost + 2 * (CUT.len() + 1) + if here.is_none() { one.path.len() + 10 } else { 0 };
            if here.is_none() {
                order.push(one.path.clone());
            }
        }
        if taken.len() < fresh.len() {
            let rest: Vec<u32> = fresh.iter().copied().filter(|n| !taken.contains(n)).collect();
            missing.push((one.clone(), rest));
        }
        let seen: Vec<u32> =
            numbers.iter().copied().filter(|n| taken.contains(n) || !fresh.contains(n)).collect();
        shown.entry(one.path.clone()).or_default().extend(taken);
        pieces.push(one.told(head, ranges(&seen)));
    }
    let contents: Vec<FileContent> = order
        .into_iter()
        .filter_map(|path| {
            let content = rendered(&path, by_path.get(path.as_str())?, shown.get(&path)?);
            Some(FileContent { path, content })
        })
        .collect();
    let characters = contents.iter().map(|f| f.content.chars().count() + 1).sum::<usize>().saturating_sub(1);
    Fitted { pieces, files: contents, characters, cut: cut(missing, head, &shown) }
}

fn cut(missing: Vec<(Wanted, Vec<u32>)>, head: &Graph, shown: &BTreeMap<String, BTreeSet<u32>>) -> Cut {
    let mut lines: BTreeSet<(&str, u32)> = BTreeSet::new();
    for (one, numbers) in &missing {
        let here = shown.get(&one.path);
        let hidden = numbers.iter().filter(|n| here.is_none_or(|here| !here.contains(n)));
        lines.extend(hidden.map(|n| (one.path.as_str(), *n)));
    }
    let lines = lines.len();
    let pieces = missing.len();
    let named =
        missing.into_iter().take(MOST_NAMED).map(|(one, numbers)| one.told(head, ranges(&numbers))).collect();
    Cut { pieces, lines, named }
}

/// The lines of a piece, in order.
fn numbers(one: &Wanted, head: &Graph, lines: &Lines, around: u32) -> Vec<u32> {
    let end = lines.text.len() as u32;
    let node = one.node.map(|id| head.node(id));
    let mut numbers: BTreeSet<u32> = BTreeSet::new();
    match (one.lines, node) {
        (Which::Range(first, last), _) => numbers.extend(first..=last.min(end)),
        (Which::Site(line), node) => {
            let (first, last) = node.map_or((1, end), |n| (n.start_line, n.end_line));
            let inside = first <= line && line <= last;
            let (first, last) = if inside { (first, last) } else { (1, end) };
            numbers.extend(line.saturating_sub(around).max(first)..=(line + around).min(last).min(end));
            if inside && node.is_some_and(|n| n.kind != NodeKind::File) {
                numbers.insert(first);
            }
        }
        (Which::Signature, Some(n)) => {
            numbers.extend(n.start_line..=lines.signature_end(n.start_line, n.end_line, &n.contract.text))
        }
        (Which::Head, Some(n)) => {
            numbers.extend(n.start_line..=lines.signature_end(n.start_line, n.end_line, &n.contract.text));
            if let Some(id) = one.node {
                numbers.extend(own_lines(head, id, lines));
            }
        }
        (Which::Signature | Which::Head, None) => {}
    }
    numbers.retain(|n| (1..=end).contains(n));
    numbers.into_iter().collect()
}

/// The lines of a type that are of none of its members: its fields.
fn own_lines(head: &Graph, id: NodeId, lines: &Lines) -> Vec<u32> {
    let node = head.node(id);
    let inside =
        head.outgoing(id).filter(|(_, e)| e.kind == EdgeKind::Contains).map(|(_, e)| head.node(e.to));
    let members: Vec<(u32, u32)> = inside.map(|n| (n.start_line, n.end_line)).collect();
    (node.start_line..=node.end_line)
        .filter(|n| !members.iter().any(|(first, last)| (first..=last).contains(&n)))
        .filter(|n| lines.line(*n).is_some_and(|l| !l.trim().is_empty()))
        .take(MOST_FIELDS)
        .collect()
}

/// The line that a site is about comes first, then those nearest to it; else from top to bottom.
fn core_first(one: &Wanted, fresh: &[u32]) -> Vec<u32> {
    let mut order = fresh.to_vec();
    if let Which::Site(line) = one.lines {
        order.sort_by_key(|n| n.abs_diff(line));
    }
    order
}

fn rendered(path: &str, lines: &Lines, numbers: &BTreeSet<u32>) -> String {
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
