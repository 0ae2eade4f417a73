//! AES-SIV, RFC 5297, prepared for many messages under one key.
//!
//! The key schedule of the MAC, both CMAC subkeys and the first step of S2V are computed once.
//! Messages are sealed and opened in place.

use aes::cipher::{
    Array, Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser,
    Key, KeyInit, KeySizeUser, consts::U16,
};

/// A key, ready to use. `C` is the encrypting half of AES-128 or AES-256.
#[derive(Clone)]
pub(super) struct Siv<C: KeySizeUser> {
    mac: C,
    /// Not expanded until there is text: a client's request has none.
    counter: Key<C>,
    /// CMAC's subkeys K1 and K2, RFC 4493 §2.3.
    subkeys: [u128; 2],
    /// `CMAC(zero)`, with which S2V begins.
    start: u128,
}

impl<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit> Siv<C> {
    /// From the two halves of a key; nothing when their length is wrong.
    #[inline]
    pub(super) fn new(mac: &[u8], counter: &[u8]) -> Option<Self> {
        let mac = C::new(mac.try_into().ok()?);
        let counter = counter.try_into().ok()?;
        let zero = encrypt(&mac, 0);
        let once = double(zero);
        let mut siv = Self { mac, counter, subkeys: [once, double(once)], start: 0 };
        siv.start = siv.cmac(&[0; 16], 0);
        Some(siv)
    }

    /// Encrypts `text` in place and returns the synthetic IV, which is also the tag.
    pub(super) fn seal(&self, associated: [&[u8]; 2], text: &mut [u8]) -> [u8; 16] {
        let tag = self.s2v(associated, text);
        self.xor_keystream(tag, text);
        tag.to_be_bytes()
    }

    /// Decrypts `text` in place and says whether it is authentic. If it is not, `text` is as it
    /// was.
    pub(super) fn open(&self, associated: [&[u8]; 2], tag: [u8; 16], text: &mut [u8]) -> bool {
        let tag = u128::from_be_bytes(tag);
        self.xor_keystream(tag, text);
        // One comparison of a whole word: no early exit.
        let authentic = core::hint::black_box(self.s2v(associated, text) ^ tag) == 0;
        if !authentic {
            self.xor_keystream(tag, text);
        }
        authentic
    }

    /// RFC 5297 §2.4.
    fn s2v(&self, associated: [&[u8]; 2], text: &[u8]) -> u128 {
        let mut sum = self.start;
        for part in associated {
            sum = double(sum) ^ self.cmac(part, 0);
        }
        if text.len() >= 16 {
            self.cmac(text, sum)
        } else {
            let mut padded = [0; 16];
            let end = padded.iter_mut().zip(text).map(|(to, from)| *to = *from).count();
            if let Some(octet) = padded.get_mut(end) {
                *octet = 0x80;
            }
            let last = double(sum) ^ u128::from_be_bytes(padded);
            self.cmac(&last.to_be_bytes(), 0)
        }
    }

    /// RFC 4493 §2.4 of `message`, whose last 16 octets are first xored with `end` (not used with
    /// shorter messages).
    fn cmac(&self, message: &[u8], end: u128) -> u128 {
        // The last 17 to 32 octets, or all of up to 16, are handled apart.
        let apart = match message.len() {
            length @ 0..=16 => length,
            length => (length.wrapping_sub(17) & 15).wrapping_add(17),
        };
        let (blocks, tail) =
            message.split_at_checked(message.len().saturating_sub(apart)).unwrap_or_default();
        let mut sum = self.chain(0, blocks);
        let mut last = [0; 32];
        last.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
        let end = end.to_be_bytes();
        let place = last.get_mut(apart.saturating_sub(16)..apart).unwrap_or_default();
        if place.len() == end.len() {
            place.iter_mut().zip(end).for_each(|(to, from)| *to ^= from);
        }
        let ([first, second], _) = last.as_chunks::<16>() else {
            return 0;
        };
        let (mut final_block, length) = if apart > 16 {
            sum = encrypt(&self.mac, sum ^ u128::from_be_bytes(*first));
            (*second, apart.saturating_sub(16))
        } else {
            (*first, apart)
        };
        let [complete, padded] = self.subkeys;
        let subkey = match final_block.get_mut(length) {
            None => complete,
            Some(octet) => {
                *octet = 0x80;
                padded
            }
        };
        encrypt(&self.mac, sum ^ subkey ^ u128::from_be_bytes(final_block))
    }

    /// CBC without output over whole blocks.
    fn chain(&self, sum: u128, blocks: &[u8]) -> u128 {
        if blocks.is_empty() {
            return sum;
        }
        let mut state = Array(sum.to_be_bytes());
        self.mac.encrypt_with_backend(Chain { state: &mut state, blocks });
        u128::from_be_bytes(state.0)
    }

