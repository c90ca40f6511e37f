//! PHP: namespaces that files name themselves, traits, names that go by the namespace they are written in.

use std::sync::OnceLock;

use super::modifiers::Modifier;
use super::platform::PlatformSource;
use super::project::{Located, Project};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, NameRules, Partial,
    PseudoVariable, Rules, TestRules, TypeRules, Unit,
};
use crate::graph::Visibility;

static PLATFORM: PlatformSource = PlatformSource::new(
    "php",
    &[include_str!("platform/object.php")],
    &[include_str!("platform/library.php")],
);

pub static PHP: Language = Language {
    name: "php",
    family: "php",
    extensions: &["php"],
    grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
    grammar_version: "0.25.1",
    tags: include_str!("tags.scm"),
    syntax: OnceLock::new(),
    rules: Rules {
        unit: Unit::Package,
        block_scoped: false,
        assignment_declares: true,
        values: false,
        implicit_this: false,
        call_constructs: false,
        constructors: &["__construct"],
        overloads: false,
        import_binds: ImportBinds::Last,
        path_separator: "\\",
        exported: Exported::Visibility,
        default_visibility: Visibility::Public,
        modifiers: &[
            ("static", Modifier::Static),
            ("abstract", Modifier::Abstract),
            ("readonly", Modifier::Readonly),
            ("public", Modifier::Visible(Visibility::Public)),
            ("private", Modifier::Visible(Visibility::Private)),
            ("protected", Modifier::Visible(Visibility::Protected)),
        ],
        names: NameRules {
            pseudo_variables: &[
                ("$this", PseudoVariable::This),
                ("self", PseudoVariable::SelfType),
                ("static", PseudoVariable::SelfType),
                ("parent", PseudoVariable::Super),
            ],
            sigil: "$",
            unbound_is_path: true,
            named_closures: true,
            ..NameRules::NONE
        },
        imports: ImportRules::NONE,
        types: TypeRules { partial: Partial::None, rest_declares_element: true, ..TypeRules::NONE },
        members: MemberRules { inherited_from_interfaces: true, literal_keys: true, ..MemberRules::NONE },
        calls: CallRules::NONE,
        implied: ImpliedRules { is_called_implicitly: |name| name.starts_with("__"), ..ImpliedRules::NONE },
    },
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: None,
    insert_separators: |_| None,
    tests: TestRules {
        files: &["*Test.php", "*TestCase.php", "tests/", "Tests/", "test/"],
        function_prefixes: &["test"],
        decorators: &["Test", "DataProvider", "TestWith"],
        calls: &["it", "test"],
        groups: &["describe"],
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

/// A path in full is a namespace of the repository and what of it. `App#name` is a name that is written in `App`
/// and bound nowhere: of a namespace inside of it, else one that is in no namespace.
fn locate(project: &Project, _importer: &str, path: &str) -> Located {
    match path.split_once('#') {
        Some((_, full)) if full.starts_with('\\') => named(project, full.trim_start_matches('\\')),
        Some((around, name)) => {
            let inside = format!("{around}\\{name}");
            if name.contains('\\') {
                return named(project, inside.trim_start_matches('\\'));
            }
            // Functions are looked for outside of all namespaces too; types are not.
            match !around.is_empty() && name.starts_with(char::is_lowercase) {
                true => Located::Package { name: String::new(), rest: vec![name.to_owned()] },
                false => external(name),
            }
        }
        None => named(project, path.trim_start_matches('\\')),
    }
}

/// A namespace of the repository and what of it.
fn named(project: &Project, path: &str) -> Located {
    match project.in_package(path, '\\') {
        Some(located) => located,
        None if path.contains('\\') => external(path),
        None => Located::Package { name: String::new(), rest: vec![path.to_owned()] },
    }
}

/// The vendor and the package, as namespaces begin with them.
fn external(path: &str) -> Located {
    let parts: Vec<&str> = path.split('\\').take(2).collect();
    Located::External(parts.join("\\"))
}
