//! `s3seal proxy`: what passes is sealed and proven, or refused; the store is the embedded server.

mod bodies;
mod client;
mod operations;
mod running;
mod sealing;
mod signatures;
