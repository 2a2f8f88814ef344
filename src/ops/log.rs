//! tracing to standard error, as text or JSON. Article text is never logged above debug.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{Log, LogFormat};

/// Starts logging; a second call changes nothing.
///
/// # Errors
/// If `log.level` is no filter.
pub fn init(config: &Log) -> Result<(), String> {
    // A lone word that is no level would be taken for the name of a module, and everything would be silent.
    let is_word = config.level.chars().all(|c| c.is_ascii_alphanumeric());
    if is_word && config.level.parse::<LevelFilter>().is_err() {
        return Err(format!("log.level: {:?} is none of off, error, warn, info, debug, trace", config.level));
    }
    let filter = EnvFilter::try_new(&config.level).map_err(|e| format!("log.level: {e}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A service that is embedded in a test or a demo may have been started twice.
    let _ = match config.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    Ok(())
}
