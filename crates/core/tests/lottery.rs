//! What the lottery detector promises: fair bets, false alarms no more often than allowed, and limits that hold; and how soon it finds.
//!
//! All chance comes from seeds that are printed (`cargo test --test lottery -- --nocapture`). `CHANCE_EPISODES=20000` repeats the
//! measurements that the stated bounds rest on; an ordinary run draws fewer.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "small counts, seconds and octets of simulations"
)]
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test says what it measured, and fails where a golden file or snapshot is missing"
)]

#[path = "lottery/adversary.rs"]
mod adversary;
#[path = "lottery/cover.rs"]
mod cover;
#[path = "lottery/exact.rs"]
mod exact;
#[path = "lottery/fair.rs"]
mod fair;
#[path = "lottery/golden.rs"]
mod golden;
#[path = "lottery/hidden.rs"]
mod hidden;
#[path = "lottery/home.rs"]
mod home;
#[path = "lottery/late.rs"]
mod late;
#[path = "lottery/law.rs"]
mod law;
#[path = "lottery/many.rs"]
mod many;
#[path = "lottery/power.rs"]
mod power;
#[path = "chance/random.rs"]
mod random;
#[path = "chance/snapshot.rs"]
mod snapshot;

/// Repetitions: as many as the environment asks for.
fn episodes(usually: u32) -> u32 {
    std::env::var("CHANCE_EPISODES").ok().and_then(|number| number.parse().ok()).unwrap_or(usually)
}
