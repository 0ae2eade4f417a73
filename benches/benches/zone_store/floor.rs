//! What memory takes: a walk whose every step is a cache line that nobody could have foretold.

use crate::zones::mapped;

/// Lines of a cache in a cycle of no order, each holding where the next is.
pub(crate) struct Chase {
    octets: memmap2::MmapMut,
    at: usize,
}

impl Chase {
    pub(crate) fn new(octets: usize, huge: bool) -> Self {
        let lines = octets / LINE;
        // Sattolo's shuffle: one cycle through all.
        let mut next: Vec<usize> = (0..lines).collect();
        let mut state = 1u64;
        for i in (1..lines).rev() {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            next.swap(i, (state >> 33) as usize % i);
        }
        let mut image = vec![0u8; lines * LINE];
        for (line, next) in image.chunks_exact_mut(LINE).zip(next) {
            line[..8].copy_from_slice(&(next * LINE).to_le_bytes());
        }
        let octets = mapped(&image, huge);
        Self { octets, at: 0 }
    }

    pub(crate) fn step(&mut self) -> usize {
        let line = self.octets[self.at..].first_chunk().unwrap();
        self.at = usize::from_le_bytes(*line);
        self.at
    }
}

const LINE: usize = 64;
