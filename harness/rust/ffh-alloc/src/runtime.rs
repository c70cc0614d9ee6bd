//! The two functions of `ffh/rust.h`, where the program has them. Stable Rust has no weak symbols,
//! so the assembler makes two words that hold their addresses, or 0.

use std::ffi::c_void;

type Begin = unsafe extern "C" fn(*const c_void, usize, usize, usize);
type End = unsafe extern "C" fn();

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
std::arch::global_asm!(
    ".weak ffh_rust_begin",
    ".weak ffh_rust_end",
    ".pushsection .data.rel.ro.ffh_alloc,\"aw\",@progbits",
    ".balign 8",
    ".globl ffh_alloc_begin",
    ".hidden ffh_alloc_begin",
    "ffh_alloc_begin: .quad ffh_rust_begin",
    ".globl ffh_alloc_end",
    ".hidden ffh_alloc_end",
    "ffh_alloc_end: .quad ffh_rust_end",
    ".popsection",
);

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
extern "C" {
    #[link_name = "ffh_alloc_begin"]
    static BEGIN: Option<Begin>;
    #[link_name = "ffh_alloc_end"]
    static END: Option<End>;
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
static BEGIN: Option<Begin> = None;
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
static END: Option<End> = None;

pub fn begin(freed: *const c_void, freed_size: usize, size: usize, align: usize) {
    // SAFETY: the words are set before the program starts; the function only looks at numbers.
    unsafe {
        if let Some(begin) = BEGIN {
            begin(freed, freed_size, size, align);
        }
    }
}

pub fn end() {
    // SAFETY: as above.
    unsafe {
        if let Some(end) = END {
            end();
        }
    }
}
