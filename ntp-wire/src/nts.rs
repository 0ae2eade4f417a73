//! Network Time Security, RFC 8915. Feature `nts`.
//!
//! Key establishment runs over TLS, which is the caller's: [`ke`] reads and writes its records and
//! says what to export. After it, [`Session`] authenticates a client's packets, and
//! [`respond`] a server's, which keeps no state but the [`Keyring`] its cookies are sealed with.
//!
//! Algorithms: 15 (AES-SIV-CMAC-256), 17 (AES-SIV-CMAC-512) and 30 (AES-128-GCM-SIV). Nonces of 16
//! octets are sent with SIV, as chrony and ntpd-rs do, and any length above zero is taken.
//! No allocation anywhere.

mod aead;
mod authenticator;
mod cookie;
pub mod ke;
mod keys;
mod responder;
mod session;
mod siv;

pub use aead::{Algorithm, NotAuthentic};
pub use cookie::{BadCookie, Keyring};
pub use keys::Keys;
pub use responder::{Ignored, kiss, respond};
pub use session::{Rejected, Session};
