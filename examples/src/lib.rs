//! underhood's own downstream service: the I/O around the four crates that the example programs share.
//!
//! The crates never open a socket, read a clock or draw randomness; this library does, once, and hands
//! the results in. Read it as a sample of how a service of yours would: each file is one idea.
//!
//! | file | idea |
//! |---|---|
//! | [`datagrams`] | receive, answer and send UDP packets on a few threads until told to stop |
//! | [`streams`] | the same for DNS over TCP |
//! | [`dns_server`] | the two together, around one published image |
//! | [`ntp_server`] | a stateless NTP responder |
//! | [`nts`] | key establishment over TLS, for servers and clients |
//! | [`published`] | the image in service, replaced as one while queries run |
//! | [`upkeep`], [`deltas`] | an image file and the deltas that follow it: shown at once, compacted behind |
//! | [`files`] | sources read (also `.gz` and `.xz`), images written by rename and memory-mapped |
//! | [`sources`] | text sources of any format into a compiled image |
//! | [`dns_client`], [`ntp_client`] | ask over real sockets |
//! | [`ports`] | bind, or say what to do when a port is busy |
//! | [`clock`] | the system clock as the crates want it |
//! | [`show`] | messages for people and for scripts |
//! | [`signals`] | Ctrl-C and SIGHUP |
//! | [`console`] | tables, headings and progress for people |

pub mod clock;
pub mod console;
pub mod datagrams;
pub mod deltas;
pub mod dns_client;
pub mod dns_server;
pub mod files;
pub mod ntp_client;
pub mod ntp_server;
pub mod nts;
pub mod ports;
pub mod published;
pub mod show;
pub mod signals;
pub mod sources;
pub mod streams;
pub mod threads;
pub mod upkeep;
