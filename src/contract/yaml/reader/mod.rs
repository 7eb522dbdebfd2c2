//! One pass of serde over the tree.

mod inside;
mod variant;

use serde::{
    Deserializer,
    de::{DeserializeSeed, IntoDeserializer, SeqAccess, Visitor},
};

use self::{
    inside::{Entries, Items},
    variant::Keyed,
};
use super::{
    fault::{Fault, Kind as FaultKind},
    located::LOCATED,
    pass::{Pass, Remedy},
    scalar::{Kind, Scalar},
    tree::{Node, Value},
    words,
};

/// Decodes one node; an error that no node inside it has claimed is this node's.
pub(super) fn descend<'de, S: DeserializeSeed<'de>>(
    node: &'de Node,
    pass: &'de Pass,
    seed: S,
) -> Result<S::Value, Fault> {
    seed.deserialize(Reader { node, pass, key: false }).map_err(|fault| fault.at(node, pass))
}

/// A node as serde sees it.
#[derive(Clone, Copy)]
struct Reader<'de> {
    node: &'de Node,
    pass: &'de Pass,
    /// A key is a name, so that `404:` needs no quotes where text is expected.
    key: bool,
}

impl<'de> Reader<'de> {
    fn scalar(self) -> Option<&'de Scalar> {
        match &self.node.value {
            Value::Scalar(scalar) => Some(scalar),
            Value::Seq(_) | Value::Map(_) => None,
        }
    }

    fn kind(self) -> Option<Kind> {
        self.scalar().map(|scalar| scalar.kind)
    }

    fn items(self, positional: bool) -> Option<Items<'de>> {
        let Value::Seq(items) = &self.node.value else { return None };
        Some(Items::new(self.node, items, self.pass, positional))
    }

    fn entries(self) -> Option<Entries<'de>> {
        let Value::Map(entries) = &self.node.value else { return None };
        Some(Entries::new(self.node, entries, self.pass))
    }

    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.scalar() {
            Some(scalar) if self.key || scalar.kind == Kind::Text => visitor.visit_str(&scalar.text),
            _ => Err(Fault::wrong_type(&visitor, self.node)),
        }
    }

    fn integer<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Some(Kind::Int(value)) = self.kind() else { return Err(Fault::wrong_type(&visitor, self.node)) };
        match (u64::try_from(value), i64::try_from(value)) {
            (Ok(value), _) => visitor.visit_u64(value),
            (_, Ok(value)) => visitor.visit_i64(value),
            _ => visitor.visit_i128(value),
        }
    }

    fn float<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Some(Kind::Float(value)) => visitor.visit_f64(value),
            // A whole number is a number; beyond 2^53 the nearest float stands for it, as in every YAML reader.
            Some(Kind::Int(value)) => visitor.visit_f64(value as f64),
            _ => Err(Fault::wrong_type(&visitor, self.node)),
        }
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.items(false) {
            Some(items) => self.elements(items, visitor),
            None => Err(Fault::wrong_type(&visitor, self.node)),
        }
    }

    fn tuple<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Some(items) = self.items(true) else { return Err(Fault::wrong_type(&visitor, self.node)) };
        let made_up = items.lacks_any();
        let value = self.elements(items, visitor)?;
        if made_up { Err(Fault::silent(self.node)) } else { Ok(value) }
    }

    fn elements<V: Visitor<'de>>(self, mut items: Items<'de>, visitor: V) -> Result<V::Value, Fault> {
        let value = visitor.visit_seq(&mut items)?;
        let (taken, all) = items.tally();
        if taken == all {
            return Ok(value);
        }
        Err(Fault::whole(format!("expected a list of {taken}, saw a list of {all}")))
    }

    /// A struct, or a struct variant's content.
    fn fields<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        if let Some(entries) = self.entries() {
            return self.mapping(entries, visitor);
        }
        let fault = Fault::wrong_type(&visitor, self.node);
        let known = format!("its keys are {}", fields.join(", "));
        Err(if fields.is_empty() { fault } else { fault.with_help(known) })
    }

    /// Any mapping: with `flatten`, serde asks for a struct's fields as those of a map.
    fn mapping<V: Visitor<'de>>(self, mut entries: Entries<'de>, visitor: V) -> Result<V::Value, Fault> {
        let pretended = !self.pass.guesses(self.node).is_empty();
        match visitor.visit_map(&mut entries) {
            Ok(value) if !pretended => Ok(value),
            Ok(_) => Err(Fault::silent(self.node)),
            Err(fault) => Err(self.claim(fault, entries.current_key(), pretended)),
        }
    }

    /// Settles the errors that only the struct itself can: those about keys it has not, or has twice.
    fn claim(self, fault: Fault, current: Option<&'de Node>, pretended: bool) -> Fault {
        let node = self.node;
        match (fault.unsettled(), current) {
            (None, _) => fault,
            (Some(FaultKind::Missing(field)), _) => {
                let field = *field;
                if self.pass.guesses(node).iter().any(|guess| guess.field == field) {
                    return Fault::silent(node);
                }
                let excused = self.pass.excuses(field, node);
                fault.silenced(excused).settled(node.place, Remedy::Pretend(node.id, field))
            }
            (Some(FaultKind::Repeated), Some(key)) if !pretended => {
                fault.settled(key.place, Remedy::LeaveOut(key.id))
            }
            // With made-up values any other complaint may be about them.
            _ if pretended => Fault::silent(node),
            _ => fault,
        }
    }

    fn keyed_variant<V: Visitor<'de>>(
        self,
        entries: &'de [(Node, Node)],
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let live = |(key, value): &&(Node, Node)| !self.pass.leaves_out(key) && !self.pass.leaves_out(value);
        let live: Vec<_> = entries.iter().filter(live).collect();
        match live.as_slice() {
            [(key, value)] => visitor.visit_enum(Keyed { whole: self.node, key, value, pass: self.pass }),
            [] if entries.is_empty() => {
                Err(Fault::value("expected one key, saw an empty mapping".to_owned()).with_accepted(variants))
            }
            [] => Err(Fault::silent(self.node)),
            several => {
                let names: Vec<_> = several.iter().map(|(key, _)| words::shown(key.text())).collect();
                let message = format!("expected one key, saw {}: {}", names.len(), names.join(", "));
                Err(Fault::value(message).with_accepted(variants))
            }
        }
    }
}

