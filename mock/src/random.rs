//! Random bytes and unguessable identifiers.

/// Fills an array from the operating system's generator.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's random generator works");
    bytes
}

/// `N` random bytes as lower-case hex.
pub(crate) fn hex<const N: usize>() -> String {
    crate::encoding::hex(&bytes::<N>())
}

/// `len` characters out of `alphabet`.
pub(crate) fn text(alphabet: &[u8], len: usize) -> String {
    // All at once: each call of the generator takes about as long.
    let mut drawn = vec![0; 2 * len];
    aws_lc_rs::rand::fill(&mut drawn).expect("the system's random generator works");
    let letter =
        |two: &[u8]| alphabet[usize::from(u16::from_le_bytes([two[0], two[1]])) % alphabet.len()];
    drawn.chunks_exact(2).map(|two| char::from(letter(two))).collect()
}
