//! Memory for whole parts that is used over and over: fresh memory for each costs more than filling it.

use bytes::Bytes;
use tokio::sync::mpsc;

/// A fixed number of buffers, each as large as what was last put into it.
#[derive(Debug)]
pub(super) struct Buffers {
    returned: mpsc::UnboundedSender<Vec<u8>>,
    free: mpsc::UnboundedReceiver<Vec<u8>>,
    /// What came back last is lent first: the others may never need memory.
    at_hand: Vec<Vec<u8>>,
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
        Buffers { returned, free, at_hand: vec![Vec::new(); count] }
    }

    /// Waits for a buffer, and makes room for `bytes` bytes in it.
    pub(super) async fn lend(&mut self, bytes: usize) -> Buffer {
        while let Ok(content) = self.free.try_recv() {
            self.at_hand.push(content);
        }
        let mut content = match self.at_hand.pop() {
            Some(content) => content,
            // One sender is kept here, so there is always a next one.
            None => self.free.recv().await.unwrap_or_default(),
        };
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
    async fn a_buffer_that_came_back_is_used_before_a_new_one() {
        let mut buffers = Buffers::new(5);
        let mut memory = std::collections::BTreeSet::new();
        for _ in 0..10 {
            let mut buffer = buffers.lend(4).await;
            buffer.content.extend_from_slice(b"abcd");
            memory.insert(buffer.content.as_ptr());
        }
        assert_eq!(memory.len(), 1);
    }

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
