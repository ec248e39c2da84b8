//! Octets that look like a stream and are none.

use earwitness_sim::chance::Chance;
use earwitness_sim::file::Captured;
use earwitness_sim::packet::{ACK, TcpHeader, tcp, udp};

use crate::home::{SECOND, analyzed, mixed, speaker, speaker_is_found, stranger, whole};

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 9];

fn header(sequence: u32) -> TcpHeader<'static> {
    TcpHeader { sequence, acknowledged: 1, flags: ACK, window: 8_192, options: &[] }
}

#[test]
fn random_octets_and_random_order_in_tcp_are_no_sound() {
    let (all, truth) = speaker(400);
    let mut chance = Chance::new(5);
    let from = all[0].at;
    let noise: Vec<Captured> = (0..30_000)
        .map(|_| {
            let port = 2_000 + u16::try_from(chance.below(20)).unwrap();
            let payload = chance.octets(usize::try_from(chance.clone().below(1_400)).unwrap() + 1);
            let sequence = u32::try_from(chance.below(1 << 20)).unwrap();
            Captured {
                at: from + chance.between(0, 400 * SECOND),
                octets: tcp(&stranger(MAC, port), 1, &header(sequence), &payload),
            }
        })
        .collect();
    let all = mixed(all, noise);
    speaker_is_found(&analyzed(all.iter().map(whole)), &truth);
}

#[test]
fn tls_records_that_lie_about_their_length_are_survived() {
    let (all, truth) = speaker(400);
    let mut chance = Chance::new(6);
    let from = all[0].at;
    let mut noise = vec![];
    for port in 0..200_u16 {
        let mut sequence = 0;
        for _ in 0..40 {
            let length = chance.pick(&[0_u16, 1, 4, 16_384, 18_432, 18_433, 0xffff]);
            let kind = chance.pick(&[19_u8, 20, 21, 22, 23, 24, 25, 0xff]);
            let mut payload = vec![kind, 3, chance.pick(&[0, 3, 4, 9])];
            payload.extend(length.to_be_bytes());
            payload.extend(chance.octets(20));
            payload.truncate(1 + chance.length(0, 24));
            let at = from + i64::from(port) * SECOND + chance.between(0, SECOND);
            noise.push(Captured { at, octets: tcp(&stranger(MAC, 3_000 + port), 1, &header(sequence), &payload) });
            sequence += u32::try_from(payload.len()).unwrap();
        }
    }
    let all = mixed(all, noise);
    speaker_is_found(&analyzed(all.iter().map(whole)), &truth);
}

#[test]
fn datagrams_that_begin_like_quic_are_survived() {
    let (all, truth) = speaker(400);
    let mut chance = Chance::new(7);
    let from = all[0].at;
    let noise: Vec<Captured> = (0..3_000)
        .map(|_| {
            let mut payload = vec![0xc0 | chance.octets(1)[0], 0, 0, 0, chance.pick(&[0, 1, 2, 0xff])];
            let ids = chance.pick(&[0_u8, 8, 20, 21, 255]);
            payload.push(ids);
            payload.extend(chance.octets(chance.clone().length(0, 1_200)));
            let at = from + chance.between(0, 400 * SECOND);
            Captured { at, octets: udp(&stranger(MAC, 4_000 + u16::from(ids)), 1, &payload) }
        })
        .collect();
    let all = mixed(all, noise);
    speaker_is_found(&analyzed(all.iter().map(whole)), &truth);
}
