//! Content: the numbered lines that a reviewer of a change needs, the nearest and surest first, within a budget.

mod fit;
mod pieces;

use serde::{Deserialize, Serialize};

use crate::answer::Counts;
use crate::error::{Error, Result};
use crate::file_texts::FileTexts;
use crate::graph::{Graph, NodeId};
use crate::impact;
use crate::source::Limits;

pub use fit::{CUT, Cut, FileContent};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The most characters of all; 0: no limit.
    pub characters: usize,
    /// The same in tokens of a language model, of which one is taken to be three characters; 0: no limit.
    pub tokens: usize,
    /// Lines before and after a line where something is called.
    pub around: u32,
    /// Lines of head that a diff shows, as (path, first, last): only definitions that they touch are subjects, and
    /// they themselves are shown. Empty: all that changed.
    pub focus: Vec<(String, u32, u32)>,
    /// How far and how sure callers and tests may be.
    pub impact: impact::Options,
}

impl Default for Options {
    fn default() -> Self {
        Options { characters: 0, tokens: 0, around: 2, focus: Vec::new(), impact: impact::Options::default() }
    }
}

/// Of code a tokenizer of the usual kinds makes a token of about three to four characters.
pub const CHARACTERS_PER_TOKEN: usize = 3;

impl Options {
    fn budget(&self) -> usize {
        let limits = [self.characters, self.tokens.saturating_mul(CHARACTERS_PER_TOKEN)];
        limits.into_iter().filter(|l| *l > 0).min().unwrap_or(usize::MAX)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Content {
    pub meta: Meta,
    /// Why lines are shown, in the order of their worth.
    pub pieces: Vec<Piece>,
    /// Files with changes first, then as the pieces come.
    pub files: Vec<FileContent>,
    pub characters: usize,
    /// An estimate: a third of the characters.
    pub tokens: usize,
    pub cut: Cut,
    /// Files that could not be read.
    pub unreadable: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meta {
    pub format: u32,
    pub tool_version: &'static str,
    pub options: Options,
    pub head: Counts,
}

/// What lines are shown for; in the order in which they are worth it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The lines of the diff, and the code of what changed.
    Changed,
    /// Where what changed is called, overridden or named.
    Caller,
    /// The signature of something that changed code calls.
    Callee,
    /// The head of a type that changed code names, with its fields.
    Type,
    /// Where a test calls what changed.
    Test,
    /// Where a file with changes imports what they use.
    Import,
    /// Further callers.
    Beyond,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Piece {
    pub role: Role,
    /// The definition that the lines are of.
    pub symbol: String,
    pub path: String,
    /// First and last, 1-based, both included.
    pub lines: Vec<(u32, u32)>,
    pub distance: u32,
    pub confidence: f64,
    /// The changed definition that it is shown for; empty for that itself.
    pub subject: String,
}

/// What to read of `head`, whose files are `texts`, to review the change from `base`. Without a base, and with a
/// focus, the definitions that it touches are taken for changed.
pub fn content(
    base: Option<&Graph>,
    head: &Graph,
    texts: &FileTexts,
    options: &Options,
    limits: &Limits,
) -> Result<Content> {
    if options.focus.iter().any(|(_, first, last)| *first == 0 || last < first) {
        return Err(Error::BadOption(
            "a focus must be lines from 1 on, the first before the last".to_owned(),
        ));
    }
    let gathered = pieces::gathered(base, head, options);
    let mut paths: Vec<String> = gathered.iter().map(|p| p.path.clone()).collect();
    paths.sort_unstable();
    paths.dedup();
    let read = texts.read(&paths, limits)?;
    let unreadable: Vec<String> =
        paths.iter().zip(&read).filter(|(_, text)| text.is_none()).map(|(path, _)| path.clone()).collect();
    let files: Vec<(&str, fit::Lines)> = paths
        .iter()
        .zip(&read)
        .filter_map(|(path, text)| Some((path.as_str(), fit::Lines::of(text.as_deref()?))))
        .collect();
    let fitted = fit::fitted(gathered, head, &files, options.budget(), options.around);
    Ok(Content {
        meta: Meta {
            format: 1,
            tool_version: env!("CARGO_PKG_VERSION"),
            options: options.clone(),
            head: Counts::of(head),
        },
        characters: fitted.characters,
        tokens: fitted.characters.div_ceil(CHARACTERS_PER_TOKEN),
        pieces: fitted.pieces,
        files: fitted.files,
        cut: fitted.cut,
        unreadable,
    })
}

/// The definition in `graph` that holds a line of a file most closely.
pub fn innermost(graph: &Graph, path: &str, line: u32) -> Option<NodeId> {
    let file = graph.files.binary_search_by(|f| (*f.path).cmp(path)).ok()? as u32;
    let from = graph.nodes.partition_point(|n| n.file.0 < file);
    let to = graph.nodes.partition_point(|n| n.file.0 <= file);
    (from..to)
        .filter(|i| (graph.nodes[*i].start_line..=graph.nodes[*i].end_line).contains(&line))
        .min_by_key(|i| {
            let node = &graph.nodes[*i];
            (node.end_line - node.start_line, std::cmp::Reverse(node.start_byte))
        })
        .map(|i| NodeId(i as u32))
}
