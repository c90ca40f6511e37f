"""Repositories with hostile files: a maker fills an empty repository and returns the reference for a task."""

import os
import subprocess
from collections.abc import Callable, Mapping

from sample_repositories import IDENTITY, Content, Repo

GOOD = "def good():\n    return 1\n"
MAIN = "main"
Maker = Callable[[Repo], str]
"""Returns a branch, a tag or a commit."""

MAKERS: dict[str, Maker] = {}


def hostile(maker: Maker) -> Maker:
    MAKERS[maker.__name__] = maker
    return maker


def fed(repo: Repo, content: bytes, *arguments: str) -> str:
    """git with something on stdin."""
    done = subprocess.run(
        ["git", *arguments],
        input=content,
        cwd=repo.path,
        env=os.environ | IDENTITY,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode(errors="replace").strip()


def blob(repo: Repo, content: Content) -> str:
    return fed(
        repo, content.encode() if isinstance(content, str) else content, "hash-object", "-w", "--stdin"
    )


def raw_tree(repo: Repo, *entries: tuple[str, bytes, str]) -> str:
    """A tree of exactly these (mode, name, id), in this order, whether git would write it or not."""
    content = b"".join(
        mode.encode() + b" " + name + b"\0" + bytes.fromhex(object_id) for mode, name, object_id in entries
    )
    return fed(repo, content, "hash-object", "-w", "-t", "tree", "--literally", "--stdin")


def committed(repo: Repo, tree: str) -> str:
    commit = repo.git("commit-tree", "-m", "x", tree)
    repo.git("update-ref", "refs/heads/main", commit)
    return MAIN


def with_good(repo: Repo, files: Mapping[str, Content | None]) -> str:
    repo.commit({"good.py": GOOD, **files})
    return MAIN


@hostile
def deep_directories(repo: Repo) -> str:
    tree = raw_tree(repo, ("100644", b"a.py", blob(repo, GOOD)))
    for _ in range(1500):
        tree = raw_tree(repo, ("40000", b"d", tree))
    return committed(repo, raw_tree(repo, ("40000", b"d", tree), ("100644", b"good.py", blob(repo, GOOD))))


@hostile
def a_recursive_tree(repo: Repo) -> str:
    """Ten names of ten names of …: 10^10 files in eleven objects."""
    tree = raw_tree(repo, *(("100644", b"f%d.py" % n, blob(repo, GOOD)) for n in range(10)))
    for _ in range(9):
        tree = raw_tree(repo, *(("40000", b"d%d" % n, tree) for n in range(10)))
    return committed(repo, tree)


@hostile
def links_out(repo: Repo) -> str:
    for name, target in {
        "passwd.py": "/etc/passwd",
        "up": "../../..",
        "proc.py": "/proc/self/environ",
    }.items():
        (repo.path / name).symlink_to(target)
    return with_good(repo, {})


@hostile
def links_in_circles(repo: Repo) -> str:
    for name, target in {"a.py": "b.py", "b.py": "a.py", "self": "self", "here": "."}.items():
        (repo.path / name).symlink_to(target)
    return with_good(repo, {})


@hostile
def a_link_with_an_endless_target(repo: Repo) -> str:
    link = blob(repo, "x/" * 500_000)
    return committed(
        repo, raw_tree(repo, ("100644", b"good.py", blob(repo, GOOD)), ("120000", b"link.py", link))
    )


@hostile
def gitlinks(repo: Repo) -> str:
    good = blob(repo, GOOD)
    return committed(
        repo,
        raw_tree(
            repo, ("160000", b"gone.py", "1" * 40), ("100644", b"good.py", good), ("160000", b"sub", "2" * 40)
        ),
    )


@hostile
def submodules_of_odd_urls(repo: Repo) -> str:
    urls = [
        "ext::sh -c touch% pwned",
        "--upload-pack=touch pwned",
        "../../../etc",
        "file:///etc",
        "ssh://-oProxyCommand=x/y",
    ]
    said = "".join(
        f'[submodule "../../x{n}"]\n\tpath = ../x{n}\n\turl = {url}\n\tupdate = !touch pwned\n'
        for n, url in enumerate(urls)
    )
    return with_good(repo, {".gitmodules": said})


@hostile
def a_gitmodules_of_garbage(repo: Repo) -> str:
    return with_good(repo, {".gitmodules": os.urandom(100_000)})


def dotted(repo: Repo, name: bytes) -> str:
    inner = raw_tree(repo, ("100644", b"config", blob(repo, "[core]\n\tfsmonitor = touch pwned\n")))
    good = ("100644", b"good.py", blob(repo, GOOD))
    entries = sorted([("40000", name, inner), good], key=lambda entry: entry[1])
    return committed(repo, raw_tree(repo, *entries))


for number, odd in enumerate([b".git", b".GIT", b"git~1", b"..", b".", b".git\xe2\x80\x8b", b"a/b", b""]):

    def dotted_maker(repo: Repo, odd: bytes = odd) -> str:
        return dotted(repo, odd)

    MAKERS[f"a_directory_of_odd_name_{number}"] = dotted_maker


@hostile
def names_with_newlines_and_escapes(repo: Repo) -> str:
    return with_good(
        repo, {"a\nb.py": GOOD, "\x1b[31m.py": GOOD, "a\tb.py": GOOD, '"quoted".py': GOOD, "-rf.py": GOOD}
    )


@hostile
def names_that_are_not_utf8(repo: Repo) -> str:
    good = blob(repo, GOOD)
    return committed(
        repo,
        raw_tree(
            repo,
            ("100644", b"good.py", good),
            ("100644", b"x\xff\xfe.py", good),
            ("100644", b"\xff.py", good),
        ),
    )


@hostile
def reserved_names(repo: Repo) -> str:
    return with_good(
        repo, {f"{name}.py": GOOD for name in ("CON", "aux", "NUL", "com1", "LPT9", "prn", "a ", "a.")}
    )


@hostile
def names_that_differ_by_case_or_form(repo: Repo) -> str:
    return with_good(
        repo, {"A.py": GOOD, "a.py": GOOD, "\u00e9.py": GOOD, "e\u0301.py": GOOD, "\u202egnp.py": GOOD}
    )


@hostile
def a_name_that_is_too_long(repo: Repo) -> str:
    good = blob(repo, GOOD)
    return committed(
        repo, raw_tree(repo, ("100644", b"good.py", good), ("100644", b"x" * 100_000 + b".py", good))
    )


@hostile
def names_twice(repo: Repo) -> str:
    good = blob(repo, GOOD)
    return committed(
        repo, raw_tree(repo, ("100644", b"good.py", good), ("100644", b"good.py", blob(repo, "x")))
    )


@hostile
def names_out_of_order(repo: Repo) -> str:
    good = blob(repo, GOOD)
    return committed(repo, raw_tree(repo, ("100644", b"z.py", good), ("100644", b"good.py", good)))


@hostile
def odd_modes(repo: Repo) -> str:
    good = blob(repo, GOOD)
    return committed(
        repo,
        raw_tree(
            repo,
            ("100664", b"good.py", good),
            ("0100644", b"padded.py", good),
            ("177777", b"sticky.py", good),
        ),
    )


@hostile
def a_tree_that_is_none(repo: Repo) -> str:
    tree = fed(repo, b"not a tree", "hash-object", "-w", "-t", "tree", "--literally", "--stdin")
    return committed(repo, tree)


@hostile
def a_file_that_is_a_tree(repo: Repo) -> str:
    inner = raw_tree(repo, ("100644", b"x.py", blob(repo, GOOD)))
    return committed(
        repo, raw_tree(repo, ("100644", b"good.py", blob(repo, GOOD)), ("100644", b"tree.py", inner))
    )


@hostile
def objects_that_are_missing(repo: Repo) -> str:
    return committed(repo, raw_tree(repo, ("100644", b"gone.py", "3" * 40)))


@hostile
def an_object_that_is_damaged(repo: Repo) -> str:
    with_good(repo, {"b.py": "x = 1\n"})
    damaged = repo.git("rev-parse", "HEAD:b.py")
    file = repo.path / ".git" / "objects" / damaged[:2] / damaged[2:]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:5])
    return MAIN


