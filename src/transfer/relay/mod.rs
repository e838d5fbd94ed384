//! Copies: in one request or part by part within the store, or through this machine's memory.
//!
//! - `parts`: copies within the store, part by part
//! - `through_memory`: copies in one request, or through memory

mod parts;
mod through_memory;
