//! Slices, maps and structs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::functions::Function;
use super::Value;

/// What the elements of a slice or map are declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// `string`: a missing key yields the empty text.
    Text,
    /// `interface {}`: a missing key yields nothing.
    Any,
    /// A pointer or struct; a missing key yields nothing.
    Other,
}

/// The type of a slice or map.
#[derive(Debug)]
pub struct Shape {
    /// Go's name of it, such as `map[string]string`.
    pub name: &'static str,
    /// Go's type of its elements.
    pub element: Element,
    /// Its methods.
    pub methods: &'static [Function],
}

impl Shape {
    /// A type without methods.
    #[must_use]
    pub const fn plain(name: &'static str, element: Element) -> Shape {
        Shape { name, element, methods: &[] }
    }
}

/// `map[string]string`.
static TEXTS_BY_TEXT: Shape = Shape::plain("map[string]string", Element::Text);
/// `map[string]interface {}`.
static ANY_BY_TEXT: Shape = Shape::plain("map[string]interface {}", Element::Any);
/// `[]string`.
static TEXTS: Shape = Shape::plain("[]string", Element::Text);
/// `[]interface {}`.
static ANYS: Shape = Shape::plain("[]interface {}", Element::Any);

/// How deep the deepest of them is, plus the container around them.
fn depth_over<'v>(values: impl Iterator<Item = &'v Value>) -> usize {
    values.map(Value::depth).max().unwrap_or(0).saturating_add(1)
}

/// A slice; cheap to clone.
#[derive(Debug, Clone)]
pub struct List {
    shape: &'static Shape,
    items: Arc<[Value]>,
    depth: usize,
}

impl List {
    /// A slice of a type of its own.
    #[must_use]
    pub fn new(shape: &'static Shape, items: Vec<Value>) -> List {
        let depth = depth_over(items.iter());
        List { shape, items: items.into(), depth }
    }

    /// `[]string`.
    pub fn of_texts<T: Into<Arc<str>>>(items: impl IntoIterator<Item = T>) -> List {
        List::new(&TEXTS, items.into_iter().map(|text| Value::Text(text.into())).collect())
    }

    /// `[]interface {}`.
    #[must_use]
    pub fn of_any(items: Vec<Value>) -> List {
        List::new(&ANYS, items)
    }

    /// Its type.
    #[must_use]
    pub const fn shape(&self) -> &'static Shape {
        self.shape
    }

    /// Its elements in order.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    pub(super) const fn depth(&self) -> usize {
        self.depth
    }
}

/// A map with text for keys; cheap to clone.
#[derive(Debug, Clone)]
pub struct Map {
    shape: &'static Shape,
    entries: Arc<BTreeMap<Arc<str>, Value>>,
    depth: usize,
}

impl Map {
    /// A map of a type of its own.
    pub fn new(shape: &'static Shape, entries: impl IntoIterator<Item = (Arc<str>, Value)>) -> Map {
        let entries: BTreeMap<Arc<str>, Value> = entries.into_iter().collect();
        let depth = depth_over(entries.values());
        Map { shape, entries: Arc::new(entries), depth }
    }

    /// `map[string]string`.
    pub fn of_texts<K: Into<Arc<str>>, V: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, V)>) -> Map {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), Value::Text(value.into())));
        Map::new(&TEXTS_BY_TEXT, entries)
    }

    /// `map[string]interface {}`.
    pub fn of_any(entries: impl IntoIterator<Item = (Arc<str>, Value)>) -> Map {
        Map::new(&ANY_BY_TEXT, entries)
    }

    /// Its type.
    #[must_use]
    pub const fn shape(&self) -> &'static Shape {
        self.shape
    }

    /// What a key holds; for a missing one the zero value of the element's type.
    #[must_use]
    pub fn get(&self, key: &str) -> Value {
        match (self.entries.get(key), self.shape.element) {
            (Some(value), _) => value.clone(),
            (None, Element::Text) => Value::Text("".into()),
            (None, Element::Any | Element::Other) => Value::Nil,
        }
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.entries.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) const fn depth(&self) -> usize {
        self.depth
    }
}

/// A field of a struct's type.
#[derive(Debug)]
pub struct Field {
    /// As it is written after the dot.
    pub name: &'static str,
    /// Whether it is declared as `interface {}`.
    pub any: bool,
}

/// The type of a struct.
#[derive(Debug)]
pub struct StructShape {
    /// Go's name of it, with the `*` of a pointer.
    pub name: &'static str,
    /// Whether values are pointers to it.
    pub pointer: bool,
    /// Its fields in order.
    pub fields: &'static [Field],
    /// Its methods.
    pub methods: &'static [Function],
}

/// A struct, or a pointer to one; cheap to clone.
#[derive(Debug, Clone)]
pub struct Struct {
    shape: &'static StructShape,
    values: Arc<[Value]>,
    depth: usize,
}

impl Struct {
    /// A struct of a type, with a value for each field in order; fields that have none are nil.
    #[must_use]
    pub fn new(shape: &'static StructShape, values: Vec<Value>) -> Struct {
        let depth = depth_over(values.iter());
        Struct { shape, values: values.into(), depth }
    }

    /// Its type.
    #[must_use]
    pub const fn shape(&self) -> &'static StructShape {
        self.shape
    }

    pub(super) const fn type_name(&self) -> &'static str {
        self.shape.name
    }

    /// A field and whether it is declared as `interface {}`; `None` if there is no such field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<(Value, bool)> {
        let place = self.shape.fields.iter().position(|field| field.name == name)?;
        let value = self.values.get(place).cloned().unwrap_or(Value::Nil);
        Some((value, self.shape.fields.get(place).is_some_and(|field| field.any)))
    }

    /// What `==` says of two pointers: whether they are the same.
    pub(in super::super) fn is_same_as(&self, other: &Struct) -> bool {
        Arc::ptr_eq(&self.values, &other.values)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.shape.fields.iter().map(|field| field.name).zip(self.values.iter())
    }

    pub(super) const fn depth(&self) -> usize {
        self.depth
    }
}
