//! Sessions over a C++ gauge, shared with the threads that audit them, behind the C ABI of
//! `contract.h`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::Arc;
use std::thread;

const OK: i32 = 0;
const BAD_INPUT: i32 = 1;
const NO_THREAD: i32 = 2;

#[repr(C)]
pub struct Gauge {
    _private: [u8; 0],
}

extern "C" {
    fn gauge_new() -> *mut Gauge;
    fn gauge_put(gauge: *mut Gauge, value: u32);
    fn gauge_delete(gauge: *mut Gauge);
}

/// What audits see, and the gauge, which only the owner calls.
struct Shared {
    gauge: *mut Gauge,
    added: AtomicU64,
    audited: AtomicU64,
}

// SAFETY: audits do not call the gauge. That they may be the last to drop it is the mistake.
unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: nobody has the gauge any more.
        unsafe { gauge_delete(self.gauge) };
    }
}

pub struct Session {
    shared: Arc<Shared>,
    home: Sender<Arc<Shared>>,
    returned: Receiver<Arc<Shared>>,
    audits: usize,
}

#[no_mangle]
pub extern "C" fn session_open() -> *mut Session {
    // SAFETY: the gauge belongs to this thread from here on.
    let gauge = unsafe { gauge_new() };
    if gauge.is_null() {
        return std::ptr::null_mut();
    }
    let shared = Arc::new(Shared { gauge, added: AtomicU64::new(0), audited: AtomicU64::new(0) });
    let (home, returned) = channel();
    Box::into_raw(Box::new(Session { shared, home, returned, audits: 0 }))
}

/// # Safety
/// `session` is NULL or a live session of the calling thread.
#[no_mangle]
pub unsafe extern "C" fn session_add(session: *mut Session, value: u32) -> i32 {
    let Some(session) = session.as_ref() else {
        return BAD_INPUT;
    };
    gauge_put(session.shared.gauge, value);
    session.shared.added.fetch_add(u64::from(value), Ordering::Relaxed);
    OK
}

/// # Safety
/// `session` is NULL or a live session of the calling thread.
#[no_mangle]
pub unsafe extern "C" fn session_audit(session: *mut Session) -> i32 {
    let Some(session) = session.as_mut() else {
        return BAD_INPUT;
    };
    let shared = Arc::clone(&session.shared);
    let home = session.home.clone();
    let audit = move || {
        shared.audited.store(shared.added.load(Ordering::Relaxed), Ordering::Relaxed);
        if cfg!(feature = "zoo_fixed") {
            let _ = home.send(shared);
        }
        // The planted bug: otherwise it is dropped here, and may be the last.
    };
    match thread::Builder::new().spawn(audit) {
        Ok(_) => {
            session.audits += 1;
            OK
        }
        Err(_) => NO_THREAD,
    }
}

/// # Safety
/// `session` is NULL or a live session of the calling thread, `sum` NULL or writable.
#[no_mangle]
pub unsafe extern "C" fn session_audited(session: *const Session, sum: *mut u64) -> i32 {
    let (Some(session), Some(sum)) = (session.as_ref(), sum.as_mut()) else {
        return BAD_INPUT;
    };
    *sum = session.shared.audited.load(Ordering::Relaxed);
    OK
}

/// # Safety
/// `session` is NULL or a live session of the calling thread, which ends here.
#[no_mangle]
pub unsafe extern "C" fn session_close(session: *mut Session) {
    if session.is_null() {
        return;
    }
    let session = Box::from_raw(session);
    if cfg!(feature = "zoo_fixed") {
        for _ in 0..session.audits {
            let _ = session.returned.recv();
        }
    }
}
