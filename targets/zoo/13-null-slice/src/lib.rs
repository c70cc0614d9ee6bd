//! A checksum over bytes that come in parts, behind the C ABI of `contract.h`.

use std::slice;

const OK: i32 = 0;
const BAD_INPUT: i32 = 1;

/// The largest prime below 2^16.
const MODULUS: u32 = 65521;

/// Adler-32.
pub struct Checksum {
    low: u32,
    high: u32,
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.low = (self.low + u32::from(*byte)) % MODULUS;
            self.high = (self.high + self.low) % MODULUS;
        }
    }
}

/// # Safety
/// `bytes` is NULL and `length` 0, or `length` bytes are valid for a read.
unsafe fn part<'a>(bytes: *const u8, length: usize) -> &'a [u8] {
    if cfg!(feature = "zoo_fixed") && bytes.is_null() {
        return &[];
    }
    // The planted bug: a slice is never NULL, not even one without an element.
    slice::from_raw_parts(bytes, length)
}

#[no_mangle]
pub extern "C" fn checksum_create() -> *mut Checksum {
    Box::into_raw(Box::new(Checksum { low: 1, high: 0 }))
}

/// # Safety
/// `checksum` is NULL or from `checksum_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn checksum_destroy(checksum: *mut Checksum) {
    if !checksum.is_null() {
        drop(Box::from_raw(checksum));
    }
}

/// # Safety
/// `checksum` is NULL or from `checksum_create`; `bytes` is NULL and `length` 0, or `length` bytes
/// are valid for a read.
#[no_mangle]
pub unsafe extern "C" fn checksum_add(
    checksum: *mut Checksum,
    bytes: *const u8,
    length: usize,
) -> i32 {
    if checksum.is_null() {
        return BAD_INPUT;
    }
    (*checksum).add(part(bytes, length));
    OK
}

/// # Safety
/// `checksum` is NULL or from `checksum_create`; `value` is NULL or valid for a write.
#[no_mangle]
pub unsafe extern "C" fn checksum_value(checksum: *const Checksum, value: *mut u32) -> i32 {
    if checksum.is_null() || value.is_null() {
        return BAD_INPUT;
    }
    *value = (*checksum).high << 16 | (*checksum).low;
    OK
}
