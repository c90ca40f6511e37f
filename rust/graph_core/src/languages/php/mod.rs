//! PHP: namespaces that files name themselves, traits, names that go by the namespace they are written in.

use std::sync::OnceLock;

use super::project::{Located, Project};
use super::{Exported, ImportBinds, Language, Parts, Rules, TestRules, Unit, Word};
use crate::graph::Visibility;

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
        implicit_this: false,
        explicit_self: false,
        call_constructs: false,
        constructors: &["__construct"],
        import_binds: ImportBinds::Last,
        package_marks: &[],
        super_calls: &[],
        structural: false,
        interfaces_give: true,
        export_objects: &[],
        import_calls: &[],
        property_decorators: &[],
        decorator_ending: "",
        static_decorators: &[],
        overload_decorators: &[],
        transparent_types: &[],
        generic_types: &[],
        platform_calls: &[],
        looping_pairs: false,
        entry_members: true,
        container_calls: &[],
        looping_calls: [&[], &[]],
        entering_calls: [&[], &[]],
        adding_calls: &[],
        type_variables: &[],
        rest_elements: true,
        type_checks: &[],
        type_guards: false,
        visibility_words: &[],
        heirs_see_private: false,
        unwritten: |name| name.starts_with("__"),
        parted: |_| None,
        enum_bases: &[],
        wildcard_list: "",
        exported: Exported::Visibility,
        default_visibility: Visibility::Public,
        inferred_types: &[],
        typed_calls: &[],
        multiple_results: false,
        named_closures: true,
        overloads: false,
        declared_types: false,
        signatures: None,
        strict_names: true,
        words: &[("$this", Word::This), ("self", Word::Own), ("static", Word::Own), ("parent", Word::Super)],
        sigil: "$",
        path_separator: "\\",
        parts: Parts::None,
        packages_nest: false,
        bare_calls: false,
        class_methods_apart: false,
        super_repeats: false,
        constructing_calls: &[],
        naming_calls: &[],
        accessor_calls: &[],
        mixing_calls: &[],
        field_mark: "",
        bare_members: false,
        inline_modules: false,
        located_names: true,
        unwrapping: &[],
        giving_calls: &[],
        lending_calls: &[],
        same_calls: &[],
        universal_members: &[],
    },
    documented: None,
    unread: None,
    tests: TestRules {
        files: &["*Test.php", "*TestCase.php", "tests/", "Tests/", "test/"],
        function_prefixes: &["test"],
        decorators: &["Test", "DataProvider", "TestWith"],
        calls: &["it", "test"],
        groups: &["describe"],
        group_types: false,
        members: &[],
        subject: "",
        providers: &[],
        parametrizers: &[],
        provider_files: &[],
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
