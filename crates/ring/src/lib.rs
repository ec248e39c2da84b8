//! Frames of a network interface, through a ring that the kernel fills.
