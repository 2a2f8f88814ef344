//! Which knowledge base is in use? A newsroom's own base is read again when its file is replaced, while the service runs.
//!
//! Articles under work keep the extractor that their batch began with, so an article never sees two bases, and the hash that its
//! events carry is the hash of the base that made them. A file that cannot be used changes nothing but a metric and the log.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tracing::{error, info};

use crate::extract::Extractor;
use crate::kb::{Kb, OpenError};
use crate::ops::metrics::Metrics;

/// Why a base cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ReloadError {
    #[error("cannot read the knowledge base {path}: {reason}")]
    Read { path: PathBuf, reason: std::io::Error },
    #[error("{path}: {reason}")]
    Open { path: PathBuf, reason: OpenError },
}

/// The newsroom's base at `path` over the built-in one. It is read into memory: a file that is overwritten in place, which a map of
/// it would show half done, does not touch the base in use.
///
/// # Errors
/// If the file cannot be read, or is no whole knowledge base.
pub fn open(path: &Path) -> Result<Kb, ReloadError> {
    let bytes = std::fs::read(path).map_err(|reason| ReloadError::Read { path: path.to_owned(), reason })?;
    let own = Kb::from_bytes(bytes).map_err(|reason| ReloadError::Open { path: path.to_owned(), reason })?;
    Ok(own.over(&Kb::builtin()))
}

/// The extractor in use.
pub struct Current(RwLock<Arc<Extractor>>);

impl Current {
    /// Begins with `extractor`.
    pub fn new(extractor: Arc<Extractor>) -> Arc<Self> {
        Arc::new(Self(RwLock::new(extractor)))
    }

    /// The extractor for what begins now.
    pub fn get(&self) -> Arc<Extractor> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, extractor: Extractor) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(extractor);
    }
}

/// Looks after the file of one base.
pub struct Watch {
    path: PathBuf,
    current: Arc<Current>,
    metrics: Arc<Metrics>,
    /// The file as it was when it was last read.
    seen: Option<Stamp>,
}

/// What changes when a file is replaced or written; `None` where there is none.
type Stamp = Option<(u64, u64, u64, i64, i64)>;

/// Follows symbolic links, as Kubernetes makes them for mounted files.
fn stamp(path: &Path) -> Stamp {
    let file = std::fs::metadata(path).ok()?;
    Some((file.dev(), file.ino(), file.size(), file.mtime(), file.mtime_nsec()))
}

impl Watch {
    /// Will look at `path`, and replace the extractor of `current`.
    pub fn new(path: PathBuf, current: Arc<Current>, metrics: Arc<Metrics>) -> Self {
        Self { path, current, metrics, seen: None }
    }

    /// Looks every `period`, for ever; reads on a blocking thread.
    pub async fn run(mut self, period: Duration) {
        loop {
            let look = tokio::task::spawn_blocking(move || {
                self.look();
                self
            });
            match look.await {
                Ok(watch) => self = watch,
                // The runtime ends.
                Err(_) => return,
            }
            tokio::time::sleep(period).await;
        }
    }

    /// Reads the file if it is not the one that was last read.
    fn look(&mut self) {
        // Before it is read: a file that changes meanwhile is read again.
        let now = stamp(&self.path);
        if self.seen.replace(now) == Some(now) {
            return;
        }
        let old = self.current.get();
        let read = open(&self.path);
        self.metrics.kb_outdated.set(i64::from(read.is_err()));
        match read {
            Ok(kb) => {
                let (from, to) = (old.kb().hash(), kb.hash());
                if from != to {
                    self.current.set(old.with_kb(kb));
                    self.metrics.kb_reloads.with_label_values(&["loaded"]).inc();
                    self.metrics.set_kb(&to);
                    info!(path = %self.path.display(), from, to, "the knowledge base was replaced");
                }
            }
            Err(error) => {
                self.metrics.kb_reloads.with_label_values(&["failed"]).inc();
                error!(%error, in_use = old.kb().hash(), "the knowledge base in use stays: its file cannot be used");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kb::build::compile;

    /// A base of one entry, put into place as `kb build` does.
    fn put(path: &Path, id: &str) {
        let row = format!("{{\"id\": \"{id}\", \"type\": \"ORG\", \"name\": \"Norvik Timber\", \"prior\": 0.9}}\n");
        let new = path.with_extension("new");
        std::fs::write(&new, compile(row.as_bytes()).unwrap().bytes).unwrap();
        std::fs::rename(new, path).unwrap();
    }

    #[test]
    fn a_base_is_replaced_when_its_file_is_and_stays_when_that_is_broken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.cdkb");
        put(&path, "desk:1");
        let metrics = Arc::new(Metrics::new(1, "test"));
        let extractor = Extractor::builtin().unwrap().with_kb(open(&path).unwrap());
        let current = Current::new(Arc::new(extractor));
        let mut watch = Watch::new(path.clone(), Arc::clone(&current), Arc::clone(&metrics));
        let mut look = || {
            watch.look();
            let count = |outcome| metrics.kb_reloads.with_label_values(&[outcome]).get();
            (count("loaded"), count("failed"), metrics.kb_outdated.get())
        };
        let id = || {
            let extractor = current.get();
            extractor.kb().named("norvik timber").next().map(|entry| entry.id)
        };
        assert_eq!(look(), (0, 0, 0));
        assert_eq!(id().as_deref(), Some("desk:1"));
        let begun_before = current.get();

        put(&path, "desk:2");
        assert_eq!(look(), (1, 0, 0));
        assert_eq!(id().as_deref(), Some("desk:2"));
        assert_eq!(begun_before.kb().named("norvik timber").next().unwrap().id, "desk:1");
        assert!(current.get().kb().named("pakistan").next().is_some(), "over the built-in one");

        // Overwritten in place and cut off, then gone: each is told once.
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!((look(), look()), ((1, 1, 1), (1, 1, 1)));
        std::fs::remove_file(&path).unwrap();
        assert_eq!((look(), look()), ((1, 2, 1), (1, 2, 1)));
        assert_eq!(id().as_deref(), Some("desk:2"));

        put(&path, "desk:3");
        assert_eq!(look(), (2, 2, 0));
        assert_eq!(id().as_deref(), Some("desk:3"));
        assert!(
            metrics
                .text()
                .contains(&format!("copydesk_knowledge_base_info{{hash=\"{}\"}} 1", current.get().kb().hash()))
        );
    }
}
