//! Python: packages, relative imports, source roots.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::modifiers::Modifier;
use super::platform::PlatformSource;
use super::project::{Located, Project, folder_of, join};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, NameRules, Rules,
    TestRules, TypeRules, Unit,
};
use crate::graph::Visibility;

const CONFIGURATIONS: &[&str] = &["pyproject.toml", "setup.py", "setup.cfg"];

static PLATFORM: PlatformSource = PlatformSource::new(
    "python",
    &[include_str!("platform/object.pyi")],
    &[include_str!("platform/builtins.pyi"), include_str!("platform/library.pyi")],
);

pub static PYTHON: Language = Language {
    name: "python",
    family: "python",
    extensions: &["py", "pyi"],
    grammar: || tree_sitter_python::LANGUAGE.into(),
    grammar_version: "0.25.0",
    tags: include_str!("tags.scm"),
    syntax: OnceLock::new(),
    rules: Rules {
        unit: Unit::File,
        block_scoped: false,
        assignment_declares: true,
        values: true,
        implicit_this: false,
        call_constructs: true,
        constructors: &["__init__", "__new__", "__post_init__"],
        overloads: false,
        import_binds: ImportBinds::First,
        path_separator: ".",
        exported: Exported::NoUnderscore,
        default_visibility: Visibility::Public,
        modifiers: &[("async", Modifier::Async)],
        names: NameRules { named_closures: true, ..NameRules::NONE },
        imports: ImportRules { wildcard_list: "__all__", ..ImportRules::NONE },
        types: TypeRules {
            transparent: &[
                "Optional",
                "Union",
                "Annotated",
                "Final",
                "ClassVar",
                "Required",
                "NotRequired",
                "ReadOnly",
                "Unpack",
                "InitVar",
                "Awaitable",
                "Coroutine",
            ],
            rest_declares_element: true,
            variable_functions: &[("TypeVar", "bound")],
            check_functions: &["isinstance"],
            typed_functions: &["cast", "typing.cast", "t.cast"],
            enum_bases: &["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"],
            ..TypeRules::NONE
        },
        members: MemberRules {
            class_methods: &["__new__"],
            class_method_decorators: &["classmethod"],
            explicit_self: true,
            inherited_from_interfaces: true,
            property_decorators: &["property", "cached_property", "setter", "abstractproperty"],
            static_decorators: &["staticmethod"],
            overload_decorators: &["overload"],
            ..MemberRules::NONE
        },
        calls: CallRules {
            continuation_methods: &["add_done_callback"],
            adding_methods: &["append", "appendleft", "add", "insert"],
            super_functions: &["super"],
            ..CallRules::NONE
        },
        implied: ImpliedRules {
            next_method: "__next__",
            index_method: "__getitem__",
            call_method: "__call__",
            iteration_methods: [&["__iter__"], &["__aiter__"]],
            context_methods: [&["__enter__", "__exit__"], &["__aenter__", "__aexit__"]],
            is_called_implicitly: |name| name.starts_with("__") && name.ends_with("__"),
        },
    },
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: None,
    insert_separators: |_| None,
    tests: TestRules {
        files: &["test_*.py", "*_test.py", "tests.py", "tests/", "test/"],
        function_prefixes: &["test"],
        decorators: &[],
        calls: &[],
        groups: &[],
        group_types: false,
        members: &[],
        subject: "",
        fixture_decorators: &["fixture"],
        parametrize_decorators: &["parametrize"],
        fixture_files: &["conftest.py"],
    },
    configurations: CONFIGURATIONS,
    project_file: "",
    references: |_, _| Vec::new(),
    module_files: &["{}/__init__.py", "{}.py", "{}/__init__.pyi", "{}.pyi"],
    locate,
};

