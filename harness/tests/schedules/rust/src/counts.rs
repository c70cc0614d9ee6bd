//! Reference counts: who is the last owner, and who notices.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::*};
use std::sync::Arc;
use std::thread;

/// Two owners let go; the last one closes. Asking the count and letting go are two steps, so that
/// both owners may see the other one and nobody closes.
struct File {
    closed: Arc<AtomicU32>,
}

impl File {
    fn close(&self) {
        self.closed.fetch_add(1, SeqCst);
    }
}

fn arc_count(fixed: bool) {
    let closed = Arc::new(AtomicU32::new(0));
    let file = Arc::new(File { closed: closed.clone() });
    let release = move |file: Arc<File>| {
        if fixed {
            if let Some(file) = Arc::into_inner(file) {
                file.close();
            }
        } else if Arc::strong_count(&file) == 1 {
            file.close();
        }
    };
    let other = file.clone();
    let thread = thread::spawn(move || release(other));
    release(file);
    thread.join().unwrap();
    check!(closed.load(SeqCst) == 1);
}
program!(arc_count, rust_arc_count_bad, rust_arc_count_good);

/// A thread takes its share of an object by the raw pointer it was given. The share must be taken
/// before the thread starts: the giver may let go first.
fn arc_raw(fixed: bool) {
    struct Shared(*const AtomicU32);
    unsafe impl Send for Shared {}

    let owner = Arc::new(AtomicU32::new(7));
    if fixed {
        unsafe { Arc::increment_strong_count(Arc::as_ptr(&owner)) };
    }
    let shared = Shared(Arc::as_ptr(&owner));
    let thread = thread::spawn(move || {
        let shared = shared;
        if !fixed {
            unsafe { Arc::increment_strong_count(shared.0) };
        }
        let mine = unsafe { Arc::from_raw(shared.0) };
        mine.load(SeqCst)
    });
    let seen = owner.load(SeqCst);
    drop(owner);
    check!(thread.join().unwrap() == seen);
}
program!(arc_raw, rust_arc_raw_bad, rust_arc_raw_good);

/// A count of one's own, changed by a load and a store: two owners write the same number.
fn refcount_store(fixed: bool) {
    struct Object {
        count: AtomicUsize,
        freed: AtomicBool,
    }
    let object = Object { count: AtomicUsize::new(2), freed: AtomicBool::new(false) };
    let release = || {
        let before = if fixed {
            object.count.fetch_sub(1, SeqCst)
        } else {
            let count = object.count.load(SeqCst);
            object.count.store(count - 1, SeqCst);
            count
        };
        if before == 1 {
            object.freed.store(true, SeqCst);
        }
    };
    thread::scope(|scope| {
        scope.spawn(release);
        scope.spawn(release);
    });
    check!(object.freed.load(SeqCst));
}
program!(refcount_store, rust_refcount_store_bad, rust_refcount_store_good);

/// The count is taken down at once, but asked again afterwards: both owners may find it 0, and both
/// free.
fn refcount_reload(fixed: bool) {
    struct Object {
        text: *mut [u8; 64],
    }
    unsafe impl Sync for Object {}
    let count = AtomicUsize::new(2);
    let object = Object { text: Box::into_raw(Box::new([1; 64])) };
    let object = &object;
    let release = || {
        let before = count.fetch_sub(1, SeqCst);
        let last = if fixed { before == 1 } else { count.load(SeqCst) == 0 };
        if last {
            drop(unsafe { Box::from_raw(object.text) });
        }
    };
    thread::scope(|scope| {
        scope.spawn(release);
        scope.spawn(release);
    });
}
program!(refcount_reload, rust_refcount_reload_bad, rust_refcount_reload_good);

/// A cell that was declared safe to share without being so: additions get lost.
fn send_cell(fixed: bool) {
    struct Total {
        plain: UnsafeCell<u64>,
        atomic: AtomicUsize,
    }
    unsafe impl Sync for Total {}
    let total = Arc::new(Total { plain: UnsafeCell::new(0), atomic: AtomicUsize::new(0) });
    let add = move |total: &Total, amount: u64| {
        if fixed {
            total.atomic.fetch_add(amount as usize, SeqCst);
        } else {
            unsafe { total.plain.get().write_volatile(total.plain.get().read_volatile() + amount) };
        }
    };
    let threads = [1, 10, 100].map(|amount| {
        let total = total.clone();
        thread::spawn(move || add(&total, amount))
    });
    for thread in threads {
        thread.join().unwrap();
    }
    let sum = if fixed { total.atomic.load(SeqCst) as u64 } else { unsafe { *total.plain.get() } };
    check!(sum == 111);
}
program!(send_cell, rust_send_cell_bad, rust_send_cell_good);
