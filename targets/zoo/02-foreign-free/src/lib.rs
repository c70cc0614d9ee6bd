//! Places and their names, behind the C ABI of `contract.h`.

use std::ffi::{c_char, c_void, CString};
use std::ptr;

pub struct Place {
    row: u32,
    column: u32,
}

impl Place {
    fn name(&self) -> CString {
        let column = char::from(b'A' + (self.column % 26) as u8);
        CString::new(format!("{column}{}", self.row)).unwrap_or_default()
    }
}

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
}

/// A copy in memory that `free` may end.
fn copy(text: &CString) -> *mut c_char {
    let bytes = text.as_bytes_with_nul();
    // SAFETY: the block has room for all bytes, or is NULL.
    unsafe {
        let block = malloc(bytes.len()).cast::<u8>();
        if !block.is_null() {
            ptr::copy_nonoverlapping(bytes.as_ptr(), block, bytes.len());
        }
        block.cast()
    }
}

#[no_mangle]
pub extern "C" fn place_create(row: u32, column: u32) -> *mut Place {
    Box::into_raw(Box::new(Place { row, column }))
}

/// # Safety
/// `place` is NULL or from `place_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn place_destroy(place: *mut Place) {
    if !place.is_null() {
        drop(Box::from_raw(place));
    }
}

/// # Safety
/// `place` is from `place_create`.
#[no_mangle]
pub unsafe extern "C" fn place_name(place: *const Place) -> *mut c_char {
    let name = (*place).name();
    if cfg!(feature = "zoo_fixed") {
        return copy(&name);
    }
    // The planted bug: Rust's memory, which only Rust may free.
    name.into_raw()
}
