//! Imports a spaCy package: `import FOLDER [-o OUT.bin]` writes the weights file that copydesk-nlp reads.
//!
//! FOLDER is an unpacked English CNN pipeline of spaCy 3.8 (sm, or md with its static vectors): the folder with config.cfg and meta.json.
//! The output depends on the package alone; en_core_web_sm gives the very bytes of `models/en_core_web_sm/en_core_web_sm.bin`.
#![allow(clippy::print_stdout)]

mod container;
mod msgpack;
mod package;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use package::Package;

const USAGE: &str = "usage: import FOLDER [-o OUT.bin]        (the folder of a spaCy pipeline, with config.cfg)";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (folder, out) = match &args[..] {
        [folder] => (folder, None),
        [folder, flag, out] if flag == "-o" => (folder, Some(PathBuf::from(out))),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match import(Path::new(folder), out) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("import: {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes `out`, by default a file with the package's name; says what was written.
fn import(folder: &Path, out: Option<PathBuf>) -> Result<String, Box<dyn std::error::Error>> {
    let (file, pipeline) = Package { read: &|name| std::fs::read(folder.join(name)) }.import()?;
    let meta = pipeline.meta();
    let out = out.unwrap_or_else(|| format!("{}.bin", meta.package).into());
    std::fs::write(&out, &file).map_err(|e| format!("cannot write {}: {e}", out.display()))?;
    let sha256: String = pipeline.model_sha256().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{}: {} {}, {} bytes, checksum {sha256}", out.display(), meta.package, meta.version, file.len()))
}
