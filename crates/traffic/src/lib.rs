//! Frames of captures and of live traffic: files of every kind, this machine's own interfaces, child processes that write captures, and what is
//! kept of the latest hours.

pub mod files;
pub mod live;
pub mod recent;
pub mod source;
