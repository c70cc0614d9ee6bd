//! Eight switches, each on or off, behind the C ABI of `contract.h`.

const OK: i32 = 0;
const BAD_INPUT: i32 = 1;

#[cfg(feature = "zoo_fixed")]
mod passed {
    pub type Passed = u8;

    pub fn checked(byte: Passed) -> Option<bool> {
        match byte {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// The planted bug: the caller is trusted to pass 0 or 1.
#[cfg(not(feature = "zoo_fixed"))]
mod passed {
    pub type Passed = bool;

    pub fn checked(on: Passed) -> Option<bool> {
        Some(on)
    }
}

pub struct Switches {
    on: [bool; 8],
}

impl Switches {
    fn turn(&mut self, number: u32, on: bool) -> i32 {
        match self.on.get_mut(number as usize) {
            Some(switch) => {
                *switch = on;
                OK
            }
            None => BAD_INPUT,
        }
    }
}

#[no_mangle]
pub extern "C" fn switches_create() -> *mut Switches {
    Box::into_raw(Box::new(Switches { on: [false; 8] }))
}

/// # Safety
/// `switches` is NULL or from `switches_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn switches_destroy(switches: *mut Switches) {
    if !switches.is_null() {
        drop(Box::from_raw(switches));
    }
}

/// # Safety
/// `switches` is NULL or from `switches_create`.
#[no_mangle]
pub unsafe extern "C" fn switches_turn(
    switches: *mut Switches,
    number: u32,
    on: passed::Passed,
) -> i32 {
    let Some(on) = passed::checked(on) else {
        return BAD_INPUT;
    };
    if switches.is_null() {
        return BAD_INPUT;
    }
    (*switches).turn(number, on)
}

/// # Safety
/// `switches` is NULL or from `switches_create`; `on` is NULL or valid for a write.
#[no_mangle]
pub unsafe extern "C" fn switches_look(switches: *const Switches, number: u32, on: *mut u8) -> i32 {
    if switches.is_null() || on.is_null() {
        return BAD_INPUT;
    }
    match (*switches).on.get(number as usize) {
        Some(switch) => {
            *on = u8::from(*switch);
            OK
        }
        None => BAD_INPUT,
    }
}
