//! Types as they are written, in the syntax of any language: `Map<K, V>`, `dict[K, V]`, `T[]`, `[]T`, `&T`, `T?`,
//! `(K, V)`, `(T) -> R`, `T.() -> R`, `impl FnOnce(T) -> R`.

/// A type of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A type variable: one capital letter.
    Variable(char),
    /// A type with its arguments; of an array the name is `[]`, of a tuple `()`.
    Named(String, Vec<Type>),
    Function {
        receiver: Option<Box<Type>>,
        parameters: Vec<Type>,
        result: Box<Type>,
    },
}

pub const ARRAY: &str = "[]";
pub const TUPLE: &str = "()";

/// Words before a type that say how a value is held, not what it is.
const QUALIFIERS: &[&str] = &["mut", "dyn", "impl", "in", "out", "params", "readonly", "ref", "vararg"];
/// Alternatives that stand for the absence of a value.
const ABSENT: &[&str] = &["None", "null", "undefined"];

impl Type {
    /// The type that a text is; an empty text is a type without a name.
    pub fn parse(text: &str) -> Type {
        Reader { text: text.as_bytes(), at: 0 }.alternatives()
    }

    /// Does the type, or an argument of it, name the variable? What a function takes does not count.
    pub fn mentions(&self, variable: char) -> bool {
        match self {
            Type::Variable(own) => *own == variable,
            Type::Named(_, arguments) => arguments.iter().any(|a| a.mentions(variable)),
            Type::Function { result, .. } => result.mentions(variable),
        }
    }

    /// The arguments that are variables, in order.
    pub fn variables(&self) -> Vec<char> {
        match self {
            Type::Named(_, arguments) => arguments.iter().filter_map(Type::variable).collect(),
            _ => Vec::new(),
        }
    }

    pub fn variable(&self) -> Option<char> {
        match self {
            Type::Variable(name) => Some(*name),
            _ => None,
        }
    }

    pub fn name(&self) -> Option<&str> {
        match self {
            Type::Named(name, _) => Some(name),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// Of `A | B` the first that is no absence of a value.
    fn alternatives(&mut self) -> Type {
        let mut chosen = self.postfixed();
        while self.take(b"|") {
            let other = self.postfixed();
            if chosen.name().is_some_and(|name| ABSENT.contains(&name)) {
                chosen = other;
            }
        }
        chosen
    }

    /// A type and what stands behind it.
    fn postfixed(&mut self) -> Type {
        let mut found = self.single();
        loop {
            if self.take(b"[]") {
                found = Type::Named(ARRAY.to_owned(), vec![found]);
            } else if self.take(b".(") {
                let parameters = self.list(b')');
                let result = self.result().unwrap_or_else(nothing);
                return Type::Function {
                    receiver: Some(Box::new(found)),
                    parameters,
                    result: Box::new(result),
                };
            } else if !self.take(b"?") {
                return found;
            }
        }
    }

    fn single(&mut self) -> Type {
        while self.take(b"&") || self.take(b"*") || self.take(b"...") {}
        if self.take(b"'") {
            self.word(); // a lifetime
            return self.single();
        }
        if self.take(b"(") {
            let parts = self.list(b')');
            return match (self.result(), parts) {
                (Some(result), parameters) => function(parameters, result),
                (None, parts) if parts.len() == 1 => parts.into_iter().next().unwrap_or_else(nothing),
                (None, parts) => Type::Named(TUPLE.to_owned(), parts),
            };
        }
        if self.take(b"[") {
            let parts = self.list(b']');
            if parts.is_empty() {
                return Type::Named(ARRAY.to_owned(), vec![self.single()]); // `[]T`
            }
            let name = if parts.len() == 1 { ARRAY } else { TUPLE };
            return Type::Named(name.to_owned(), parts);
        }
        let name = self.word();
        if QUALIFIERS.contains(&name.as_str()) {
            return self.single();
        }
        // The name of a parameter or of an associated type, before what it is.
        if !name.is_empty() && (self.take(b"?:") || self.take(b":") || self.take_assigned()) {
            return self.alternatives();
        }
        if self.take(b"(") {
            let parameters = self.list(b')');
            let result = self.result().unwrap_or_else(nothing);
            return function(parameters, result);
        }
        let arguments = match self.peek() {
            Some(b'<') => self.after_bracket(b'>'),
            Some(b'[') if self.text.get(self.at + 1) != Some(&b']') => self.after_bracket(b']'),
            _ => Vec::new(),
        };
        match name.as_bytes() {
            [variable] if variable.is_ascii_uppercase() => Type::Variable(*variable as char),
            _ => Type::Named(name, arguments),
        }
    }

    fn after_bracket(&mut self, close: u8) -> Vec<Type> {
        self.at += 1;
        self.list(close)
    }

    /// Types up to the closing bracket.
    fn list(&mut self, close: u8) -> Vec<Type> {
        let mut parts = Vec::new();
        loop {
            let begin = self.at;
            match self.peek() {
                None => return parts,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return parts;
                }
                Some(b',') => self.at += 1,
                Some(_) => parts.push(self.alternatives()),
            }
            if self.at == begin {
                self.at += 1; // nothing that a type begins with
            }
        }
    }

    /// What stands behind an arrow.
    fn result(&mut self) -> Option<Type> {
        (self.take(b"->") || self.take(b"=>")).then(|| self.alternatives())
    }

    /// A name, of a path its last part.
    fn word(&mut self) -> String {
        self.peek();
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        loop {
            let begin = self.at;
            while self.text.get(self.at).copied().is_some_and(is_part) {
                self.at += 1;
            }
            let end = self.at;
            let next = |at: usize| self.text.get(at).copied().is_some_and(is_part);
            match &self.text[end..] {
                [b'.', ..] if end > begin && next(end + 1) => self.at += 1,
                [b':', b':', ..] if end > begin && next(end + 2) => self.at += 2,
                _ => return String::from_utf8_lossy(&self.text[begin..end]).into_owned(),
            }
        }
    }

    fn take_assigned(&mut self) -> bool {
        self.peek();
        !self.text[self.at..].starts_with(b"=>") && self.take(b"=")
    }

    fn take(&mut self, mark: &[u8]) -> bool {
        self.peek();
        let found = self.text[self.at..].starts_with(mark);
        self.at += if found { mark.len() } else { 0 };
        found
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }
}

fn function(parameters: Vec<Type>, result: Type) -> Type {
    Type::Function { receiver: None, parameters, result: Box::new(result) }
}

fn nothing() -> Type {
    Type::Named(String::new(), Vec::new())
}
