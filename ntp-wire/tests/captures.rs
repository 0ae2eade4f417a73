//! What real programs sent and received: the scripts in `captures` say how it was recorded.

use std::collections::HashMap;

use ntp_wire::client::{Exchange, Rejected};
use ntp_wire::extension::{FieldType, Framing, Trailer};
use ntp_wire::server::{Arrival, Policy, ServerState, respond};
use ntp_wire::{Leap, Log2Seconds, Mode, Packet, Short, Stratum, Timestamp};

/// The packets of a capture: client's first, then server's, and so on.
fn packets(text: &str) -> Vec<Vec<u8>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| hex(&line[2..])).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().map(|c| c.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

fn captures() -> HashMap<&'static str, Vec<Vec<u8>>> {
    [
        ("v4", include_str!("captures/chronyd-v4.txt")),
        ("v3", include_str!("captures/chronyd-v3.txt")),
        ("ntpdig", include_str!("captures/ntpdig.txt")),
        ("md5", include_str!("captures/chronyd-md5.txt")),
        ("sha1", include_str!("captures/chronyd-sha1.txt")),
        ("sha256", include_str!("captures/chronyd-sha256.txt")),
        ("sha384", include_str!("captures/chronyd-sha384.txt")),
        ("sha512", include_str!("captures/chronyd-sha512.txt")),
        ("aes128", include_str!("captures/chronyd-aes128.txt")),
        ("aes256", include_str!("captures/chronyd-aes256.txt")),
        ("f323", include_str!("captures/chronyd-field-f323.txt")),
        ("interleaved", include_str!("captures/chronyd-interleaved.txt")),
        ("nts", include_str!("captures/chronyd-nts.txt")),
    ]
    .map(|(name, text)| (name, packets(text)))
    .into()
}

#[test]
fn every_packet_is_read_and_written_back() {
    for (name, packets) in captures() {
        assert!(packets.len() >= 2 && packets.len() % 2 == 0, "{name}");
        for (packet, mode) in packets.iter().zip([Mode::Client, Mode::Server].into_iter().cycle()) {
            let (header, rest) = Packet::parse(packet).unwrap();
            assert_eq!(header.mode, mode, "{name}");
            assert_eq!(header.to_bytes(), packet[..48]);
            assert!(Trailer::parse(header.version, rest, Framing::Strict).is_ok(), "{name}");
        }
    }
}

#[test]
fn our_server_answers_their_clients() {
    let now = Timestamp::from_unix(1_790_000_000, 0);
    let state = ServerState {
        leap: Leap::None,
        stratum: Stratum(2),
        root_dispersion: Short::ZERO,
        ..ServerState::unsynchronised()
    };
    for (name, packets) in captures() {
        for request in packets.iter().step_by(2) {
            let mut out = [0; 48];
            let arrival = Arrival { received: now, noise: 0 };
            let policy = Policy::default();
            assert_eq!(
                respond(request, arrival, || now, &state, &policy, &mut out),
                Ok(48),
                "{name}"
            );
            assert_eq!(out[24..32], request[40..48]);
        }
    }
}

#[test]
fn our_client_accepts_their_servers() {
    for (name, packets) in captures() {
        let (request, _) = Packet::parse(&packets[0]).unwrap();
        let (reply, _) = Packet::parse(&packets[1]).unwrap();
        let sent = reply.receive;
        let exchange = Exchange::new(request.transmit.to_bits(), sent, Log2Seconds(-20));
        let mut exchange = exchange.with_version(request.version);
        let sample = exchange.accept(&packets[1], reply.transmit).unwrap();
        assert_eq!(sample.stratum, Stratum(3), "{name}");
        assert_eq!(exchange.accept(&packets[1], sent), Err(Rejected::Duplicate));
        let mut other = Exchange::new(7, sent, Log2Seconds(-20)).with_version(request.version);
        assert_eq!(other.accept(&packets[1], sent), Err(Rejected::Origin));
    }
}

#[test]
fn chronys_field_is_seen() {
    for packet in &captures()["f323"] {
        let (header, rest) = Packet::parse(packet).unwrap();
        let trailer = Trailer::parse(header.version, rest, Framing::Strict).unwrap();
        let types: Vec<_> = trailer.fields().map(|field| field.field_type).collect();
        assert_eq!(types, [FieldType::MONO_ROOT]);
    }
}

