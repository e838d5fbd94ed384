//! The engine: bytes between local files and the store, whole or not at all.
//!
//! | file | holds |
//! |---|---|
//! | `plan` | how a size is divided into parts; pure |
//! | `checksum` | the checksums that follow a transfer from end to end |
//! | `source` | where uploaded bytes come from: a file read at offsets, or a stream |
//! | `target` | where downloaded bytes go: a file that appears whole, or a stream |
//! | `upload`, `download` | the transfers |
//! | `progress` | a bar for people, a line now and then for logs |
//! | `interrupt` | SIGINT and SIGTERM |

mod checksum;
mod download;
mod interrupt;
mod plan;
mod progress;
mod source;
mod target;
mod upload;

pub use download::{Downloaded, Verified, download};
pub use interrupt::Interrupt;
pub use plan::{LARGEST_PART, MOST_PARTS, SMALLEST_PART};
pub use progress::Progress;
pub use source::Source;
pub use target::Target;
pub use upload::upload;

/// How a transfer is divided.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Transfer options")]
pub struct Division {
    /// The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]
    #[arg(long, value_name = "SIZE", value_parser = plan::parse_part_size)]
    pub part_size: Option<u64>,
    /// How many parts are under way at once
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
}

impl Division {
    /// How many parts are under way at once; at least 1.
    pub fn concurrency(&self) -> usize {
        self.concurrency.into()
    }
}
