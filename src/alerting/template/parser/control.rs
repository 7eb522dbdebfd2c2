//! Actions that are more than a pipeline.

use super::super::lexer::Kind;
use super::super::node::{Branch, Node};
use super::{Ending, Item, Parsed, Parser};
use crate::promql::Dialect;

impl Parser<'_> {
    /// What follows a left delimiter.
    pub(super) fn action(&mut self) -> Parsed<Item> {
        let token = self.next_word();
        match token.kind {
            Kind::Block => self.block().map(Item::Node),
            Kind::Template => self.template().map(Item::Node),
            Kind::If => self.branch("if").map(Node::If).map(Item::Node),
            Kind::With => self.branch("with").map(Node::With).map(Item::Node),
            Kind::Range => self.branch("range").map(Node::Range).map(Item::Node),
            Kind::Break | Kind::Continue => self.jump(token.kind, token.start).map(Item::Node),
            Kind::End => self.expect(Kind::RightDelim, "end").map(|_| Item::Ending(Ending::End)),
            Kind::Else => self.otherwise(),
            _ => {
                let at = token.start;
                self.back(token);
                let pipe = self.pipeline("command", Kind::RightDelim)?;
                Ok(Item::Node(Node::Action { at, pipe }))
            }
        }
    }

    fn jump(&mut self, kind: Kind, at: usize) -> Parsed<Node> {
        let word = if kind == Kind::Break { "{{break}}" } else { "{{continue}}" };
        let token = self.next_word();
        if token.kind != Kind::RightDelim {
            return self.unexpected(&token, word);
        }
        if self.scope.ranges == 0 {
            return self.fail(&format!("{word} outside {{{{range}}}}"));
        }
        Ok(if kind == Kind::Break { Node::Break { at } } else { Node::Continue { at } })
    }

    /// `{{else}}`; of `{{else if}}` the second word stays for the branch that is chained.
    fn otherwise(&mut self) -> Parsed<Item> {
        let chained = match self.peek_word().kind {
            Kind::If => true,
            Kind::With => self.functions.dialect() == Dialect::V3,
            _ => false,
        };
        if !chained {
            self.expect(Kind::RightDelim, "else")?;
        }
        Ok(Item::Ending(Ending::Else))
    }

    /// `if`, `with` or `range`, whose keyword is past.
    fn branch(&mut self, context: &str) -> Parsed<Branch> {
        self.deeper(|parser| {
            let variables = parser.scope.variables.len();
            let branch = parser.branch_in_scope(context);
            parser.scope.variables.truncate(variables);
            branch
        })
    }

    fn branch_in_scope(&mut self, context: &str) -> Parsed<Branch> {
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        let ranges = self.scope.ranges;
        self.scope.ranges += usize::from(context == "range");
        let (list, ending) = self.list()?;
        self.scope.ranges = ranges;
        if ending == Ending::End {
            return Ok(Branch { pipe, list, otherwise: None });
        }
        let next = self.peek().kind;
        let chained = match (context, next) {
            ("if", Kind::If) => true,
            ("with", Kind::With) => self.functions.dialect() == Dialect::V3,
            _ => false,
        };
        if chained {
            self.next();
            let inner = self.branch(context)?;
            let node = if context == "if" { Node::If(inner) } else { Node::With(inner) };
            return Ok(Branch { pipe, list, otherwise: Some(vec![node]) });
        }
        let (otherwise, ending) = self.list()?;
        if ending != Ending::End {
            return self.fail(&format!("expected end; found {}", ending.text()));
        }
        Ok(Branch { pipe, list, otherwise: Some(otherwise) })
    }

    /// `{{block "name" pipeline}} ... {{end}}`: a definition that is used where it stands.
    fn block(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "block clause";
        let token = self.next_word();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        let nodes = self.own_scope(CONTEXT)?;
        self.add(name.clone(), nodes)?;
        Ok(Node::Template { at: token.start, name, pipe: Some(pipe) })
    }

    /// `{{template "name" pipeline}}`, the pipeline optional.
    fn template(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "template clause";
        let token = self.next_word();
        let name = self.template_name(&token, CONTEXT)?;
        let next = self.next_word();
        let pipe = if next.kind == Kind::RightDelim {
            None
        } else {
            self.back(next);
            Some(self.pipeline(CONTEXT, Kind::RightDelim)?)
        };
        Ok(Node::Template { at: token.start, name, pipe })
    }
}
