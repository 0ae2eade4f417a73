//! The fields of a record as a zone file has them, already split.

use crate::{Full, Name, TextError, TextErrorKind};

/// One field: text between blanks, or between quotes, with its escapes still in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// The octets, without the quotes around them. With the quote before them when there is none after them:
    /// [`from_text`](super::from_text) tells that.
    pub text: &'t [u8],
    /// Whether it stood in quotes.
    pub quoted: bool,
}

/// Splits the fields of one record at blanks, minding quotes, escapes, parentheses and comments
/// (RFC 1035 §5.1). For single records, as tools and tests have them; whole zones need a faster scanner.
pub fn split(line: &[u8]) -> Split<'_> {
    Split { rest: line }
}

/// The fields of a line; see [`split`].
#[derive(Clone, Debug)]
pub struct Split<'t> {
    rest: &'t [u8],
}

impl<'t> Iterator for Split<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let field = skip_blank(self.rest);
        let quoted = field.first()? == &b'"';
        let rest = if quoted { field.get(1..)? } else { field };
        let (mut escaped, mut inside) = (false, quoted);
        let end = rest
            .iter()
            .position(|&octet| {
                let plain = core::mem::take(&mut escaped);
                match octet {
                    _ if plain => false,
                    b'\\' => {
                        escaped = true;
                        false
                    }
                    b'"' if quoted => true,
                    // `key="a b"` is one field, its quotes left in.
                    b'"' => {
                        inside = !inside;
                        false
                    }
                    _ => !inside && (is_blank(octet) || octet == b';'),
                }
            })
            .unwrap_or(rest.len());
        let (text, after) = rest.split_at_checked(end)?;
        if !quoted {
            self.rest = after;
            return Some(Token { text, quoted });
        }
        let Some((_, after)) = after.split_first() else {
            self.rest = &[];
            return Some(Token { text: field, quoted: false });
        };
        self.rest = after;
        Some(Token { text, quoted })
    }
}

fn is_blank(octet: u8) -> bool {
    octet.is_ascii_whitespace() || octet == b'(' || octet == b')'
}

/// Past blanks, parentheses, and comments to the ends of their lines.
fn skip_blank(mut text: &[u8]) -> &[u8] {
    loop {
        let start = text.iter().position(|&octet| !is_blank(octet)).unwrap_or(text.len());
        text = text.get(start..).unwrap_or(&[]);
        if text.first() != Some(&b';') {
            return text;
        }
        let end = text.iter().position(|&octet| octet == b'\n').unwrap_or(text.len());
        text = text.get(end..).unwrap_or(&[]);
    }
}

/// What a grammar makes of one field: what is left, and what was found.
pub(crate) type Parsed<'t, T> = nom::IResult<&'t [u8], T>;

/// Fields in work: which one, and what names are relative to.
pub(crate) struct Tokens<'o, 't, T> {
    iter: T,
    ahead: Option<Token<'t>>,
    /// The number of the field returned last, plus one.
    taken: u32,
    /// The number of a field whose quote is not closed.
    open: Option<u32>,
    pub(crate) origin: Option<Name<'o>>,
}

impl<'o, 't, T: Iterator<Item = Token<'t>>> Tokens<'o, 't, T> {
    pub(crate) fn new(iter: T, origin: Option<Name<'o>>) -> Self {
        Self { iter, ahead: None, taken: 0, open: None, origin }
    }

    /// The next field, if there is one, which is a word: quotes are for strings alone (RFC 1035 §5.1).
    pub(crate) fn take(&mut self) -> Result<Option<Token<'t>>, TextError> {
        match self.take_string() {
            Some(token) if token.quoted => Err(self.error(TextErrorKind::Quoted, 0)),
            token => Ok(token),
        }
    }

    /// The next field, if there is one, in quotes or not.
    pub(crate) fn take_string(&mut self) -> Option<Token<'t>> {
        let token = self.ahead.take().or_else(|| self.iter.next())?;
        if !token.quoted && token.text.first() == Some(&b'"') {
            self.open = Some(self.taken);
        }
        self.taken = self.taken.wrapping_add(1);
        Some(token)
    }

    pub(crate) fn peek(&mut self) -> Option<Token<'t>> {
        if self.ahead.is_none() {
            self.ahead = self.iter.next();
        }
        self.ahead
    }

    /// The next field, which must be there and a word.
    pub(crate) fn need(&mut self) -> Result<Token<'t>, TextError> {
        self.take()?.ok_or(self.missing())
    }

    /// The next field, which must be there, in quotes or not.
    pub(crate) fn need_string(&mut self) -> Result<Token<'t>, TextError> {
        self.take_string().ok_or(self.missing())
    }

    /// The error of a field that should come next.
    pub(crate) fn missing(&self) -> TextError {
        TextError { kind: TextErrorKind::Missing, token: self.taken, offset: 0 }
    }

    pub(crate) fn finish(&mut self) -> Result<(), TextError> {
        match (self.take_string(), self.open) {
            (_, Some(token)) => Err(TextError { kind: TextErrorKind::Unclosed, token, offset: 0 }),
            (None, None) => Ok(()),
            (Some(_), None) => Err(self.error(TextErrorKind::Trailing, 0)),
        }
    }

    /// An error in the field returned last.
    pub(crate) fn error(&self, kind: TextErrorKind, offset: usize) -> TextError {
        let token = self.taken.saturating_sub(1);
        TextError { kind, token, offset: u32::try_from(offset).unwrap_or(u32::MAX) }
    }

    /// Puts the number of the field into an error that knows only the octet.
    pub(crate) fn locate(&self, error: TextError) -> TextError {
        TextError { token: self.taken.saturating_sub(1), ..error }
    }

    pub(crate) fn full(&self) -> impl Fn(Full) -> TextError + use<'o, 't, T> {
        let token = self.taken.saturating_sub(1);
        move |Full| TextError { kind: TextErrorKind::Full, token, offset: 0 }
    }
}