#[test]
fn chronys_interleaved_replies_are_what_ours_are() {
    let packets = &captures()["interleaved"];
    let parsed: Vec<_> = packets.iter().map(|packet| Packet::parse(packet).unwrap().0).collect();
    let mut interleaved = 0;
    for pair in parsed.chunks(2) {
        let [request, reply] = pair else { panic!() };
        assert_eq!(reply.receive.to_bits() & 1, 1);
        assert_eq!(reply.transmit.to_bits() & 1, 0);
        if reply.origin == request.receive && request.origin.to_bits() & 1 == 1 {
            interleaved += 1;
            // The transmit timestamp is of the reply before.
            assert!(reply.transmit.since(reply.receive).to_bits() < 0);
        } else {
            assert_eq!(reply.origin, request.transmit);
        }
    }
    // chronyd answers the first in basic mode, and the one after it, for which it kept no stamp.
    assert_eq!(interleaved, parsed.len() / 2 - 2);
}

#[cfg(feature = "mac")]
#[test]
fn their_digests_verify() {
    use ntp_wire::Version;
    use ntp_wire::mac::{Key, Unauthentic, verify};

    let aes: [u8; 32] = std::array::from_fn(|index| u8::try_from(index).unwrap());
    let aes_128 = <[u8; 16]>::try_from(&aes[..16]).unwrap();
    let keys = [
        ("md5", Key::Md5(b"md5-key-of-a-fixture")),
        ("sha1", Key::Sha1(b"sha1-key-of-a-fixture")),
        ("sha256", Key::Sha256(b"sha256-key-of-a-fixture")),
        ("sha384", Key::Sha384(b"sha384-key-of-a-fixture")),
        ("sha512", Key::Sha512(b"sha512-key-of-a-fixture")),
        ("aes128", Key::AesCmac128(&aes_128)),
        ("aes256", Key::AesCmac256(&aes)),
    ];
    let captures = captures();
    for ((name, key), id) in keys.into_iter().zip(1..) {
        for packet in &captures[name] {
            assert_eq!(verify(packet, |_| Some(key)), Ok(id), "{name}");
            let mut changed = packet.clone();
            changed[30] ^= 1;
            assert_eq!(verify(&changed, |_| Some(key)), Err(Unauthentic::Digest { id }));
            // And those we make are the same.
            let signed = packet.len() - 4 - (packet.len() - 52);
            let mut out = packet.clone();
            out[signed..].fill(0);
            assert_eq!(key.seal(id, &mut out, signed), Ok(packet.len()), "{name}");
            assert_eq!(&out, packet);
        }
        // chrony sends long digests in version 3.
        let version = Packet::parse(&captures[name][0]).unwrap().0.version;
        let long = ["sha256", "sha384", "sha512"].contains(&name);
        assert_eq!(version, if long { Version::V3 } else { Version::V4 }, "{name}");
    }
}

#[cfg(feature = "mac")]
#[test]
fn ntpsecs_digests_verify() {
    use ntp_wire::mac::{Key, Unauthentic, verify};

    let aes: [u8; 16] = std::array::from_fn(|index| u8::try_from(index).unwrap());
    for (id, key, text) in [
        (1, Key::Md5(b"md5-key-fixture"), include_str!("captures/ntpsec-md5.txt")),
        (2, Key::Sha1(b"sha1-key-fixture"), include_str!("captures/ntpsec-sha1.txt")),
        (3, Key::AesCmac128(&aes), include_str!("captures/ntpsec-aes128.txt")),
    ] {
        let packets = packets(text);
        assert_eq!(packets.len(), 2, "ntpdig's request and ntpd's reply");
        for packet in packets {
            assert_eq!(verify(&packet, |_| Some(key)), Ok(id));
            let mut ours = packet.clone();
            ours[48..].fill(0);
            assert_eq!(key.seal(id, &mut ours, 48), Ok(packet.len()));
            assert_eq!(ours, packet);
            ours[20] ^= 1;
            assert_eq!(verify(&ours, |_| Some(key)), Err(Unauthentic::Digest { id }));
        }
    }
}