@hostile
def pointers_of_lfs(repo: Repo) -> str:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9999999999\n"
    return with_good(
        repo, {"model.py": pointer, ".gitattributes": "*.py filter=lfs diff=lfs merge=lfs -text\n"}
    )


@hostile
def attributes_that_run_things(repo: Repo) -> str:
    repo.git("config", "filter.x.smudge", "touch pwned")
    said = blob(repo, "* filter=x ident export-subst eol=crlf working-tree-encoding=UTF-16\n")
    good = blob(repo, GOOD)
    return committed(repo, raw_tree(repo, ("100644", b".gitattributes", said), ("100644", b"good.py", good)))


@hostile
def hooks(repo: Repo) -> str:
    folder = repo.path / ".git" / "hooks"
    folder.mkdir(exist_ok=True)
    for name in ("post-checkout", "pre-commit", "post-update", "reference-transaction", "post-merge"):
        (folder / name).write_text("#!/bin/sh\ntouch pwned\n")
        (folder / name).chmod(0o755)
    return with_good(repo, {"hooks/post-checkout": "#!/bin/sh\ntouch pwned\n"})


@hostile
def encodings(repo: Repo) -> str:
    text = "def caf\u00e9():\n    return '\u4f60\u597d'\n"
    return with_good(
        repo,
        {
            f"{name.replace('-', '_')}.py": text.encode(name, errors="replace")
            for name in ("latin-1", "utf-16", "utf-16-le", "utf-32", "utf-7", "shift-jis", "cp037")
        }
        | {
            "nul.py": b"def f():\0\n",
            "surrogate.py": b"\xed\xa0\x80 = 1\n",
            "bom.py": b"\xef\xbb\xbf" * 3 + b"x=1",
        },
    )


