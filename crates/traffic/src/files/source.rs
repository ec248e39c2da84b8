//! Names to open files: what each is, and whether it can be read at all.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::follow::{Follow, Followed};

/// Where the octets of one capture come from.
#[derive(Debug)]
pub(super) enum Source {
    /// Standard input, or a pipe: comes once, and as fast as its writer writes.
    Pipe(Option<Pipe>),
    /// A regular file, opened when its turn comes and as often as need be.
    Regular,
}

#[derive(Debug)]
pub(super) enum Pipe {
    Standard,
    Named(File),
}

impl Source {
    /// Makes sure that `path` can be read; gives its length where that is known.
    pub(super) fn find(path: &Path) -> io::Result<(Self, Option<u64>)> {
        if path.as_os_str() == "-" {
            return Ok((Self::Pipe(Some(Pipe::Standard)), None));
        }
        let kind = fs::metadata(path).map_err(advise)?;
        if kind.is_dir() {
            return Err(io::Error::other("this is a directory; name the capture files in it"));
        }
        let file = File::open(path).map_err(advise)?;
        if kind.is_file() { Ok((Self::Regular, Some(kind.len()))) } else { Ok((Self::Pipe(Some(Pipe::Named(file))), None)) }
    }

    /// Opens it for reading; a pipe once only.
    pub(super) fn open(&mut self, path: &Path, follow: Option<&Follow>) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Self::Pipe(pipe) => match pipe.take() {
                Some(Pipe::Standard) => Ok(Box::new(io::stdin())),
                Some(Pipe::Named(file)) => Ok(Box::new(file)),
                None => Err(io::Error::other("a pipe can be read only once; name it once")),
            },
            Self::Regular => {
                let file = File::open(path).map_err(advise)?;
                Ok(match follow {
                    None => Box::new(file),
                    Some(follow) => Box::new(Followed::new(file, path, follow)),
                })
            }
        }
    }

    /// Whether its octets come one by one, so that waiting for a whole chunk would hold frames back.
    pub(super) const fn is_pipe(&self) -> bool {
        matches!(self, Self::Pipe(_))
    }
}

/// Adds what to do to the system's own words.
fn advise(error: io::Error) -> io::Error {
    let advice = match error.kind() {
        io::ErrorKind::NotFound => "check the name",
        io::ErrorKind::PermissionDenied => "make it readable for you, or run as its owner",
        _ => return error,
    };
    io::Error::new(error.kind(), format!("{error}; {advice}"))
}
