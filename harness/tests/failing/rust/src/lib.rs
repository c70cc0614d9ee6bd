//! Rust: collections abort when an allocation fails, unless they are asked to try.

use std::hint::black_box;

const OK: i32 = 0;
const NO_MEMORY: i32 = 3;

fn reserve(size: u32) -> Result<Vec<u8>, i32> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size as usize).map_err(|_| NO_MEMORY)?;
    bytes.resize(size as usize, 1);
    Ok(black_box(bytes))
}

/// The first block is given up to a raw pointer before the second is there.
fn both_raw(size: u32) -> Result<(), i32> {
    let first = Box::into_raw(reserve(size)?.into_boxed_slice());
    let second = reserve(size)?;
    drop(second);
    // SAFETY: it is from into_raw above.
    drop(unsafe { Box::from_raw(first) });
    Ok(())
}

fn both_owned(size: u32) -> Result<(), i32> {
    let first = reserve(size)?.into_boxed_slice();
    let second = reserve(size)?;
    drop((first, second));
    Ok(())
}

fn status(result: Result<(), i32>) -> i32 {
    result.err().unwrap_or(OK)
}

#[no_mangle]
pub extern "C" fn rust_leak_bad(size: u32) -> i32 {
    status(both_raw(size))
}

#[no_mangle]
pub extern "C" fn rust_leak_good(size: u32) -> i32 {
    status(both_owned(size))
}

#[no_mangle]
pub extern "C" fn rust_abort_bad(size: u32) -> i32 {
    drop(black_box(vec![1_u8; size as usize]));
    OK
}

#[no_mangle]
pub extern "C" fn rust_abort_good(size: u32) -> i32 {
    status(reserve(size).map(drop))
}
