//! std::sync::mpsc: what arrives, in which order, and when it ends.

use std::sync::mpsc::{channel, sync_channel, Sender};
use std::sync::Mutex;
use std::thread;

/// Two senders, and a receiver that takes the first message to be the first sender's.
fn mpsc_order(fixed: bool) {
    let (sender, receiver) = channel();
    let senders = [0_u32, 1].map(|id| {
        let sender = sender.clone();
        thread::spawn(move || sender.send(id).unwrap())
    });
    let mut got = [receiver.recv().unwrap(), receiver.recv().unwrap()];
    if fixed {
        got.sort_unstable();
    }
    for sender in senders {
        sender.join().unwrap();
    }
    check!(got == [0, 1]);
}
program!(mpsc_order, rust_mpsc_order_bad, rust_mpsc_order_good);

/// A full queue refuses what is offered without waiting, and the refusal is not looked at.
fn mpsc_try_send(fixed: bool) {
    let (sender, receiver) = sync_channel(1);
    let producer = thread::spawn(move || {
        for item in 1..=3_u32 {
            if fixed {
                sender.send(item).unwrap();
            } else {
                let _ = sender.try_send(item);
            }
        }
    });
    let sum: u32 = receiver.iter().sum();
    producer.join().unwrap();
    check!(sum == 6);
}
program!(mpsc_try_send, rust_mpsc_try_send_bad, rust_mpsc_try_send_good);

/// A worker borrows the only sender and puts it back, perhaps after the others were told that it is
/// gone: the receiver waits for a message that nobody will send.
fn mpsc_sender_kept(fixed: bool) {
    let (sender, receiver) = channel();
    let registry = Mutex::new(Some(sender));
    let work = || {
        let sender: Option<Sender<u32>> =
            if fixed { registry.lock().unwrap().clone() } else { registry.lock().unwrap().take() };
        if let Some(sender) = sender {
            sender.send(1).unwrap();
            if !fixed {
                *registry.lock().unwrap() = Some(sender);
            }
        }
    };
    thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(|| drop(registry.lock().unwrap().take()));
        let sum: u32 = receiver.iter().sum();
        check!(sum <= 1);
    });
}
program!(mpsc_sender_kept, rust_mpsc_sender_kept_bad, rust_mpsc_sender_kept_good);

/// A receiver that stops at the first empty look: what comes later is dropped with the queue.
fn mpsc_receiver_gone(fixed: bool) {
    let (sender, receiver) = channel();
    let producer =
        thread::spawn(move || (1..=2_u32).filter(|item| sender.send(*item).is_ok()).count());
    let mut received = 0;
    if fixed {
        received += receiver.iter().count();
    } else {
        if receiver.recv().is_ok() {
            received += 1;
        }
        received += receiver.try_iter().count();
    }
    drop(receiver);
    check!(producer.join().unwrap() == received);
}
program!(mpsc_receiver_gone, rust_mpsc_receiver_gone_bad, rust_mpsc_receiver_gone_good);
