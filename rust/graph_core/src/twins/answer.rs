//! The answer to a query for twins as it is serialised, with an explanation in words.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::align::{Alignment, Run};
use super::tokens::Token;
use crate::answer::{Counts, Symbol};
use crate::graph::{Graph, NodeId};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The least score of twins that differ in more than names and literals; in 0..1.
    pub min_score: f64,
    /// The number of twins that are listed of one function.
    pub most: usize,
    /// Tests are searched too.
    pub tests: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { min_score: 0.55, most: 5, tests: false }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    pub meta: Meta,
    /// The functions that were asked for and searched, with or without twins.
    pub functions: Vec<Function>,
    pub left_out: LeftOut,
    /// The number of functions that were sketched.
    pub sketched: usize,
    /// The number of pairs that were compared.
    pub candidates: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meta {
    pub format: u32,
    pub tool_version: &'static str,
    pub options: Options,
    pub head: Counts,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Function {
    pub symbol: Symbol,
    /// Sorted by score, the highest first.
    pub twins: Vec<Twin>,
    /// The number of twins that are not listed.
    pub more: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Twin {
    pub symbol: Symbol,
    /// The clone type. 1: equal apart from comments and layout; 2: also apart from names and literals; 3: edited.
    pub r#type: u8,
    /// The share of the code that agrees; in 0..1.
    pub score: f64,
    pub ranges: Vec<Range>,
    pub explanation: String,
}

/// Lines that agree, 1-based, inclusive at both ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    pub start_line: u32,
    pub end_line: u32,
    pub twin_start_line: u32,
    pub twin_end_line: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LeftOut {
    /// The ids of functions that were asked for and are too small: less than 6 lines or 50 tokens.
    pub short: Vec<String>,
    /// The number of tests that were asked for; see `Options::tests`.
    pub tests: usize,
    /// The number of files that could not be read.
    pub unreadable: usize,
}

/// The tokens of two functions and the texts of their names, by hash.
pub struct TokenPair<'a> {
    pub own: &'a [Token],
    pub other: &'a [Token],
    pub own_names: &'a FxHashMap<u64, String>,
    pub other_names: &'a FxHashMap<u64, String>,
}

/// Runs with fewer tokens are not listed as ranges.
const MIN_RANGE_TOKENS: usize = 8;
const MAX_RENAMED: usize = 4;

pub fn twin(graph: &Graph, id: NodeId, pair: TokenPair, aligned: &Alignment, r#type: u8, score: f64) -> Twin {
    let score = if r#type == 1 { 1.0 } else { score };
    let ranges = ranges(&pair, &aligned.runs);
    let explanation = explanation(&pair, aligned, r#type, score);
    Twin { symbol: Symbol::of(graph, id), r#type, score, ranges, explanation }
}

/// The line ranges of the runs. Runs whose lines touch or overlap in both functions are merged.
fn ranges(pair: &TokenPair, runs: &[Run]) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for &(i, j, length) in runs.iter().filter(|r| r.2 >= MIN_RANGE_TOKENS) {
        let new = Range {
            start_line: pair.own[i].line,
            end_line: pair.own[i + length - 1].line,
            twin_start_line: pair.other[j].line,
            twin_end_line: pair.other[j + length - 1].line,
        };
        match ranges.last_mut() {
            Some(last)
                if new.start_line <= last.end_line + 1 && new.twin_start_line <= last.twin_end_line + 1 =>
            {
                last.end_line = last.end_line.max(new.end_line);
                last.twin_end_line = last.twin_end_line.max(new.twin_end_line);
            }
            _ => ranges.push(new),
        }
    }
    ranges
}

fn explanation(pair: &TokenPair, aligned: &Alignment, r#type: u8, score: f64) -> String {
    let mut text = match r#type {
        1 => return "The same code, comments and layout aside.".to_owned(),
        2 => "The same structure from first to last".to_owned(),
        _ => format!("{:.0} % of the code agrees", (score * 100.0).floor()),
    };
    let renamed = aligned.renamed.len();
    if renamed > 0 {
        let name = |names: &FxHashMap<u64, String>, token: &Token| {
            names.get(&token.text).cloned().unwrap_or_default()
        };
        let listed: Vec<String> = aligned
            .renamed
            .iter()
            .take(MAX_RENAMED)
            .map(|&(i, j)| {
                format!(
                    "{} for {}",
                    name(pair.other_names, &pair.other[j]),
                    name(pair.own_names, &pair.own[i])
                )
            })
            .collect();
        let more = renamed.saturating_sub(MAX_RENAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        text.push_str(&format!("; other names: {}{rest}", listed.join(", ")));
    }
    if aligned.literals > 0 {
        let s = if aligned.literals == 1 { "" } else { "s" };
        text.push_str(&format!("; {} other literal{s}", aligned.literals));
    }
    if r#type == 3 {
        let agreeing: usize = aligned.runs.iter().map(|r| r.2).sum();
        let (own, other) = (pair.own.len() - agreeing, pair.other.len() - agreeing);
        text.push_str(&format!("; {own} tokens only here, {other} only there"));
    }
    text.push('.');
    text
}
