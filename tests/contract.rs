//! The contract, line by line: what each command prints with `--json`, how it ends, and which requests it sends with
//! which keys. `SNAPSHOTS=overwrite cargo test contract` records it again; a diff there is a change of the contract.

mod bucket;
mod copies;
mod gets;
mod heads;
mod keys;
mod lists;
mod masks;
mod presigned;
mod puts;
mod recording;
mod removals;
mod rotations;
mod rules;
mod syncs;
mod unproven;

use recording::Recording;
