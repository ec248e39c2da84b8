//! Frames as they were on the wire: tags, bridges, joined segments.

use super::lab::{Lab, capture, inside, ip, run, until};

#[test]
fn tags_that_the_kernel_takes_out_are_put_back() {
    let Some(lab) = Lab::new() else { return };
    for tags in ["", "81000007", "88a8006481000007"] {
        let running = capture(&lab.b, &["-i", "vb"]).ready();
        assert_eq!(lab.send(100, 5, 0, &[tags]), 5);
        let (_, written, said) = running.end();
        assert_eq!(written.frames.len(), 5, "{said}");
        for (number, (wire, bytes)) in written.frames.iter().enumerate() {
            let octets: Vec<u8> =
                (0..tags.len() / 2).map(|at| u8::from_str_radix(&tags[at * 2..at * 2 + 2], 16).unwrap()).collect();
            let place = 12 + octets.len();
            assert_eq!((*wire, bytes.len()), (100, 100));
            assert_eq!(&bytes[12..place], octets);
            assert_eq!(&bytes[place..place + 2], [0x88, 0xb5]);
            assert_eq!(bytes[place + 9], u8::try_from(number).unwrap());
        }
    }
}

#[test]
fn what_passes_a_bridge_and_its_port_is_counted_once() {
    let Some(lab) = Lab::new() else { return };
    ip(&["-n", &lab.b, "link", "add", "home", "type", "bridge"]);
    ip(&["-n", &lab.b, "link", "set", "vb", "master", "home"]);
    ip(&["-n", &lab.b, "link", "set", "home", "up"]);
    let running = capture(&lab.b, &["-i", "vb", "-i", "home"]).ready();
    until("it is said", || running.said().contains("vb is left out: its frames pass home too"));
    lab.send(64, 50, 0, &[]);
    let count = |frames: &[(u32, Vec<u8>)]| frames.iter().filter(|it| it.1.get(12..14) == Some(&[0x88, 0xb5])).count();
    until("frames come", || count(&running.written().frames) > 0);
    let (status, written, said) = running.end();
    assert_eq!((status, count(&written.frames)), (0, 50), "{said}");
    let refused = inside(&lab.b, env!("CARGO_BIN_EXE_earwitness")).args(["capture", "-i", "any"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("name the bridge"));
}

#[test]
fn frames_longer_than_the_wire_carries_are_whole_and_said() {
    let Some(lab) = Lab::new() else { return };
    ip(&["-n", &lab.a, "address", "add", "10.99.0.1/24", "dev", "va"]);
    ip(&["-n", &lab.b, "address", "add", "10.99.0.2/24", "dev", "vb"]);
    let python = inside(&lab.b, "python3").arg("--version").output();
    if !python.is_ok_and(|it| it.status.success()) {
        eprintln!("skipped: joined segments need python3 to send some");
        return;
    }
    let running = capture(&lab.b, &["-i", "vb"]).ready();
    let serve = "import socket\ns=socket.create_server(('10.99.0.2',9))\nc,_=s.accept()\nn=0\nwhile d:=c.recv(1<<16): n+=len(d)\nprint(n)";
    let send = "import socket,time\nfor _ in range(100):\n try:\n  c=socket.create_connection(('10.99.0.2',9));break\n except OSError: time.sleep(.1)\nc.sendall(bytes(4000000))\nc.close()";
    let served = std::thread::scope(|scope| {
        let serving = scope.spawn(|| run(inside(&lab.b, "timeout").args(["20", "python3", "-c", serve])));
        run(inside(&lab.a, "timeout").args(["20", "python3", "-c", send]));
        serving.join().unwrap()
    });
    assert_eq!(served.trim(), "4000000");
    let (_, written, said) = running.end();
    let longest = written.frames.iter().map(|it| it.0).max().unwrap();
    assert!(longest > 10_000, "{longest}");
    assert!(written.frames.iter().all(|(wire, bytes)| *wire as usize == bytes.len()));
    assert!(said.contains("more than its MTU allows") && said.contains("ethtool -K vb gro off"), "{said}");
}
