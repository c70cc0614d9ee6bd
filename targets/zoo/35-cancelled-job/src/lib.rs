//! A job's result on its way from the thread that works to the thread that waits, behind the C ABI
//! of `contract.h`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

const OK: i32 = 0;
const BAD_INPUT: i32 = 1;
const CANCELLED: i32 = 2;
const DROPPED: i32 = 3;
const PENDING: i32 = 4;

/// The job has not ended and nobody has cancelled.
const EMPTY: u32 = 0;
/// The job has claimed the slot and writes to it.
const WRITING: u32 = 1;
/// The slot holds the result.
const DONE: u32 = 2;
/// The job ended without a result.
const GONE: u32 = 3;
/// The ticket ended. The slot ends with it, or with a job that was writing at that moment.
const ENDED: u32 = 4;

struct Slot {
    result: i64,
}

struct Shared {
    state: AtomicU32,
    slot: *mut Slot,
}

// SAFETY: `state` says who may touch what `slot` points to.
unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

impl Shared {
    /// Whether the job may write to the slot.
    fn claim(&self) -> bool {
        if cfg!(feature = "zoo_fixed") {
            let order = Ordering::AcqRel;
            self.state.compare_exchange(EMPTY, WRITING, order, Ordering::Acquire).is_ok()
        } else {
            // The planted bug: the ticket may end, and free the slot, after this look.
            self.state.load(Ordering::Acquire) == EMPTY
        }
    }

    fn complete(&self, result: i64) -> i32 {
        if !self.claim() {
            return CANCELLED;
        }
        // SAFETY: the job has claimed the slot, so the ticket does not free it.
        unsafe { (*self.slot).result = result };
        if self.state.swap(DONE, Ordering::AcqRel) == ENDED {
            self.free_slot();
            return CANCELLED;
        }
        OK
    }

    fn cancel(&self) {
        if self.state.swap(ENDED, Ordering::AcqRel) != WRITING {
            self.free_slot();
        }
    }

    fn free_slot(&self) {
        // SAFETY: the slot is from a Box, and only the last of the job and the ticket comes here.
        drop(unsafe { Box::from_raw(self.slot) });
    }
}

pub struct Job {
    shared: Arc<Shared>,
}

pub struct Ticket {
    shared: Arc<Shared>,
}

/// # Safety
/// Both are NULL or valid for a write.
#[no_mangle]
pub unsafe extern "C" fn job_create(new_job: *mut *mut Job, new_ticket: *mut *mut Ticket) -> i32 {
    if new_job.is_null() || new_ticket.is_null() {
        return BAD_INPUT;
    }
    let slot = Box::into_raw(Box::new(Slot { result: 0 }));
    let shared = Arc::new(Shared { state: AtomicU32::new(EMPTY), slot });
    *new_ticket = Box::into_raw(Box::new(Ticket { shared: Arc::clone(&shared) }));
    *new_job = Box::into_raw(Box::new(Job { shared }));
    OK
}

/// # Safety
/// `job` is NULL or from `job_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn job_complete(job: *mut Job, result: i64) -> i32 {
    if job.is_null() {
        return BAD_INPUT;
    }
    Box::from_raw(job).shared.complete(result)
}

/// # Safety
/// `job` is NULL or from `job_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn job_drop(job: *mut Job) {
    if job.is_null() {
        return;
    }
    let state = &Box::from_raw(job).shared.state;
    // When the ticket has ended, nobody is left to be told.
    let _ = state.compare_exchange(EMPTY, GONE, Ordering::AcqRel, Ordering::Acquire);
}

/// # Safety
/// `ticket` is NULL or from `job_create`; `result` is NULL or valid for a write.
#[no_mangle]
pub unsafe extern "C" fn ticket_poll(ticket: *const Ticket, result: *mut i64) -> i32 {
    if ticket.is_null() || result.is_null() {
        return BAD_INPUT;
    }
    let shared = &(*ticket).shared;
    match shared.state.load(Ordering::Acquire) {
        DONE => {
            *result = (*shared.slot).result;
            OK
        }
        GONE => DROPPED,
        _ => PENDING,
    }
}

/// # Safety
/// `ticket` is NULL or from `job_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn ticket_cancel(ticket: *mut Ticket) {
    if !ticket.is_null() {
        Box::from_raw(ticket).shared.cancel();
    }
}
