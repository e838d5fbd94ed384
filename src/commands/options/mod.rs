//! The options that several commands share: their clap arguments and help. Lower floors have plain option structs
//! ([`Connect`](crate::store::wire::Connect), [`ReadOptions`](crate::store::object::ReadOptions) and so on), which the
//! arguments of a command flatten directly.
//!
//! - `connect`: the endpoint, the region, the credentials and the TLS settings
//! - `keys`, `values`: the keys; the enumerated option values
//! - `read`, `attributes`, `header`: conditions of reads; attributes and conditions of writes; header values
//! - `disk`: whether files are written to the disk at once
//! - `transfer`: part sizes, concurrency and resumption
//! - `filters`, `search`, `since`, `job_array`: which objects to take

mod attributes;
mod connect;
mod disk;
mod filters;
mod header;
mod job_array;
mod keys;
mod read;
mod search;
mod since;
mod transfer;
mod values;

pub(super) use disk::Disk;
pub(crate) use header::parse_header;
pub(super) use job_array::parse_shard;
pub(super) use search::check_search;
pub(super) use since::parse_since;
pub(super) use transfer::Concurrency;

/// Implements clap's traits for plain options by parsing `$arguments` and converting them.
macro_rules! parsed_as {
    ($arguments:ty => $options:ty) => {
        impl clap::FromArgMatches for $options {
            fn from_arg_matches(matches: &clap::ArgMatches) -> Result<$options, clap::Error> {
                <$arguments>::from_arg_matches(matches).map(Into::into)
            }

            fn update_from_arg_matches(
                &mut self,
                matches: &clap::ArgMatches,
            ) -> Result<(), clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }

        impl clap::Args for $options {
            fn augment_args(command: clap::Command) -> clap::Command {
                <$arguments>::augment_args(command)
            }

            fn augment_args_for_update(command: clap::Command) -> clap::Command {
                <$arguments>::augment_args_for_update(command)
            }
        }
    };
}
use parsed_as;
