//! The program from its arguments to its reports.

#[cfg(test)]
mod annotated;
#[cfg(test)]
#[path = "../common/mod.rs"]
mod common;
#[cfg(test)]
mod damaged;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod found;
#[cfg(test)]
mod places;
#[cfg(test)]
mod probes;
#[cfg(test)]
mod program;
#[cfg(test)]
mod real;
#[cfg(test)]
mod stopped;
#[cfg(test)]
mod terminal;
