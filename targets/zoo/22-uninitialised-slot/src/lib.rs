//! A roster of slots, each with a name that can be made longer, behind the C ABI of `contract.h`.

use std::panic::{self, AssertUnwindSafe};
use std::{ptr, slice};

const OK: i32 = 0;
const BAD_INPUT: i32 = 1;
const TOO_LONG: i32 = 2;

const SLOTS: usize = 4;
const NAME: usize = 24;

/// What an append panics with, and the boundary turns into a status.
struct TooLong;

#[derive(Clone, Default)]
struct Name {
    bytes: Vec<u8>,
}

impl Name {
    fn longer(mut self, bytes: &[u8]) -> Self {
        if self.bytes.len() + bytes.len() > NAME {
            // Without the message on stderr: somebody expects it.
            panic::resume_unwind(Box::new(TooLong));
        }
        self.bytes.extend_from_slice(bytes);
        self
    }
}

/// Puts what `make` makes of it in the place of `name`.
fn replace(name: &mut Name, make: impl FnOnce(Name) -> Name) {
    if cfg!(feature = "zoo_fixed") {
        *name = make(name.clone());
        return;
    }
    // SAFETY: what is moved out is moved back in. The planted bug: not when `make` panics.
    unsafe { ptr::write(name, make(ptr::read(name))) };
}

#[derive(Default)]
pub struct Roster {
    names: [Name; SLOTS],
}

#[no_mangle]
pub extern "C" fn roster_create() -> *mut Roster {
    Box::into_raw(Box::default())
}

/// # Safety
/// `roster` is NULL or from `roster_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn roster_destroy(roster: *mut Roster) {
    if !roster.is_null() {
        drop(Box::from_raw(roster));
    }
}

/// # Safety
/// `roster` is NULL or from `roster_create`; `bytes` is NULL or `length` bytes are valid for a read.
#[no_mangle]
pub unsafe extern "C" fn roster_append(
    roster: *mut Roster,
    slot: u32,
    bytes: *const u8,
    length: usize,
) -> i32 {
    if roster.is_null() || bytes.is_null() {
        return BAD_INPUT;
    }
    let Some(name) = (*roster).names.get_mut(slot as usize) else {
        return BAD_INPUT;
    };
    let bytes = slice::from_raw_parts(bytes, length);
    let work = AssertUnwindSafe(|| replace(name, |name| name.longer(bytes)));
    match panic::catch_unwind(work) {
        Ok(()) => OK,
        Err(_) => TOO_LONG,
    }
}

/// # Safety
/// `roster` is NULL or from `roster_create`; `length` and `sum` are NULL or valid for a write.
#[no_mangle]
pub unsafe extern "C" fn roster_measure(
    roster: *const Roster,
    slot: u32,
    length: *mut usize,
    sum: *mut u64,
) -> i32 {
    if roster.is_null() || length.is_null() || sum.is_null() {
        return BAD_INPUT;
    }
    let Some(name) = (*roster).names.get(slot as usize) else {
        return BAD_INPUT;
    };
    *length = name.bytes.len();
    *sum = name.bytes.iter().map(|byte| u64::from(*byte)).sum();
    OK
}
