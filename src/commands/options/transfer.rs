//! Part sizes, concurrency and resumption of transfers.

use super::parsed_as;
use crate::text::size;
use crate::transfer::{TransferOptions, parse_part_size};

/// How many requests a command sends at once.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Transfer options")]
pub(in crate::commands) struct Concurrency {
    /// How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(in crate::commands) concurrency: Option<u16>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Transfer options")]
struct TransferArgs {
    /// The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]
    #[arg(long, value_name = "SIZE", value_parser = parse_part_size)]
    part_size: Option<u64>,
    /// The approximate number of bytes from a pipe: parts become large enough for all of it
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    expected_size: Option<u64>,
    #[command(flatten)]
    concurrency: Concurrency,
    /// Do not resume an interrupted transfer, and keep nothing to resume this one
    #[arg(long)]
    no_resume: bool,
}

impl From<TransferArgs> for TransferOptions {
    fn from(args: TransferArgs) -> TransferOptions {
        let TransferArgs { part_size, expected_size, concurrency, no_resume } = args;
        let concurrency = concurrency.concurrency;
        TransferOptions { part_size, expected_size, concurrency, no_resume }
    }
}

parsed_as!(TransferArgs => TransferOptions);