#[cfg(feature = "nts")]
#[test]
fn their_nts_packets_open() {
    use ntp_wire::nts::{Algorithm, Keys, Session};

    // chronyd writes algorithm, then the server's and the client's key, then its cookies.
    let dump = include_str!("captures/chronyd-nts-keys.txt");
    let line = dump.lines().find(|line| line.starts_with("1 15 ")).unwrap();
    let keys: Vec<_> = line.split(' ').skip(2).map(hex).collect();
    let (server, client) = (&keys[0], &keys[1]);
    let packets = &captures()["nts"];
    let (header, rest) = Packet::parse(&packets[0]).unwrap();
    let trailer = Trailer::parse(header.version, rest, Framing::Strict).unwrap();
    let types: Vec<_> = trailer.fields().map(|field| field.field_type).collect();
    let (first, last) = (FieldType::UNIQUE_IDENTIFIER, FieldType::NTS_AUTHENTICATOR);
    assert_eq!(types, [first, FieldType::NTS_COOKIE, last]);
    let identifier = <[u8; 32]>::try_from(trailer.fields().next().unwrap().body).unwrap();

    let open = |packet: &[u8], client: &[u8], server: &[u8]| {
        let keys = Keys::new(Algorithm::SivCmac256, client, server).unwrap();
        let mut session = Session::new(&keys).unwrap();
        session.open(&mut packet.to_vec(), &identifier).map(|()| session.cookies())
    };
    assert_eq!(open(&packets[1], client, server), Ok(1));
    // The other way round the same code opens the request, which has no cookies inside.
    assert_eq!(open(&packets[0], server, client), Ok(0));
    assert!(open(&packets[0], client, server).is_err());
    for octet in 0..packets[1].len() {
        let mut changed = packets[1].clone();
        changed[octet] ^= 1;
        assert!(open(&changed, client, server).is_err(), "{octet}");
    }
}

#[test]
fn chronyds_answers_to_a_monitor() {
    use ntp_wire::cmdmon::{Answer, Command};
    use ntp_wire::{Frequency, ReferenceId};

    let exchange = |text| {
        let packets = packets(text);
        (packets[0].clone(), Answer::parse(&packets[1], 0x0102_0304))
    };
    let (asked, answer) = exchange(include_str!("captures/chronyd-command-tracking.txt"));
    let mut out = [0; 104];
    Command::Tracking.write(0x0102_0304, &mut out).unwrap();
    assert_eq!(out[..], asked);
    let Ok(Answer::Tracking(tracking)) = answer else { panic!("{answer:?}") };
    assert_eq!(tracking.reference_id, ReferenceId::LOCAL);
    assert_eq!((tracking.stratum, tracking.leap), (3, Leap::None));
    assert_eq!(tracking.address, None);
    assert_eq!(tracking.frequency, Frequency::ZERO);
    assert!(tracking.reference_time.0 > 1_700_000_000);

    let (_, answer) = exchange(include_str!("captures/chronyd-command-sources.txt"));
    assert_eq!(answer, Ok(Answer::Sources(0)));
    let (_, answer) = exchange(include_str!("captures/chronyd-command-activity.txt"));
    let Ok(Answer::Activity(activity)) = answer else { panic!("{answer:?}") };
    assert_eq!((activity.online, activity.offline), (0, 0));
    // There is no source with index 0.
    let (_, answer) = exchange(include_str!("captures/chronyd-command-source.txt"));
    assert!(answer.is_err());
}

