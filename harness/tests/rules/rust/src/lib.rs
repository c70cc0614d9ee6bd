//! What the rules about memory say of Rust: see `../contract.h`.

use std::ffi::{c_char, c_void, CString};
use std::hint::black_box;

extern "C" {
    fn free(block: *mut c_void);
}

fn text() -> *mut c_char {
    black_box(CString::from(c"sixteen letters.")).into_raw()
}

#[no_mangle]
pub extern "C" fn free_mismatch_rust_bad() {
    // SAFETY: none. Rust's memory is freed by C.
    unsafe { free(text().cast()) };
}

#[no_mangle]
pub extern "C" fn free_mismatch_rust_good() {
    // SAFETY: the text is from into_raw, and unchanged.
    unsafe { drop(CString::from_raw(text())) };
}

fn numbers() -> (*mut u32, usize, usize) {
    let mut numbers = Vec::with_capacity(black_box(16));
    numbers.extend([1u32, 2, 3]);
    let mut numbers = std::mem::ManuallyDrop::new(numbers);
    (numbers.as_mut_ptr(), numbers.len(), numbers.capacity())
}

#[no_mangle]
pub extern "C" fn free_layout_bad() {
    let (start, length, _) = numbers();
    // SAFETY: none. The capacity is not the length.
    unsafe { drop(black_box(Vec::from_raw_parts(start, length, length))) };
}

#[no_mangle]
pub extern "C" fn free_layout_good() {
    let (start, length, capacity) = numbers();
    // SAFETY: taken apart above.
    unsafe { drop(black_box(Vec::from_raw_parts(start, length, capacity))) };
}

#[no_mangle]
pub extern "C" fn free_layout_align_bad() {
    let (start, length, capacity) = numbers();
    // SAFETY: none. Bytes are aligned otherwise.
    unsafe { drop(black_box(Vec::<u8>::from_raw_parts(start.cast(), length * 4, capacity * 4))) };
}

/// Memory that grows is Rust's all along, and keeps its alignment.
#[no_mangle]
pub extern "C" fn free_layout_grown_good() {
    #[repr(align(64))]
    #[derive(Clone)]
    struct Line([u8; 64]);
    let mut lines = Vec::new();
    let mut bytes = vec![0u8; black_box(100)];
    for i in 0..black_box(100u8) {
        lines.push(black_box(Line([i; 64])));
        bytes.push(lines[usize::from(i)].0[0]);
    }
    lines.shrink_to_fit();
    bytes.shrink_to_fit();
    black_box((lines, bytes));
}

fn hand_out<T>(elements: Vec<T>) -> *mut T {
    Box::into_raw(elements.into_boxed_slice()).cast()
}

#[no_mangle]
pub unsafe extern "C" fn free_layout_length_bad(size: u32, length: *mut usize) -> *mut u8 {
    // SAFETY: the caller's. The length is not that of the block.
    unsafe { length.write(size as usize / 2) };
    hand_out(vec![7u8; black_box(size as usize)])
}

#[no_mangle]
pub unsafe extern "C" fn free_layout_length_good(size: u32, length: *mut usize) -> *mut u8 {
    // SAFETY: the caller's.
    unsafe { length.write(size as usize) };
    hand_out(vec![7u8; black_box(size as usize)])
}

#[no_mangle]
pub unsafe extern "C" fn bytes_free(bytes: *mut u8, length: usize) {
    if bytes.is_null() {
        assert_eq!(length, 0);
        return;
    }
    // SAFETY: the memory is from hand_out, and the length came with it.
    unsafe { drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(bytes, length))) };
}

#[no_mangle]
pub unsafe extern "C" fn free_layout_numbers_good(
    count: u32,
    numbers: *mut *mut u32,
    length: *mut u32,
) -> i32 {
    // SAFETY: the caller's.
    unsafe {
        numbers.write(hand_out(vec![7u32; black_box(count as usize)]));
        length.write(count);
    }
    0
}

#[no_mangle]
pub unsafe extern "C" fn numbers_free(size: u64, numbers: *mut u32) {
    // SAFETY: the memory is from hand_out, and its size in bytes came with it.
    unsafe { numbers_adopt(numbers, (size / 4) as u32) };
}

#[no_mangle]
pub unsafe extern "C" fn numbers_adopt(numbers: *mut u32, count: u32) {
    let numbers = std::ptr::slice_from_raw_parts_mut(numbers, count as usize);
    // SAFETY: the memory is from hand_out, and the count came with it.
    unsafe { drop(Box::from_raw(numbers)) };
}

/// Calls back into C++, and has memory to drop afterwards.
#[no_mangle]
pub extern "C" fn callback_escape_rust(on_ring: extern "C" fn(*mut c_void), context: *mut c_void) {
    let held = black_box(vec![0u8; black_box(24)]);
    on_ring(context);
    drop(black_box(held));
}
