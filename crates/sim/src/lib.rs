//! The simulated home: frames built byte by byte, devices, and virtual time.
