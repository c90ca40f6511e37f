//! Checks the syntax of single files.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::languages::Language;
use crate::source::Limits;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Valid,
    InvalidSyntax,
    UnsupportedLanguage,
    Error,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub path: String,
    pub status: Status,
    pub language: Option<&'static str>,
    pub error: Option<Problem>,
}

/// The position of the first syntax error, 1-based.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

/// Checks the file at `path`.
pub fn validate(path: &Path, limits: &Limits) -> Verdict {
    let name = path.to_string_lossy().into_owned();
    let problem = |message: String| Problem { line: 1, column: 1, message };
    let Some(language) = Language::of(&name) else {
        return Verdict { path: name, status: Status::UnsupportedLanguage, language: None, error: None };
    };
    let limit = limits.file_bytes;
    let read = match std::fs::metadata(path) {
        Ok(status) if status.len() > limit => Err(format!("larger than {limit} bytes")),
        Ok(_) => std::fs::read(path).map_err(|e| e.to_string()),
        Err(e) => Err(e.to_string()),
    };
    match read {
        Ok(text) => check_syntax(name, language, &text, Duration::from_millis(limits.parse_ms)),
        Err(reason) => Verdict {
            path: name,
            status: Status::Error,
            language: Some(language.name),
            error: Some(problem(reason)),
        },
    }
}

/// Checks a text of that language. The status is `Error` if parsing takes longer than `time_limit`.
pub fn check_syntax(path: String, language: &'static Language, text: &[u8], time_limit: Duration) -> Verdict {
    let verdict = |status, error| Verdict { path, status, language: Some(language.name), error };
    let mut parser = tree_sitter::Parser::new();
    let tree = match parser.set_language(&(language.grammar)()) {
        Ok(()) => crate::extract::parse_file(language, &mut parser, text, time_limit),
        Err(_) => None,
    };
    let Some(tree) = tree else {
        let message = "took too long to parse".to_owned();
        return verdict(Status::Error, Some(Problem { line: 1, column: 1, message }));
    };
    if !tree.root_node().has_error() {
        return verdict(Status::Valid, None);
    }
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            let at = node.start_position();
            let message = if node.is_missing() {
                format!("'{}' is missing", node.kind())
            } else {
                "not the language's syntax".to_owned()
            };
            return verdict(
                Status::InvalidSyntax,
                Some(Problem { line: at.row + 1, column: at.column + 1, message }),
            );
        }
        // Only subtrees with an error are visited.
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return verdict(
                    Status::InvalidSyntax,
                    Some(Problem { line: 1, column: 1, message: "not the language's syntax".to_owned() }),
                );
            }
        }
    }
}
