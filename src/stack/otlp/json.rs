use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value as Any,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Result;

/// Reads OTLP/JSON into the message that protobuf would give, as far as a span's record needs it: proto3's JSON form,
/// but ids are hex, and enums are numbers only. Fields that nobody knows are skipped, and so are those that no record
/// has: events, links, scopes.
pub(super) fn read(body: &[u8]) -> Result<ExportTraceServiceRequest> {
    let Object(request): Object<JsonRequest> = serde_json::from_slice(body)?;
    let resource_spans = request.resource_spans.into_iter().map(|service| service.0.message()).collect();
    Ok(ExportTraceServiceRequest { resource_spans })
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonRequest {
    #[serde(default, deserialize_with = "or_default")]
    resource_spans: Vec<Object<JsonService>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonService {
    #[serde(default)]
    resource: Option<Object<JsonResource>>,
    #[serde(default, deserialize_with = "or_default")]
    scope_spans: Vec<Object<JsonScope>>,
}

#[derive(serde::Deserialize)]
struct JsonResource {
    #[serde(default, deserialize_with = "or_default")]
    attributes: Vec<Object<JsonAttribute>>,
}

#[derive(serde::Deserialize)]
struct JsonScope {
    #[serde(default, deserialize_with = "or_default")]
    spans: Vec<Object<JsonSpan>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonSpan {
    #[serde(default, deserialize_with = "or_default")]
    trace_id: Hex,
    #[serde(default, deserialize_with = "or_default")]
    span_id: Hex,
    #[serde(default, deserialize_with = "or_default")]
    parent_span_id: Hex,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    kind: i32,
    #[serde(default, deserialize_with = "or_default")]
    start_time_unix_nano: Long<u64>,
    #[serde(default, deserialize_with = "or_default")]
    end_time_unix_nano: Long<u64>,
    #[serde(default, deserialize_with = "or_default")]
    attributes: Vec<Object<JsonAttribute>>,
    #[serde(default)]
    status: Option<Object<JsonStatus>>,
}

#[derive(serde::Deserialize)]
struct JsonStatus {
    #[serde(default, deserialize_with = "or_default")]
    message: String,
    #[serde(default, deserialize_with = "or_default")]
    code: i32,
}

#[derive(serde::Deserialize)]
struct JsonAttribute {
    #[serde(default, deserialize_with = "or_default")]
    key: String,
    #[serde(default)]
    value: Option<JsonValue>,
}

/// One of these, or none.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonAny {
    #[serde(default)]
    string_value: Option<String>,
    #[serde(default)]
    bool_value: Option<bool>,
    #[serde(default)]
    int_value: Option<Long<i64>>,
    #[serde(default)]
    double_value: Option<Double>,
    #[serde(default)]
    array_value: Option<Object<JsonArray>>,
    #[serde(default)]
    kvlist_value: Option<Object<JsonList>>,
    #[serde(default)]
    bytes_value: Option<Base64>,
}

#[derive(serde::Deserialize)]
struct JsonArray {
    #[serde(default, deserialize_with = "or_default")]
    values: Vec<JsonValue>,
}

#[derive(serde::Deserialize)]
struct JsonList {
    #[serde(default, deserialize_with = "or_default")]
    values: Vec<Object<JsonAttribute>>,
}

/// A null stands for a field's default.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> std::result::Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

impl JsonService {
    fn message(self) -> ResourceSpans {
        let resource = self.resource.map(|Object(resource)| Resource {
            attributes: attributes(resource.attributes),
            ..Resource::default()
        });
        let scope_spans = self.scope_spans.into_iter().map(|Object(scope)| ScopeSpans {
            spans: scope.spans.into_iter().map(|span| span.0.message()).collect(),
            ..ScopeSpans::default()
        });
        ResourceSpans { resource, scope_spans: scope_spans.collect(), ..ResourceSpans::default() }
    }
}

impl JsonSpan {
    fn message(self) -> Span {
        Span {
            trace_id: self.trace_id.0,
            span_id: self.span_id.0,
            parent_span_id: self.parent_span_id.0,
            name: self.name,
            kind: self.kind,
            start_time_unix_nano: self.start_time_unix_nano.0,
            end_time_unix_nano: self.end_time_unix_nano.0,
            attributes: attributes(self.attributes),
            status: self.status.map(|Object(status)| Status { message: status.message, code: status.code }),
            ..Span::default()
        }
    }
}

fn attributes(list: Vec<Object<JsonAttribute>>) -> Vec<KeyValue> {
    let read = |Object(pair): Object<JsonAttribute>| KeyValue {
        key: pair.key,
        value: pair.value.map(|value| value.0),
        ..KeyValue::default()
    };
    list.into_iter().map(read).collect()
}

/// A message is an object: serde takes a list of a struct's fields for one, too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// A value, once it is known to be of one type only.
struct JsonValue(AnyValue);

impl<'de> Deserialize<'de> for JsonValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let Object(any): Object<JsonAny> = Object::deserialize(from)?;
        let mut types = [
            any.string_value.map(Any::StringValue),
            any.bool_value.map(Any::BoolValue),
            any.int_value.map(|long| Any::IntValue(long.0)),
            any.double_value.map(|double| Any::DoubleValue(double.0)),
            any.array_value.map(|Object(array)| {
                Any::ArrayValue(ArrayValue {
                    values: array.values.into_iter().map(|value| value.0).collect(),
                })
            }),
            any.kvlist_value
                .map(|Object(list)| Any::KvlistValue(KeyValueList { values: attributes(list.values) })),
            any.bytes_value.map(|bytes| Any::BytesValue(bytes.0)),
        ]
        .into_iter()
        .flatten();
        let value = types.next();
        if types.next().is_some() {
            return Err(D::Error::custom("an AnyValue of two types"));
        }
        Ok(Self(AnyValue { value }))
    }
}

