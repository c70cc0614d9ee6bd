//! Scoped threads, and what a thread leaves behind when it ends.

use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};
use std::thread;

/// Slots filled by scoped threads through a shared cell: two may take the same slot.
fn scoped_slots(fixed: bool) {
    struct Slots {
        next: UnsafeCell<usize>,
        ticket: AtomicUsize,
        ids: UnsafeCell<[u32; 3]>,
    }
    unsafe impl Sync for Slots {}
    impl Slots {
        fn take(&self, fixed: bool) -> usize {
            if fixed {
                return self.ticket.fetch_add(1, SeqCst);
            }
            unsafe {
                let slot = self.next.get().read_volatile();
                self.next.get().write_volatile(slot + 1);
                slot
            }
        }
        fn put(&self, slot: usize, id: u32) {
            check!(slot < 3);
            unsafe { self.ids.get().cast::<u32>().add(slot).write_volatile(id) };
        }
    }
    let slots = Slots {
        next: UnsafeCell::new(0),
        ticket: AtomicUsize::new(0),
        ids: UnsafeCell::new([0; 3]),
    };
    thread::scope(|scope| {
        for id in 1..=3 {
            let slots = &slots;
            scope.spawn(move || slots.put(slots.take(fixed), id));
        }
    });
    check!(slots.ids.into_inner().iter().sum::<u32>() == 6);
}
program!(scoped_slots, rust_scoped_slots_bad, rust_scoped_slots_good);

static FLUSHED: AtomicU32 = AtomicU32::new(0);

/// Counts of a thread, added to the total when the thread's locals are destroyed.
struct Local(Cell<u32>);

impl Drop for Local {
    fn drop(&mut self) {
        FLUSHED.fetch_add(self.0.get(), SeqCst);
    }
}

thread_local! {
    static LOCAL: Local = const { Local(Cell::new(0)) };
}

/// A scope ends when the closures have, which may be before their thread's locals are destroyed;
/// join waits for these as well.
fn tls_destructor(fixed: bool) {
    FLUSHED.store(0, SeqCst);
    let count = || LOCAL.with(|local| local.0.set(local.0.get() + 1));
    thread::scope(|scope| {
        let threads = [scope.spawn(count), scope.spawn(count)];
        if fixed {
            for thread in threads {
                thread.join().unwrap();
            }
        }
    });
    let flushed = FLUSHED.load(SeqCst);
    check!(flushed == 2);
}
program!(tls_destructor, rust_tls_destructor_bad, rust_tls_destructor_good);
