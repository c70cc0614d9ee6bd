//! Without the runtime it is the system's allocator.

#[global_allocator]
static ALLOCATOR: ffh_alloc::FfhAlloc = ffh_alloc::FfhAlloc;

#[test]
fn blocks_come_and_go() {
    let mut texts = Vec::new();
    for number in 0..1000 {
        texts.push(format!("text {number}").repeat(number % 7 + 1));
    }
    texts.retain(|text| text.len() % 2 == 0);
    texts.shrink_to_fit();
    assert!(texts.iter().all(|text| text.starts_with("text ")));
}
