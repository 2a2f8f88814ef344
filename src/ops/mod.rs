//! How it is watched: metrics, health, the HTTP listener, logs.

pub mod health;
pub mod log;
pub mod metrics;
pub mod server;
