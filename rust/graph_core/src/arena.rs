//! An arena allocator for tree-sitter: memory that lives while one file is parsed comes from blocks and is freed all at once
//! (Hanson, "Fast allocation and deallocation of memory based on object lifetimes", 1990). A syntax tree takes one
//! allocation for each node, and no tree outlives its file. Has no effect until `install` is called.
#![allow(unsafe_code)] // an allocator cannot be written without it

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::{copy_nonoverlapping, null_mut};
use std::sync::atomic::{AtomicBool, Ordering};

/// Each allocation is preceded by a header with its size in bytes, the header included.
const HEADER: usize = size_of::<usize>();
/// All sizes are multiples of it, so the lowest bits of the header are free.
const GRAIN: usize = 16;
/// The bit of the header that marks memory of an arena.
const FROM_ARENA: usize = 1;
/// Freed allocations up to this size are reused. Larger ones are rare and are freed with the file.
const MAX_REUSED: usize = 1024;
const BLOCK: usize = 1 << 20;
/// The number of blocks that an empty arena keeps. Most files need no more.
const MAX_SPARE: usize = 16;

static INSTALLED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static CURRENT: Cell<*mut Arena> = const { Cell::new(null_mut()) };
}

/// The memory of one thread that parses.
pub struct Arena {
    /// Blocks of at least `BLOCK` bytes. Memory is taken from the last one.
    blocks: Vec<Vec<usize>>,
    spare: Vec<Vec<usize>>,
    at: *mut u8,
    left: usize,
    /// Linked lists of freed memory, by size in grains.
    freed: [*mut u8; MAX_REUSED / GRAIN + 1],
}

impl Default for Arena {
    fn default() -> Self {
        Arena {
            blocks: Vec::new(),
            spare: Vec::new(),
            at: null_mut(),
            left: 0,
            freed: [null_mut(); MAX_REUSED / GRAIN + 1],
        }
    }
}

impl Arena {
    /// Runs `work` with tree-sitter allocating from the arena, and frees the memory afterwards. The result of `work` must not
    /// contain a parser, tree or cursor.
    pub fn scope<T>(&mut self, work: impl FnOnce() -> T) -> T {
        struct Ends<'a>(&'a mut Arena);
        impl Drop for Ends<'_> {
            fn drop(&mut self) {
                CURRENT.set(null_mut());
                self.0.empty();
            }
        }
        if INSTALLED.load(Ordering::Relaxed) {
            CURRENT.set(self);
        }
        let _ends = Ends(self);
        work()
    }

    fn empty(&mut self) {
        self.at = null_mut();
        self.left = 0;
        self.freed = [null_mut(); MAX_REUSED / GRAIN + 1];
        self.spare.append(&mut self.blocks);
        self.spare.retain(|block| block.capacity() * HEADER == BLOCK);
        self.spare.truncate(MAX_SPARE);
    }

    /// Allocates `bytes` bytes, header included; a multiple of `GRAIN`.
    fn take(&mut self, bytes: usize) -> *mut u8 {
        if let Some(freed) = self.freed.get_mut(bytes / GRAIN)
            && !freed.is_null()
        {
            let start = *freed;
            // SAFETY: `release` wrote the next element of the list there.
            *freed = unsafe { start.cast::<*mut u8>().read() };
            return start;
        }
        if bytes > self.left {
            let fresh = if bytes <= BLOCK { self.spare.pop() } else { None };
            let mut block = fresh.unwrap_or_else(|| Vec::with_capacity(bytes.max(BLOCK) / HEADER));
            self.at = block.as_mut_ptr().cast();
            self.left = block.capacity() * HEADER;
            self.blocks.push(block);
        }
        let start = self.at;
        self.left -= bytes;
        // SAFETY: `bytes` is at most `left`, so the pointer is in the block or at its end.
        self.at = unsafe { start.add(bytes) };
        start
    }

    fn release(&mut self, start: *mut u8, bytes: usize) {
        if let Some(freed) = self.freed.get_mut(bytes / GRAIN) {
            // SAFETY: it was allocated with at least one grain and is not in use any more.
            unsafe { start.cast::<*mut u8>().write(*freed) };
            *freed = start;
        }
    }
}

/// Drops a tree. In an arena its nodes are not freed one by one, because the arena frees them all at once.
pub fn discard(tree: tree_sitter::Tree) {
    if !CURRENT.get().is_null() {
        std::mem::forget(tree);
    }
}

/// Sets tree-sitter's allocator to the functions of this module.
///
/// # Safety
/// tree-sitter must not have allocated anything yet.
pub unsafe fn install() {
    let allocator = tree_sitter::Allocator { malloc, calloc, realloc, free };
    // SAFETY: the four functions belong together and abort instead of returning null; the caller guarantees the rest.
    unsafe { tree_sitter::set_allocator(Some(allocator)) };
    INSTALLED.store(true, Ordering::Relaxed);
}

