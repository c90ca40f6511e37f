//! A 64-bit hash that is the same in every run and on every machine, so that names are compared by it across files
//! and it may be stored. It is no defence against chosen collisions. Depends on no other module.

use serde::{Deserialize, Serialize};

/// The hash of a name or another short text: names of different files are compared by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct NameHash(pub u64);

impl NameHash {
    pub fn of(name: &str) -> Self {
        NameHash(hash(name.as_bytes()))
    }
}

/// The hash of some bytes: multiply and rotate, with the finaliser of MurmurHash3.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for chunk in bytes.chunks(8) {
        let mut word = [0u8; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        h = mix(h, u64::from_le_bytes(word));
    }
    finish(h ^ bytes.len() as u64)
}

/// One step of a running hash. Call `finish` on the last state.
pub fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Spreads the entropy of a running hash over all its bits (the finaliser of MurmurHash3).
pub fn finish(mut h: u64) -> u64 {
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}
