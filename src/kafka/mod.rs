//! How it stays exactly once. The only room that knows Kafka.
//!
//! - `worker`: gather, process, publish: the loop
//! - `publisher`: one transaction for a batch
//! - `assignment`: what the group tells
//! - `fault`: what an error means
//! - `stop`: how long stopping may take
//! - `record`, `partition`: what is written, and where
//! - `client`: settings of librdkafka
//! - `topics`, `dead_letters`, `embedded`: commands

mod assignment;
mod client;
pub mod dead_letters;
pub mod embedded;
mod fault;
mod partition;
mod publisher;
mod record;
mod service;
mod stop;
pub mod topics;
mod worker;

pub use client::check;
pub use service::{Service, ServiceError};
