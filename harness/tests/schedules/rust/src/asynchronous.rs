//! Tasks on a tokio runtime of two workers, made for each call.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use std::sync::Arc;

use tokio::runtime::{Builder, RngSeed};
use tokio::sync::{mpsc, oneshot, Mutex, Notify};

/// Two workers, and random numbers that are the same for each call.
pub fn runtime() -> Builder {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).rng_seed(RngSeed::from_bytes(b"suite"));
    builder
}

fn run(future: impl Future<Output = ()>) {
    runtime().build().unwrap().block_on(future);
}

/// A receiver that finds nothing and goes: a value that was sent in between counts as delivered,
/// and is lost. Closing first makes the sender see it.
fn tokio_oneshot(fixed: bool) {
    run(async move {
        let (sender, mut receiver) = oneshot::channel();
        let sent = tokio::spawn(async move { sender.send(5_u32).is_ok() });
        let received = tokio::spawn(async move {
            if fixed {
                receiver.close();
            }
            receiver.try_recv().is_ok()
        });
        let (sent, received) = (sent.await.unwrap(), received.await.unwrap());
        check!(sent == received);
    });
}
program!(tokio_oneshot, rust_tokio_oneshot_bad, rust_tokio_oneshot_good);

/// A closed queue still takes what was promised a place. Emptying it without waiting for those
/// loses them.
fn tokio_mpsc_close(fixed: bool) {
    run(async move {
        let (sender, mut receiver) = mpsc::channel(1);
        let sent = tokio::spawn(async move {
            match sender.reserve().await {
                Ok(place) => {
                    place.send(1_u32);
                    1
                }
                Err(_) => 0,
            }
        });
        let received = tokio::spawn(async move {
            let mut count = 0;
            receiver.close();
            if fixed {
                while receiver.recv().await.is_some() {
                    count += 1;
                }
            } else {
                while receiver.try_recv().is_ok() {
                    count += 1;
                }
            }
            count
        });
        let (sent, received) = (sent.await.unwrap(), received.await.unwrap());
        check!(sent == received);
    });
}
program!(tokio_mpsc_close, rust_tokio_mpsc_close_bad, rust_tokio_mpsc_close_good);

enum Message {
    Forward,
    Note,
}

/// Two tasks with an inbox of one place each send notes into each other's: when both inboxes are
/// full, both wait.
fn tokio_mpsc_cycle(fixed: bool) {
    const EACH: usize = 2;
    let places = if fixed { 2 * EACH } else { 1 };
    run(async move {
        let (to_left, left) = mpsc::channel(places);
        let (to_right, right) = mpsc::channel(places);
        let serve = |mut inbox: mpsc::Receiver<Message>, other: mpsc::Sender<Message>| async move {
            for _ in 0..2 * EACH {
                if let Some(Message::Forward) = inbox.recv().await {
                    other.send(Message::Note).await.unwrap_or_else(|_| check!(false));
                }
            }
            inbox
        };
        let left = tokio::spawn(serve(left, to_right.clone()));
        let right = tokio::spawn(serve(right, to_left.clone()));
        for _ in 0..EACH {
            check!(to_left.send(Message::Forward).await.is_ok());
            check!(to_right.send(Message::Forward).await.is_ok());
        }
        // Kept until both are done: a note to a task that has ended would be refused.
        let _inboxes = (left.await.unwrap(), right.await.unwrap());
    });
}
program!(tokio_mpsc_cycle, rust_tokio_mpsc_cycle_bad, rust_tokio_mpsc_cycle_good);

/// Asked whether it is done, then waits to be told: told in between, it waits for ever.
fn tokio_notify(fixed: bool) {
    run(async move {
        let shared = Arc::new((AtomicBool::new(false), Notify::new()));
        let theirs = shared.clone();
        let waiter = tokio::spawn(async move {
            let (done, notify) = &*theirs;
            if fixed {
                let told = notify.notified();
                if !done.load(SeqCst) {
                    told.await;
                }
            } else if !done.load(SeqCst) {
                notify.notified().await;
            }
        });
        let notifier = tokio::spawn(async move {
            let (done, notify) = &*shared;
            done.store(true, SeqCst);
            notify.notify_waiters();
        });
        notifier.await.unwrap();
        waiter.await.unwrap();
    });
}
program!(tokio_notify, rust_tokio_notify_bad, rust_tokio_notify_good);

/// Two locks in opposite orders: no thread is blocked, and yet no task can go on.
fn tokio_mutex_abba(fixed: bool) {
    run(async move {
        let locks = Arc::new([Mutex::new(1_u32), Mutex::new(2_u32)]);
        let total = Arc::new(AtomicU32::new(0));
        let add = |first: usize, second: usize| {
            let (locks, total) = (locks.clone(), total.clone());
            tokio::spawn(async move {
                let one = locks[first].lock().await;
                let two = locks[second].lock().await;
                total.fetch_add(*one + *two, SeqCst);
            })
        };
        let tasks = [add(0, 1), if fixed { add(0, 1) } else { add(1, 0) }];
        for task in tasks {
            task.await.unwrap();
        }
        check!(total.load(SeqCst) == 6);
    });
}
program!(tokio_mutex_abba, rust_tokio_mutex_abba_bad, rust_tokio_mutex_abba_good);