/// Each answer, beside what chronyc printed of the same chronyd a moment before.
#[test]
fn chronyds_sources_and_counters() {
    use ntp_wire::cmdmon::{Answer, Command};

    let captured = |text: &'static str, command: Command| {
        let shown: Vec<_> =
            text.lines().next().unwrap().split("says: ").nth(1).unwrap().split(',').collect();
        let packets = packets(text);
        let mut out = [0; 240];
        let length = command.write(0x0102_0304, &mut out).unwrap();
        assert_eq!(out[..length], packets[0], "{command:?}");
        (shown, Answer::parse(&packets[1], 0x0102_0304).unwrap())
    };
    let local = "127.0.0.1".parse().unwrap();
    let near = |span: ntp_wire::Span, shown: &str| {
        // Another exchange may have come in between.
        let shown: f64 = shown.parse().unwrap();
        (span.to_nanos() as f64 / 1e9 - shown).abs() < 2e-6
    };

    let text = include_str!("captures/chronyd-monitor-source.txt");
    let (shown, Answer::Source(source)) = captured(text, Command::Source(0)) else { panic!() };
    assert_eq!((source.address, source.stratum), (Some(local), 3));
    assert_eq!((source.state, source.mode, source.reach), (0, 0, 0o377));
    assert!(near(source.offset, shown[7]) && near(source.error, shown[9]));

    let text = include_str!("captures/chronyd-monitor-sourcestats.txt");
    let (shown, answer) = captured(text, Command::SourceStats(0));
    let Answer::SourceStats(stats) = answer else { panic!() };
    assert_eq!(stats.address, Some(local));
    let printed = [stats.samples, stats.runs, stats.span].map(|number| number.to_string());
    assert_eq!(printed, shown[1..4]);
    assert_eq!(format!("{:.3}", stats.skew.0 as f64 / 1e6), shown[5]);
    assert!(near(stats.deviation, shown[7]) && near(stats.offset, shown[6]));

    for text in [
        include_str!("captures/chronyd-monitor-serverstats.txt"),
        include_str!("captures/chronyd46-monitor-serverstats.txt"),
    ] {
        let (shown, answer) = captured(text, Command::ServerStats);
        let Answer::ServerStats(stats) = answer else { panic!() };
        // chronyc's own question counted too.
        assert_eq!((stats.ntp_hits.to_string().as_str(), stats.command_hits), (shown[0], 10));
        assert_eq!((stats.ntp_drops, stats.authenticated_hits, stats.timestamps), (0, 0, 0));
    }

    for text in [
        include_str!("captures/chronyd-monitor-ntpdata.txt"),
        include_str!("captures/chronyd46-monitor-ntpdata.txt"),
    ] {
        let (shown, answer) = captured(text, Command::NtpData(local));
        let Answer::NtpData(data) = answer else { panic!() };
        assert_eq!((data.remote, data.local, data.port), (Some(local), Some(local), 11_123));
        assert_eq!(
            (data.mode, data.stratum, data.precision),
            (Mode::Server, Stratum(3), Log2Seconds(-26))
        );
        assert_eq!(data.reference_id, ntp_wire::ReferenceId::LOCAL);
        assert_eq!((data.tests & 0x3ff, data.stamped_by), (0x3ff, *b"KK"));
        assert!(near(data.offset, shown[18]) && near(data.delay, shown[19]));
        assert!(near(data.dispersion, shown[20]));
        assert_eq!([data.sent, data.received, data.valid].map(|n| n.to_string()), shown[30..33]);
    }
}

#[test]
fn an_ntpsec_server_that_just_started() {
    let packets = packets(include_str!("captures/ntpsec-v4.txt"));
    let (request, _) = Packet::parse(&packets[0]).unwrap();
    let now = Timestamp::from_unix(1_790_000_000, 0);
    let mut exchange = Exchange::new(request.transmit.to_bits(), now, Log2Seconds(-20));
    let init = ntp_wire::Kiss(*b"INIT");
    assert_eq!(exchange.accept(&packets[1], now), Err(Rejected::Kiss(init)));
}

#[test]
fn ntpsecs_answers_to_a_monitor() {
    use ntp_wire::control::{
        Assembly, Fragment, Opcode, Progress, Request, SystemStatus, associations, variables,
    };

    let ask = |opcode: Opcode, text| {
        let packets = packets(text);
        let sequence = u16::from(opcode.0);
        let request = Request { opcode, sequence, association: 0, data: b"" };
        let mut out = [0; 12];
        request.write(&mut out).unwrap();
        assert_eq!(out[..], packets[0]);
        let mut buffer = vec![0; 4096];
        let mut assembly = Assembly::new(&request, &mut buffer);
        let mut progress = Progress::More;
        for packet in &packets[1..] {
            assert_eq!(progress, Progress::More);
            progress = assembly.accept(&Fragment::parse(packet).unwrap());
        }
        let Progress::Complete { octets, status } = progress else { panic!("{progress:?}") };
        (assembly.answer(octets).to_vec(), SystemStatus::from(status))
    };
    let (answer, status) = ask(Opcode::READ_STATUS, include_str!("captures/ntpsec-status.txt"));
    assert_eq!((status.leap, status.source), (Leap::Unsynchronised, 0));
    let list: Vec<_> = associations(&answer).collect();
    assert_eq!(list.len(), 1);
    assert!(list[0].status.configured && list[0].status.reachable);

    let text = include_str!("captures/ntpsec-variables.txt");
    let (answer, _) = ask(Opcode::READ_VARIABLES, text);
    let find =
        |name: &[u8]| variables(&answer).find(|variable| variable.name == name).unwrap().value;
    assert_eq!(find(b"version"), b"ntpd ntpsec-1.2.2");
    assert_eq!((find(b"stratum"), find(b"refid")), (&b"16"[..], &b"INIT"[..]));
}
