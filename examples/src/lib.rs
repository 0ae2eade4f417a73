//! The I/O that the example programs share.
