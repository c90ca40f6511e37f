"""Repositories with hostile commits, branches and tags; registered beside those of `hostile_files`."""

from pathlib import Path

from hostile.hostile_files import GOOD, MAIN, blob, fed, hostile, raw_tree
from sample_repositories import Repo


@hostile
def an_empty_commit(repo: Repo) -> str:
    repo.commit({})
    return MAIN


@hostile
def an_unborn_branch(repo: Repo) -> str:
    repo.commit({"good.py": GOOD})
    repo.git("symbolic-ref", "HEAD", "refs/heads/never")
    return ""


@hostile
def no_commit_at_all(_: Repo) -> str:
    return ""


@hostile
def a_circular_head(repo: Repo) -> str:
    repo.commit({"good.py": GOOD})
    repo.git("symbolic-ref", "refs/heads/a", "refs/heads/b")
    repo.git("symbolic-ref", "refs/heads/b", "refs/heads/a")
    repo.git("symbolic-ref", "HEAD", "refs/heads/a")
    return ""


@hostile
def a_tag_of_a_file(repo: Repo) -> str:
    repo.commit({"good.py": GOOD})
    repo.git("tag", "--annotate", "--message", "x", "file", "HEAD:good.py")
    return "file"


@hostile
def a_tag_of_a_tag(repo: Repo) -> str:
    repo.commit({"good.py": GOOD})
    repo.git("tag", "--annotate", "--message", "x", "one")
    for before, after in zip(range(50), range(1, 51), strict=True):
        repo.git("tag", "--annotate", "--message", "x", f"t{after}", f"t{before}" if before else "one")
    return "t50"


@hostile
def merges_of_many(repo: Repo) -> str:
    repo.commit({"good.py": GOOD})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    parents = [repo.git("commit-tree", "-m", str(number), tree) for number in range(60)]
    commit = repo.git(
        "commit-tree", "-m", "x", *(part for parent in parents for part in ("-p", parent)), tree
    )
    repo.git("update-ref", "refs/heads/main", commit)
    return MAIN


@hostile
def ten_thousand_branches(repo: Repo) -> str:
    head = repo.commit({"good.py": GOOD})
    fed(
        repo,
        "".join(f"create refs/heads/b/{n} {head}\n" for n in range(10_000)).encode(),
        "update-ref",
        "--stdin",
    )
    return MAIN


@hostile
def history_without_the_commit(repo: Repo) -> str:
    repo.commit({"good.py": GOOD})
    return "0123456789012345678901234567890123456789"


@hostile
def a_branch_of_an_odd_name(repo: Repo) -> str:
    repo.commit({"good.py": GOOD})
    repo.git("update-ref", "refs/heads/--upload-pack=touch", "HEAD")
    return "--upload-pack=touch"


@hostile
def replaced_objects(repo: Repo) -> str:
    repo.commit({"good.py": GOOD, "a.py": "x = 1\n"})
    evil = blob(repo, "def replaced(): ...\n")
    repo.git("replace", repo.git("rev-parse", "HEAD:a.py"), evil)
    return MAIN


@hostile
def alternates_to_elsewhere(repo: Repo) -> str:
    repo.commit({"good.py": GOOD})
    (repo.path / ".git" / "objects" / "info").mkdir(exist_ok=True)
    (repo.path / ".git" / "objects" / "info" / "alternates").write_text("/etc\n/proc/self/cwd\n../../../..\n")
    return MAIN


@hostile
def a_commit_of_odd_words(repo: Repo) -> str:
    tree = raw_tree(repo, ("100644", b"good.py", blob(repo, GOOD)))
    said = (
        b"tree " + tree.encode() + b"\nauthor a<<b> 99999999999999999999 +9999\ncommitter x <y> -1 -0000\n\n"
    )
    commit = fed(repo, said + b"m" * 5_000_000, "hash-object", "-w", "-t", "commit", "--literally", "--stdin")
    Path(repo.path / ".git" / "refs" / "heads" / "main").write_text(commit + "\n")
    return MAIN


@hostile
def a_commit_without_a_head(repo: Repo) -> str:
    commit = fed(repo, b"tree nothing\n", "hash-object", "-w", "-t", "commit", "--literally", "--stdin")
    Path(repo.path / ".git" / "refs" / "heads" / "main").write_text(commit + "\n")
    return MAIN
