//! An enum's variant: a word alone, or one key with the variant's content.

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, IntoDeserializer, VariantAccess, Visitor},
};

use super::{
    super::{
        fault::{Fault, Kind as FaultKind},
        pass::{Pass, Remedy},
        scalar::Kind,
        tree::Node,
        words,
    },
    Reader, descend,
};

impl<'de> EnumAccess<'de> for Reader<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        Ok((seed.deserialize(self.node.text().into_deserializer())?, self))
    }
}

impl Reader<'_> {
    fn lacks_content<T>(self, example: &str) -> Result<T, Fault> {
        let name = words::shown(self.node.text());
        let fault = Fault::value(format!("`{name}` needs a value"));
        Err(fault.with_help(format!("make it a key: `{name}: {example}`")))
    }
}

impl<'de> VariantAccess<'de> for Reader<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Fault> {
        self.lacks_content("...")
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Fault> {
        self.lacks_content("[...]")
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Fault> {
        let example = fields.first().map_or_else(|| "{}".to_owned(), |field| format!("{{{field}: ...}}"));
        self.lacks_content(&example)
    }
}

/// A mapping with one key, which names the variant.
pub(super) struct Keyed<'de> {
    pub(super) whole: &'de Node,
    pub(super) key: &'de Node,
    pub(super) value: &'de Node,
    pub(super) pass: &'de Pass,
}

impl<'de> Keyed<'de> {
    fn content(&self) -> Reader<'de> {
        Reader { node: self.value, pass: self.pass, key: false }
    }

    fn claim<T>(&self, result: Result<T, Fault>) -> Result<T, Fault> {
        result.map_err(|fault| fault.at(self.value, self.pass).inside(self.key, self.value))
    }
}

impl<'de> EnumAccess<'de> for Keyed<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        let reader = Reader { node: self.key, pass: self.pass, key: true };
        let variant = seed.deserialize(reader).map_err(|fault| {
            let message = match fault.unsettled() {
                Some(FaultKind::UnknownVariant(name, expected)) => {
                    Some(words::unknown("key", name, expected.iter().copied()))
                }
                _ => None,
            };
            let fault = if let Some(message) = message { fault.with_message(message) } else { fault };
            // Without its key the mapping is empty, so the whole is left out instead of the key.
            fault.settled(self.key.place, Remedy::LeaveOut(self.whole.id))
        })?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Keyed<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        if self.content().kind() == Some(Kind::Null) {
            return Ok(());
        }
        let name = words::shown(self.key.text());
        let fault =
            Fault::value(format!("`{name}` takes no value")).with_help(format!("write `{name}` alone"));
        self.claim(Err(fault))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        self.claim(descend(self.value, self.pass, seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.claim(self.content().deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.claim(self.content().fields(fields, visitor))
    }
}
