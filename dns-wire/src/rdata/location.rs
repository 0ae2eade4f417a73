//! Locations on Earth (LOC, RFC 1876).

use core::fmt;

use nom::Parser;
use nom::bytes::complete::tag;
use nom::character::complete::{digit0, digit1, one_of};
use nom::combinator::{all_consuming, opt};
use nom::sequence::preceded;

use super::kind::{Kind, Part, decimal};
use super::tokens::{Parsed, Token, Tokens};
use crate::{Full, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer};

/// A place, version 0 of the format (RFC 1876 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// Diameter of the sphere around the place.
    pub size: Precision,
    /// Horizontal precision.
    pub horizontal: Precision,
    /// Vertical precision.
    pub vertical: Precision,
    /// Thousandths of an arc second; 2^31 is the equator, more is north.
    pub latitude: u32,
    /// Thousandths of an arc second; 2^31 is the prime meridian, more is east.
    pub longitude: u32,
    /// Centimetres above 100000 m below the WGS 84 spheroid.
    pub altitude: u32,
}

/// A length in centimetres as base and power of ten: four bits each, 0 to 9; nothing is base and power 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Precision(u8);

impl Precision {
    /// The length in centimetres: up to 9 000 000 000.
    #[must_use]
    pub fn centimetres(self) -> u64 {
        u64::from(self.0 >> 4).saturating_mul(10u64.saturating_pow(u32::from(self.0 & 0x0f)))
    }

    /// The value with one digit that is nearest below.
    fn from_centimetres(centimetres: u64) -> Option<Self> {
        let (mut base, mut power) = (centimetres, 0u8);
        while base > 9 {
            base = base.div_euclid(10);
            power = power.checked_add(1)?;
        }
        (power <= 9).then_some(Self(u8::try_from(base).ok()? << 4 | power))
    }

    fn from_wire(octet: u8) -> Option<Self> {
        // A base of zero with a power is not defined (RFC 1876 §2).
        let (base, power) = (octet >> 4, octet & 0x0f);
        (base <= 9 && power <= 9 && (base > 0 || power == 0)).then_some(Self(octet))
    }
}

/// Metres, with centimetres only where there are some.
impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (metres, rest) =
            (self.centimetres().div_euclid(100), self.centimetres().rem_euclid(100));
        match rest {
            0 => write!(f, "{metres}m"),
            _ => write!(f, "{metres}.{rest:02}m"),
        }
    }
}

/// A [`Location`] in RDATA.
pub(crate) struct Place;

impl Kind for Place {
    type Value<'a> = Location;
    const PART: Part = Part::Fixed(16);

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Location, WireError> {
        let at = *reader;
        let error = at.error(WireErrorKind::Value);
        let [version, size, horizontal, vertical] = reader.array()?;
        if version != 0 {
            return Err(error);
        }
        let precision = |octet| Precision::from_wire(octet).ok_or(error);
        let location = Location {
            size: precision(size)?,
            horizontal: precision(horizontal)?,
            vertical: precision(vertical)?,
            latitude: reader.u32()?,
            longitude: reader.u32()?,
            altitude: reader.u32()?,
        };
        if location.latitude.abs_diff(ORIGIN) > 90 * DEGREE
            || location.longitude.abs_diff(ORIGIN) > 180 * DEGREE
        {
            return Err(error);
        }
        Ok(location)
    }

    fn write(value: Location, out: &mut Writer<'_>) -> Result<(), Full> {
        out.array([0, value.size.0, value.horizontal.0, value.vertical.0])?;
        out.array(value.latitude.to_be_bytes())?;
        out.array(value.longitude.to_be_bytes())?;
        out.array(value.altitude.to_be_bytes())
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let latitude = angle(tokens, b'N', b'S', 90)?;
        let longitude = angle(tokens, b'E', b'W', 180)?;
        let token = tokens.need()?;
        let altitude = metres(token.text)
            .and_then(|centimetres| centimetres.checked_add(10_000_000))
            .and_then(|centimetres| u32::try_from(centimetres).ok())
            .ok_or(tokens.error(TextErrorKind::Number, 0))?;
        // The defaults of RFC 1876 §3: 1 m, 10000 m, 10 m.
        let mut precisions = [Precision(0x12), Precision(0x16), Precision(0x13)];
        for precision in &mut precisions {
            let Some(token) = tokens.take()? else { break };
            *precision = metres(token.text)
                .and_then(|centimetres| u64::try_from(centimetres).ok())
                .and_then(Precision::from_centimetres)
                .ok_or(tokens.error(TextErrorKind::Number, 0))?;
        }
        let [size, horizontal, vertical] = precisions;
        let location = Location { size, horizontal, vertical, latitude, longitude, altitude };
        Self::write(location, out).map_err(tokens.full())
    }

