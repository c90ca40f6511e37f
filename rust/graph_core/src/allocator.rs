//! The allocators of the Python module: mimalloc for Rust's own memory, and `arena` for tree-sitter's
//! (bench/README.md). Other users of the core keep their own.
#![allow(unsafe_code)] // an allocator is installed nowhere else

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Gives tree-sitter its allocator. Only for the module's initialisation.
pub fn install() {
    // SAFETY: Python initialises the module once, before anything of it can be called.
    unsafe { crate::arena::install() };
    ordinary_pages();
}

/// mimalloc asks for huge pages, of which parsing touches a little each: zeroing them was a tenth of a build's
/// time, and a sixth of its memory.
#[cfg(target_os = "linux")]
fn ordinary_pages() {
    // SAFETY: changes how this process's memory is paged and nothing else; where it is refused, nothing is lost.
    unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) };
}

#[cfg(not(target_os = "linux"))]
fn ordinary_pages() {}
