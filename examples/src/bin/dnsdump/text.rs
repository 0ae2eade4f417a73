//! Messages as dig prints them, and where they came from.

use dns_wire::WireError;
use service::show::like_dig;

use crate::input::Found;

/// A message, after a line that says where in a capture it was.
pub(crate) fn message(found: &Found) -> Result<String, WireError> {
    let text = like_dig(&found.octets)?;
    Ok(match &found.from {
        Some(from) => format!(";; {from}\n{text}"),
        None => text,
    })
}
