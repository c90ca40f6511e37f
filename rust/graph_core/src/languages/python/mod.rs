//! Python: packages, relative imports, source roots.

use std::sync::OnceLock;

use super::project::{Located, Project, folder_of, join};
use super::{Exported, Generic, Gives, ImportBinds, Language, Rules, TestRules, Unit};
use crate::graph::Visibility;

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
        implicit_this: false,
        explicit_self: true,
        call_constructs: true,
        constructors: &["__init__", "__new__", "__post_init__"],
        import_binds: ImportBinds::First,
        package_marks: &[],
        super_calls: &["super"],
        structural: false,
        export_objects: &[],
        import_calls: &[],
        property_decorators: &["property", "cached_property", "setter", "abstractproperty"],
        static_decorators: &["staticmethod"],
        transparent_types: &[
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
        generic_types: &[
            ("Generator", Generic::First),
            ("AsyncGenerator", Generic::First),
            ("dict", Generic::Table),
            ("Dict", Generic::Table),
            ("Mapping", Generic::Table),
            ("MutableMapping", Generic::Table),
            ("defaultdict", Generic::Table),
            ("DefaultDict", Generic::Table),
            ("OrderedDict", Generic::Table),
            ("WeakValueDictionary", Generic::Table),
            ("tuple", Generic::Parts),
            ("Tuple", Generic::Parts),
            ("type", Generic::Class),
            ("Type", Generic::Class),
            ("Callable", Generic::Function),
        ],
        platform_calls: &[
            ("list", Gives::Elements),
            ("tuple", Gives::Elements),
            ("set", Gives::Elements),
            ("frozenset", Gives::Elements),
            ("sorted", Gives::Elements),
            ("reversed", Gives::Elements),
            ("iter", Gives::Elements),
            ("deque", Gives::Elements),
            ("next", Gives::Element),
            ("anext", Gives::Element),
            ("max", Gives::Element),
            ("min", Gives::Element),
            ("choice", Gives::Element),
            ("enumerate", Gives::Numbered),
            ("zip", Gives::Zipped),
            ("filter", Gives::OfSecond),
            ("map", Gives::Results),
            ("dict", Gives::Same),
            ("copy", Gives::Same),
            ("deepcopy", Gives::Same),
            ("partial", Gives::Same),
            ("create_task", Gives::Same),
            ("ensure_future", Gives::Same),
            ("wait_for", Gives::Same),
            ("shield", Gives::Same),
        ],
        container_calls: &[
            ("get", Gives::Element),
            ("pop", Gives::Element),
            ("popleft", Gives::Element),
            ("setdefault", Gives::Element),
            ("keys", Gives::Keys),
            ("values", Gives::Values),
            ("items", Gives::Pairs),
            ("copy", Gives::Same),
            ("union", Gives::Same),
            ("difference", Gives::Same),
            ("intersection", Gives::Same),
        ],
        adding_calls: &["append", "appendleft", "add", "insert"],
        type_variables: &[("TypeVar", "bound")],
        rest_elements: true,
        type_checks: &["isinstance"],
        enum_bases: &["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"],
        wildcard_list: "__all__",
        exported: Exported::NoUnderscore,
        default_visibility: Visibility::Public,
        inferred_types: &[],
        typed_calls: &["cast"],
        multiple_results: false,
        overloads: false,
        strict_names: true,
        universal_members: &[
            "__init__",
            "__new__",
            "__init_subclass__",
            "__class__",
            "__dict__",
            "__doc__",
            "__module__",
            "__repr__",
            "__str__",
            "__format__",
            "__eq__",
            "__ne__",
            "__lt__",
            "__le__",
            "__gt__",
            "__ge__",
            "__hash__",
            "__getattribute__",
            "__setattr__",
            "__delattr__",
            "__dir__",
            "__sizeof__",
            "__reduce__",
            "__reduce_ex__",
            "__getstate__",
            "__subclasses__",
            "__subclasshook__",
            "__name__",
            "__qualname__",
            "__mro__",
            "__bases__",
        ],
        named_closures: true,
    },
    tests: TestRules {
        files: &["test_*.py", "*_test.py", "tests.py", "tests/", "test/"],
        function_prefixes: &["test"],
        decorators: &[],
        calls: &[],
        groups: &[],
        providers: &["fixture"],
        provider_files: &["conftest.py"],
    },
    configurations: &["pyproject.toml", "setup.py", "setup.cfg"],
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
    loop {
        for inner in ["", "src", "lib", "python"] {
            let start = if inner.is_empty() { root.to_owned() } else { join(root, inner) };
            // A folder that is itself a package is no root, unless the importer is a script in it.
            if has_module(project, &start, first)
                && project.file(&join(&start, "__init__.py")).is_none()
                && let Some(found) = module(project, &join(&start, &rest))
            {
                return found;
            }
        }
        if root.is_empty() {
            return external(path);
        }
        root = folder_of(root);
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
