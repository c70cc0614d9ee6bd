//! Small programs with one concurrency bug each and a fixed twin, called from C as NAME_bad and
//! NAME_good.
//!
//! Each call starts its own threads from fresh state and returns 0. A bug shows by a failed check,
//! by a sanitizer report, or because nobody can run any more. Nothing here looks at a clock or draws
//! a random number, and times only pass when nobody runs: which bugs show is for the schedule alone.

macro_rules! check {
    ($condition:expr) => {
        if !$condition {
            crate::fail(file!(), line!(), stringify!($condition));
        }
    };
}

/// Exports `fn(fixed: bool)` as a pair of C functions. Each call runs in a thread of its own: a
/// thread's park token and locals outlive the call, and the next one would begin with them.
macro_rules! program {
    ($run:ident, $bad:ident, $good:ident) => {
        #[no_mangle]
        pub extern "C" fn $bad() -> i32 {
            crate::call($run, false)
        }
        #[no_mangle]
        pub extern "C" fn $good() -> i32 {
            crate::call($run, true)
        }
    };
}

mod asynchronous;
mod channels;
mod counts;
mod locks;
mod signals;
mod streams;
mod threads;

/// Not a panic: a panic could be caught on its way, and a check that fails is an abort.
#[cold]
fn fail(file: &str, line: u32, condition: &str) -> ! {
    eprintln!("{file}:{line}: check failed: {condition}");
    std::process::abort();
}

fn call(program: fn(bool), fixed: bool) -> i32 {
    if std::thread::spawn(move || program(fixed)).join().is_err() {
        fail(file!(), line!(), "the program panicked");
    }
    0
}