    /// Counter mode, RFC 5297 §2.5: two bits of the tag are cleared to make the first counter.
    fn xor_keystream(&self, tag: u128, text: &mut [u8]) {
        const MASK: u128 = !(1 << 63 | 1 << 31);
        if text.is_empty() {
            return;
        }
        C::new(&self.counter).encrypt_with_backend(Stream { counter: tag & MASK, text });
    }
}

/// The work inside the cipher's backend, so that it is chosen once a message, not once a block.
struct Chain<'a, 'b> {
    state: &'a mut Block<aes::Aes128>,
    blocks: &'b [u8],
}

impl BlockSizeUser for Chain<'_, '_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Chain<'_, '_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let (blocks, _) = self.blocks.as_chunks::<16>();
        for block in blocks {
            let sum = u128::from_ne_bytes(self.state.0) ^ u128::from_ne_bytes(*block);
            self.state.0 = sum.to_ne_bytes();
            backend.encrypt_block((&mut *self.state).into());
        }
    }
}

struct Stream<'a> {
    counter: u128,
    text: &'a mut [u8],
}

impl BlockSizeUser for Stream<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Stream<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let mut counter = self.counter;
        for group in self.text.chunks_mut(16) {
            let mut stream = Array(counter.to_be_bytes());
            counter = counter.wrapping_add(1);
            backend.encrypt_block((&mut stream).into());
            group.iter_mut().zip(stream.0).for_each(|(octet, key)| *octet ^= key);
        }
    }
}

fn encrypt<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>>(
    cipher: &C,
    block: u128,
) -> u128 {
    let mut block = Array(block.to_be_bytes());
    cipher.encrypt_block(&mut block);
    u128::from_be_bytes(block.0)
}

/// Doubling in GF(2^128), RFC 5297 §2.3, without a branch on the secret.
const fn double(value: u128) -> u128 {
    (value << 1) ^ ((value >> 127).wrapping_mul(0x87))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes::{Aes128Enc, Aes256Enc};
    use aes_siv::siv::{Aes128Siv, Aes256Siv};
    use proptest::prelude::*;
    use std::vec::Vec;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> =
            text.bytes().map(|c| (c as char).to_digit(16).unwrap() as u8).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    /// RFC 5297 §A.1 has one string of associated data, so S2V is run by hand.
    #[test]
    fn rfc_5297_deterministic() {
        let key = hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
        let siv = Siv::<Aes128Enc>::new(&key[..16], &key[16..]).unwrap();
        assert_eq!(siv.start.to_be_bytes()[..], hex("0e04dfafc1efbf040140582859bf073a"));
        let associated = hex("101112131415161718191a1b1c1d1e1f2021222324252627");
        assert_eq!(
            siv.cmac(&associated, 0).to_be_bytes()[..],
            hex("f1f922b7f5193ce64ff80cb47d93f23b")
        );
        let mut text = hex("112233445566778899aabbccddee");
        siv.xor_keystream(
            u128::from_be_bytes(hex("85632d07c6e8f37f950acd320a2ecc93").try_into().unwrap()),
            &mut text,
        );
        assert_eq!(text, hex("40c02b9690c4dc04daef7f6afe5c"));
    }

    proptest! {
        #[test]
        fn agrees_with_the_aes_siv_crate(
            key in prop::collection::vec(0_u8.., 64),
            first in prop::collection::vec(0_u8.., 0..100),
            second in prop::collection::vec(0_u8.., 0..40),
            text in prop::collection::vec(0_u8.., 0..300),
            flip in 0_usize..16,
        ) {
            let associated = [&first[..], &second[..]];
            let mut ours = text.clone();
            let siv = Siv::<Aes128Enc>::new(&key[..16], &key[16..32]).unwrap();
            let tag = siv.seal(associated, &mut ours);
            let mut peer = text.clone();
            let key_32 = <[u8; 32]>::try_from(&key[..32]).unwrap();
            let peer_tag = Aes128Siv::new(&key_32.into()).encrypt_inout_detached(associated, (&mut peer[..]).into()).unwrap();
            prop_assert_eq!(&tag[..], &peer_tag[..]);
            prop_assert_eq!(&ours, &peer);
            let mut bad = tag;
            bad[flip] ^= 1;
            prop_assert!(!siv.open(associated, bad, &mut ours));
            prop_assert_eq!(&ours, &peer);
            prop_assert!(siv.open(associated, tag, &mut ours));
            prop_assert_eq!(&ours, &text);

            let siv = Siv::<Aes256Enc>::new(&key[..32], &key[32..]).unwrap();
            let tag = siv.seal(associated, &mut ours);
            let mut peer = text.clone();
            let key_64 = <[u8; 64]>::try_from(&key[..]).unwrap();
            let peer_tag = Aes256Siv::new(&key_64.into()).encrypt_inout_detached(associated, (&mut peer[..]).into()).unwrap();
            prop_assert_eq!(&tag[..], &peer_tag[..]);
            prop_assert_eq!(&ours, &peer);
        }
    }
}
