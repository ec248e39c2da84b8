//! Laws of the analysis, tried on simulated campaigns whose truth is known: intervals hold it, tests err as often as they say, cut-offs are found.
//!
//! `CAMPAIGNS` says how many campaigns each law is tried on: 1,000 unless it is set; `SEEDS` is added to all seeds. Seeds are printed; what is asserted allows for the chance that so many
//! campaigns leave.

#![expect(clippy::unwrap_used, reason = "a campaign that cannot be analysed fails the test")]
#![expect(clippy::print_stdout, reason = "what was found, with its seed")]

mod campaign;
mod cutoff;
mod equivalence;
mod errors;
mod idle;
mod intervals;
mod repeats;
