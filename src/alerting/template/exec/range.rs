//! `range`.

use super::super::node::Branch;
use super::super::value::{Element, Value};
use super::{Executed, Flow, Found, State};
use crate::promql::Dialect;

impl<'t> State<'t> {
    pub(super) fn range(&mut self, dot: &Found, branch: &'t Branch) -> Executed<Flow> {
        let mark = self.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let entered = self.loop_over(&value, branch)?;
        let flow = if entered {
            Flow::On
        } else {
            self.walk_list(dot, branch.otherwise.as_deref().unwrap_or_default())?
        };
        self.variables.truncate(mark);
        Ok(flow)
    }

    /// Whether there was anything to loop over.
    fn loop_over(&mut self, value: &Value, branch: &'t Branch) -> Executed<bool> {
        let new = self.setting.functions.dialect() == Dialect::V3;
        match value {
            Value::List(list) => {
                let any = list.shape().element == Element::Any;
                for (i, item) in list.items().iter().enumerate() {
                    if !self.once(branch, Value::int(i), Found { value: item.clone(), any })? {
                        break;
                    }
                }
                Ok(!list.items().is_empty())
            }
            Value::Map(map) => {
                let any = map.shape().element == Element::Any;
                for (key, item) in map.iter() {
                    let item = Found { value: item.clone(), any };
                    if !self.once(branch, Value::Text(key.clone()), item)? {
                        break;
                    }
                }
                Ok(!map.is_empty())
            }
            Value::Int(count, kind) if new => {
                if branch.pipe.declared.len() > 1 {
                    return self.fail(&format!("can't use {count} to iterate over more than one variable"));
                }
                for i in 0..*count {
                    if !self.once(branch, Value::Nil, Found::plain(Value::Int(i, *kind)))? {
                        break;
                    }
                }
                Ok(*count > 0)
            }
            Value::Nil => Ok(false),
            other => {
                let shown = super::format::sprint(std::slice::from_ref(other)).unwrap_or_default();
                self.fail(&format!("range can't iterate over {shown}"))
            }
        }
    }

    /// One iteration; whether there is to be another.
    fn once(&mut self, branch: &'t Branch, index: Value, item: Found) -> Executed<bool> {
        self.step()?;
        let declared = &branch.pipe.declared;
        let assign = branch.pipe.assign && self.setting.functions.dialect() == Dialect::V3;
        let values: Vec<Found> =
            if declared.len() > 1 { vec![Found::plain(index), item.clone()] } else { vec![item.clone()] };
        let top = self.variables.len();
        for (place, (name, value)) in declared.iter().zip(values).enumerate() {
            if assign {
                self.assign(name, value)?;
            } else if let Some(slot) = self.variables.get_mut((top + place).wrapping_sub(declared.len())) {
                slot.1 = value;
            }
        }
        let mark = self.variables.len();
        let flow = self.walk_list(&item, &branch.list)?;
        self.variables.truncate(mark);
        Ok(flow != Flow::Break)
    }
}
