//! Tables that a person has looked at: a run must give the same again.

use std::fs;
use std::path::Path;

/// How far a number may lie from the one that was looked at: the mathematical functions of two systems may differ in the last bit, and
/// an episode near a limit then falls to the other side.
const APART: f64 = 2.0;

/// Compares a table with the one kept under `tests/snapshots`, or keeps it where `UPDATE_SNAPSHOTS` is set.
pub(crate) fn compare(name: &str, table: &str) {
    println!("{table}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, table).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap();
    assert!(
        kept.lines().count() == table.lines().count() && kept.lines().zip(table.lines()).all(alike),
        "{name} has changed; if that is meant, look at it and keep it with UPDATE_SNAPSHOTS=1\n--- was\n{kept}\n--- is\n{table}"
    );
}

fn alike((a, b): (&str, &str)) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split_whitespace().collect(), b.split_whitespace().collect());
    let close = |(a, b): (&&str, &&str)| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= APART,
        _ => a == b,
    };
    a.len() == b.len() && a.iter().zip(&b).all(close)
}

#[test]
fn a_number_that_moved_is_noticed() {
    assert!(alike(("20 ms  99 100", "20 ms 100  98")));
    assert!(!alike(("20 ms  99", "20 ms  96")) && !alike(("20 ms 99", "20 s 99")) && !alike(("20 99", "20")));
}
