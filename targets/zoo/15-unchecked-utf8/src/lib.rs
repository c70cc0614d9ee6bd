//! Bytes as they came from elsewhere, and as text for whoever wants to show them, behind the C ABI of
//! `contract.h`.

use std::ffi::{c_char, CString};
use std::{ptr, slice};

pub struct Property {
    bytes: Vec<u8>,
}

impl Property {
    fn text(&self) -> String {
        let bytes = self.bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        if cfg!(feature = "zoo_fixed") {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        // SAFETY: none. The planted bug: nobody has looked whether the bytes are UTF-8.
        unsafe { String::from_utf8_unchecked(bytes.to_vec()) }
    }
}

/// # Safety
/// `bytes` is NULL, or `length` bytes are valid for a read.
#[no_mangle]
pub unsafe extern "C" fn property_create(bytes: *const u8, length: usize) -> *mut Property {
    if bytes.is_null() {
        return ptr::null_mut();
    }
    let bytes = slice::from_raw_parts(bytes, length).to_vec();
    Box::into_raw(Box::new(Property { bytes }))
}

/// # Safety
/// `property` is NULL or from `property_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn property_destroy(property: *mut Property) {
    if !property.is_null() {
        drop(Box::from_raw(property));
    }
}

/// # Safety
/// `property` is NULL or from `property_create`.
#[no_mangle]
pub unsafe extern "C" fn property_text(property: *const Property) -> *mut c_char {
    if property.is_null() {
        return ptr::null_mut();
    }
    CString::new((*property).text()).map_or(ptr::null_mut(), CString::into_raw)
}

/// # Safety
/// `text` is NULL or from `property_text`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn property_text_free(text: *mut c_char) {
    if !text.is_null() {
        drop(CString::from_raw(text));
    }
}
