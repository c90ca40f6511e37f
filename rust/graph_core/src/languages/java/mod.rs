//! Java: packages that files name themselves, nested types, static imports.

mod builtin_types;

use std::sync::OnceLock;

use super::modifiers::Modifier;
use super::platform::PlatformSource;
use super::project::{Located, Project, by_case};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, NameRules, Rules,
    TestRules, TypeRules, Unit,
};
use crate::graph::Visibility;

static PLATFORM: PlatformSource = PlatformSource::new(
    "java",
    &[include_str!("platform/Object.java")],
    &[include_str!("platform/lang.java"), include_str!("platform/collections.java")],
);

pub static JAVA: Language = Language {
    name: "java",
    family: "java",
    extensions: &["java"],
    grammar: || tree_sitter_java::LANGUAGE.into(),
    grammar_version: "0.23.5",
    tags: include_str!("tags.scm"),
    syntax: OnceLock::new(),
    rules: Rules {
        unit: Unit::Package,
        block_scoped: true,
        assignment_declares: false,
        values: false,
        implicit_this: true,
        call_constructs: false,
        constructors: &["{}"],
        overloads: true,
        import_binds: ImportBinds::Last,
        path_separator: ".",
        exported: Exported::Visibility,
        default_visibility: Visibility::Package,
        modifiers: &[
            ("static", Modifier::Static),
            ("abstract", Modifier::Abstract),
            ("public", Modifier::Visible(Visibility::Public)),
            ("private", Modifier::Visible(Visibility::Private)),
            ("protected", Modifier::Visible(Visibility::Protected)),
        ],
        names: NameRules { separate_functions: true, ..NameRules::NONE },
        imports: ImportRules::NONE,
        types: TypeRules {
            declared_types: true,
            inferred: &["var"],
            rest_declares_element: true,
            builtin: Some(&builtin_types::BUILTIN_TYPES),
            ..TypeRules::NONE
        },
        members: MemberRules { inherited_from_interfaces: true, literal_keys: true, ..MemberRules::NONE },
        calls: CallRules::NONE,
        implied: ImpliedRules::NONE,
    },
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: None,
    insert_separators: |_| None,
    tests: TestRules {
        files: &["src/test/", "*Test.java", "*Tests.java", "*TestCase.java", "*IT.java", "Test*.java"],
        function_prefixes: &["test"],
        decorators: &[
            "Test",
            "ParameterizedTest",
            "RepeatedTest",
            "TestFactory",
            "TestTemplate",
            "Theory",
            "Property",
        ],
        calls: &[],
        groups: &[],
        group_types: false,
        members: &[],
        subject: "",
        fixture_decorators: &[],
        parametrize_decorators: &[],
        fixture_files: &[],
    },
    configurations: &[],
    project_file: "",
    references: |_, _| Vec::new(),
    module_files: &[],
    locate,
};

/// A package of the repository; what follows are types and members.
fn locate(project: &Project, _importer: &str, path: &str) -> Located {
    project.in_package(path, '.').unwrap_or_else(|| by_case(path))
}
