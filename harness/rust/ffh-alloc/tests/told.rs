//! The runtime's two functions, as C gives them, see every layout; blocks work as ever.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[global_allocator]
static ALLOCATOR: ffh_alloc::FfhAlloc = ffh_alloc::FfhAlloc;

static SIZE: AtomicUsize = AtomicUsize::new(0);
static FREED: AtomicUsize = AtomicUsize::new(0);
static ALIGN: AtomicUsize = AtomicUsize::new(0);

/// # Safety
/// Looks at numbers only.
#[no_mangle]
pub unsafe extern "C" fn ffh_rust_begin(_: *const c_void, freed: usize, size: usize, align: usize) {
    // The test harness has threads of its own: only sizes that nobody else asks for are noted.
    for (number, noted) in [(freed, &FREED), (size, &SIZE)] {
        if (77_001..78_000).contains(&number) {
            noted.store(number, Relaxed);
            ALIGN.store(align, Relaxed);
        }
    }
}

#[no_mangle]
pub extern "C" fn ffh_rust_end() {}

#[repr(align(64))]
struct Aligned([u8; 77_056]);

#[test]
fn layouts_are_told() {
    let mut bytes = Vec::<u8>::with_capacity(77_001);
    assert_eq!((SIZE.load(Relaxed), ALIGN.load(Relaxed)), (77_001, 1));
    bytes.reserve_exact(77_002);
    assert_eq!((FREED.load(Relaxed), SIZE.load(Relaxed)), (77_001, 77_002));
    drop(bytes);
    assert_eq!(FREED.load(Relaxed), 77_002);
    let zeroed = vec![0u16; 38_502];
    assert_eq!((SIZE.load(Relaxed), ALIGN.load(Relaxed)), (77_004, 2));
    assert!(zeroed.iter().all(|number| *number == 0));
    drop(zeroed);
    let aligned = Box::new(Aligned([1; 77_056]));
    assert_eq!((SIZE.load(Relaxed), ALIGN.load(Relaxed)), (77_056, 64));
    assert_eq!(aligned.0[77_055], 1);
    drop(aligned);
    assert_eq!((FREED.load(Relaxed), ALIGN.load(Relaxed)), (77_056, 64));
}
