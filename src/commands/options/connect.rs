//! The connection to the store.

use std::path::PathBuf;

use super::header::parse_header;
use super::parsed_as;
use crate::store::wire::Connect;
use crate::store::wire::http::{RateLimit, parse_rate};

#[derive(clap::Args)]
#[command(next_help_heading = "Connection options")]
struct ConnectArgs {
    /// The store's URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL.
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The profile of the AWS configuration files to use. Also: AWS_PROFILE.
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// The bucket's region. Also: AWS_REGION, AWS_DEFAULT_REGION.
    #[arg(long, global = true, value_name = "NAME", value_parser = parse_header)]
    region: Option<String>,
    /// Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE.
    #[arg(long, global = true, value_name = "FILE")]
    ca_bundle: Option<PathBuf>,
    /// Send requests without credentials.
    #[arg(long, global = true)]
    no_sign_request: bool,
    /// Send the key even over plain http to another machine, where everyone in between can read it.
    #[arg(long, global = true)]
    allow_http: bool,
    /// Who pays for the request; the one value is `requester`.
    #[arg(long, global = true, value_name = "requester", value_parser = ["requester"], hide_possible_values = true)]
    request_payer: Option<String>,
    /// Refuse a bucket that belongs to another account.
    #[arg(long, global = true, value_name = "ACCOUNT", value_parser = parse_header)]
    expected_bucket_owner: Option<String>,
    /// How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_attempts: Option<u32>,
    /// Give up an attempt at a connection after this time; 0: never.
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        default_value = "10",
        alias = "cli-connect-timeout"
    )]
    connect_timeout: u32,
    /// Give up a connection on which nothing has moved for this time; 0: never.
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        default_value = "60",
        alias = "cli-read-timeout"
    )]
    read_timeout: u32,
    /// Move at most this many bytes a second, up and down together: bytes, or with K, M, G.
    #[arg(long, global = true, value_name = "RATE", value_parser = parse_rate)]
    limit_rate: Option<RateLimit>,
}

impl From<ConnectArgs> for Connect {
    fn from(args: ConnectArgs) -> Connect {
        let ConnectArgs {
            endpoint_url,
            profile,
            region,
            ca_bundle,
            no_sign_request,
            allow_http,
            request_payer,
            expected_bucket_owner,
            max_attempts,
            connect_timeout,
            read_timeout,
            limit_rate,
        } = args;
        Connect {
            endpoint_url,
            default_endpoint_url: None,
            profile,
            region,
            ca_bundle,
            no_sign_request,
            allow_http,
            request_payer,
            expected_bucket_owner,
            max_attempts,
            connect_timeout,
            read_timeout,
            limit_rate,
        }
    }
}

parsed_as!(ConnectArgs => Connect);
