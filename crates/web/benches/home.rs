//! How long it takes until a home can be shown, and its page of a home that is watched. Run with `cargo bench -p earwitness-web`.

mod watched;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use divan::Bencher;
use divan::counter::BytesCount;
use earwitness_web::{Home, Server};

use self::watched::{Watched, findings, material, serve};

fn main() {
    divan::main();
}

/// From what was found to what can be shown.
#[divan::bench]
fn built(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(findings).bench_values(|findings| Home::new(material(findings)));
}

/// From nothing to the first page of a watched home: what was seen is copied, summed up with verdicts, and the page answered.
#[divan::bench(sample_count = 20)]
fn begun(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(Watched::new).bench_values(|watched| {
        let server = serve(watched).ok();
        let octets = server.as_ref().map(|server| ask(server).map_or(0, |it| it.len()));
        (server, octets)
    });
}

/// The first page of a watched home, asked for over a connection: from the question to the last octet.
#[divan::bench]
fn answered(bencher: Bencher<'_, '_>) {
    let Ok(server) = serve(Watched::new()) else { return };
    let octets = ask(&server).map_or(0, |it| it.len());
    bencher.counter(BytesCount::new(octets)).bench(|| ask(&server));
}

/// The first page, as soon as there is one.
fn ask(server: &Server) -> std::io::Result<Vec<u8>> {
    let token = server.token().unwrap_or_default();
    let asked = format!("GET / HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n", server.address());
    let mut octets = Vec::new();
    let mut stream = TcpStream::connect(server.address())?;
    stream.write_all(asked.as_bytes())?;
    stream.read_to_end(&mut octets)?;
    Ok(octets)
}
