//! The first round through everything: text to RDATA to message to text.

use dns_wire::{Builder, Class, Header, Message, NameBuf, RType, Ttl, rdata};

const ROWS: &[(RType, &str)] = &[
    (RType::A, "192.0.2.1"),
    (RType::NS, "ns1.example.com."),
    (RType::CNAME, "www.example.com."),
    (RType::SOA, "ns.example. host\\.master.example. 1 7200 3600 1209600 300"),
    (RType::PTR, "a.b."),
    (RType::HINFO, "\"PC\" \"Linux \\\"x\\\"\""),
    (RType::MX, "10 mx.example."),
    (RType::TXT, "\"a b\" \"\" \"\\255\\\\\""),
    (RType::AAAA, "2001:db8::1"),
    (RType::SRV, "1 2 443 host.example."),
    (RType::NAPTR, "100 50 \"s\" \"z3950+I2L\" \"\" _z3950._tcp.gatech.edu."),
    (RType::DNAME, "other.example."),
    (RType::DS, "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
    (RType::SSHFP, "2 1 123456789ABCDEF67890123456789ABCDEF67890"),
    (
        RType::RRSIG,
        "A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr",
    ),
    (RType::NSEC, "host.example.com. A MX RRSIG NSEC TYPE1234"),
    (RType::DNSKEY, "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3"),
    (RType::NSEC3, "1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR A RRSIG"),
    (RType::NSEC3, "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR"),
    (RType::NSEC3PARAM, "1 0 12 AABBCCDD"),
    (RType::TLSA, "3 1 1 D2ABDE240D7CD3EE6B4B28C54DF034B97983A1D16E8A410E4561CB106618E971"),
    (RType::ZONEMD, "2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE"),
    (RType::URI, "10 1 \"ftp://ftp1.example.com/public\""),
    (RType::CAA, "0 issue \"ca1.example.net; account=230123\""),
];

#[test]
fn text_goes_into_a_message_and_back() {
    let origin: NameBuf = "example.".parse().unwrap();
    let owner: NameBuf = "Owner.example.".parse().unwrap();
    let mut buffer = [0u8; 4096];
    let questions = Builder::new(&mut buffer, Header::default()).unwrap();
    let mut answers = questions.answers();
    for &(rtype, text) in ROWS {
        let mut wire = [0u8; 512];
        let length =
            rdata::from_text(rtype, rdata::split(text.as_bytes()), origin.as_name(), &mut wire)
                .unwrap();
        assert_eq!(rdata::display(rtype, &wire[..length]).to_string(), text);
        answers.push(owner.as_name(), rtype, Class::IN, Ttl(60), &wire[..length]).unwrap();
    }
    let message = Message::parse(answers.finish()).unwrap();
    let mut rows = ROWS.iter();
    for record in message.answers() {
        let record = record.unwrap();
        assert_eq!(record.owner.to_string(), "Owner.example.");
        assert_eq!(record.rdata.data(record.rtype).unwrap().to_string(), rows.next().unwrap().1);
    }
    assert!(rows.next().is_none());
}
