//! Copies that the store does not make in one request: part by part within the store, or through this machine's memory.

mod parts;
mod through_memory;
