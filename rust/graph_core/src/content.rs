//! The content that a reviewer of a change needs: numbered lines of code, the most relevant first, within a budget.

mod budget;
mod selection;

use serde::{Deserialize, Serialize};

use crate::answer::Counts;
use crate::error::{Error, Result};
use crate::file_texts::FileTexts;
use crate::graph::Graph;
use crate::impact;
use crate::source::Limits;

pub use budget::{CUT, Cut, FileContent};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The most characters in total; 0: no limit.
    pub characters: usize,
    /// The most tokens of a language model, counted as three characters each; 0: no limit.
    pub tokens: usize,
    /// The number of lines to show before and after a call.
    pub around: u32,
    /// Lines of head that a diff shows, as (path, first, last). Only definitions that contain one of them are subjects, and
    /// the lines themselves are shown. Empty: all changed definitions are subjects.
    pub focus: Vec<(String, u32, u32)>,
    /// How callers and tests are found.
    pub impact: impact::Options,
}

impl Default for Options {
    fn default() -> Self {
        Options { characters: 0, tokens: 0, around: 2, focus: Vec::new(), impact: impact::Options::default() }
    }
}

/// The usual tokenizers split code into tokens of about three to four characters.
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
    /// Why lines are shown, in order of relevance.
    pub pieces: Vec<Piece>,
    /// In the order in which the pieces first need them, so that files with changes come first.
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

/// Why lines are shown, in order of relevance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The lines of the diff, and the code of what changed.
    Changed,
    /// A place that calls, overrides or uses a changed definition.
    Caller,
    /// The signature of a definition that changed code calls.
    Callee,
    /// The declaration of a type that changed code uses, with its fields.
    Type,
    /// A place in a test that calls a changed definition.
    Test,
    /// An import of a definition that the changed code uses.
    Import,
    /// Indirect callers.
    Beyond,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Piece {
    pub role: Role,
    /// The id of the definition that contains the lines.
    pub symbol: String,
    pub path: String,
    /// Ranges of lines, 1-based, inclusive at both ends.
    pub lines: Vec<(u32, u32)>,
    pub distance: u32,
    pub confidence: f64,
    /// The id of the changed definition for which it is shown; empty for that definition itself.
    pub subject: String,
}

/// The lines of `head` to read for a review of the change from `base`. `texts` reads the files of `head`. Without a base,
/// the definitions in the focus are taken as changed.
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
    let candidates = selection::select(base, head, options);
    let mut paths: Vec<String> = candidates.iter().map(|p| p.path.clone()).collect();
    paths.sort_unstable();
    paths.dedup();
    let read = texts.read(&paths, limits)?;
    let unreadable: Vec<String> =
        paths.iter().zip(&read).filter(|(_, text)| text.is_none()).map(|(path, _)| path.clone()).collect();
    let files: Vec<(&str, budget::FileLines)> = paths
        .iter()
        .zip(&read)
        .filter_map(|(path, text)| Some((path.as_str(), budget::FileLines::of(text.as_deref()?))))
        .collect();
    let selected = budget::within_budget(candidates, head, &files, options.budget(), options.around);
    Ok(Content {
        meta: Meta {
            format: 1,
            tool_version: env!("CARGO_PKG_VERSION"),
            options: options.clone(),
            head: Counts::of(head),
        },
        characters: selected.characters,
        tokens: selected.characters.div_ceil(CHARACTERS_PER_TOKEN),
        pieces: selected.pieces,
        files: selected.files,
        cut: selected.cut,
        unreadable,
    })
}