/// The bytes of an id, in hex of either case.
#[derive(Default)]
struct Hex(Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (pairs, odd) = text.as_bytes().as_chunks::<2>();
        let bytes =
            pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect::<Option<_>>();
        match bytes {
            Some(bytes) if odd.is_empty() => Ok(Self(bytes)),
            _ => Err(D::Error::custom(format!(
                "an id that is not hex: {:?}",
                text.chars().take(64).collect::<String>()
            ))),
        }
    }
}

/// Both alphabets, padded or not.
struct Base64(Vec<u8>);

/// Whoever left bits in the last digit that stand for nothing is understood, too.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let of_urls = text.contains(['-', '_']);
        let alphabet = if of_urls { alphabet::URL_SAFE } else { alphabet::STANDARD };
        GeneralPurpose::new(&alphabet, LENIENT).decode(text).map(Self).map_err(D::Error::custom)
    }
}

/// An integer of 64 bits: a string, since a JSON number loses some of them on its way through JavaScript; or a number.
#[derive(Default)]
struct Long<T>(T);

impl<'de, T: TryFrom<i128>> Deserialize<'de> for Long<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_any(LongVisitor(PhantomData))
    }
}

struct LongVisitor<T>(PhantomData<T>);

impl<T: TryFrom<i128>> LongVisitor<T> {
    fn fit<E: Error>(number: i128) -> std::result::Result<Long<T>, E> {
        T::try_from(number).map(Long).map_err(|_| E::custom(format!("{number} is out of range")))
    }
}

impl<T: TryFrom<i128>> Visitor<'_> for LongVisitor<T> {
    type Value = Long<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer of 64 bits, as a string or a number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> std::result::Result<Self::Value, E> {
        Self::fit(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> std::result::Result<Self::Value, E> {
        Self::fit(number.into())
    }

    /// As in `1e9`: a number without a fraction is an integer, however it is written.
    fn visit_f64<E: Error>(self, number: f64) -> std::result::Result<Self::Value, E> {
        // Far above any of 64 bits, and far below where the cast would saturate.
        if number.fract() != 0.0 || number.abs() > 1e20 {
            return Err(E::custom(format!("{number} is no integer of 64 bits")));
        }
        Self::fit(number as i128)
    }

    fn visit_str<E: Error>(self, text: &str) -> std::result::Result<Self::Value, E> {
        text.parse().map_err(|_| E::custom(format!("{text:.32?} is no integer"))).and_then(Self::fit)
    }
}

/// A number, or the name of one that JSON has no digits for.
struct Double(f64);

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_any(DoubleVisitor)
    }
}

struct DoubleVisitor;

impl Visitor<'_> for DoubleVisitor {
    type Value = Double;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, number: f64) -> std::result::Result<Self::Value, E> {
        Ok(Double(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> std::result::Result<Self::Value, E> {
        Ok(Double(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> std::result::Result<Self::Value, E> {
        Ok(Double(number as f64))
    }

    fn visit_str<E: Error>(self, text: &str) -> std::result::Result<Self::Value, E> {
        match text {
            "NaN" => Ok(Double(f64::NAN)),
            "Infinity" => Ok(Double(f64::INFINITY)),
            "-Infinity" => Ok(Double(f64::NEG_INFINITY)),
            digits => digits
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map(Double)
                .ok_or_else(|| E::custom(format!("{text:.32?} is no number"))),
        }
    }
}
