//! A stream of samples, which a callback distributes to channels, behind the C ABI of `contract.h`.

use std::ffi::c_void;
use std::mem::{self, ManuallyDrop};
use std::panic::{self, AssertUnwindSafe};
use std::{ptr, slice};

const OK: i32 = 0;
const BAD_INPUT: i32 = 1;
const NO_CHANNEL: i32 = 2;

const CHANNELS: u32 = 8;

type Tap = unsafe extern "C" fn(context: *mut c_void, sample: u64, channels: u32) -> u32;

/// What the stream panics with, and the boundary turns into a status.
struct NoChannel;

pub struct Stream {
    tap: Tap,
    context: *mut c_void,
    written: u64,
    levels: Vec<i64>,
}

impl Stream {
    fn write(&mut self, samples: &[i16]) {
        for sample in samples {
            // SAFETY: the caller of `stream_create` gave both, for as long as there is a stream.
            let channel =
                unsafe { (self.tap)(self.context, self.written, self.levels.len() as u32) };
            *self.level(channel) += i64::from(*sample);
            self.written += 1;
        }
    }

    fn level(&mut self, channel: u32) -> &mut i64 {
        match self.levels.get_mut(channel as usize) {
            Some(level) => level,
            // Without the message on stderr: somebody expects it.
            None => panic::resume_unwind(Box::new(NoChannel)),
        }
    }
}

/// # Safety
/// `stream` is from `stream_create`, and nobody else uses it now.
unsafe fn borrowed<T>(stream: *mut Stream, work: impl FnOnce(&mut Stream) -> T) -> T {
    if cfg!(feature = "zoo_fixed") {
        return work(&mut ManuallyDrop::new(Box::from_raw(stream)));
    }
    // The planted bug: when `work` panics, the box is dropped.
    let mut stream = Box::from_raw(stream);
    let result = work(&mut stream);
    mem::forget(stream);
    result
}

/// # Safety
/// `tap` is NULL or may be called with `context` for as long as there is a stream.
#[no_mangle]
pub unsafe extern "C" fn stream_create(
    channels: u32,
    tap: Option<Tap>,
    context: *mut c_void,
) -> *mut Stream {
    let Some(tap) = tap else {
        return ptr::null_mut();
    };
    if channels == 0 || channels > CHANNELS {
        return ptr::null_mut();
    }
    Box::into_raw(Box::new(Stream { tap, context, written: 0, levels: vec![0; channels as usize] }))
}

/// # Safety
/// `stream` is NULL or from `stream_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn stream_destroy(stream: *mut Stream) {
    if !stream.is_null() {
        drop(Box::from_raw(stream));
    }
}

/// # Safety
/// `stream` is NULL or from `stream_create`; `samples` is NULL or `count` samples are valid for a
/// read.
#[no_mangle]
pub unsafe extern "C" fn stream_write(
    stream: *mut Stream,
    samples: *const i16,
    count: usize,
) -> i32 {
    if stream.is_null() || samples.is_null() {
        return BAD_INPUT;
    }
    let samples = slice::from_raw_parts(samples, count);
    let work = AssertUnwindSafe(|| borrowed(stream, |stream| stream.write(samples)));
    match panic::catch_unwind(work) {
        Ok(()) => OK,
        Err(_) => NO_CHANNEL,
    }
}

/// # Safety
/// `stream` is NULL or from `stream_create`; `level` is NULL or valid for a write.
#[no_mangle]
pub unsafe extern "C" fn stream_level(stream: *const Stream, channel: u32, level: *mut i64) -> i32 {
    if stream.is_null() || level.is_null() {
        return BAD_INPUT;
    }
    let stream = &*stream;
    match stream.levels.get(channel as usize) {
        Some(sum) => {
            *level = *sum;
            OK
        }
        None => NO_CHANNEL,
    }
}
