//! A stream of numbers from the one random word a caller gives: SplitMix64.

use crate::bytes::{high32, scale};

/// The numbers of one answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, each as likely as the others but for 2^-64 of them; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        if let Ok(n) = u32::try_from(n) {
            // The usual case. Drawing again where the product's low half is short makes it exact; that takes a
            // division, which is seldom needed to know.
            loop {
                let product = u64::from(high32(self.next())).wrapping_mul(u64::from(n));
                let low = crate::bytes::low32(product);
                if low >= n || low >= n.wrapping_neg().checked_rem(n).unwrap_or(0) {
                    return u64::from(high32(product));
                }
            }
        }
        let product = u128::from(self.next()).wrapping_mul(u128::from(n));
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// True `part` times in 65,536.
    pub(crate) fn chance(&mut self, part: u32) -> bool {
        scale(high32(self.next()), 65_536) < part
    }
}
