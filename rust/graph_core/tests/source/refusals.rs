//! Tests of invalid sources, and of files that are missing, unreadable, too large or changing.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use graph_core::Error;
use graph_core::source::{Limits, Source, list, skip};
use tempfile::TempDir;

use crate::repository::{commit, directory, git, listed, odd_repository, paths, put, python, skipped};

#[test]
fn an_ignore_file_that_is_a_link_or_endless_is_not_read() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "x.py", "1");
    symlink("/dev/zero", dir.path().join(".gitignore")).unwrap();
    assert_eq!(paths(&listed(&directory(dir.path()))), ["x.py"]);
}

#[test]
fn an_invalid_source_is_an_error() {
    let dir = TempDir::new().unwrap();
    let root = dir.path();
    put(root, "file.py", "1");
    let error = |source: Source| match list(&source, &Limits::default(), &python) {
        Err(error) => error.code(),
        Ok(_) => "listed",
    };
    assert_eq!(error(directory(&root.join("none"))), "not_found");
    assert_eq!(error(directory(&root.join("file.py"))), "not_a_directory");
    assert_eq!(error(directory(&root.join("file.py/x"))), "not_a_directory");
    assert_eq!(error(commit(&root.join("none"), "HEAD")), "not_found");
    assert_eq!(error(commit(&root.join("file.py"), "HEAD")), "not_a_directory");
    assert_eq!(error(commit(root, "HEAD")), "not_a_repository");
    git(root, &["init", "-q"]);
    assert_eq!(error(commit(root, "HEAD")), "unknown_revision");
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "x"]);
    for revision in ["", "nope", "HEAD^{tree}", "HEAD:file.py", "HEAD..HEAD", "--all", "-h", &"0".repeat(40)]
    {
        assert_eq!(error(commit(root, revision)), "unknown_revision", "{revision}");
    }
    let source = commit(root, "nope");
    let Err(Error::UnknownRevision { revision, .. }) = list(&source, &Limits::default(), &python) else {
        panic!("an unknown revision was listed")
    };
    assert_eq!(revision, "nope");
}

#[test]
fn a_missing_blob_is_left_out_and_a_missing_tree_is_an_error() {
    let dir = TempDir::new().unwrap();
    let root = dir.path();
    git(root, &["init", "-q"]);
    put(root, "x.py", "1");
    put(root, "y.py", "2");
    put(root, "sub/z.py", "3");
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "x"]);
    let remove = |spec: &str| {
        let id = git(root, &["rev-parse", spec]);
        let object = root.join(".git/objects").join(&id[..2]).join(&id[2..]);
        fs::remove_file(object).unwrap();
    };
    remove("HEAD:x.py");
    remove("HEAD:sub");
    let listing = listed(&commit(root, "HEAD"));
    assert_eq!(paths(&listing), ["y.py"]);
    assert_eq!(skipped(&listing), BTreeMap::from([("sub/", skip::MISSING), ("x.py", skip::MISSING)]));
    remove("HEAD^{tree}");
    let broken = list(&commit(root, "HEAD"), &Limits::default(), &python);
    assert!(matches!(broken, Err(Error::BrokenRepository { .. })));
}

#[test]
fn a_partial_clone_is_not_completed() {
    let dir = odd_repository();
    git(dir.path(), &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", dir.path().display());
    let clones = TempDir::new().unwrap();
    git(clones.path(), &["clone", "-q", "--bare", "--filter=blob:none", &url, "partial"]);
    let listing = listed(&commit(&clones.path().join("partial"), "HEAD"));
    assert!(listing.entries.is_empty());
    assert_eq!(skipped(&listing)["app.py"], skip::MISSING);
}

#[test]
fn an_unreadable_directory_is_left_out() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "x.py", "1");
    put(dir.path(), "shut/y.py", "1");
    let shut = dir.path().join("shut");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).unwrap();
    let listing = listed(&directory(dir.path()));
    let bites = fs::read_dir(&shut).is_err();
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o755)).unwrap();
    if bites {
        assert_eq!(paths(&listing), ["x.py"]);
        assert_eq!(skipped(&listing), BTreeMap::from([("shut/", skip::UNREADABLE)]));
    } else {
        eprintln!("NOT TESTED as this user: permission bits do not bind root; asserted that all is listed");
        assert_eq!(paths(&listing), ["shut/y.py", "x.py"]);
    }
}

#[test]
fn limits_cut_a_listing_in_order_of_path() {
    let dir = TempDir::new().unwrap();
    for i in 0..5 {
        put(dir.path(), &format!("d{}/x.py", 4 - i), "12345");
    }
    let limits = Limits { files: 2, ..Limits::default() };
    let listing = list(&directory(dir.path()), &limits, &python).unwrap();
    assert_eq!(paths(&listing), ["d0/x.py", "d1/x.py"]);
    assert_eq!(listing.left_out, 3);
    assert_eq!(skipped(&listing)["d4/x.py"], skip::TOO_MANY);
    let limits = Limits { file_bytes: 4, ..Limits::default() };
    let listing = list(&directory(dir.path()), &limits, &python).unwrap();
    assert_eq!(skipped(&listing)["d0/x.py"], skip::TOO_LARGE);
    assert!(serde_json::from_str::<Limits>("{\"file_byte\": 1}").is_err());
    let limits: Limits = serde_json::from_str("{\"files\": 1}").unwrap();
    assert_eq!(limits.file_bytes, Limits::default().file_bytes);
}

/// Each tree contains the previous one ten times: 10^8 files from nine objects.
#[test]
fn a_tree_in_which_a_folder_repeats_is_cut() {
    let dir = TempDir::new().unwrap();
    let root = dir.path();
    git(root, &["init", "-q"]);
    put(root, "x.py", "1");
    git(root, &["add", "."]);
    let mut tree = git(root, &["write-tree"]);
    for _ in 0..8 {
        let lines: String = (0..10).map(|i| format!("040000 tree {tree}\td{i}\n")).collect();
        put(root, "tree.txt", lines);
        let made = Command::new("git")
            .arg("mktree")
            .stdin(fs::File::open(root.join("tree.txt")).unwrap())
            .current_dir(root)
            .output()
            .unwrap();
        tree = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    }
    let head = git(root, &["commit-tree", &tree, "-m", "bomb"]);
    let limits = Limits { names: 10_000, ..Limits::default() };
    let listing = list(&commit(root, &head), &limits, &python).unwrap();
    assert!(!listing.entries.is_empty());
    assert!(listing.skipped.iter().any(|s| s.reason == skip::TOO_MANY));
}

#[test]
fn a_file_that_changes_between_listing_and_reading_is_noticed() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "x.py", "1");
    let limits = Limits { held_bytes: 0, ..Limits::default() };
    let listing = list(&directory(dir.path()), &limits, &python).unwrap();
    let mut reader = listing.reader();
    assert_eq!(reader.read(&listing.entries[0]).unwrap(), b"1");
    put(dir.path(), "x.py", "2");
    assert_eq!(reader.read(&listing.entries[0]), Err(skip::CHANGED));
}
