//! Series put into a server exactly, by remote write: no text on the way that would round a number or lose a NaN's bits.

use super::series::Given;

/// The most that one literal holds whose length is told in two bytes.
const LITERAL: usize = 1 << 16;

/// A `prometheus.WriteRequest` of all series, in their order.
pub(super) fn request(series: &[Given]) -> Vec<u8> {
    let mut request = Vec::new();
    for one in series {
        let mut message = Vec::new();
        for (name, value) in one.labels.iter() {
            let mut label = Vec::new();
            nested(&mut label, 1, name.as_bytes());
            nested(&mut label, 2, value.as_bytes());
            nested(&mut message, 1, &label);
        }
        for (time_ms, value) in &one.samples {
            // Field 1 is a double, field 2 a varint.
            let mut sample = vec![1 << 3 | 1];
            sample.extend(value.to_bits().to_le_bytes());
            sample.push(2 << 3);
            varint(&mut sample, time_ms.cast_unsigned());
            nested(&mut message, 2, &sample);
        }
        nested(&mut request, 1, &message);
    }
    request
}

/// A field that holds bytes.
fn nested(message: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    message.push(field << 3 | 2);
    varint(message, bytes.len() as u64);
    message.extend(bytes);
}

fn varint(message: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        message.push(number as u8 | 0x80);
        number >>= 7;
    }
    message.push(number as u8);
}

/// Snappy's block format, in which everything is a literal: larger than it was, and read by everybody.
pub(super) fn snappy(bytes: &[u8]) -> Vec<u8> {
    let mut block = Vec::with_capacity(bytes.len() + bytes.len() / LITERAL * 3 + 16);
    varint(&mut block, bytes.len() as u64);
    for chunk in bytes.chunks(LITERAL) {
        // A literal's tag is 0 in the low two bits; 61 above them says that two bytes of length follow.
        block.push(61 << 2);
        block.extend(((chunk.len() - 1) as u16).to_le_bytes());
        block.extend(chunk);
    }
    block
}

#[test]
fn numbers_and_literals_are_as_the_formats_say() {
    let mut bytes = Vec::new();
    varint(&mut bytes, 300);
    assert_eq!(bytes, [0xac, 0x02]);
    assert_eq!(snappy(b"abc"), [3, 61 << 2, 2, 0, b'a', b'b', b'c']);
}
