//! Tasks that wait for sockets and timers: a tokio runtime of two workers with its I/O driver.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot, Mutex};
use tokio::time::{sleep, timeout};

fn run(future: impl Future<Output = ()>) {
    crate::asynchronous::runtime().enable_all().build().unwrap().block_on(future);
}

/// A stream keeps no borders: what one read brings may be the first part of a message.
fn tokio_stream(fixed: bool) {
    run(async move {
        let (mut from, mut to) = UnixStream::pair().unwrap();
        let writer = tokio::spawn(async move {
            to.write_all(b"to ").await.unwrap();
            to.write_all(b"be").await.unwrap();
            to
        });
        let reader = tokio::spawn(async move {
            let mut message = [0; 5];
            if fixed {
                from.read_exact(&mut message).await.unwrap();
            } else {
                from.read(&mut message).await.unwrap();
            }
            check!(&message == b"to be");
        });
        let _stream = writer.await.unwrap();
        reader.await.unwrap();
    });
}
program!(tokio_stream, rust_tokio_stream_bad, rust_tokio_stream_good);

/// The answer comes when the time is up: sent after the last look and before the receiver is
/// dropped, it counts as delivered, and is lost. Closing first makes the sender see it.
fn tokio_timeout(fixed: bool) {
    const TIME: Duration = Duration::from_millis(5);
    run(async move {
        let (sender, mut receiver) = oneshot::channel();
        let asked = tokio::spawn(async move {
            match timeout(TIME, &mut receiver).await {
                Ok(answer) => answer.is_ok(),
                Err(_) if fixed => {
                    receiver.close();
                    receiver.try_recv().is_ok()
                }
                Err(_) => false,
            }
        });
        let answered = tokio::spawn(async move {
            sleep(TIME).await;
            sender.send(5_u32).is_ok()
        });
        let (asked, answered) = (asked.await.unwrap(), answered.await.unwrap());
        check!(asked == answered);
    });
}
program!(tokio_timeout, rust_tokio_timeout_bad, rust_tokio_timeout_good);

/// A request that had to wait for another one's timed out. Its answer still comes, and is taken for
/// the next one's.
fn tokio_late_answer(fixed: bool) {
    const WORK: Duration = Duration::from_millis(4);
    const PATIENCE: Duration = Duration::from_millis(6);
    run(async move {
        let busy = Arc::new(Mutex::new(()));
        let serve = |mut server: UnixStream| {
            let busy = busy.clone();
            tokio::spawn(async move {
                while let Ok(request) = server.read_u8().await {
                    let _turn = busy.lock().await;
                    sleep(WORK).await;
                    server.write_u8(request).await.unwrap();
                }
            })
        };
        let (mut client, server) = UnixStream::pair().unwrap();
        let (mut other, other_server) = UnixStream::pair().unwrap();
        let servers = [serve(server), serve(other_server)];
        other.write_u8(9).await.unwrap();
        client.write_u8(1).await.unwrap();
        let late = timeout(PATIENCE, client.read_u8()).await.is_err();
        client.write_u8(2).await.unwrap();
        if fixed && late {
            check!(client.read_u8().await.unwrap() == 1);
        }
        check!(client.read_u8().await.unwrap() == 2);
        check!(other.read_u8().await.unwrap() == 9);
        drop((client, other));
        for server in servers {
            server.await.unwrap();
        }
    });
}
program!(tokio_late_answer, rust_tokio_late_answer_bad, rust_tokio_late_answer_good);

/// `select!` drops what has not won: half a message that was already read is gone with it.
fn tokio_select(fixed: bool) {
    run(async move {
        let (mut from, mut to) = UnixStream::pair().unwrap();
        let (tick, mut ticks) = mpsc::channel(1);
        let writer = tokio::spawn(async move {
            to.write_all(b"to ").await.unwrap();
            to.write_all(b"be").await.unwrap();
        });
        let ticker = tokio::spawn(async move { while tick.send(()).await.is_ok() {} });
        let reader = tokio::spawn(async move {
            let mut message = [0; 5];
            if fixed {
                let mut begun = pin!(from.read_exact(&mut message));
                loop {
                    tokio::select! {
                        biased;
                        _ = &mut begun => break,
                        Some(()) = ticks.recv() => {}
                    }
                }
            } else {
                loop {
                    tokio::select! {
                        biased;
                        _ = from.read_exact(&mut message) => break,
                        Some(()) = ticks.recv() => {}
                    }
                }
            }
            check!(&message == b"to be");
        });
        for task in [writer, ticker, reader] {
            task.await.unwrap();
        }
    });
}
program!(tokio_select, rust_tokio_select_bad, rust_tokio_select_good);