    fn show(value: Location, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_angle(value.latitude, "N", "S", f)?;
        show_angle(value.longitude, "E", "W", f)?;
        let altitude = i64::from(value.altitude).saturating_sub(10_000_000);
        let sign = if altitude < 0 { "-" } else { "" };
        let centimetres = altitude.unsigned_abs();
        write!(f, "{sign}{}.{:02}m", centimetres.div_euclid(100), centimetres.rem_euclid(100))?;
        write!(f, " {} {} {}", value.size, value.horizontal, value.vertical)
    }
}

/// Degrees, perhaps minutes, perhaps seconds, and a letter.
fn angle<'t, T: Iterator<Item = Token<'t>>>(
    tokens: &mut Tokens<'_, 't, T>,
    positive: u8,
    negative: u8,
    limit: u32,
) -> Result<u32, TextError> {
    let mut parts = [0u32; 3];
    let mut used = 0usize;
    loop {
        let token = tokens.need()?;
        let error = tokens.error(TextErrorKind::Number, 0);
        if let &[letter] = token.text
            && letter.is_ascii_alphabetic()
        {
            let [degrees, minutes, milliseconds] = parts;
            let total = degrees
                .checked_mul(DEGREE)
                .and_then(|total| {
                    total.checked_add(minutes.checked_mul(60_000)?)?.checked_add(milliseconds)
                })
                .filter(|&total| used > 0 && total <= limit.saturating_mul(DEGREE))
                .ok_or(error)?;
            return match letter.to_ascii_uppercase() {
                letter if letter == positive => Ok(ORIGIN.wrapping_add(total)),
                letter if letter == negative => Ok(ORIGIN.wrapping_sub(total)),
                _ => Err(tokens.error(TextErrorKind::Value, 0)),
            };
        }
        let value = match used {
            0 => decimal(token.text).filter(|&degrees| degrees <= u64::from(limit)),
            1 => decimal(token.text).filter(|&minutes| minutes < 60),
            2 => seconds(token.text).filter(|&milliseconds| milliseconds < 60_000),
            _ => None,
        };
        let place = parts.get_mut(used).ok_or(error)?;
        *place = value.and_then(|value| u32::try_from(value).ok()).ok_or(error)?;
        used = used.wrapping_add(1);
    }
}

fn show_angle(
    value: u32,
    positive: &str,
    negative: &str,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let total = value.abs_diff(ORIGIN);
    let (degrees, rest) = (total.div_euclid(DEGREE), total.rem_euclid(DEGREE));
    let (minutes, rest) = (rest.div_euclid(60_000), rest.rem_euclid(60_000));
    let (seconds, thousandths) = (rest.div_euclid(1000), rest.rem_euclid(1000));
    let letter = if value >= ORIGIN { positive } else { negative };
    write!(f, "{degrees} {minutes} {seconds}.{thousandths:03} {letter} ")
}

/// A decimal: what stands before the point and, if there is one, after it.
type Decimal<'t> = (&'t [u8], Option<&'t [u8]>);

fn number(text: &[u8]) -> Parsed<'_, Decimal<'_>> {
    (digit1, opt(preceded(tag("."), digit0))).parse(text)
}

/// `[-]number[m]` (RFC 1876 §3).
fn length(text: &[u8]) -> Parsed<'_, (bool, Decimal<'_>)> {
    all_consuming((opt(tag("-")), number, opt(one_of("mM"))))
        .map(|(minus, metres, _)| (minus.is_some(), metres))
        .parse(text)
}

/// Centimetres from metres with at most two digits after the point.
fn metres(text: &[u8]) -> Option<i64> {
    let (_, (negative, metres)) = length(text).ok()?;
    let centimetres = i64::try_from(scaled(metres, 2)?).ok()?;
    if negative { centimetres.checked_neg() } else { Some(centimetres) }
}

/// Thousandths of a second.
fn seconds(text: &[u8]) -> Option<u64> {
    let (_, seconds) = all_consuming(number).parse(text).ok()?;
    scaled(seconds, 3)
}

/// A decimal of at most `places` digits after the point, times ten to the `places`.
fn scaled((whole, fraction): Decimal<'_>, places: u32) -> Option<u64> {
    let fraction = fraction.unwrap_or(&[]);
    let missing = places.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    let fraction = if fraction.is_empty() { 0 } else { decimal(fraction)? };
    decimal(whole)?
        .checked_mul(10u64.checked_pow(places)?)?
        .checked_add(fraction.checked_mul(10u64.checked_pow(missing)?)?)
}

/// The equator and the prime meridian.
const ORIGIN: u32 = 1 << 31;
/// A degree in thousandths of an arc second.
const DEGREE: u32 = 3_600_000;
