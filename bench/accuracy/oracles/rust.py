"""rust-analyzer's crates as an oracle."""

import os
import shutil
import subprocess
from pathlib import Path

from accuracy import MissingToolError
from accuracy.corpora import BUILD, Repository, tools, unpacked

SOURCES = Path(__file__).parent / "rust_calls"
BY_EXAMPLE = (
    "assert_eq, assert_ne, debug_assert, debug_assert_eq, debug_assert_ne, matches, r#try, todo, "
    "unimplemented, unreachable, write, writeln"
)
PRELUDE = {
    "core": f"pub use crate::{{{BY_EXAMPLE}}};",
    "std": f"pub use core::{{{BY_EXAMPLE}}};\n"
    "pub use crate::{dbg, eprint, eprintln, format, panic, print, println, thread_local, vec};",
}
"""What the preludes of newer releases offer as well, as the crates of rust-analyzer expect: in the release
that is unpacked here macros are known by `macro_use` alone, and `assert_eq!` would not be found."""


def write(folder: Path, _: Repository, to: Path) -> None:
    """Writes what rust-analyzer says of the calls in the workspace `folder`.

    Its crates and those that the workspace needs come by cargo, at the versions that their lock files say.
    All features are on. No build script and no macro of a crate is run.
    """
    cargo = shutil.which("cargo")
    if not cargo:
        raise MissingToolError("Rust 1.95 or newer is needed")
    target = BUILD / "rust" / "target"
    environment = os.environ | {"CARGO_TARGET_DIR": str(target)}
    subprocess.run(
        [cargo, "build", "--locked", "--quiet"], cwd=SOURCES, env=environment, check=True, timeout=7200
    )
    library = next(unpacked("rust", "tools", tools("rust")).glob("src/*/library"))
    for crate, offered in PRELUDE.items():
        prelude = library / crate / "src" / "prelude" / "common.rs"
        if offered not in prelude.read_text():
            prelude.write_text(f"{prelude.read_text()}\n{offered}\n")
    with to.open("w") as out:
        subprocess.run(
            [target / "debug" / "rust_calls", folder, library], check=True, timeout=3600, stdout=out
        )
