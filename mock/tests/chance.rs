//! Repeatable chance for tests that try many things.

pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `limit`, which is not 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Changes, inserts, removes or repeats a few bytes.
    pub(crate) fn damage(&mut self, bytes: &mut Vec<u8>) {
        const TELLING: &[u8] = b"\0\r\n \t<>&;:\"'/\\%?={}[]#!-$\xff\xc3\x28";
        if bytes.is_empty() {
            bytes.push(TELLING[self.below(TELLING.len())]);
            return;
        }
        let at = self.below(bytes.len());
        let end = (at + 1 + self.below(16)).min(bytes.len());
        match self.below(6) {
            0 => bytes[at] = self.below(256) as u8,
            1 => bytes[at] = TELLING[self.below(TELLING.len())],
            2 => bytes.insert(at, TELLING[self.below(TELLING.len())]),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let piece = bytes[at..end].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => bytes.truncate(at),
        }
    }
}
