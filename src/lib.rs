//! copydesk: newswire in, entities and claims out.
//!
//! ```text
//! record -> RawArticle -> Article -> Doc -> mentions, attributions -> entities, claims -> events -> topics
//!           article::parse  nlp       extract                          event              kafka
//! ```

pub mod article;
pub mod cli;
pub mod config;
pub mod event;
pub mod extract;
pub mod kafka;
pub mod kb;
pub mod ops;
pub mod pipeline;
pub mod rejection;
pub mod reload;
