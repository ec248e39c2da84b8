//! What a stranger on the network may send, or a stranger's file may hold: nothing of it may hide what a device uploads,
//! fill the memory, or speak for itself in a report.

#[cfg(test)]
#[path = "../common/mod.rs"]
mod common;
#[cfg(test)]
mod files;
#[cfg(test)]
mod floods;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod home;
#[cfg(test)]
mod payloads;
#[cfg(test)]
mod words;
