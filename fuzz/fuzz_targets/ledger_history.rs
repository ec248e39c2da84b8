//! Vendors' histories: refused with what to do and a place that is in the file, or read whole, so that they can be compared with uploads.
#![no_main]

use earwitness_base::moment::zone;
use earwitness_core::time::Timestamp;
use earwitness_ledger::import::{Reading, read};
use earwitness_ledger::{Material, Settings, Upload, compare};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mapped = Reading { member: None, columns: vec!["date=time".parse().expect("a pair")], zone: zone("Europe/Berlin").ok() };
    for reading in [mapped, Reading::default()] {
        match read(bytes, "history", &reading) {
            Ok(history) => {
                assert!(!history.records.is_empty());
                assert!(history.records.iter().all(|it| it.seconds.is_none_or(|seconds| seconds.is_finite() && seconds >= 0.0)));
                let upload = |at: Timestamp| Upload { start: at, seconds: None };
                let uploads = history.records.iter().step_by(2).map(|it| upload(it.at)).collect();
                let material = Material { uploads, records: history.records, ..Material::default() };
                let records = material.records.len();
                // As many at one moment as are too many is a refusal as well.
                if let Ok(ledger) = compare(&material, &Settings { shifts: 2, ..Settings::default() }) {
                    assert_eq!(ledger.entries.iter().filter(|it| it.record.is_some()).count(), records);
                }
            }
            Err(misread) => {
                assert!(!misread.what.is_empty());
                // Lines of the file, or of one that is packed in it.
                assert!(misread.place.is_none_or(|(line, column)| line > 0 && column > 0));
            }
        }
    }
});
