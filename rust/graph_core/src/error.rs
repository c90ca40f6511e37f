//! The errors of the core, one variant for each thing that a caller can act on. A file that cannot be read or parsed is
//! no error but data (`Skipped`).

use std::fmt;
use std::path::PathBuf;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The path does not exist.
    NotFound(PathBuf),
    /// The path is a file, and not a directory or a repository.
    NotADirectory(PathBuf),
    /// A commit was requested, and the path is in no git repository.
    NotARepository(PathBuf),
    /// The repository has no such commit, branch or tag.
    UnknownRevision { repo: PathBuf, revision: String },
    /// The object store cannot be read: an object is missing or damaged.
    BrokenRepository { repo: PathBuf, reason: String },
    /// The file is no artefact, is damaged, or has another format version.
    BadArtifact { path: PathBuf, reason: String },
    /// The graph has no such symbol. `suggestions` are ids with similar names.
    NoSuchSymbol { symbol: String, suggestions: Vec<String> },
    /// The name matches several symbols.
    AmbiguousSymbol { symbol: String, candidates: Vec<String> },
    /// The value of an option is not allowed.
    BadOption(String),
    /// The diff cannot be parsed, or does not match the text.
    BadDiff(String),
    /// Reading or writing a file failed.
    Io { path: PathBuf, reason: String },
    /// The resolver panicked at each of these files, which are too many to be left out.
    PoisonedFiles(Vec<String>),
    /// The caller cancelled the operation.
    Cancelled,
    /// A defect of this program, such as a panic that was caught.
    Internal(String),
}

impl Error {
    /// The stable code of the error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Error::NotFound(_) => "not_found",
            Error::NotADirectory(_) => "not_a_directory",
            Error::NotARepository(_) => "not_a_repository",
            Error::UnknownRevision { .. } => "unknown_revision",
            Error::BrokenRepository { .. } => "broken_repository",
            Error::BadArtifact { .. } => "bad_artifact",
            Error::NoSuchSymbol { .. } => "no_such_symbol",
            Error::AmbiguousSymbol { .. } => "ambiguous_symbol",
            Error::BadOption(_) => "bad_option",
            Error::BadDiff(_) => "bad_diff",
            Error::Io { .. } => "io",
            Error::PoisonedFiles(_) => "poisoned_files",
            Error::Cancelled => "cancelled",
            Error::Internal(_) => "internal",
        }
    }

    /// An I/O error at `path`.
    pub fn io(path: impl Into<PathBuf>, reason: impl fmt::Display) -> Self {
        Error::Io { path: path.into(), reason: reason.to_string() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotFound(path) => write!(f, "{} does not exist", path.display()),
            Error::NotADirectory(path) => {
                write!(f, "{} is a file; name a directory or a git repository", path.display())
            }
            Error::NotARepository(path) => write!(f, "{} is not a git repository", path.display()),
            Error::UnknownRevision { repo, revision } => {
                write!(f, "{} has no commit, branch or tag '{revision}'", repo.display())
            }
            Error::BrokenRepository { repo, reason } => {
                write!(f, "the object store of {} cannot be read: {reason}", repo.display())
            }
            Error::BadArtifact { path, reason } => {
                write!(f, "{} is not a usable graph artefact: {reason}", path.display())
            }
            Error::NoSuchSymbol { symbol, suggestions } => {
                write!(f, "no such symbol: '{symbol}'{}", listed("; did you mean ", suggestions))
            }
            Error::AmbiguousSymbol { symbol, candidates } => {
                write!(f, "'{symbol}' names several symbols{}", listed(": ", candidates))
            }
            Error::BadOption(reason) | Error::BadDiff(reason) => f.write_str(reason),
            Error::Io { path, reason } => write!(f, "{}: {reason}", path.display()),
            Error::PoisonedFiles(paths) => {
                write!(f, "each of these files breaks the resolving of names: {}", paths.join(", "))
            }
            Error::Cancelled => f.write_str("cancelled"),
            Error::Internal(reason) => write!(f, "internal error: {reason}"),
        }
    }
}

impl std::error::Error for Error {}

fn listed(lead: &str, items: &[String]) -> String {
    if items.is_empty() { String::new() } else { format!("{lead}{}", items.join(", ")) }
}
