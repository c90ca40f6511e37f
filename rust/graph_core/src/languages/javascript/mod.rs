//! JavaScript: ECMAScript modules, CommonJS, packages. What it shares with TypeScript is said here too.

mod compiler;
mod documentation;
mod jsonc;
mod locate;
mod packages;
pub mod separators;

use std::sync::OnceLock;

use crate::graph::Visibility;

use super::modifiers::Modifier;
use super::platform::{Generic, PlatformSource};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, NameRules, Rules,
    TestRules, TypeRules, Unit,
};
pub use locate::locate;

/// The platform of JavaScript and TypeScript, declared in TypeScript.
pub static PLATFORM: PlatformSource = PlatformSource::new(
    "typescript",
    &[include_str!("../typescript/platform/object.d.ts")],
    &[include_str!("../typescript/platform/collections.d.ts")],
);

pub static JAVASCRIPT: Language = Language {
    name: "javascript",
    family: "javascript",
    extensions: &["js", "jsx", "mjs", "cjs"],
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    grammar_version: "0.25.0",
    tags: concat!(include_str!("ecmascript.scm"), include_str!("jsx.scm"), include_str!("tags.scm")),
    syntax: OnceLock::new(),
    rules: RULES,
    platform_source: Some(&PLATFORM),
    doc_comments: Some(&documentation::DOC_COMMENTS),
    token_trees: None,
    insert_separators: separators::insert,
    tests: TESTS,
    configurations: CONFIGURATIONS,
    project_file: "",
    references: |_, _| Vec::new(),
    module_files: &[],
    locate,
};

pub const RULES: Rules = Rules {
    unit: Unit::File,
    block_scoped: true,
    assignment_declares: false,
    values: true,
    implicit_this: false,
    call_constructs: false,
    constructors: &["constructor"],
    overloads: false,
    import_binds: ImportBinds::Nothing,
    path_separator: ".",
    exported: Exported::Explicit,
    default_visibility: Visibility::Public,
    modifiers: &[
        ("async", Modifier::Async),
        ("static", Modifier::Static),
        ("abstract", Modifier::Abstract),
        ("get", Modifier::Property),
        ("set", Modifier::Property),
        ("*", Modifier::Generator),
        ("default", Modifier::DefaultExport),
        ("readonly", Modifier::Readonly),
        ("public", Modifier::Visible(Visibility::Public)),
        ("private", Modifier::Visible(Visibility::Private)),
        ("protected", Modifier::Visible(Visibility::Protected)),
    ],
    names: NameRules { named_closures: true, ..NameRules::NONE },
    imports: ImportRules {
        interpolation: "${",
        whole_export: "module.exports",
        default_export: "default",
        export_objects: &["exports", "module.exports"],
        import_functions: &["require", "import"],
        ..ImportRules::NONE
    },
    types: TypeRules {
        generic: &[("InstanceType", Generic::Instance), ("ReturnType", Generic::Result)],
        declared_types: true,
        inferred: &["any", "unknown", "object"],
        transparent: &[
            "Promise",
            "PromiseLike",
            "Awaited",
            "Readonly",
            "Partial",
            "Required",
            "NonNullable",
            "Pick",
            "Omit",
        ],
        map_iterates_entries: true,
        predicates: true,
        ..TypeRules::NONE
    },
    members: MemberRules {
        private_prefix: "#",
        prototype: "prototype",
        literal_keys: true,
        ..MemberRules::NONE
    },
    calls: CallRules { continuation_methods: &["then", "catch", "finally", "done"], ..CallRules::NONE },
    implied: ImpliedRules::NONE,
};

pub const CONFIGURATIONS: &[&str] = &["package.json", "tsconfig*.json", "jsconfig.json"];

pub const TESTS: TestRules = TestRules {
    files: &[
        "*.test.js",
        "*.test.jsx",
        "*.test.mjs",
        "*.test.cjs",
        "*.test.ts",
        "*.test.tsx",
        "*.test.mts",
        "*.test.cts",
        "*.spec.js",
        "*.spec.jsx",
        "*.spec.mjs",
        "*.spec.cjs",
        "*.spec.ts",
        "*.spec.tsx",
        "*.spec.mts",
        "*-spec.js",
        "*-spec.ts",
        "*_test.js",
        "*_test.ts",
        "*-test.js",
        "*-test.ts",
        "*.cy.js",
        "*.cy.ts",
        "*.cy.tsx",
        "test.js",
        "test.ts",
        "__tests__/",
        "tests/",
        "test/",
        "spec/",
        "e2e/",
    ],
    function_prefixes: &[],
    decorators: &[],
    calls: &["test", "it", "specify", "fit", "xit", "xtest"],
    groups: &["describe", "context", "suite", "fdescribe", "xdescribe"],
    group_types: false,
    members: &[],
    subject: "",
    fixture_decorators: &[],
    parametrize_decorators: &[],
    fixture_files: &[],
};
