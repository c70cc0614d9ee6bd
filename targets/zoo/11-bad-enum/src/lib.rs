//! A series of numbers, and what it can be reduced to, behind the C ABI of `contract.h`.

const OK: i32 = 0;
const BAD_INPUT: i32 = 1;

#[repr(u32)]
#[derive(Clone, Copy, PartialEq)]
pub enum Reduction {
    Sum,
    Lowest,
    Highest,
}

#[cfg(feature = "zoo_fixed")]
mod passed {
    use super::Reduction;

    pub type Passed = u32;

    pub fn checked(number: Passed) -> Option<Reduction> {
        [Reduction::Sum, Reduction::Lowest, Reduction::Highest].get(number as usize).copied()
    }
}

/// The planted bug: the caller is trusted to pass one of the three.
#[cfg(not(feature = "zoo_fixed"))]
mod passed {
    use super::Reduction;

    pub type Passed = Reduction;

    pub fn checked(reduction: Passed) -> Option<Reduction> {
        Some(reduction)
    }
}

pub struct Series {
    first: i32,
    others: Vec<i32>,
}

impl Series {
    fn reduce(&self, reduction: Reduction) -> i64 {
        let first = i64::from(self.first);
        let others = self.others.iter().copied().map(i64::from);
        if reduction == Reduction::Sum {
            first + others.sum::<i64>()
        } else if reduction == Reduction::Lowest {
            others.fold(first, i64::min)
        } else {
            others.fold(first, i64::max)
        }
    }
}

#[no_mangle]
pub extern "C" fn series_create(first: i32) -> *mut Series {
    Box::into_raw(Box::new(Series { first, others: Vec::new() }))
}

/// # Safety
/// `series` is NULL or from `series_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn series_destroy(series: *mut Series) {
    if !series.is_null() {
        drop(Box::from_raw(series));
    }
}

/// # Safety
/// `series` is NULL or from `series_create`.
#[no_mangle]
pub unsafe extern "C" fn series_add(series: *mut Series, number: i32) -> i32 {
    if series.is_null() {
        return BAD_INPUT;
    }
    (*series).others.push(number);
    OK
}

/// # Safety
/// `series` is NULL or from `series_create`; `result` is NULL or valid for a write.
#[no_mangle]
pub unsafe extern "C" fn series_reduce(
    series: *const Series,
    reduction: passed::Passed,
    result: *mut i64,
) -> i32 {
    let Some(reduction) = passed::checked(reduction) else {
        return BAD_INPUT;
    };
    if series.is_null() || result.is_null() {
        return BAD_INPUT;
    }
    *result = (*series).reduce(reduction);
    OK
}