@hostile
def one_endless_line(repo: Repo) -> str:
    return with_good(
        repo, {"line.py": "x = 1; " * 200_000, "line.js": "a(b);" * 250_000, "text.py": "'" + "x" * 1_400_000}
    )


@hostile
def strings_without_an_end(repo: Repo) -> str:
    return with_good(
        repo,
        {
            "a.py": '"""' * 100_001,
            "b.js": "`${" * 100_000,
            "c.rs": 'r#"' * 100_000,
            "d.php": "<?php <<<A\n" * 9,
        },
    )


@hostile
def generated_and_minified(repo: Repo) -> str:
    return with_good(
        repo,
        {
            "gen.py": "# Code generated by x. DO NOT EDIT.\n" + GOOD,
            "app.min.js": "a=1;" * 9,
            "m.js": "(a=1);" * 9000,
        },
    )


@hostile
def configurations_that_nest(repo: Repo) -> str:
    deep = '{"a":' * 100_000
    cyclic = {f"{n}/tsconfig.json": f'{{"extends": "../{1 - n}/tsconfig.json"}}' for n in (0, 1)}
    return with_good(
        repo,
        {
            "package.json": deep,
            "tsconfig.json": deep,
            "pyproject.toml": "a = " + "[" * 50_000,
            "Cargo.toml": "a = " + "{a=" * 50_000,
            "composer.json": deep,
            "go.mod": "module " + "x" * 99_999,
            **cyclic,
            "0/a.ts": "import './b'",
        },
    )


@hostile
def ignore_everything(repo: Repo) -> str:
    repo.write({"good.py": GOOD, ".gitignore": "*\n"})
    repo.git("add", "--force", "--all")
    repo.git("commit", "--quiet", "--message", "x")
    return MAIN


@hostile
def a_blob_that_grows(repo: Repo) -> str:
    """100 MiB of nothing, 100 KiB in the pack."""
    return with_good(repo, {"zeros.py": b"\0" * 100_000_000, "spaces.py": b" " * 50_000_000})


@hostile
def deltas_upon_deltas(repo: Repo) -> str:
    """Forty versions of a large file, each a small delta to the next."""
    for number in range(40):
        repo.commit({"good.py": GOOD, f"large{number}.py": b"#" * 1_400_000 + str(number).encode()})
    repo.git("repack", "-adfq", "--depth=250", "--window=50")
    return MAIN


@hostile
def five_thousand_files(repo: Repo) -> str:
    good = blob(repo, GOOD)
    entries = sorted(b"f%d.py" % number for number in range(5_000))
    return committed(
        repo, raw_tree(repo, *(("100644", name, good) for name in entries), ("100644", b"good.py", good))
    )
