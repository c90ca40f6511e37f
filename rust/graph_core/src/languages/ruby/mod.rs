//! Ruby: one space of constants for all files, types that are opened anywhere, members that are mixed in.

use std::sync::OnceLock;

use super::platform::PlatformSource;
use super::project::{Located, Project, folder_of, join};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, Mixin, NameRules,
    Partial, Rules, TestRules, TypeRules, Unit,
};
use crate::graph::Visibility;

static PLATFORM: PlatformSource = PlatformSource::new(
    "ruby",
    &[include_str!("platform/kernel.rb")],
    &[include_str!("platform/library.rb")],
);

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
        values: false,
        implicit_this: true,
        call_constructs: false,
        constructors: &["initialize"],
        overloads: false,
        import_binds: ImportBinds::Nothing,
        path_separator: "::",
        exported: Exported::Visibility,
        default_visibility: Visibility::Public,
        modifiers: &[],
        names: NameRules {
            separate_functions: true,
            symbol_prefix: ":",
            field_sigil: "@",
            unbound_is_call: true,
            named_closures: true,
            ..NameRules::NONE
        },
        imports: ImportRules {
            import_functions: &["require", "require_relative", "load"],
            ..ImportRules::NONE
        },
        types: TypeRules { partial: Partial::All, rest_declares_element: true, ..TypeRules::NONE },
        members: MemberRules {
            type_member: "class",
            inherited_from_interfaces: true,
            literal_keys: true,
            separate_class_methods: true,
            private_in_subtypes: true,
            visibility_calls: &[
                ("private", Visibility::Private),
                ("protected", Visibility::Protected),
                ("public", Visibility::Public),
            ],
            accessor_calls: &["attr_reader", "attr_accessor"],
            mixin_calls: &[
                ("include", Mixin::Include),
                ("prepend", Mixin::Prepend),
                ("extend", Mixin::Extend),
                ("module_function", Mixin::Extend),
            ],
            instantiating_methods: &["new"],
            ..MemberRules::NONE
        },
        calls: CallRules {
            super_is_method: true,
            reflective_methods: &["send", "public_send", "__send__"],
            ..CallRules::NONE
        },
        implied: ImpliedRules::NONE,
    },
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: None,
    insert_separators: |_| None,
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
        fixture_decorators: &[],
        parametrize_decorators: &[],
        fixture_files: &[],
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
