//! How transfers are divided.

use super::parsed_as;
use crate::text::size;
use crate::transfer::{TransferOptions, parse_part_size};

#[derive(clap::Args)]
#[command(next_help_heading = "Transfer options")]
struct TransferArgs {
    /// The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]
    #[arg(long, value_name = "SIZE", value_parser = parse_part_size)]
    part_size: Option<u64>,
    /// About how many bytes come through a pipe: parts become large enough for all of it
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    expected_size: Option<u64>,
    /// How many requests are under way at once [default: 4, more where answers take long]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: Option<u16>,
    /// Neither go on with an interrupted transfer, nor leave one that could be gone on with
    #[arg(long)]
    no_resume: bool,
}

impl From<TransferArgs> for TransferOptions {
    fn from(given: TransferArgs) -> TransferOptions {
        let TransferArgs { part_size, expected_size, concurrency, no_resume } = given;
        TransferOptions { part_size, expected_size, concurrency, no_resume }
    }
}

parsed_as!(TransferArgs => TransferOptions);
