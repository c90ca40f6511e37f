//! C#: namespaces that files name themselves, projects that refer to each other, types in several parts.

use std::sync::OnceLock;

use super::modifiers::Modifier;
use super::platform::{Generic, PlatformSource};
use super::project::{Located, Project, folder_of, join};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, NameRules, Partial,
    Rules, TestRules, TypeRules, Unit,
};
use crate::graph::Visibility;

static PLATFORM: PlatformSource = PlatformSource::new(
    "csharp",
    &[include_str!("platform/object.cs")],
    &[include_str!("platform/collections.cs"), include_str!("platform/queries.cs")],
);

pub static CSHARP: Language = Language {
    name: "csharp",
    family: "csharp",
    extensions: &["cs"],
    grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
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
        import_binds: ImportBinds::Everything,
        path_separator: ".",
        exported: Exported::Visibility,
        default_visibility: Visibility::Private,
        modifiers: &[
            ("async", Modifier::Async),
            ("static", Modifier::Static),
            ("abstract", Modifier::Abstract),
            ("readonly", Modifier::Readonly),
            ("partial", Modifier::Partial),
            ("global", Modifier::GlobalImport),
            ("this", Modifier::Receiver),
            ("internal", Modifier::Visible(Visibility::Package)),
            ("public", Modifier::Visible(Visibility::Public)),
            ("private", Modifier::Visible(Visibility::Private)),
            ("protected", Modifier::Visible(Visibility::Protected)),
        ],
        names: NameRules {
            nested_packages: true,
            unqualified_properties: true,
            decorator_suffix: "Attribute",
            ..NameRules::NONE
        },
        imports: ImportRules::NONE,
        types: TypeRules {
            generic: &[("Expression", Generic::Function)],
            declared_types: true,
            inferred: &["var"],
            partial: Partial::Marked,
            transparent: &["Task", "ValueTask", "Nullable", "ActionResult"],
            ..TypeRules::NONE
        },
        members: MemberRules { inherited_from_interfaces: true, ..MemberRules::NONE },
        calls: CallRules { continuation_methods: &["ContinueWith"], ..CallRules::NONE },
        implied: ImpliedRules::NONE,
    },
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: None,
    insert_separators: |_| None,
    tests: TestRules {
        files: &["*Tests.cs", "*Test.cs", "*Specs.cs", "tests/", "test/", "Tests/"],
        function_prefixes: &[],
        decorators: &[
            "Fact",
            "Theory",
            "Test",
            "TestCase",
            "TestCaseSource",
            "TestMethod",
            "DataTestMethod",
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
    configurations: &["*.csproj"],
    project_file: "*.csproj",
    references,
    module_files: &[],
    locate,
};

/// A namespace of the repository; what follows are types and members.
fn locate(project: &Project, _importer: &str, path: &str) -> Located {
    let external = || Located::External(path.split('.').take(2).collect::<Vec<_>>().join("."));
    project.in_package(path, '.').unwrap_or_else(external)
}

/// The paths in `<ProjectReference Include="…" />`, which are written from the project file's folder.
fn references(project: &Project, file: &str) -> Vec<String> {
    let text = project.configuration(file).unwrap_or("");
    let include = |part: &str| {
        let (_, value) = part.split('>').next()?.split_once("Include")?;
        let quote = value.find(['"', '\''])?;
        let value = &value[quote + 1..];
        let end = value.find(['"', '\''])?;
        Some(join(folder_of(file), &value[..end].replace('\\', "/")))
    };
    text.split("<ProjectReference").skip(1).filter_map(include).collect()
}