/// Absolute imports are tried from every folder above the importer that is a source root: the one above the
/// topmost package, then each further up, then `src`; relative ones from the importer's package.
fn locate(project: &Project, importer: &str, path: &str) -> Located {
    let folder = folder_of(importer);
    let dots = path.len() - path.trim_start_matches('.').len();
    let rest = path[dots..].replace('.', "/");
    if dots > 0 {
        let above = "../".repeat(dots - 1);
        return module(project, &join(folder, &format!("{above}{rest}"))).unwrap_or(external(path));
    }
    let first = rest.split('/').next().unwrap_or(&rest);
    let mut root = folder;
    let mut namespace = None;
    loop {
        for inner in ["", "src", "lib", "python"] {
            let start = if inner.is_empty() { root.to_owned() } else { join(root, inner) };
            // A folder that is itself a package is no root, unless the importer is a script in it.
            if has_module(project, &start, first)
                && project.file(&join(&start, "__init__.py")).is_none()
                && let Some(found) = module(project, &join(&start, &rest))
            {
                // A folder without a file of its own counts only if no root has more.
                match found {
                    Located::Folder(_) => namespace = namespace.or(Some(found)),
                    _ => return found,
                }
            }
        }
        if root.is_empty() {
            let other = sibling(project, importer, first, &rest);
            return other.or(namespace).unwrap_or_else(|| external(path));
        }
        root = folder_of(root);
    }
}

/// A module of another project of the repository, if the importer's own project names that one among what it
/// depends on.
fn sibling(project: &Project, importer: &str, first: &str, rest: &str) -> Option<Located> {
    let others = project.parsed(Packages::of);
    let root = others.0.get(first)?;
    let own = CONFIGURATIONS.iter().filter_map(|name| project.nearest(importer, name));
    let (folder, content) = own.max_by_key(|(folder, _)| folder.len())?;
    let wanted = first.replace('_', "-");
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let depends = content.split(|c| !is_part(c)).any(|word| word.replace('_', "-") == wanted);
    if !depends || root.starts_with(folder) && (folder.is_empty() || root[folder.len()..].starts_with('/')) {
        return None;
    }
    module(project, &join(root, rest))
}

/// The packages of the projects in a repository: the folder that each is imported from. One that several projects
/// have is none of them.
struct Packages(FxHashMap<String, String>);

impl Packages {
    fn of(project: &Project) -> Packages {
        let mut found: FxHashMap<String, Option<String>> = FxHashMap::default();
        let mut roots: Vec<String> = Vec::new();
        for (path, _) in project.configurations() {
            if CONFIGURATIONS.iter().any(|name| path.rsplit('/').next() == Some(name)) {
                roots.extend(["", "src"].map(|inner| join(folder_of(path), inner)));
            }
        }
        roots.sort_unstable();
        roots.dedup();
        let packages = project.paths.iter().filter_map(|path| path.strip_suffix("/__init__.py"));
        for package in packages {
            let (root, name) = (folder_of(package), package.rsplit('/').next().unwrap_or(package));
            if roots.binary_search_by(|r| r.as_str().cmp(root)).is_ok() {
                let slot = found.entry(name.to_owned()).or_insert_with(|| Some(root.to_owned()));
                if slot.as_deref() != Some(root) {
                    *slot = None;
                }
            }
        }
        Packages(found.into_iter().filter_map(|(name, root)| Some((name, root?))).collect())
    }
}

/// A quick look before the thorough one: most imports lead elsewhere.
fn has_module(project: &Project, folder: &str, name: &str) -> bool {
    let mut path = String::with_capacity(folder.len() + name.len() + 5);
    path.push_str(folder);
    if !folder.is_empty() {
        path.push('/');
    }
    path.push_str(name);
    if project.has_folder(&path) {
        return true;
    }
    path.push_str(".py");
    if project.file(&path).is_some() {
        return true;
    }
    path.push('i');
    project.file(&path).is_some()
}

fn module(project: &Project, path: &str) -> Option<Located> {
    let candidates = [
        format!("{path}/__init__.py"),
        format!("{path}.py"),
        format!("{path}/__init__.pyi"),
        format!("{path}.pyi"),
    ];
    for candidate in candidates {
        if let Some(file) = project.file(candidate.trim_start_matches('/')) {
            return Some(Located::Files(vec![file]));
        }
    }
    (!path.is_empty() && project.has_folder(path)).then(|| Located::Folder(path.to_owned()))
}

fn external(path: &str) -> Located {
    Located::External(path.split('.').next().unwrap_or(path).to_owned())
}
