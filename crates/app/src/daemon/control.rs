//! Commands of a person to a running program: a line on a socket in its folder, answered by a line.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::appliance::Request;

/// Name of the socket in the folder of the store.
pub const SOCKET: &str = "control.sock";

/// How long either side waits for the other.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Longest request and answer, octets.
const LONGEST: u64 = 1 << 20;

/// A request, and where its answer goes.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: Request,
    answer: SyncSender<String>,
}

impl Asked {
    /// Answers; whoever does not wait any more is not told.
    pub(super) fn answer(self, text: String) {
        let _ = self.answer.try_send(text);
    }
}

/// The socket, which goes with it.
#[derive(Debug)]
pub(super) struct Control {
    path: PathBuf,
}

impl Control {
    /// Listens in the folder, which only its owner may enter; `hand_in` is called by a thread of its own, and says whether to go on.
    pub(super) fn listen(folder: &Path, hand_in: impl Fn(Asked) -> bool + Send + 'static) -> io::Result<Self> {
        let path = folder.join(SOCKET);
        // The lock of the store says that no other process listens: what lies there was left by one that was killed.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        thread::Builder::new().name("control".to_owned()).spawn(move || {
            for stream in listener.incoming() {
                // One at a time: a person has one player.
                if let Ok(stream) = stream
                    && !matches!(serve(&stream, &hand_in), Ok(true) | Err(_))
                {
                    return;
                }
            }
        })?;
        Ok(Self { path })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // Wakes the thread, which then finds that nobody listens any more.
        let _ = UnixStream::connect(&self.path).and_then(|mut stream| stream.write_all(b"status\n"));
        // One that is gone already needs no removing.
        let _ = fs::remove_file(&self.path);
    }
}

/// Serves one connection; says whether anybody listens still.
fn serve(stream: &UnixStream, hand_in: &impl Fn(Asked) -> bool) -> io::Result<bool> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let mut line = String::new();
    BufReader::new(stream.take(64)).read_line(&mut line)?;
    let Some(request) = Request::parse(line.trim()) else {
        let known: Vec<&str> = Request::words().collect();
        (&mut &*stream).write_all(format!("unknown request; one of {}\n", known.join(", ")).as_bytes())?;
        return Ok(true);
    };
    let (answer, answered) = sync_channel(1);
    if !hand_in(Asked { request, answer }) {
        return Ok(false);
    }
    let answer = answered.recv_timeout(TIMEOUT).unwrap_or_else(|_| "no answer in time; try again".to_owned());
    (&mut &*stream).write_all(format!("{answer}\n").as_bytes())?;
    Ok(true)
}

/// Tells the program that runs on this folder something, and gives its answer.
///
/// # Errors
/// When none runs, it may not be told, or it does not answer.
pub fn ask(folder: &Path, request: Request) -> io::Result<String> {
    let mut stream = UnixStream::connect(folder.join(SOCKET))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(format!("{}\n", request.word()).as_bytes())?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_answered_and_rubbish_is_told_what_is_known() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(ask(folder.path(), Request::Pause).unwrap_err().kind(), io::ErrorKind::NotFound);
        let control = Control::listen(folder.path(), |asked| {
            let text = format!("heard {:?}", asked.request);
            asked.answer(text);
            true
        });
        let control = control.unwrap();
        assert_eq!(ask(folder.path(), Request::Pause).unwrap(), "heard Pause");
        let mut stream = UnixStream::connect(folder.path().join(SOCKET)).unwrap();
        stream.write_all(b"explode\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("pause, resume, probe, test"), "{answer}");
        let mode = fs::metadata(folder.path().join(SOCKET)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // One that was killed leaves its socket behind.
        std::mem::forget(control);
        let again = Control::listen(folder.path(), |asked| {
            asked.answer(String::new());
            true
        });
        drop(again.unwrap());
        assert!(!folder.path().join(SOCKET).exists());
    }
}
