//! Domain names: flat and borrowed, flat and owned, and inside a message.

mod buf;
mod flat;
mod label;
mod message;
mod message_labels;
mod order;
mod text;

pub use buf::NameBuf;
pub use flat::{Labels, Name};
pub use label::Label;
pub use message::MessageName;
pub use message_labels::MessageLabels;
pub(crate) use message_labels::{MAX_COST, POINTER_COST};
pub(crate) use text::{text_to_wire, unescape};

/// The longest name in octets, its lengths and the root's zero included (RFC 1035 §2.3.4).
pub(crate) const MAX_NAME: usize = 255;
/// The most labels such a name has, the root not counted.
pub(crate) const MAX_LABELS: usize = 127;
