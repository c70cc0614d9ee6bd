//! A picture of three planes of pixels, behind the C ABI of `contract.h`.

const OK: i32 = 0;
const BAD_INPUT: i32 = 1;
const NO_PLANE: i32 = 2;

pub struct Picture {
    planes: [Vec<u8>; 3],
}

impl Picture {
    fn fill(&mut self, plane: usize, value: u8) -> i32 {
        if cfg!(feature = "zoo_fixed") && plane >= self.planes.len() {
            return NO_PLANE;
        }
        // The planted bug: nobody has looked whether there is such a plane.
        self.planes[plane].fill(value);
        OK
    }
}

#[no_mangle]
pub extern "C-unwind" fn picture_create(width: u32, height: u32) -> *mut Picture {
    let plane = vec![0; width as usize * height as usize];
    Box::into_raw(Box::new(Picture { planes: [plane.clone(), plane.clone(), plane] }))
}

/// # Safety
/// `picture` is NULL or from `picture_create`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C-unwind" fn picture_destroy(picture: *mut Picture) {
    if !picture.is_null() {
        drop(Box::from_raw(picture));
    }
}

/// # Safety
/// `picture` is NULL or from `picture_create`.
#[no_mangle]
pub unsafe extern "C-unwind" fn picture_fill(picture: *mut Picture, plane: u32, value: u8) -> i32 {
    if picture.is_null() {
        return BAD_INPUT;
    }
    (*picture).fill(plane as usize, value)
}

/// # Safety
/// `picture` is NULL or from `picture_create`; `sum` is NULL or valid for a write.
#[no_mangle]
pub unsafe extern "C-unwind" fn picture_sum(
    picture: *const Picture,
    plane: u32,
    sum: *mut u64,
) -> i32 {
    if picture.is_null() || sum.is_null() {
        return BAD_INPUT;
    }
    match (*picture).planes.get(plane as usize) {
        Some(pixels) => {
            *sum = pixels.iter().map(|pixel| u64::from(*pixel)).sum();
            OK
        }
        None => NO_PLANE,
    }
}
