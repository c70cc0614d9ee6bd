//! A list of words that can be counted by what they contain, behind the C ABI of `contract.h`.

use std::ffi::{c_char, CStr, CString};
use std::ptr;

const OK: i32 = 0;
const BAD_INPUT: i32 = 1;

extern "C" {
    fn strstr(text: *const c_char, pattern: *const c_char) -> *const c_char;
}

pub struct Words {
    all: Vec<CString>,
}

impl Words {
    fn count(&self, pattern: Option<&CStr>) -> u64 {
        let pattern = pattern.map(CStr::to_owned);
        let searched = if cfg!(feature = "zoo_fixed") {
            pattern.as_ref().map_or(ptr::null(), |text| text.as_ptr())
        } else {
            // The planted bug: the closure takes the text and drops it.
            pattern.map_or(ptr::null(), |text| text.as_ptr())
        };
        self.all.iter().filter(|word| contains(word, searched)).count() as u64
    }
}

fn contains(word: &CStr, pattern: *const c_char) -> bool {
    // SAFETY: both are texts that end with a NUL.
    pattern.is_null() || !unsafe { strstr(word.as_ptr(), pattern) }.is_null()
}

#[no_mangle]
pub extern "C" fn words_create() -> *mut Words {
    Box::into_raw(Box::new(Words { all: Vec::new() }))
}

/// # Safety
/// `words` is NULL or from `words_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn words_destroy(words: *mut Words) {
    if !words.is_null() {
        drop(Box::from_raw(words));
    }
}

/// # Safety
/// `words` is NULL or from `words_create`; `word` is NULL or ends with a NUL.
#[no_mangle]
pub unsafe extern "C" fn words_add(words: *mut Words, word: *const c_char) -> i32 {
    if words.is_null() || word.is_null() {
        return BAD_INPUT;
    }
    (*words).all.push(CStr::from_ptr(word).to_owned());
    OK
}

/// # Safety
/// `words` is NULL or from `words_create`; `pattern` is NULL or ends with a NUL; `count` is NULL or
/// valid for a write.
#[no_mangle]
pub unsafe extern "C" fn words_count(
    words: *const Words,
    pattern: *const c_char,
    count: *mut u64,
) -> i32 {
    if words.is_null() || count.is_null() {
        return BAD_INPUT;
    }
    let pattern = if pattern.is_null() { None } else { Some(CStr::from_ptr(pattern)) };
    *count = (*words).count(pattern);
    OK
}
