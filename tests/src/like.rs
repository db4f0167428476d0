//! Patterns of `LIKE` the obvious way: a table of which beginnings of a value each beginning of a pattern
//! matches.

/// Whether a pattern matches a whole value, both folded; none where it is no pattern.
pub fn matches(pattern: &str, value: &str) -> Option<bool> {
    Some(table(&tokens(pattern)?, value))
}

/// What a place of a pattern takes: any text, or one character that meets a condition.
enum Token {
    Any,
    One(Box<dyn Fn(char) -> bool>),
}

/// The tokens of a pattern; none where a set has no end or a range runs backwards.
fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let characters: Vec<char> = pattern.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(c) = characters.get(at).copied() {
        at += 1;
        tokens.push(match c {
            '%' => Token::Any,
            '_' => Token::One(Box::new(|_| true)),
            '[' => {
                let end = (at + 1..characters.len()).find(|end| characters[*end] == ']')?;
                let set = characters[at..end].to_vec();
                at = end + 1;
                Token::One(set_of(set)?)
            }
            c => Token::One(Box::new(move |other| other == c)),
        });
    }
    Some(tokens)
}

fn set_of(mut set: Vec<char>) -> Option<Box<dyn Fn(char) -> bool>> {
    let negated = set.len() > 1 && set[0] == '^';
    if negated {
        set.remove(0);
    }
    let mut members = Vec::new();
    while !set.is_empty() {
        let range = set.len() > 2 && (set[1] == '-' || set[1] == '=');
        let taken: Vec<char> = set.drain(..if range { 3 } else { 1 }).collect();
        let (low, high) = (taken[0], taken[taken.len() - 1]);
        if low > high {
            return None;
        }
        members.push(low..=high);
    }
    Some(Box::new(move |c| members.iter().any(|range| range.contains(&c)) != negated))
}

/// Whether the whole value matches, by which beginnings of it each beginning of the pattern matches.
fn table(tokens: &[Token], value: &str) -> bool {
    let characters: Vec<char> = value.chars().collect();
    let mut reached = vec![false; characters.len() + 1];
    reached[0] = true;
    for token in tokens {
        let mut next = Vec::with_capacity(reached.len());
        for (at, here) in reached.iter().enumerate() {
            let before = at.checked_sub(1);
            next.push(match token {
                Token::Any => *here || before.is_some_and(|before| next[before]),
                Token::One(holds) => {
                    before.is_some_and(|before| reached[before] && holds(characters[before]))
                }
            });
        }
        reached = next;
    }
    reached[characters.len()]
}
