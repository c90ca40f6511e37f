//! Creates git repositories with git itself, lists sources and compares listings.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use graph_core::source::{Limits, Listing, Source, list};
use tempfile::TempDir;

pub fn git(dir: &Path, args: &[&str]) -> String {
    let out = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"])
        .args(["-c", "init.defaultBranch=main", "-c", "core.autocrlf=false"])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "git {args:?}: {error}");
    String::from_utf8(out.stdout).unwrap().trim_end().to_owned()
}

pub fn put(root: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

pub fn python(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with(".js")
}

pub fn listed(source: &Source) -> Listing {
    list(source, &Limits::default(), &python).unwrap()
}

pub fn directory(path: &Path) -> Source {
    Source::Directory(path.to_owned())
}

pub fn commit(path: &Path, revision: &str) -> Source {
    Source::Commit { repo: path.to_owned(), revision: revision.to_owned() }
}

pub fn paths(listing: &Listing) -> Vec<&str> {
    listing.entries.iter().map(|e| e.path.as_str()).collect()
}

pub fn skipped(listing: &Listing) -> BTreeMap<&str, &str> {
    let all = listing.skipped.iter();
    all.map(|s| (s.path.as_str(), s.reason.as_str())).collect()
}

pub fn same(a: &Listing, b: &Listing) {
    let facts = |l: &Listing| -> Vec<_> {
        let all = l.entries.iter();
        all.map(|e| (e.path.clone(), e.blob, e.size)).collect()
    };
    assert_eq!(facts(a), facts(b));
    assert_eq!(a.skipped, b.skipped);
    let (mut one, mut two) = (a.reader(), b.reader());
    for (x, y) in a.entries.iter().zip(&b.entries) {
        assert_eq!(one.read(x), two.read(y), "{}", x.path);
    }
}

/// A repository with all kinds of unusual files, committed as far as possible.
pub fn odd_repository() -> TempDir {
    let dir = TempDir::new().unwrap();
    let root = dir.path();
    git(root, &["init", "-q"]);
    put(root, "app.py", "def main(): ...\n");
    put(root, "a-b/x.py", "1\n");
    put(root, "a/x.py", "2\n");
    put(root, "a.py", "3\n");
    put(root, "crlf.py", "def a():\r\n    ...\r\n");
    put(root, "bom.py", b"\xef\xbb\xbfx = 1\n");
    put(root, "utf16.py", b"\xff\xfex\0=\0\xe9\0\n\0");
    put(root, "latin.py", b"x = '\xe9'\n");
    put(root, "binary.py", b"\x7fELF\0\0");
    put(root, "line\nbreak \"quoted\".py", "4\n");
    put(root, "empty.py", "");
    put(root, ".hidden.py", "5\n");
    put(root, ".config/x.py", "5\n");
    put(root, "README.md", "unwanted");
    put(root, "node_modules/m/index.js", "6\n");
    put(root, "go/go.mod", "module m\n");
    put(root, "go/vendor/v/v.py", "7\n");
    put(root, "shop/vendor/models.py", "8\n");
    put(root, "venv/pyvenv.cfg", "");
    put(root, "venv/lib.py", "9\n");
    put(root, ".gitignore", "*.tmp.py\n/out/\nignored/\n");
    put(root, "a/.gitignore", "!keep.tmp.py\nsecret.py\n");
    put(root, "x.tmp.py", "untracked");
    put(root, "a/keep.tmp.py", "10\n");
    put(root, "a/secret.py", "untracked");
    put(root, "ignored/untracked.py", "untracked");
    put(root, "ignored/deep/tracked.py", "11\n");
    put(root, "out/tracked.tmp.py", "12\n");
    put(root, "huge.py", vec![b'#'; Limits::default().file_bytes as usize + 1]);
    symlink("a/x.py", root.join("link.py")).unwrap();
    symlink("..", root.join("a/loop")).unwrap();
    symlink("/etc", root.join("outside")).unwrap();
    symlink("missing", root.join("dangling.py")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.py");
    fs::write(root.join(odd), "13\n").unwrap();
    let other = root.join("nested");
    fs::create_dir(&other).unwrap();
    git(&other, &["init", "-q"]);
    put(&other, "n.py", "14\n");
    git(&other, &["add", "."]);
    git(&other, &["commit", "-q", "-m", "nested"]);
    git(root, &["add", "."]);
    git(root, &["add", "-f", "ignored/deep/tracked.py", "out/tracked.tmp.py"]);
    git(root, &["commit", "-q", "-m", "all"]);
    dir
}
