//! Scenario files of strangers: refused with a place, or a home that can be begun.
#![no_main]

use earwitness_sim::house::House;
use earwitness_sim::plan::Plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Ok(text) = std::str::from_utf8(text) else { return };
    match Plan::from_toml(text, "file") {
        Ok(mut plan) => {
            // A minute shows whether its numbers can be lived with; a home of hundreds of devices only costs time.
            plan.devices.truncate(4);
            let mut house = House::new(&plan, 1);
            let (begins, mut frames) = (house.begins(), 0_u32);
            house.advance(begins.saturating_add(60_000_000_000), &mut |_, octets| {
                assert!(octets.len() >= 42);
                frames += 1;
            });
        }
        Err(error) => assert!(!error.what.is_empty()),
    }
});
