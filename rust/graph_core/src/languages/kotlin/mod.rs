//! Kotlin: packages that files name themselves, functions and properties without a type or for one elsewhere, primary
//! constructors, functions that are lent an object.

mod builtin_types;
mod separators;

use std::sync::OnceLock;

use super::modifiers::Modifier;
use super::platform::PlatformSource;
use super::project::{Located, Project, by_case};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, NameRules,
    PseudoVariable, Rules, TestRules, TypeRules, Unit,
};
use crate::graph::{NodeKind, Visibility};

static PLATFORM: PlatformSource = PlatformSource::new(
    "kotlin",
    &[include_str!("platform/any.kt")],
    &[include_str!("platform/types.kt"), include_str!("platform/collections.kt")],
);

pub static KOTLIN: Language = Language {
    name: "kotlin",
    family: "kotlin",
    extensions: &["kt", "kts"],
    grammar: || tree_sitter_kotlin_ng::LANGUAGE.into(),
    grammar_version: "1.1.0",
    tags: include_str!("tags.scm"),
    syntax: OnceLock::new(),
    rules: Rules {
        unit: Unit::Package,
        block_scoped: true,
        assignment_declares: false,
        values: false,
        implicit_this: true,
        call_constructs: true,
        constructors: &["{}"],
        overloads: true,
        import_binds: ImportBinds::Last,
        path_separator: ".",
        exported: Exported::Visibility,
        default_visibility: Visibility::Public,
        modifiers: &[
            ("abstract", Modifier::Abstract),
            ("vararg", Modifier::Rest),
            ("interface", Modifier::Kind(NodeKind::Interface)),
            ("enum", Modifier::Kind(NodeKind::Enum)),
            ("internal", Modifier::Visible(Visibility::Package)),
            ("public", Modifier::Visible(Visibility::Public)),
            ("private", Modifier::Visible(Visibility::Private)),
            ("protected", Modifier::Visible(Visibility::Protected)),
        ],
        names: NameRules {
            separate_functions: true,
            quote: "`",
            pseudo_variables: &[("it", PseudoVariable::ImplicitParameter)],
            unqualified_properties: true,
            ..NameRules::NONE
        },
        imports: ImportRules::NONE,
        types: TypeRules {
            declared_types: true,
            rest_declares_element: true,
            map_iterates_entries: true,
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
    insert_separators: separators::insert,
    tests: TestRules {
        files: &[
            "src/test/",
            "src/androidTest/",
            "src/commonTest/",
            "src/jvmTest/",
            "*Test.kt",
            "*Tests.kt",
            "*Spec.kt",
            "*IT.kt",
        ],
        function_prefixes: &[],
        decorators: &["Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate", "Property"],
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

/// A package of the repository; what follows are types, functions and members.
fn locate(project: &Project, _importer: &str, path: &str) -> Located {
    match project.in_package(path, '.') {
        Some(Located::Package { name, mut rest }) => {
            rest.retain(|part| part != "Companion"); // what a companion has is the type's own
            Located::Package { name, rest }
        }
        located => located.unwrap_or_else(|| by_case(path)),
    }
}
