//! JavaScript: ECMAScript modules, CommonJS, packages. What it shares with TypeScript is said here too.

mod compiler;
mod jsonc;
mod locate;
mod packages;

use std::sync::OnceLock;

use crate::graph::Visibility;

use super::{Exported, ImportBinds, Language, Rules, TestRules, Unit};
pub use locate::locate;

pub static JAVASCRIPT: Language = Language {
    name: "javascript",
    family: "javascript",
    extensions: &["js", "jsx", "mjs", "cjs"],
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    grammar_version: "0.25.0",
    tags: concat!(include_str!("ecmascript.scm"), include_str!("jsx.scm"), include_str!("tags.scm")),
    syntax: OnceLock::new(),
    rules: RULES,
    tests: TESTS,
    configurations: CONFIGURATIONS,
    module_files: &[],
    locate,
};

pub const RULES: Rules = Rules {
    unit: Unit::File,
    block_scoped: true,
    assignment_declares: false,
    implicit_this: false,
    explicit_self: false,
    call_constructs: false,
    constructors: &["constructor"],
    import_binds: ImportBinds::Nothing,
    package_marks: &[],
    super_calls: &[],
    structural: false,
    export_objects: &["exports", "module.exports"],
    import_calls: &["require", "import"],
    property_decorators: &[],
    static_decorators: &[],
    overload_decorators: &[],
    transparent_types: &[
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
    default_visibility: Visibility::Public,
    inferred_types: &["any", "unknown", "object"],
    typed_calls: &[],
    multiple_results: false,
    overloads: false,
    signatures: None,
    strict_names: true,
    words: &[],
    sigil: "",
    path_separator: ".",
    inline_modules: false,
    located_names: false,
    unwrapping: &[],
    giving_calls: &[],
    same_calls: &[],
    universal_members: &[
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    ],
    named_closures: true,
    generic_types: &[],
    platform_calls: &[],
    container_calls: &[],
    looping_calls: [&[], &[]],
    entering_calls: [&[], &[]],
    adding_calls: &[],
    type_variables: &[],
    rest_elements: false,
    type_checks: &[],
    enum_bases: &[],
    wildcard_list: "",
    exported: Exported::Explicit,
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
    providers: &[],
    parametrizers: &[],
    provider_files: &[],
};
