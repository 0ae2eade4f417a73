//! Messages in a stream: each behind its length in two octets (RFC 1035 §4.2.2, RFC 7766 §8).

/// What stands at the front of a stream's octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A whole message, and the octets after it.
    Message(&'a [u8], &'a [u8]),
    /// So many more octets are needed, at least, to tell more.
    Needs(usize),
}

/// Takes the first message off a stream's octets.
#[must_use]
pub fn next(octets: &[u8]) -> Frame<'_> {
    let Some((&length, rest)) = octets.split_first_chunk::<2>() else {
        return Frame::Needs(2usize.saturating_sub(octets.len()));
    };
    let length = usize::from(u16::from_be_bytes(length));
    match rest.split_at_checked(length) {
        Some((message, after)) => Frame::Message(message, after),
        None => Frame::Needs(length.saturating_sub(rest.len())),
    }
}

/// The two octets that go before a message; `None` when it is longer than 65535 octets.
#[must_use]
pub fn prefix(message: &[u8]) -> Option<[u8; 2]> {
    u16::try_from(message.len()).ok().map(u16::to_be_bytes)
}
