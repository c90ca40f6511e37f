//! Scala: packages that files name themselves, classes with an object of their name, mixins, imports of anything that
//! has members.

mod builtin_types;
mod imports;

use std::sync::OnceLock;

use super::modifiers::Modifier;
use super::platform::PlatformSource;
use super::project::{Located, Project, by_case};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, NameRules, Partial,
    PseudoVariable, Rules, TestRules, TypeRules, Unit,
};
use crate::graph::Visibility;

static PLATFORM: PlatformSource = PlatformSource::new(
    "scala",
    &[include_str!("platform/any.scala")],
    &[include_str!("platform/types.scala"), include_str!("platform/collections.scala")],
);

pub static SCALA: Language = Language {
    name: "scala",
    family: "scala",
    extensions: &["scala", "sc"],
    grammar: || tree_sitter_scala::LANGUAGE.into(),
    grammar_version: "0.26.9",
    tags: include_str!("tags.scm"),
    syntax: OnceLock::new(),
    rules: Rules {
        unit: Unit::Package,
        block_scoped: true,
        assignment_declares: false,
        values: false,
        implicit_this: true,
        call_constructs: true,
        // `X(…)` calls a constructor of the class `X`, or what the object `X` has if there is no class.
        constructors: &["this", "{}", "apply"],
        overloads: true,
        import_binds: ImportBinds::Last,
        path_separator: ".",
        exported: Exported::Visibility,
        default_visibility: Visibility::Public,
        modifiers: &[
            ("abstract", Modifier::Abstract),
            ("*", Modifier::Rest),
            ("private", Modifier::Visible(Visibility::Private)),
            ("protected", Modifier::Visible(Visibility::Protected)),
        ],
        names: NameRules {
            quote: "`",
            pseudo_variables: &[("this", PseudoVariable::This), ("super", PseudoVariable::Super)],
            ..NameRules::NONE
        },
        imports: ImportRules::NONE,
        types: TypeRules {
            declared_types: true,
            // A class and the object of its name are one: what the object has are members of the class itself.
            partial: Partial::All,
            rest_declares_element: true,
            map_iterates_entries: true,
            unwrapping_patterns: &["Some", "Right", "Success"],
            builtin: Some(&builtin_types::BUILTIN_TYPES),
            ..TypeRules::NONE
        },
        members: MemberRules { inherited_from_interfaces: true, literal_keys: true, ..MemberRules::NONE },
        calls: CallRules::NONE,
        implied: ImpliedRules { call_method: "apply", ..ImpliedRules::NONE },
    },
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: Some(imports::join_paths),
    insert_separators: |_| None,
    tests: TestRules {
        files: &[
            "src/test/",
            "src/it/",
            "test/src/",
            "*Test.scala",
            "*Tests.scala",
            "*Suite.scala",
            "*Spec.scala",
            "*Specs.scala",
        ],
        function_prefixes: &["test"],
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
    configurations: &["build.sbt", "build.sc", "build.mill"],
    project_file: "build.*",
    references: |_, _| Vec::new(),
    module_files: &[],
    locate,
};

/// A package of the repository; what follows are types, objects and members. A path may begin in the package of its
/// file.
fn locate(project: &Project, importer: &str, path: &str) -> Located {
    imports::locate(project, importer, path).unwrap_or_else(|| by_case(path))
}
