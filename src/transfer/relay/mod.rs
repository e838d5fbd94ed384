//! Copies: in one request or part by part within the store, or through this machine's memory.

mod parts;
mod through_memory;
