//! Reused memory for whole parts: allocating memory for each part costs more than filling it.

use bytes::Bytes;
use tokio::sync::mpsc;

/// A fixed number of buffers, which keep the memory they have grown to.
#[derive(Debug)]
pub(super) struct Buffers {
    returned: mpsc::UnboundedSender<Vec<u8>>,
    free: mpsc::UnboundedReceiver<Vec<u8>>,
    /// The last one returned is lent first, so that the others may never need memory.
    idle: Vec<Vec<u8>>,
}

/// One of the [`Buffers`]; returned to them when dropped.
#[derive(Debug)]
pub(super) struct Buffer {
    pub(super) content: Vec<u8>,
    returned: mpsc::UnboundedSender<Vec<u8>>,
}

impl Buffers {
    /// `count` buffers, without memory yet.
    pub(super) fn new(count: usize) -> Buffers {
        let (returned, free) = mpsc::unbounded_channel();
        Buffers { returned, free, idle: vec![Vec::new(); count] }
    }

    /// Waits for a free buffer, and reserves `bytes` bytes in it.
    pub(super) async fn lend(&mut self, bytes: usize) -> Buffer {
        while let Ok(content) = self.free.try_recv() {
            self.idle.push(content);
        }
        let mut content = match self.idle.pop() {
            Some(content) => content,
            // `self.returned` keeps the channel open, so a buffer always comes.
            None => self.free.recv().await.unwrap_or_default(),
        };
        content.clear();
        content.reserve_exact(bytes);
        Buffer { content, returned: self.returned.clone() }
    }
}

impl Buffer {
    /// The content; the buffer is returned when the last reference to these bytes is dropped.
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
        // The receiver is gone once the transfer has ended.
        let _ = self.returned.send(std::mem::take(&mut self.content));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_returned_buffer_is_used_before_a_new_one() {
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
    async fn a_buffer_is_returned_when_its_bytes_are_dropped() {
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
