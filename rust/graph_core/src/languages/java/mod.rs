//! Java: packages that files name themselves, nested types, static imports.

mod signatures;

use std::sync::OnceLock;

use super::project::{Located, Project};
use super::{Exported, ImportBinds, Language, Parts, Rules, TestRules, Unit};
use crate::graph::Visibility;

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
        implicit_this: true,
        explicit_self: false,
        call_constructs: false,
        constructors: &["{}"],
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
        unwritten: |_| false,
        parted: |_| None,
        enum_bases: &[],
        wildcard_list: "",
        exported: Exported::Visibility,
        default_visibility: Visibility::Package,
        inferred_types: &["var"],
        typed_calls: &[],
        multiple_results: false,
        overloads: true,
        declared_types: true,
        signatures: Some(&signatures::SIGNATURES),
        strict_names: true,
        words: &[],
        sigil: "",
        path_separator: ".",
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
        located_names: false,
        unwrapping: &[],
        giving_calls: &[],
        lending_calls: &[],
        same_calls: &[],
        universal_members: &[
            "equals",
            "hashCode",
            "toString",
            "getClass",
            "clone",
            "finalize",
            "notify",
            "notifyAll",
            "wait",
            "values",
            "valueOf",
            "ordinal",
            "name",
            "compareTo",
        ],
        named_closures: false,
    },
    documented: None,
    unread: None,
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

/// The longest beginning of the path that is a package of the repository; what follows are types and members.
fn locate(project: &Project, _importer: &str, path: &str) -> Located {
    let mut end = path.len();
    loop {
        if project.packages.contains_key(&path[..end]) {
            let rest = path[end..].split('.').filter(|part| !part.is_empty());
            return Located::Package {
                name: path[..end].to_owned(),
                rest: rest.map(str::to_owned).collect(),
            };
        }
        match path[..end].rfind('.') {
            Some(dot) => end = dot,
            None => return external(path),
        }
    }
}

/// The package by its lower-case beginning, at most three parts: `org.junit.jupiter` of `org.junit.jupiter.api.Test`.
fn external(path: &str) -> Located {
    let package: Vec<&str> =
        path.split('.').take_while(|part| !part.starts_with(char::is_uppercase)).take(3).collect();
    Located::External(package.join("."))
}
