//! Rust: crates and workspaces, the tree of modules, members that are written for a type outside of it.

mod macros;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::modifiers::Modifier;
use super::platform::PlatformSource;
use super::project::{Located, Project, folder_of, join};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, NameRules,
    PseudoVariable, Rules, TestRules, TypeRules, Unit,
};
use crate::graph::Visibility;

static PLATFORM: PlatformSource = PlatformSource::new(
    "rust",
    &[include_str!("platform/traits.rs")],
    &[include_str!("platform/containers.rs")],
);

pub static RUST: Language = Language {
    name: "rust",
    family: "rust",
    extensions: &["rs"],
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    grammar_version: "0.24.2",
    tags: include_str!("tags.scm"),
    syntax: OnceLock::new(),
    rules: Rules {
        unit: Unit::File,
        block_scoped: true,
        assignment_declares: false,
        values: false,
        implicit_this: false,
        call_constructs: true,
        constructors: &[],
        overloads: false,
        import_binds: ImportBinds::Last,
        path_separator: "::",
        exported: Exported::Visibility,
        default_visibility: Visibility::Private,
        modifiers: &[("async", Modifier::Async), ("pub", Modifier::Visible(Visibility::Public))],
        names: NameRules {
            pseudo_variables: &[("Self", PseudoVariable::SelfType)],
            unbound_is_path: true,
            named_closures: true,
            ..NameRules::NONE
        },
        imports: ImportRules {
            unbound_alias: "_",
            self_module: "self",
            inline_modules: true,
            ..ImportRules::NONE
        },
        types: TypeRules {
            inferred: &["_"],
            transparent: &[
                "Box",
                "Rc",
                "Arc",
                "Ref",
                "RefMut",
                "RefCell",
                "Cell",
                "Cow",
                "Pin",
                "MutexGuard",
                "RwLockReadGuard",
                "RwLockWriteGuard",
                "ManuallyDrop",
                "NonNull",
            ],
            rest_declares_element: true,
            unwrapping_patterns: &["Some", "Ok"],
            ..TypeRules::NONE
        },
        members: MemberRules { inherited_from_interfaces: true, ..MemberRules::NONE },
        calls: CallRules { continuation_methods: &["then"], ..CallRules::NONE },
        implied: ImpliedRules::NONE,
    },
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: Some(macros::statements),
    insert_separators: |_| None,
    tests: TestRules {
        files: &["tests/"],
        function_prefixes: &[],
        decorators: &["test", "rstest", "test_case", "quickcheck", "wasm_bindgen_test", "proptest"],
        calls: &[],
        groups: &[],
        group_types: false,
        members: &[],
        subject: "",
        fixture_decorators: &[],
        parametrize_decorators: &[],
        fixture_files: &[],
    },
    configurations: &["Cargo.toml"],
    project_file: "",
    references: |_, _| Vec::new(),
    module_files: &[],
    locate,
};

/// The crates of the repository, read once for a build.
struct Crates {
    /// The root file of each library, by the name that code has for it.
    libraries: FxHashMap<String, u32>,
    /// Root files that the configuration names.
    roots: Vec<String>,
}

impl Crates {
    fn new(project: &Project) -> Self {
        let mut crates = Crates { libraries: FxHashMap::default(), roots: Vec::new() };
        let mut all: Vec<(&str, &str)> =
            project.configurations().filter(|(path, _)| path.ends_with("Cargo.toml")).collect();
        all.sort_unstable();
        for (path, content) in all {
            let folder = folder_of(path);
            let (mut section, mut name, mut library, mut own_name) = ("", None, None, None);
            for line in content.lines().map(str::trim) {
                if line.starts_with('[') {
                    section = line;
                }
                let Some((key, value)) = line.split_once('=') else { continue };
                let value = value.split('#').next().unwrap_or("").trim().trim_matches('"');
                match (section, key.trim()) {
                    ("[package]", "name") => name = Some(value.replace('-', "_")),
                    ("[lib]", "name") => own_name = Some(value.replace('-', "_")),
                    ("[lib]", "path") => library = Some(join(folder, value)),
                    ("[[bin]]" | "[[test]]" | "[[example]]" | "[[bench]]", "path") => {
                        crates.roots.push(join(folder, value));
                    }
                    _ => {}
                }
            }
            let root = library.unwrap_or_else(|| join(folder, "src/lib.rs"));
            if let (Some(name), Some(file)) = (own_name.or(name), project.file(&root)) {
                crates.libraries.entry(name).or_insert(file);
                crates.roots.push(root);
            }
        }
        crates.roots.sort_unstable();
        crates
    }

