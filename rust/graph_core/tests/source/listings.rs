//! Tests of the listings of directories and commits.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use graph_core::source::skip;
use tempfile::TempDir;

use crate::repository::{commit, directory, git, listed, odd_repository, paths, put, same, skipped};

#[test]
fn a_directory_and_its_commit_give_the_same_listing() {
    let dir = odd_repository();
    let disk = listed(&directory(dir.path()));
    let head = listed(&commit(dir.path(), "HEAD"));
    assert_eq!(
        paths(&disk),
        [
            "a-b/x.py",
            "a.py",
            "a/keep.tmp.py",
            "a/x.py",
            "app.py",
            "binary.py",
            "bom.py",
            "crlf.py",
            "empty.py",
            "ignored/deep/tracked.py",
            "latin.py",
            "line\nbreak \"quoted\".py",
            "out/tracked.tmp.py",
            "shop/vendor/models.py",
            "utf16.py",
        ]
    );
    assert_eq!(
        skipped(&disk),
        BTreeMap::from([
            ("caf\u{fffd}.py", skip::NOT_UTF8),
            ("dangling.py", skip::NOT_REGULAR),
            ("go/vendor/", skip::VENDORED),
            ("huge.py", skip::TOO_LARGE),
            ("link.py", skip::NOT_REGULAR),
            ("nested/", skip::REPOSITORY),
            ("node_modules/", skip::VENDORED),
            ("venv/", skip::VENDORED),
        ])
    );
    same(&disk, &head);
    assert_eq!(head.commit, Some(git(dir.path(), &["rev-parse", "HEAD"])));
    assert_eq!(disk.commit, None);
    for entry in &disk.entries {
        let hex: String = entry.blob.iter().map(|b| format!("{b:02x}")).collect();
        let spec = format!("HEAD:{}", entry.path);
        assert_eq!(hex, git(dir.path(), &["rev-parse", &spec]), "{}", entry.path);
    }
}

#[test]
fn a_listing_does_not_depend_on_the_number_of_threads() {
    let dir = odd_repository();
    let lists = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let listing = || listed(&directory(dir.path()));
        pool.build().unwrap().install(listing)
    };
    same(&lists(1), &lists(8));
}

#[test]
fn a_bare_clone_and_a_packed_store_read_like_the_work_tree() {
    let dir = odd_repository();
    let disk = listed(&directory(dir.path()));
    let clones = TempDir::new().unwrap();
    let bare = clones.path().join("bare.git");
    git(clones.path(), &["clone", "-q", "--bare", dir.path().to_str().unwrap(), "bare.git"]);
    git(&bare, &["gc", "-q"]);
    same(&disk, &listed(&commit(&bare, "main")));
    git(dir.path(), &["tag", "-a", "v1", "-m", "one"]);
    for revision in ["v1", "HEAD~0", "refs/heads/main"] {
        same(&disk, &listed(&commit(dir.path(), revision)));
    }
}

#[test]
fn a_directory_inside_a_work_tree_is_listed_alone() {
    let dir = odd_repository();
    for part in ["a", "shop", "out"] {
        let part = dir.path().join(part);
        let disk = listed(&directory(&part));
        assert!(!disk.entries.is_empty());
        same(&disk, &listed(&commit(&part, "HEAD")));
    }
    assert_eq!(paths(&listed(&directory(&dir.path().join("a")))), ["keep.tmp.py", "x.py"]);
    put(dir.path(), "new/x.py", "1");
    assert!(listed(&commit(&dir.path().join("new"), "HEAD")).entries.is_empty());
}

#[test]
fn a_directory_lists_new_files_and_no_deleted_or_excluded_ones() {
    let dir = odd_repository();
    put(dir.path(), "new.py", "1");
    put(dir.path(), "mine.py", "1");
    put(dir.path(), ".git/info/exclude", "mine.py\n");
    fs::remove_file(dir.path().join("app.py")).unwrap();
    // A tracked, ignored directory replaced by a link must not lead outside.
    fs::remove_dir_all(dir.path().join("ignored/deep")).unwrap();
    let elsewhere = TempDir::new().unwrap();
    put(elsewhere.path(), "tracked.py", "outside");
    symlink(elsewhere.path(), dir.path().join("ignored/deep")).unwrap();
    let listing = listed(&directory(dir.path()));
    let all = paths(&listing);
    assert!(all.contains(&"new.py"));
    for gone in ["app.py", "mine.py", "ignored/deep/tracked.py"] {
        assert!(!all.contains(&gone), "{gone}");
    }
}

#[test]
fn a_directory_without_git_obeys_its_own_gitignore_only() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), ".gitignore", "in.py\n");
    put(dir.path(), "root/.gitignore", "out.py\n");
    put(dir.path(), "root/in.py", "1");
    put(dir.path(), "root/out.py", "1");
    let listing = listed(&directory(&dir.path().join("root")));
    assert_eq!(paths(&listing), ["in.py"]);
}

#[test]
fn a_repository_of_sha_256_gives_the_same_ids() {
    let dir = TempDir::new().unwrap();
    git(dir.path(), &["init", "-q", "--object-format=sha256"]);
    put(dir.path(), "x.py", "def a(): ...\n");
    put(dir.path(), "sub/y.py", "1\n");
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-q", "-m", "x"]);
    let disk = listed(&directory(dir.path()));
    assert_eq!(paths(&disk), ["sub/y.py", "x.py"]);
    same(&disk, &listed(&commit(dir.path(), "HEAD")));
}
