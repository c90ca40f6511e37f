//! Answer: what is said of twins, as it is serialised, and why they are ones in words.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::align::{Alignment, Run};
use super::tokens::Token;
use crate::answer::{Counts, Symbol};
use crate::graph::{Graph, NodeId};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The least score of what differs in more than names and literals; in 0..1.
    pub min_score: f64,
    /// How many twins of one function are listed.
    pub most: usize,
    /// Tests are looked at too.
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
    /// Those that were asked for and looked at, with or without twins.
    pub functions: Vec<Function>,
    pub left_out: LeftOut,
    /// Functions that were sketched, and pairs that were scored.
    pub sketched: usize,
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
    /// Surest first.
    pub twins: Vec<Twin>,
    /// Twins that are not listed.
    pub more: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Twin {
    pub symbol: Symbol,
    /// 1: the same but for comments and layout. 2: but for names and literals too. 3: edited.
    pub r#type: u8,
    /// How much agrees, in 0..1.
    pub score: f64,
    pub ranges: Vec<Range>,
    pub explanation: String,
}

/// Lines that agree, 1-based, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    pub start_line: u32,
    pub end_line: u32,
    pub twin_start_line: u32,
    pub twin_end_line: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LeftOut {
    /// Asked for, and of less than 6 lines or 50 tokens: they say too little.
    pub short: Vec<String>,
    /// Tests that were asked for; see `Options::tests`.
    pub tests: usize,
    /// Files that could not be read.
    pub unreadable: usize,
}

/// What the words are made of.
pub struct Parts<'a> {
    pub own: &'a [Token],
    pub other: &'a [Token],
    pub own_names: &'a FxHashMap<u64, String>,
    pub other_names: &'a FxHashMap<u64, String>,
}

/// Runs shorter than this are no range of their own.
const RANGE_TOKENS: usize = 8;
const MOST_RENAMED: usize = 4;

pub fn twin(graph: &Graph, id: NodeId, parts: Parts, aligned: &Alignment, r#type: u8, score: f64) -> Twin {
    let score = if r#type == 1 { 1.0 } else { score };
    let ranges = ranges(&parts, &aligned.runs);
    let explanation = explanation(&parts, aligned, r#type, score);
    Twin { symbol: Symbol::of(graph, id), r#type, score, ranges, explanation }
}

/// Runs that touch or overlap by lines on both sides are one range.
fn ranges(parts: &Parts, runs: &[Run]) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for &(i, j, length) in runs.iter().filter(|r| r.2 >= RANGE_TOKENS) {
        let new = Range {
            start_line: parts.own[i].line,
            end_line: parts.own[i + length - 1].line,
            twin_start_line: parts.other[j].line,
            twin_end_line: parts.other[j + length - 1].line,
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

fn explanation(parts: &Parts, aligned: &Alignment, r#type: u8, score: f64) -> String {
    let mut said = match r#type {
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
            .take(MOST_RENAMED)
            .map(|&(i, j)| {
                format!(
                    "{} for {}",
                    name(parts.other_names, &parts.other[j]),
                    name(parts.own_names, &parts.own[i])
                )
            })
            .collect();
        let more = renamed.saturating_sub(MOST_RENAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        said.push_str(&format!("; other names: {}{rest}", listed.join(", ")));
    }
    if aligned.literals > 0 {
        let s = if aligned.literals == 1 { "" } else { "s" };
        said.push_str(&format!("; {} other literal{s}", aligned.literals));
    }
    if r#type == 3 {
        let agreeing: usize = aligned.runs.iter().map(|r| r.2).sum();
        let (own, other) = (parts.own.len() - agreeing, parts.other.len() - agreeing);
        said.push_str(&format!("; {own} tokens only here, {other} only there"));
    }
    said.push('.');
    said
}
