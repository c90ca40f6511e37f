//! Where an import of JavaScript or TypeScript leads, by the rules of Node, of the TypeScript compiler and of
//! workspaces. Build output that is not in the repository is mapped back to its source.

use rustc_hash::FxHashMap;

use super::compiler::{Compiler, compilers};
use super::packages::{Package, by_name, packages, split, targets};
use crate::languages::project::{Located, Project, folder_of, join};

/// What the configuration files say; read once for a build.
struct Settings {
    packages: FxHashMap<String, Package>,
    names: FxHashMap<String, Vec<String>>,
    compilers: FxHashMap<String, Vec<Compiler>>,
}

/// Code before declarations: a call leads to what runs.
const ENDINGS: &[&str] =
    &[".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".d.ts", ".d.mts", ".d.cts"];

/// Folders in which sources may stand whose build output a package names.
const SOURCES: &[&str] = &["src", "", "source", "lib"];

const BUILTINS: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

pub fn locate(project: &Project, importer: &str, path: &str) -> Located {
    // Bundlers put loaders before and questions behind a path.
    let path = path.rsplit('!').next().unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    let settings = project.parsed(Settings::new);
    match settings.file(project, importer, path) {
        Some(file) => Located::Files(vec![file]),
        None => Located::External(external(path)),
    }
}

impl Settings {
    fn new(project: &Project) -> Self {
        let packages = packages(project);
        let names = by_name(&packages);
        let compilers = compilers(project, &names);
        Settings { packages, names, compilers }
    }

    fn file(&self, project: &Project, importer: &str, path: &str) -> Option<u32> {
        let folder = folder_of(importer);
        if path.starts_with("./") || path.starts_with("../") || path == "." || path == ".." {
            return self.at(project, &join(folder, path));
        }
        if let Some(path) = path.strip_prefix('/') {
            return self.at(project, path);
        }
        if path.starts_with('#')
            && let Some(file) = self.own(project, folder, path)
        {
            return Some(file);
        }
        above(folder)
            .find_map(|folder| self.compiled(project, folder, path))
            .or_else(|| self.package(project, folder, path))
            .or_else(|| self.aliased(project, folder, path))
    }

    /// The file or folder at a path without or with an ending.
    fn at(&self, project: &Project, path: &str) -> Option<u32> {
        self.named(project, path).or_else(|| {
            if !path.is_empty() && !project.has_folder(path) {
                return None;
            }
            let entries = self.packages.get(path).into_iter().flat_map(|p| &p.entries);
            entries
                .filter_map(|entry| self.entry(project, path, entry))
                .next()
                .or_else(|| self.named(project, &join(path, "index")))
        })
    }

    fn named(&self, project: &Project, path: &str) -> Option<u32> {
        if let Some(file) = project.file(path) {
            return Some(file);
        }
        // `./a.js` may mean a.ts, and `./a.service` a.service.ts.
        let written = [".js", ".jsx", ".mjs", ".cjs"].iter().find_map(|e| path.strip_suffix(e));
        let with_ending = |stem: &str| ENDINGS.iter().find_map(|e| project.file(&format!("{stem}{e}")));
        written.and_then(with_ending).or_else(|| with_ending(path))
    }

    /// By the compiler settings of one folder.
    fn compiled(&self, project: &Project, folder: &str, path: &str) -> Option<u32> {
        self.compilers.get(folder)?.iter().find_map(|compiler| {
            let mapped = compiler.paths.iter().find_map(|(pattern, targets)| {
                let rest = match pattern.split_once('*') {
                    Some((head, tail)) => path.strip_prefix(head)?.strip_suffix(tail)?,
                    None => (path == pattern).then_some("")?,
                };
                targets.iter().find_map(|target| self.at(project, &join("", &target.replace('*', rest))))
            });
            mapped.or_else(|| self.at(project, &join(compiler.root.as_ref()?, path)))
        })
    }

    /// A package of this repository, by its name.
    fn package(&self, project: &Project, importer: &str, path: &str) -> Option<u32> {
        let (name, rest) = split(path);
        let folders = self.names.get(name)?;
        // Of several the one with most of its path in common with the importer's.
        let shared =
            |folder: &String| folder.split('/').zip(importer.split('/')).take_while(|(a, b)| a == b).count();
        let mut nearest: Vec<&String> = folders.iter().collect();
        nearest.sort_by_key(|folder| std::cmp::Reverse(shared(folder)));
        nearest.into_iter().find_map(|folder| {
            let package = self.packages.get(folder)?;
            let key = if rest.is_empty() { ".".to_owned() } else { format!("./{rest}") };
            let exported = targets(&package.exports, &key);
            if let Some(file) = exported.iter().find_map(|target| self.entry(project, folder, target)) {
                return Some(file);
            }
            if rest.is_empty() {
                let entries = package.entries.iter().find_map(|entry| self.entry(project, folder, entry));
                return entries.or_else(|| self.built(project, folder, "index"));
            }
            self.at(project, &join(folder, rest)).or_else(|| self.built(project, folder, rest))
        })
    }

    /// `#name`, by the `imports` of the package around.
    fn own(&self, project: &Project, importer: &str, path: &str) -> Option<u32> {
        let folder = above(importer).find(|folder| self.packages.contains_key(*folder))?;
        targets(&self.packages[folder].imports, path).iter().find_map(|target| {
            if target.starts_with('.') {
                self.entry(project, folder, target)
            } else {
                self.package(project, importer, target)
            }
        })
    }

    /// `@/x` and `~/x` can be no package: bundlers use them for the sources of the package around.
    fn aliased(&self, project: &Project, importer: &str, path: &str) -> Option<u32> {
        let rest = path.strip_prefix("@/").or_else(|| path.strip_prefix("~/"))?;
        above(importer)
            .filter(|folder| self.packages.contains_key(*folder))
            .find_map(|folder| self.built(project, folder, rest))
    }

    /// A file that a package names, or the source of which it is the build output.
    fn entry(&self, project: &Project, folder: &str, target: &str) -> Option<u32> {
        let target = target.trim_start_matches("./");
        let whole = join(folder, target);
        if let Some(file) = self.named(project, &whole) {
            return Some(file);
        }
        if project.has_folder(&whole) && whole != folder {
            return self.named(project, &join(&whole, "index"));
        }
        let endings = [".d.ts", ".d.mts", ".d.cts", ".js", ".mjs", ".cjs", ".ts"];
        let mut stem = endings.iter().find_map(|e| target.strip_suffix(e)).unwrap_or(target);
        // `dist/esm/a.js` comes from `src/a.ts`.
        for _ in 0..4 {
            if let Some(file) = self.built(project, folder, stem) {
                return Some(file);
            }
            stem = stem.split_once('/')?.1;
        }
        None
    }

    fn built(&self, project: &Project, folder: &str, path: &str) -> Option<u32> {
        SOURCES.iter().find_map(|source| {
            let path = join(&join(folder, source), path);
            self.named(project, &path).or_else(|| self.named(project, &join(&path, "index")))
        })
    }
}

/// A folder and those above it, up to the root.
fn above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |f| (!f.is_empty()).then(|| folder_of(f)))
}

/// The name of the package outside: with its scope, without a version; Node's own with `node:`.
fn external(path: &str) -> String {
    if path.starts_with('.') || path.contains("://") {
        return path.to_owned();
    }
    if let Some(rest) = path.strip_prefix("node:") {
        return format!("node:{}", split(rest).0);
    }
    let path = path.strip_prefix("npm:").or_else(|| path.strip_prefix("jsr:")).unwrap_or(path);
    let (name, _) = split(path);
    if BUILTINS.contains(&name) {
        return format!("node:{name}");
    }
    match name.char_indices().skip(1).find(|(_, letter)| *letter == '@') {
        Some((version, _)) => name[..version].to_owned(),
        None => name.to_owned(),
    }
}
