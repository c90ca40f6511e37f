//! Installs the allocators of the Python module: mimalloc for Rust, and `arena` for tree-sitter (figures in
//! bench/README.md). Other users of the core keep their own allocators.
#![allow(unsafe_code)] // an allocator is installed nowhere else

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sets tree-sitter's allocator. Must be called only when the module is initialised.
pub fn install() {
    // SAFETY: Python initialises the module once, before anything of it can be called.
    unsafe { crate::arena::install() };
    ordinary_pages();
}

/// Turns huge pages off. mimalloc asks for them, but parsing uses only a little of each: zeroing them took a tenth of a
/// build's time and a sixth of its memory.
#[cfg(target_os = "linux")]
fn ordinary_pages() {
    // SAFETY: this changes only the paging of this process's memory. If the kernel refuses it, nothing changes.
    unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) };
}

#[cfg(not(target_os = "linux"))]
fn ordinary_pages() {}
