//! The report of an experiment: its shape, its first sentence, and what is refused.

#![expect(clippy::unwrap_used, reason = "an example that cannot be analysed fails the test")]

mod aside;
mod example;
mod guards;
mod refused;
mod replies;
mod schema;
mod sentences;
