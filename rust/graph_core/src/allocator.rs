//! The allocator of the Python module: parsing allocates every node of a tree, and mimalloc takes a quarter off the
//! time of it (bench/README.md). Other users of the core keep their own.
#![allow(unsafe_code)] // an allocator is installed nowhere else

use libmimalloc_sys::{mi_calloc, mi_free, mi_malloc, mi_realloc};

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Gives tree-sitter the same allocator. Only for the module's initialisation.
pub fn install() {
    let allocator =
        tree_sitter::Allocator { malloc: mi_malloc, calloc: mi_calloc, realloc: mi_realloc, free: mi_free };
    // SAFETY: the four are of one allocator, abort instead of returning null only where libc would fail too, and
    // Python initialises the module once, before anything of it can be called.
    unsafe { tree_sitter::set_allocator(Some(allocator)) };
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