    /// Is the file the root of a crate?
    fn is_root(&self, project: &Project, path: &str) -> bool {
        if self.roots.binary_search_by(|r| r.as_str().cmp(path)).is_ok() {
            return true;
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let manifest = |folder: &str| project.configuration(&join(folder, "Cargo.toml")).is_some();
        match name {
            "lib.rs" | "main.rs" => true,
            "build.rs" => manifest(folder),
            _ => {
                let kind = folder.rsplit('/').next().unwrap_or("");
                let above = folder_of(folder);
                matches!(kind, "tests" | "examples" | "benches") && manifest(above)
                    || kind == "bin" && manifest(folder_of(above))
            }
        }
    }

    /// The folder of a module's own modules.
    fn folder(&self, project: &Project, file: u32) -> String {
        let path = project.paths[file as usize].as_str();
        match path.ends_with("/mod.rs") || path == "mod.rs" || self.is_root(project, path) {
            true => folder_of(path).to_owned(),
            false => path.strip_suffix(".rs").unwrap_or(path).to_owned(),
        }
    }

    fn child(&self, project: &Project, file: u32, name: &str) -> Option<u32> {
        let folder = self.folder(project, file);
        let find = |path: &str| project.file(&join(&folder, path)).filter(|found| *found != file);
        find(&format!("{name}.rs")).or_else(|| find(&format!("{name}/mod.rs")))
    }

    fn parent(&self, project: &Project, file: u32) -> Option<u32> {
        let path = project.paths[file as usize].as_str();
        if self.is_root(project, path) {
            return None;
        }
        let own = folder_of(path);
        let around = if path.ends_with("/mod.rs") { folder_of(own) } else { own };
        let beside = if path.ends_with("/mod.rs") { own } else { path };
        let candidates =
            [format!("{around}.rs"), join(around, "mod.rs"), join(around, "lib.rs"), join(around, "main.rs")];
        candidates
            .iter()
            .filter(|c| c.as_str() != beside)
            .find_map(|c| project.file(c))
            .filter(|f| *f != file)
    }

    fn root(&self, project: &Project, file: u32) -> u32 {
        let mut current = file;
        for _ in 0..64 {
            match self.parent(project, current) {
                Some(parent) => current = parent,
                None => break,
            }
        }
        current
    }
}

/// `crate::a::B` from the crate's root, `self::` and `super::` from the module that the import is in, else a module
/// beside, or another crate. `tests#super::a` is `super::a` in the module `tests` of the file.
fn locate(project: &Project, importer: &str, path: &str) -> Located {
    let crates = project.parsed(Crates::new);
    let (inner, path) = path.split_once('#').unwrap_or(("", path));
    let mut inner: Vec<&str> = inner.split('/').filter(|part| !part.is_empty()).collect();
    let mut parts = path.split("::").map(|part| part.strip_prefix("r#").unwrap_or(part)).peekable();
    let first = parts.peek().copied().unwrap_or("");
    let Some(mut file) = project.file(importer) else { return external(first) };
    match first {
        "crate" => {
            parts.next();
            inner.clear();
            file = crates.root(project, file);
        }
        "self" | "super" => {
            while let Some(word) = parts.next_if(|part| matches!(*part, "self" | "super")) {
                if word == "super" && inner.pop().is_none() {
                    match crates.parent(project, file) {
                        Some(parent) => file = parent,
                        None => return external("super"),
                    }
                }
            }
        }
        "" => {
            // `::name` is another crate.
            parts.next();
            let Some(library) = parts.next().and_then(|name| crates.libraries.get(name)) else {
                return external(path.trim_start_matches("::").split("::").next().unwrap_or(path));
            };
            (file, inner) = (*library, Vec::new());
        }
        name => {
            let beside = match inner.is_empty() {
                true => crates.child(project, file, name),
                false => None,
            };
            match (beside, crates.libraries.get(name)) {
                (Some(_), _) => {}
                (None, Some(library)) => {
                    parts.next();
                    (file, inner) = (*library, Vec::new());
                }
                _ if name.starts_with(char::is_uppercase) => {}
                _ => return external(name),
            }
        }
    }
    if inner.is_empty() {
        while let Some(child) = parts.peek().and_then(|name| crates.child(project, file, name)) {
            file = child;
            parts.next();
        }
    }
    let rest = inner.into_iter().chain(parts).map(str::to_owned).collect();
    Located::Within { file, rest }
}

fn external(name: &str) -> Located {
    Located::External(name.to_owned())
}
