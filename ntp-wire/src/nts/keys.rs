//! What key establishment agrees on.

use super::Algorithm;
use super::aead::Cipher;

/// The algorithm and the two keys of a client and a server. `Debug` does not show the keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    algorithm: Algorithm,
    client_to_server: [u8; LONGEST],
    server_to_client: [u8; LONGEST],
}

impl Keys {
    /// From what TLS exported for each direction (RFC 8915 §5.1). Nothing when a key has not the
    /// algorithm's length.
    #[must_use]
    pub fn new(
        algorithm: Algorithm,
        client_to_server: &[u8],
        server_to_client: &[u8],
    ) -> Option<Self> {
        let fill = |key: &[u8]| {
            let mut filled = [0; LONGEST];
            filled.get_mut(..algorithm.key_length())?;
            (key.len() == algorithm.key_length()).then_some(())?;
            filled.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
            Some(filled)
        };
        Some(Self {
            algorithm,
            client_to_server: fill(client_to_server)?,
            server_to_client: fill(server_to_client)?,
        })
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key of the client's packets.
    #[must_use]
    pub fn client_to_server(&self) -> &[u8] {
        self.client_to_server.get(..self.algorithm.key_length()).unwrap_or_default()
    }

    /// The key of the server's packets.
    #[must_use]
    pub fn server_to_client(&self) -> &[u8] {
        self.server_to_client.get(..self.algorithm.key_length()).unwrap_or_default()
    }

    pub(super) fn client_cipher(&self) -> Option<Cipher> {
        Cipher::new(self.algorithm, self.client_to_server())
    }

    pub(super) fn server_cipher(&self) -> Option<Cipher> {
        Cipher::new(self.algorithm, self.server_to_client())
    }
}

impl core::fmt::Debug for Keys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Keys").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// Octets of the longest key.
const LONGEST: usize = 64;
