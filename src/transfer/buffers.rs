//! Memory for whole parts that is used over and over: fresh memory for each costs more than filling it.

use bytes::Bytes;
use tokio::sync::mpsc;

/// A fixed number of buffers, each as large as what was last put into it.
#[derive(Debug)]
pub(super) struct Buffers {
    returned: mpsc::UnboundedSender<Vec<u8>>,
    free: mpsc::UnboundedReceiver<Vec<u8>>,
}

/// One of the [`Buffers`]; goes back to them when dropped.
#[derive(Debug)]
pub(super) struct Buffer {
    /// Empty at first.
    pub(super) content: Vec<u8>,
    returned: mpsc::UnboundedSender<Vec<u8>>,
}

impl Buffers {
    /// So many buffers, without memory as yet.
    pub(super) fn new(count: usize) -> Buffers {
        let (returned, free) = mpsc::unbounded_channel();
        for _ in 0..count {
            // The receiver is right here.
            let _ = returned.send(Vec::new());
        }
        Buffers { returned, free }
    }

    /// Waits for a buffer, and makes room for `bytes` bytes in it.
    pub(super) async fn lend(&mut self, bytes: usize) -> Buffer {
        // One sender is kept here, so there is always a next one.
        let mut content = self.free.recv().await.unwrap_or_default();
        content.clear();
        content.reserve_exact(bytes);
        Buffer { content, returned: self.returned.clone() }
    }
}

impl Buffer {
    /// What is in it; the buffer goes back when the last of these bytes is dropped.
    pub(super) fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.content
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // Nobody takes it back once the transfer has ended.
        let _ = self.returned.send(std::mem::take(&mut self.content));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_buffer_comes_back_when_its_bytes_are_dropped() {
        let mut buffers = Buffers::new(1);
        let mut first = buffers.lend(4).await;
        first.content.extend_from_slice(b"abcd");
        let bytes = first.freeze();
        assert!(tokio::time::timeout(std::time::Duration::ZERO, buffers.lend(4)).await.is_err());
        let memory = bytes.as_ptr();
        drop(bytes);
        let again = buffers.lend(4).await;
        assert!(again.content.is_empty());
        assert_eq!(again.content.as_ptr(), memory);
    }
}
