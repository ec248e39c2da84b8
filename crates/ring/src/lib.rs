//! Frames of a Linux network interface, through a ring that the kernel fills (`AF_PACKET` with `TPACKET_V3`;
//! `Documentation/networking/packet_mmap.rst` and `include/uapi/linux/if_packet.h` of the kernel).
//!
//! The only crate of the program that holds `unsafe`: system calls in `sys`, the memory shared with the kernel in `map`. What is read of the
//! ring is read by safe code from slices (`block`).

mod block;
mod map;
mod offload;
mod socket;
mod sys;

pub use block::{Block, Captured, Direction, Frames, Vlan};
pub use offload::{Offloads, offloads};
pub use socket::{Ring, Shape, Statistics};