extern "C" fn malloc(size: usize) -> *mut c_void {
    let Some(bytes) = size.checked_add(HEADER).and_then(|b| b.checked_next_multiple_of(GRAIN)) else {
        std::process::abort();
    };
    // SAFETY: `scope` keeps this thread's arena alive and exclusively borrowed while CURRENT points to it.
    let (start, header) = match unsafe { CURRENT.get().as_mut() } {
        Some(arena) => (arena.take(bytes), bytes | FROM_ARENA),
        // SAFETY: the layout is not empty.
        None => (unsafe { alloc(layout(bytes)) }, bytes),
    };
    if start.is_null() {
        handle_alloc_error(layout(bytes));
    }
    // SAFETY: at least one grain was allocated, aligned for the header.
    unsafe {
        start.cast::<usize>().write(header);
        start.add(HEADER).cast()
    }
}

extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    let Some(size) = count.checked_mul(size) else {
        std::process::abort();
    };
    let memory = malloc(size);
    // SAFETY: `size` bytes were just allocated.
    unsafe { memory.cast::<u8>().write_bytes(0, size) };
    memory
}

extern "C" fn realloc(memory: *mut c_void, size: usize) -> *mut c_void {
    if memory.is_null() {
        return malloc(size);
    }
    // SAFETY: `malloc` returned it, so it is preceded by its header.
    let room = unsafe { memory.cast::<usize>().sub(1).read() } / GRAIN * GRAIN - HEADER;
    if size <= room {
        return memory;
    }
    let larger = malloc(size);
    // SAFETY: both have `room` bytes, and they do not overlap.
    unsafe { copy_nonoverlapping(memory.cast::<u8>(), larger.cast::<u8>(), room) };
    free(memory);
    larger
}

extern "C" fn free(memory: *mut c_void) {
    if memory.is_null() {
        return;
    }
    // SAFETY: `malloc` returned it, so it is preceded by its header.
    let (start, header) = unsafe {
        let start = memory.cast::<u8>().sub(HEADER);
        (start, start.cast::<usize>().read())
    };
    if header & FROM_ARENA == 0 {
        // SAFETY: `malloc` allocated it with the same layout.
        unsafe { dealloc(start, layout(header)) };
        return;
    }
    // SAFETY: as in `malloc`; memory of an arena is freed in its scope, because nothing leaves that.
    if let Some(arena) = unsafe { CURRENT.get().as_mut() } {
        arena.release(start, header - FROM_ARENA);
    }
}

fn layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes, HEADER).unwrap_or_else(|_| std::process::abort())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes `byte` all over memory that tree-sitter asked for.
    fn filled(size: usize, byte: u8) -> *mut u8 {
        let memory: *mut u8 = malloc(size).cast();
        unsafe { memory.write_bytes(byte, size) };
        memory
    }

    fn read(memory: *mut u8, size: usize) -> Vec<u8> {
        unsafe { std::slice::from_raw_parts(memory, size) }.to_vec()
    }

    fn exercise() {
        let sizes = [1, 8, 15, 16, 24, 80, 500, 1016, 1017, 4000, BLOCK - HEADER, BLOCK, 3 * BLOCK];
        let all: Vec<_> = (0u8..).zip(sizes).map(|(i, size)| (filled(size, i), size, i)).collect();
        for (memory, size, byte) in all {
            assert_eq!(read(memory, size), vec![byte; size], "{size} bytes are nobody else's");
            let larger = realloc(memory.cast(), 2 * size).cast();
            assert_eq!(read(larger, size), vec![byte; size], "{size} bytes are kept when they grow");
            free(larger.cast());
            assert_eq!(read(calloc(1, size).cast(), size), vec![0; size], "memory used again is zeroed");
        }
    }

    #[test]
    fn memory_is_ones_own_in_an_arena_and_outside() {
        exercise();
        let mut arena = Arena::default();
        for _ in 0..3 {
            CURRENT.set(&mut arena);
            exercise();
            CURRENT.set(null_mut());
            arena.empty();
            assert!(arena.spare.len() <= MAX_SPARE && arena.blocks.is_empty());
        }
    }

    #[test]
    fn what_was_taken_outside_is_freed_outside() {
        let mut arena = Arena::default();
        let before = filled(40, 7);
        CURRENT.set(&mut arena);
        free(before.cast());
        assert!(arena.freed.iter().all(|f| f.is_null()), "it is not the arena's");
        let small = filled(40, 8);
        free(small.cast());
        assert_eq!(filled(40, 9), small, "freed memory of the size is used again");
        CURRENT.set(null_mut());
    }
}
