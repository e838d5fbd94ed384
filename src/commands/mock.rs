//! stub
use crate::failure::Failure;
use crate::output::Output;
/// stub
#[derive(Debug, clap::Args)]
pub struct Args {}
/// stub
pub fn run(_: &Args, _: &Output) -> Result<u8, Failure> {
    Ok(0)
}