macro_rules! read_as {
    ($($how:ident: $($method:ident)*;)*) => {$($(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.$how(visitor)
        }
    )*)*};
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    read_as! {
        integer: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
            deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128;
        float: deserialize_f32 deserialize_f64;
        text: deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf;
        list: deserialize_seq;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Scalar(scalar) => match scalar.kind {
                _ if self.key => self.text(visitor),
                Kind::Null => visitor.visit_unit(),
                Kind::Bool(value) => visitor.visit_bool(value),
                Kind::Int(_) => self.integer(visitor),
                Kind::Float(value) => visitor.visit_f64(value),
                Kind::Text => visitor.visit_str(&scalar.text),
            },
            Value::Seq(_) => self.list(visitor),
            Value::Map(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Some(Kind::Bool(value)) => visitor.visit_bool(value),
            _ => Err(Fault::wrong_type(&visitor, self.node)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.kind() == Some(Kind::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Some(Kind::Null) => visitor.visit_unit(),
            _ => Err(Fault::wrong_type(&visitor, self.node)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == LOCATED {
            return visitor.visit_seq(LocatedParts { reader: self, next: 0 });
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.tuple(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.tuple(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.entries() {
            Some(entries) => self.mapping(entries, visitor),
            None => Err(Fault::wrong_type(&visitor, self.node)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.fields(fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Map(entries) => self.keyed_variant(entries, variants, visitor),
            Value::Scalar(scalar) if self.key || scalar.kind != Kind::Null => visitor.visit_enum(self),
            _ => {
                let message = format!("expected one of the accepted values, saw {}", words::seen(self.node));
                Err(Fault::value(message).with_accepted(variants))
            }
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.scalar() {
            Some(scalar) => visitor.visit_str(&scalar.text),
            None => Err(Fault::wrong_type(&visitor, self.node)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

/// The line, the column and the value of a `Located`.
struct LocatedParts<'de> {
    reader: Reader<'de>,
    next: usize,
}

impl<'de> SeqAccess<'de> for LocatedParts<'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.next += 1;
        match self.next {
            1 => seed.deserialize(self.reader.node.place.line.into_deserializer()).map(Some),
            2 => seed.deserialize(self.reader.node.place.column.into_deserializer()).map(Some),
            3 => seed.deserialize(self.reader).map(Some),
            _ => Ok(None),
        }
    }
}
