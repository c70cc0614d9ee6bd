//! The Rust side of the cross-language frees: see `../frees.h` and `../sides.h`.

use std::alloc::{alloc, dealloc, Layout};
use std::ffi::{c_char, c_void, CString};
use std::hint::black_box;
use std::mem::ManuallyDrop;

#[repr(C)]
pub struct Thing {
    first: i64,
    second: i64,
}

#[repr(C, align(64))]
pub struct Aligned {
    thing: Thing,
}

fn thing() -> Thing {
    black_box(Thing { first: 1, second: 2 })
}

#[no_mangle]
pub extern "C" fn rust_new() -> *mut Thing {
    Box::into_raw(Box::new(thing()))
}

/// # Safety
/// `thing` is from `rust_new`: the wrong cases do not keep this.
#[no_mangle]
pub unsafe extern "C" fn rust_drop(thing: *mut Thing) {
    drop(black_box(Box::from_raw(thing)));
}

#[no_mangle]
pub extern "C" fn rust_text() -> *mut c_char {
    black_box(CString::from(c"a text of Rust")).into_raw()
}

/// # Safety
/// `text` is from `rust_text`: the wrong cases do not keep this.
#[no_mangle]
pub unsafe extern "C" fn rust_text_drop(text: *mut c_char) {
    drop(black_box(CString::from_raw(text)));
}

#[no_mangle]
pub extern "C" fn rust_aligned() -> *mut Aligned {
    Box::into_raw(Box::new(Aligned { thing: thing() }))
}

/// # Safety
/// `aligned` is from `rust_aligned`.
#[no_mangle]
pub unsafe extern "C" fn rust_aligned_drop(aligned: *mut Aligned) {
    drop(black_box(Box::from_raw(aligned)));
}

fn parts() -> (*mut u32, usize, usize) {
    let mut numbers = Vec::with_capacity(black_box(16));
    numbers.extend([1u32, 2, 3]);
    let mut numbers = ManuallyDrop::new(numbers);
    (numbers.as_mut_ptr(), numbers.len(), numbers.capacity())
}

#[no_mangle]
pub extern "C" fn rust_capacity_bad() {
    let (start, length, _) = parts();
    // SAFETY: none. The capacity is not the length.
    unsafe { drop(black_box(Vec::from_raw_parts(start, length, length))) };
}

#[no_mangle]
pub extern "C" fn rust_capacity_good() {
    let (start, length, capacity) = parts();
    // SAFETY: taken apart above.
    unsafe { drop(black_box(Vec::from_raw_parts(start, length, capacity))) };
}

fn with_alignment(freed: usize) {
    let layout = Layout::from_size_align(black_box(64), 8);
    let other = Layout::from_size_align(black_box(64), black_box(freed));
    if let (Ok(layout), Ok(other)) = (layout, other) {
        // SAFETY: none when the alignments differ.
        unsafe { dealloc(black_box(alloc(layout)), other) };
    }
}

#[no_mangle]
pub extern "C" fn rust_alignment_bad() {
    with_alignment(4);
}

#[no_mangle]
pub extern "C" fn rust_alignment_good() {
    with_alignment(8);
}

type Look = unsafe extern "C" fn(*mut c_void, *const i64);

/// # Safety
/// `look` may be called with a thing that is the library's.
#[no_mangle]
pub unsafe extern "C" fn rust_library_rust_app_bad(look: Look, context: *mut c_void) {
    look(context, rust_new().cast());
}

/// # Safety
/// `look` may be called with a thing that is the library's.
#[no_mangle]
pub unsafe extern "C" fn rust_library_rust_app_good(look: Look, context: *mut c_void) {
    let thing = rust_new();
    look(context, thing.cast());
    rust_drop(thing);
}

/// The application's: it frees what it was only shown.
///
/// # Safety
/// None: the thing is not the application's.
#[no_mangle]
pub unsafe extern "C" fn rust_app_drops(_: *mut c_void, thing: *const i64) {
    drop(black_box(Box::from_raw(thing.cast_mut().cast::<Thing>())));
}

/// # Safety
/// `thing` is valid for a read.
#[no_mangle]
pub unsafe extern "C" fn rust_app_looks(_: *mut c_void, thing: *const i64) {
    black_box(thing.read());
}
