//! The system's allocator, which tells ffihammer's ledger what is Rust's and with which layout it
//! was allocated and freed. In a program without ffihammer it is the system's allocator and no more.
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: ffh_alloc::FfhAlloc = ffh_alloc::FfhAlloc;
//! ```
//!
//! A library that `ffh_add_rust_library` builds needs none of this: there the linker does the same.
//! It is for a program that is built otherwise: by cargo alone, or as a shared library.
use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_void;
use std::ptr;

mod runtime;

/// See the crate's documentation.
pub struct FfhAlloc;

/// From here until it is dropped, what the thread allocates and frees is known to be Rust's.
struct Told;

impl Told {
    fn new(freed: *const c_void, freed_size: usize, size: usize, align: usize) -> Told {
        runtime::begin(freed, freed_size, size, align);
        Told
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        runtime::end();
    }
}

// SAFETY: every call goes on to the system's allocator with the arguments that it came with.
unsafe impl GlobalAlloc for FfhAlloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _told = Told::new(ptr::null(), 0, layout.size(), layout.align());
        System.alloc(layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let _told = Told::new(ptr::null(), 0, layout.size(), layout.align());
        System.alloc_zeroed(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let _told = Told::new(block.cast(), layout.size(), 0, layout.align());
        System.dealloc(block, layout);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _told = Told::new(block.cast(), layout.size(), size, layout.align());
        System.realloc(block, layout, size)
    }
}
