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
    std::iter::repeat_with(|| alphabet[usize::from(u16::from_le_bytes(bytes())) % alphabet.len()])
        .map(char::from)
        .take(len)
        .collect()
}
