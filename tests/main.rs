//! The program's tests: the real binary against the embedded server, a file per promise.

mod bucket;
mod connection;
mod diagnosis;
mod faults;
mod folders;
mod generated;
mod harness;
mod integrity;
mod key_commands;
mod key_text;
mod kill;
mod leak;
mod mock_command;
mod mock_options;
mod presign;
mod proof;
mod readme;
mod removal;
mod resume;
mod ring;
mod several;
mod sync;
mod terminal;
mod transfers;
mod trouble;
mod urls;
