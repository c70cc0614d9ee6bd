//! Waiting for something that another thread says: conditions, park tokens, barriers, once.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering::*};
use std::sync::{Barrier, Condvar, Mutex, OnceLock};
use std::thread;

/// A signal is not kept: who waits without asking first whether it was given may wait for ever.
fn condvar_before_wait(fixed: bool) {
    let ready = Mutex::new(false);
    let signal = Condvar::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            *ready.lock().unwrap() = true;
            signal.notify_one();
        });
        let mut is_ready = ready.lock().unwrap();
        if !fixed {
            is_ready = signal.wait(is_ready).unwrap();
        }
        while !*is_ready {
            is_ready = signal.wait(is_ready).unwrap();
        }
    });
}
program!(condvar_before_wait, rust_condvar_before_wait_bad, rust_condvar_before_wait_good);

/// Three wait for a turn of their own on one condition, and each wakes one: perhaps not the one
/// whose turn it is.
fn condvar_notify_one(fixed: bool) {
    let turn = Mutex::new(0_u32);
    let changed = Condvar::new();
    let step = |mine: u32| {
        let mut now = turn.lock().unwrap();
        while *now != mine {
            now = changed.wait(now).unwrap();
        }
        *now += 1;
        if fixed {
            changed.notify_all();
        } else {
            changed.notify_one();
        }
    };
    thread::scope(|scope| {
        for mine in 0..3 {
            scope.spawn(move || step(mine));
        }
    });
    check!(*turn.lock().unwrap() == 3);
}
program!(condvar_notify_one, rust_condvar_notify_one_bad, rust_condvar_notify_one_good);

/// Two wake-ups before the first park are one: a consumer that parks once for each item waits for
/// ever.
fn park_token(fixed: bool) {
    let items = AtomicU32::new(0);
    let consumer = thread::current();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                items.fetch_add(1, SeqCst);
                consumer.unpark();
            });
        }
        if fixed {
            while items.load(SeqCst) != 2 {
                thread::park();
            }
        } else {
            for item in 1..=2 {
                thread::park();
                while items.load(SeqCst) < item {
                    thread::park();
                }
            }
        }
    });
}
program!(park_token, rust_park_token_bad, rust_park_token_good);

/// After the barrier its leader starts the next round's count, while the others are adding to it
/// already.
fn barrier_reset(fixed: bool) {
    let barrier = Barrier::new(2);
    let count = AtomicU32::new(0);
    let work = || {
        count.fetch_add(1, SeqCst);
        if barrier.wait().is_leader() {
            check!(count.load(SeqCst) >= 2);
            count.store(0, SeqCst);
        }
        if fixed {
            barrier.wait();
        }
        count.fetch_add(1, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    check!(count.load(SeqCst) == 2);
}
program!(barrier_reset, rust_barrier_reset_bad, rust_barrier_reset_good);

struct Settings {
    limit: u32,
}

static mut SETTINGS: *mut Settings = null_mut();

/// A singleton made by hand: two that find it missing make two, and hold different ones.
fn lazy_twice(fixed: bool) {
    unsafe { SETTINGS = null_mut() };
    let once = OnceLock::new();
    let made = AtomicU32::new(0);
    let make = || {
        made.fetch_add(1, SeqCst);
        Box::into_raw(Box::new(Settings { limit: 9 }))
    };
    let get = || unsafe {
        if fixed {
            return *once.get_or_init(|| make() as usize) as *mut Settings;
        }
        if (&raw const SETTINGS).read_volatile().is_null() {
            (&raw mut SETTINGS).write_volatile(make());
        }
        (&raw const SETTINGS).read_volatile()
    };
    let user = || check!(unsafe { (*get()).limit } == 9);
    thread::scope(|scope| {
        scope.spawn(user);
        scope.spawn(user);
    });
    check!(made.load(SeqCst) == 1);
    drop(unsafe { Box::from_raw(get()) });
}
program!(lazy_twice, rust_lazy_twice_bad, rust_lazy_twice_good);

/// The flag that says the pointer is there is set before the pointer.
fn lazy_flag_first(fixed: bool) {
    let ready = AtomicBool::new(false);
    let settings = AtomicPtr::<Settings>::new(null_mut());
    thread::scope(|scope| {
        scope.spawn(|| {
            let made = Box::into_raw(Box::new(Settings { limit: 9 }));
            if !fixed {
                ready.store(true, SeqCst);
            }
            settings.store(made, SeqCst);
            ready.store(true, SeqCst);
        });
        scope.spawn(|| {
            if ready.load(SeqCst) {
                check!(!settings.load(SeqCst).is_null());
            }
        });
    });
    drop(unsafe { Box::from_raw(settings.load(SeqCst)) });
}
program!(lazy_flag_first, rust_lazy_flag_first_bad, rust_lazy_flag_first_good);
