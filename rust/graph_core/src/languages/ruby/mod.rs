//! Ruby: one space of constants for all files, types that are opened anywhere, members that are mixed in.

use std::sync::OnceLock;

use super::project::{Located, Project, folder_of, join};
use super::{Exported, ImportBinds, Language, Mixes, Parts, Rules, TestRules, Unit};
use crate::graph::Visibility;

pub static RUBY: Language = Language {
    name: "ruby",
    family: "ruby",
    extensions: &["rb", "rake"],
    grammar: || tree_sitter_ruby::LANGUAGE.into(),
    grammar_version: "0.23.1",
    tags: include_str!("tags.scm"),
    syntax: OnceLock::new(),
    rules: Rules {
        unit: Unit::Package,
        block_scoped: false,
        assignment_declares: true,
        implicit_this: true,
        explicit_self: false,
        call_constructs: false,
        constructors: &["initialize"],
        import_binds: ImportBinds::Nothing,
        package_marks: &[],
        super_calls: &[],
        structural: false,
        interfaces_give: true,
        export_objects: &[],
        import_calls: &["require", "require_relative", "load"],
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
        visibility_words: &[
            ("private", Visibility::Private),
            ("protected", Visibility::Protected),
            ("public", Visibility::Public),
        ],
        heirs_see_private: true,
        unwritten: |_| false,
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
        words: &[],
        sigil: "",
        path_separator: "::",
        parts: Parts::All,
        packages_nest: false,
        bare_calls: true,
        class_methods_apart: true,
        super_repeats: true,
        constructing_calls: &["new"],
        naming_calls: &["send", "public_send", "__send__"],
        accessor_calls: &["attr_reader", "attr_accessor"],
        mixing_calls: &[
            ("include", Mixes::Behind),
            ("prepend", Mixes::Before),
            ("extend", Mixes::Class),
            ("module_function", Mixes::Class),
        ],
        field_mark: "@",
        bare_members: false,
        inline_modules: false,
        located_names: false,
        unwrapping: &[],
        giving_calls: &[
            "each",
            "map",
            "select",
            "reject",
            "find",
            "any?",
            "all?",
            "each_with_index",
            "flat_map",
        ],
        same_calls: &["freeze", "dup", "clone", "tap", "itself"],
        universal_members: &[
            "to_s",
            "inspect",
            "class",
            "nil?",
            "is_a?",
            "send",
            "respond_to?",
            "hash",
            "==",
            "eql?",
            "equal?",
            "object_id",
            "instance_variable_get",
            "instance_variable_set",
            "method",
            "methods",
            "public_send",
            "kind_of?",
            "instance_of?",
            "dup",
            "clone",
            "freeze",
            "frozen?",
            "tap",
            "then",
            "instance_eval",
            "name",
            "ancestors",
            "allocate",
            "new",
            "raise",
            "puts",
            "print",
            "require",
            "format",
            "sprintf",
            "loop",
            "lambda",
            "proc",
            "rand",
            "sleep",
            "exit",
            "abort",
            "warn",
            "p",
            "pp",
            "catch",
            "throw",
        ],
    },
    documented: None,
    unread: None,
    tests: TestRules {
        files: &["*_test.rb", "test_*.rb", "*_spec.rb", "spec/", "test/"],
        function_prefixes: &["test_"],
        decorators: &[],
        calls: &["it", "its", "test", "specify", "scenario", "should"],
        groups: &[
            "describe",
            "context",
            "feature",
            "shared_examples",
            "shared_examples_for",
            "shared_context",
        ],
        group_types: true,
        members: &["let", "let!", "subject", "subject!", "given", "given!"],
        subject: "described_class",
        providers: &[],
        parametrizers: &[],
        provider_files: &[],
    },
    configurations: &["*.gemspec"],
    project_file: "",
    references: |_, _| Vec::new(),
    module_files: &[],
    locate,
};

/// Beside the importer, else below the load path: a folder `lib`, `test` or `spec` at or above it.
fn locate(project: &Project, importer: &str, path: &str) -> Located {
    let named = |folder: &str| {
        let whole = join(folder, path);
        project.file(&whole).or_else(|| project.file(&format!("{whole}.rb")))
    };
    let mut folder = folder_of(importer);
    if let Some(file) = named(folder) {
        return Located::Files(vec![file]);
    }
    loop {
        for root in ["lib", "test", "spec", ""] {
            if let Some(file) = named(&join(folder, root)) {
                return Located::Files(vec![file]);
            }
        }
        if folder.is_empty() {
            return Located::External(path.split('/').next().unwrap_or(path).to_owned());
        }
        folder = folder_of(folder);
    }
}
