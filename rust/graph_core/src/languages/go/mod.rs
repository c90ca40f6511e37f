//! Go: modules and workspaces, packages as directories, methods beside their types.

use std::sync::OnceLock;

use super::platform::PlatformSource;
use super::project::{Located, Project, folder_of, join};
use super::{
    CallRules, Exported, ImpliedRules, ImportBinds, ImportRules, Language, MemberRules, NameRules, Rules,
    TestRules, TypeRules, Unit,
};
use crate::graph::Visibility;

static PLATFORM: PlatformSource = PlatformSource::new("go", &[], &[include_str!("platform/library.go")]);

pub static GO: Language = Language {
    name: "go",
    family: "go",
    extensions: &["go"],
    grammar: || tree_sitter_go::LANGUAGE.into(),
    grammar_version: "0.25.0",
    tags: include_str!("tags.scm"),
    syntax: OnceLock::new(),
    rules: Rules {
        unit: Unit::Directory,
        block_scoped: true,
        assignment_declares: false,
        values: false,
        implicit_this: false,
        call_constructs: false,
        constructors: &[],
        overloads: false,
        import_binds: ImportBinds::Package,
        path_separator: ".",
        exported: Exported::Capital,
        default_visibility: Visibility::Public,
        modifiers: &[],
        names: NameRules { named_closures: true, ..NameRules::NONE },
        imports: ImportRules { ignored_affixes: &[".go", "go-", "-go"], ..ImportRules::NONE },
        types: TypeRules {
            structural: true,
            rest_declares_element: true,
            typed_functions: &["new", "make"],
            ..TypeRules::NONE
        },
        members: MemberRules { literal_keys: true, ..MemberRules::NONE },
        calls: CallRules { multiple_results: true, ..CallRules::NONE },
        implied: ImpliedRules::NONE,
    },
    platform_source: Some(&PLATFORM),
    doc_comments: None,
    token_trees: None,
    insert_separators: |_| None,
    tests: TestRules {
        files: &["*_test.go"],
        function_prefixes: &["Test", "Benchmark", "Fuzz", "Example"],
        decorators: &[],
        calls: &[],
        groups: &[],
        group_types: false,
        members: &[],
        subject: "",
        fixture_decorators: &[],
        parametrize_decorators: &[],
        fixture_files: &[],
    },
    configurations: &["go.mod", "go.work"],
    project_file: "",
    references: |_, _| Vec::new(),
    module_files: &[],
    locate,
};

/// What the go.mod and go.work files of the repository say, read once for a build.
struct Modules {
    /// By folder.
    modules: Vec<Module>,
}

struct Module {
    folder: String,
    /// The beginning of the import paths of its packages.
    path: String,
    /// Import paths that stand for a folder of the repository.
    replaced: Vec<(String, String)>,
}

/// A package of the module that the importer is in, of a folder that takes another module's place, or of another
/// module of the repository: the longest module path that fits.
fn locate(project: &Project, importer: &str, path: &str) -> Located {
    let modules = project.parsed(Modules::new);
    let own = modules.around(importer);
    let mut best: Option<(usize, String)> = None;
    let mut offer = |prefix: &str, folder: &str, preferred: bool| {
        let Some(rest) = path.strip_prefix(prefix) else {
            return;
        };
        if !rest.is_empty() && !rest.starts_with('/') {
            return;
        }
        let weight = 2 * prefix.len() + usize::from(preferred);
        if best.as_ref().is_none_or(|(most, _)| weight > *most) {
            best = Some((weight, join(folder, rest)));
        }
    };
    if let Some(own) = own.filter(|own| own.path == "std")
        && let Some(found) = package(project, &join(&own.folder, path))
    {
        return found; // the standard library's packages have no prefix
    }
    if let Some(own) = own {
        offer(&own.path, &own.folder, true);
        for (path, folder) in &own.replaced {
            offer(path, folder, true);
        }
    }
    for module in &modules.modules {
        offer(&module.path, &module.folder, false);
    }
    let found = best.and_then(|(_, folder)| package(project, &folder));
    found.unwrap_or_else(|| external(path))
}

/// The files of the package in a folder: no tests, and of several packages the one that has most files.
fn package(project: &Project, folder: &str) -> Option<Located> {
    let files: Vec<u32> = project
        .files_in(folder)
        .iter()
        .copied()
        .filter(|file| {
            let path = project.paths[*file as usize].as_str();
            path.ends_with(".go") && !path.ends_with("_test.go")
        })
        .collect();
    (!files.is_empty()).then_some(Located::Files(files))
}

/// Of a host the repository's first three parts, else (the standard library) the path itself.
fn external(path: &str) -> Located {
    let hosted = path.split('/').next().is_some_and(|host| host.contains('.'));
    let parts = if hosted { 3 } else { usize::MAX };
    let name: Vec<&str> = path.split('/').take(parts).collect();
    Located::External(name.join("/"))
}

impl Modules {
    fn new(project: &Project) -> Self {
        let mut modules: Vec<Module> = project
            .configurations()
            .filter(|(path, _)| path.ends_with("go.mod"))
            .filter_map(|(path, content)| Module::parse(folder_of(path), content))
            .collect();
        modules.sort_by(|a, b| a.folder.cmp(&b.folder));
        Modules { modules }
    }

    /// The module whose folder is the nearest above.
    fn around(&self, path: &str) -> Option<&Module> {
        self.modules
            .iter()
            .filter(|m| {
                m.folder.is_empty() || path.strip_prefix(&m.folder).is_some_and(|rest| rest.starts_with('/'))
            })
            .max_by_key(|m| m.folder.len())
    }
}

impl Module {
    fn parse(folder: &str, content: &str) -> Option<Module> {
        let mut path = None;
        let mut replaced = Vec::new();
        let mut block = String::new();
        for line in content.lines() {
            let line = line.split("//").next().unwrap_or("").trim();
            let mut words: Vec<&str> = line.split_whitespace().collect();
            if line == ")" {
                block.clear();
                continue;
            }
            if let [directive, "("] = words[..] {
                block = directive.to_owned();
                continue;
            }
            if !block.is_empty() {
                words.insert(0, &block);
            }
            match words[..] {
                ["module", name] => path = Some(unquoted(name).to_owned()),
                ["replace", ref rest @ ..] => {
                    let Some(arrow) = rest.iter().position(|w| *w == "=>") else {
                        continue;
                    };
                    if let (Some(from), Some(to)) = (rest.first(), rest.get(arrow + 1)) {
                        let to = unquoted(to);
                        if to.starts_with('.') {
                            replaced.push((unquoted(from).to_owned(), join(folder, to)));
                        }
                    }
                }
                _ => {}
            }
        }
        Some(Module { folder: folder.to_owned(), path: path?, replaced })
    }
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '`'])
}
