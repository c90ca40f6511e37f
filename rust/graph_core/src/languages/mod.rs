//! The languages: one struct value each, one line each in `ALL`. Their syntax is data (`tags.scm`), what their names
//! mean is data (`rules`); their only code resolves the path of an import and parses the comments and tokens that the
//! grammar does not. No code outside of this folder depends on which language it has.

mod csharp;
pub mod doc_comments;
pub mod frameworks;
mod go;
mod java;
mod javascript;
mod kotlin;
pub mod modifiers;
mod php;
pub mod platform;
pub mod project;
mod python;
mod ruby;
pub mod rules;
pub mod runners;
mod rust;
mod scala;
pub mod syntax;
mod test_rules;
pub mod token_trees;
mod typescript;

use std::sync::OnceLock;

use doc_comments::DocComments;
use platform::{Platform, PlatformSource};
use project::{Located, Project};
pub use rules::*;
use syntax::Syntax;
pub use test_rules::TestRules;
use token_trees::RewriteTokenTrees;

/// Every language, in the order of the documentation.
pub static ALL: &[&Language] = &[
    &python::PYTHON,
    &typescript::TYPESCRIPT,
    &typescript::TSX,
    &javascript::JAVASCRIPT,
    &java::JAVA,
    &kotlin::KOTLIN,
    &scala::SCALA,
    &go::GO,
    &rust::RUST,
    &php::PHP,
    &csharp::CSHARP,
    &ruby::RUBY,
];

pub struct Language {
    pub name: &'static str,
    /// Languages of one family bind to each other.
    pub family: &'static str,
    /// Endings of file names, without the dot.
    pub extensions: &'static [&'static str],
    pub grammar: fn() -> tree_sitter::Language,
    /// The grammar crate's version.
    pub grammar_version: &'static str,
    /// Queries of one level; see README.md beside this file.
    pub tags: &'static str,
    pub syntax: OnceLock<Syntax>,
    pub rules: Rules,
    /// The files that declare the platform.
    pub platform_source: Option<&'static PlatformSource>,
    /// Documentation comments that declare types.
    pub doc_comments: Option<&'static DocComments>,
    /// Rewrites the token trees of macro calls, which the grammar does not parse.
    pub token_trees: Option<RewriteTokenTrees>,
    /// A text of the same length with the separators that the grammar requires and the language does not; None: it
    /// misses none. Called only where the text as it is does not parse.
    pub insert_separators: fn(&[u8]) -> Option<Vec<u8>>,
    pub tests: TestRules,
    /// Names of project configuration files that `locate` reads.
    pub configurations: &'static [&'static str],
    /// The name of a project's file, with at most one `*`; files below its folder are the project's. Empty: none.
    pub project_file: &'static str,
    /// The project files that a project file refers to.
    pub references: fn(project: &Project, file: &str) -> Vec<String>,
    /// Files that the module `{}` of a folder may be, in order; empty where folders are no packages.
    pub module_files: &'static [&'static str],
    /// Where an import of `path`, written in the file `importer`, may lead.
    pub locate: fn(project: &Project, importer: &str, path: &str) -> Located,
}

impl Language {
    /// The language of a path, by its ending.
    pub fn of(path: &str) -> Option<&'static Language> {
        let extension = path.rsplit_once('.')?.1;
        ALL.iter().copied().find(|l| l.extensions.iter().any(|e| e.eq_ignore_ascii_case(extension)))
    }

    pub fn named(name: &str) -> Option<&'static Language> {
        ALL.iter().copied().find(|l| l.name == name)
    }

    /// The compiled table of `tags`; compiled once.
    pub fn syntax(&self) -> &Syntax {
        self.syntax.get_or_init(|| match Syntax::compile(&(self.grammar)(), self.tags) {
            Ok(syntax) => syntax,
            // tags.scm is part of this program: a test compiles every one.
            Err(reason) => panic!("tags.scm of {}: {reason}", self.name),
        })
    }

    /// Has every name in a written type a reference of its own?
    pub fn names_types(&self) -> bool {
        self.rules.values && self.doc_comments.is_none()
    }

    /// What the platform declares, for the extractor: `crate::platform::of` has read it before the first file.
    pub fn platform(&self) -> &'static Platform {
        self.platform_source.map_or(&platform::NOTHING, PlatformSource::declared)
    }

    /// Is a file of this path a test file?
    pub fn is_test_file(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.tests.files.iter().any(|pattern| match pattern.strip_suffix('/') {
            Some(folder) if folder.contains('/') => {
                path.match_indices(pattern).any(|(at, _)| at == 0 || path.as_bytes()[at - 1] == b'/')
            }
            Some(folder) => path.split('/').rev().skip(1).any(|part| part == folder),
            None => matches(pattern, name),
        })
    }
}

/// Is a file of this path read at all: source of a language, or a configuration that imports depend on?
pub fn is_wanted(path: &str) -> bool {
    Language::of(path).is_some() || is_configuration(path)
}

pub fn is_configuration(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ALL.iter().any(|l| l.configurations.iter().any(|pattern| matches(pattern, name)))
}

/// Does the name fit a pattern with at most one `*`?
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => {
            name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
        }
        None => name == pattern,
    }
}
