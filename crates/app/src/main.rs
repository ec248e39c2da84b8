//! `earwitness`: which of your devices send what they hear, to whom, and how many seconds of it.

#[cfg(test)]
mod geo;
#[cfg(test)]
mod vendor;

fn main() {}
