//! Locks taken in the wrong order, for too short a time, or twice.

use std::sync::{Mutex, RwLock};
use std::thread;

/// Two accounts, each transfer locking the giver first: opposite transfers wait for each other.
fn mutex_abba(fixed: bool) {
    let accounts = [Mutex::new(100_i64), Mutex::new(100_i64)];
    let transfer = |from: usize, to: usize, amount: i64| {
        let (first, second) = if fixed { (from.min(to), from.max(to)) } else { (from, to) };
        let mut one = accounts[first].lock().unwrap();
        let mut two = accounts[second].lock().unwrap();
        let sign = if first == from { 1 } else { -1 };
        *one -= sign * amount;
        *two += sign * amount;
    };
    thread::scope(|scope| {
        scope.spawn(|| transfer(0, 1, 30));
        scope.spawn(|| transfer(1, 0, 10));
    });
    check!(*accounts[0].lock().unwrap() == 80);
    check!(*accounts[1].lock().unwrap() == 120);
}
program!(mutex_abba, rust_mutex_abba_bad, rust_mutex_abba_good);

/// Read under the lock, written under the lock, but not under the same one.
fn mutex_two_sections(fixed: bool) {
    let stock = Mutex::new(2_u32);
    let take = || {
        if fixed {
            *stock.lock().unwrap() -= 1;
        } else {
            let left = *stock.lock().unwrap();
            *stock.lock().unwrap() = left - 1;
        }
    };
    thread::scope(|scope| {
        scope.spawn(take);
        scope.spawn(take);
    });
    check!(*stock.lock().unwrap() == 0);
}
program!(mutex_two_sections, rust_mutex_two_sections_bad, rust_mutex_two_sections_good);

/// A reader reads again while it holds the lock. A writer that came in between goes first, and
/// waits for the reader.
fn rwlock_nested_read(fixed: bool) {
    let table = RwLock::new(vec![1_u32, 2, 3]);
    let sum = || table.read().unwrap().iter().sum::<u32>();
    thread::scope(|scope| {
        scope.spawn(|| {
            let entries = table.read().unwrap();
            let total = if fixed { entries.iter().sum() } else { sum() };
            check!(total >= entries.len() as u32);
        });
        scope.spawn(|| table.write().unwrap().push(4));
    });
    check!(sum() == 10);
}
program!(rwlock_nested_read, rust_rwlock_nested_read_bad, rust_rwlock_nested_read_good);

/// Looked up under the read lock, inserted under the write lock, without looking again: inserted
/// twice.
fn rwlock_upgrade(fixed: bool) {
    let names = RwLock::new(Vec::<&str>::new());
    let intern = || {
        if names.read().unwrap().contains(&"name") {
            return;
        }
        let mut names = names.write().unwrap();
        if !fixed || !names.contains(&"name") {
            names.push("name");
        }
    };
    thread::scope(|scope| {
        scope.spawn(intern);
        scope.spawn(intern);
    });
    check!(names.read().unwrap().len() == 1);
}
program!(rwlock_upgrade, rust_rwlock_upgrade_bad, rust_rwlock_upgrade_good);
