//! C#: namespaces that files name themselves, projects that refer to each other, types in several parts.

use std::sync::OnceLock;

use super::project::{Located, Project, folder_of, join};
use super::{Exported, Generic, Gives, ImportBinds, Language, Parts, Rules, TestRules, Unit};
use crate::graph::Visibility;

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
        implicit_this: true,
        explicit_self: false,
        call_constructs: false,
        constructors: &["{}"],
        import_binds: ImportBinds::Everything,
        package_marks: &[],
        super_calls: &[],
        structural: false,
        interfaces_give: true,
        export_objects: &[],
        import_calls: &[],
        property_decorators: &[],
        overload_decorators: &[],
        decorator_ending: "Attribute",
        static_decorators: &[],
        transparent_types: &["Task", "ValueTask", "Nullable", "ActionResult"],
        generic_types: &[
            ("Dictionary", Generic::Pairs),
            ("IDictionary", Generic::Pairs),
            ("IReadOnlyDictionary", Generic::Pairs),
            ("ConcurrentDictionary", Generic::Pairs),
            ("SortedDictionary", Generic::Pairs),
            ("ImmutableDictionary", Generic::Pairs),
            ("KeyValuePair", Generic::Parts),
            ("Tuple", Generic::Parts),
            ("Func", Generic::Function),
            ("Action", Generic::Function),
            ("Expression", Generic::Function),
            ("Predicate", Generic::Function),
            ("EventHandler", Generic::Function),
        ],
        platform_calls: &[],
        looping_pairs: false,
        entry_members: false,
        container_calls: &[
            ("First", Gives::Element),
            ("FirstOrDefault", Gives::Element),
            ("FirstAsync", Gives::Element),
            ("FirstOrDefaultAsync", Gives::Element),
            ("Single", Gives::Element),
            ("SingleOrDefault", Gives::Element),
            ("SingleAsync", Gives::Element),
            ("SingleOrDefaultAsync", Gives::Element),
            ("Last", Gives::Element),
            ("LastOrDefault", Gives::Element),
            ("ElementAt", Gives::Element),
            ("Find", Gives::Element),
            ("FindAsync", Gives::Element),
            ("Dequeue", Gives::Element),
            ("Pop", Gives::Element),
            ("Peek", Gives::Element),
            ("GetValueOrDefault", Gives::Element),
            ("Where", Gives::Same),
            ("OrderBy", Gives::Same),
            ("OrderByDescending", Gives::Same),
            ("ThenBy", Gives::Same),
            ("Skip", Gives::Same),
            ("Take", Gives::Same),
            ("Reverse", Gives::Same),
            ("Distinct", Gives::Same),
            ("Concat", Gives::Same),
            ("Append", Gives::Same),
            ("ToList", Gives::Same),
            ("ToArray", Gives::Same),
            ("ToListAsync", Gives::Same),
            ("ToArrayAsync", Gives::Same),
            ("AsEnumerable", Gives::Same),
            ("AsQueryable", Gives::Same),
            ("AsNoTracking", Gives::Same),
            ("Include", Gives::Same),
        ],
        looping_calls: [&[], &[]],
        entering_calls: [&[], &[]],
        adding_calls: &[],
        type_variables: &[],
        rest_elements: false,
        type_checks: &[],
        enum_bases: &[],
        wildcard_list: "",
        exported: Exported::Visibility,
        default_visibility: Visibility::Private,
        inferred_types: &["var"],
        typed_calls: &[],
        multiple_results: false,
        named_closures: false,
        overloads: true,
        declared_types: true,
        signatures: None,
        strict_names: true,
        words: &[],
        sigil: "",
        path_separator: ".",
        parts: Parts::Marked,
        packages_nest: true,
        bare_calls: false,
        class_methods_apart: false,
        super_repeats: false,
        constructing_calls: &[],
        naming_calls: &[],
        accessor_calls: &[],
        mixing_calls: &[],
        field_mark: "",
        bare_members: true,
        inline_modules: false,
        located_names: false,
        unwrapping: &[],
        giving_calls: &[
            "Select",
            "SelectMany",
            "Where",
            "Any",
            "All",
            "First",
            "FirstOrDefault",
            "Single",
            "SingleOrDefault",
            "Count",
            "ForEach",
            "OrderBy",
            "OrderByDescending",
            "GroupBy",
            "ToDictionary",
            "Sum",
            "Max",
            "Min",
            "Find",
        ],
        same_calls: &["ConfigureAwait", "MemberwiseClone"],
        universal_members: &[
            "Equals",
            "GetHashCode",
            "ToString",
            "GetType",
            "MemberwiseClone",
            "ReferenceEquals",
            "HasFlag",
            "CompareTo",
        ],
    },
    documented: None,
    unread: None,
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
        providers: &[],
        parametrizers: &[],
        provider_files: &[],
    },
    configurations: &["*.csproj"],
    project_file: "*.csproj",
    references,
    module_files: &[],
    locate,
};

/// The longest beginning of the path that is a namespace of the repository; what follows are types and members.
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
            None => return Located::External(path.split('.').take(2).collect::<Vec<_>>().join(".")),
        }
    }
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
