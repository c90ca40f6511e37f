//! TypeScript, and TypeScript with JSX: JavaScript's rules with types. Two grammars, one set of tags.

use std::sync::OnceLock;

use super::Language;
use super::javascript::{CONFIGURATIONS, PLATFORM, RULES, TESTS, locate, separators};

pub static TYPESCRIPT: Language = Language {
    name: "typescript",
    family: "javascript",
    extensions: &["ts", "mts", "cts"],
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    grammar_version: "0.23.2",
    tags: concat!(
        include_str!("../javascript/ecmascript.scm"),
        include_str!("tags.scm"),
        "\n(type_assertion (type_arguments) @of.type (_) @of.value) @typed\n"
    ),
    syntax: OnceLock::new(),
    rules: RULES,
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: None,
    insert_separators: separators::insert,
    tests: TESTS,
    configurations: CONFIGURATIONS,
    project_file: "",
    references: |_, _| Vec::new(),
    module_files: &[],
    locate,
};

pub static TSX: Language = Language {
    name: "tsx",
    family: "javascript",
    extensions: &["tsx"],
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    grammar_version: "0.23.2",
    tags: concat!(
        include_str!("../javascript/ecmascript.scm"),
        include_str!("../javascript/jsx.scm"),
        include_str!("tags.scm")
    ),
    syntax: OnceLock::new(),
    rules: RULES,
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: None,
    insert_separators: separators::insert,
    tests: TESTS,
    configurations: CONFIGURATIONS,
    project_file: "",
    references: |_, _| Vec::new(),
    module_files: &[],
    locate,
};
