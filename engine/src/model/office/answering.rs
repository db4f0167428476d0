//! Which of several bundles answers for an article.

use std::collections::BTreeSet;

/// Leaves out withdrawn bundles of several that one article names, where a current one has the same version of
/// Office and the same article: the current one answers. `identity` and `is_expired` are those of each.
///
/// ```
/// use patchstate::model::office::answering;
///
/// let all = [("office:3/1/0", true), ("office:3/1/1", false), ("office:2/1/0", true)];
/// let left = answering(all.to_vec(), |one| one.0, |one| one.1);
/// assert_eq!(left, [("office:3/1/1", false), ("office:2/1/0", true)]);
/// ```
pub fn answering<'i, T>(
    all: Vec<T>,
    identity: impl Fn(&T) -> &'i str,
    is_expired: impl Fn(&T) -> bool,
) -> Vec<T> {
    let pair = |one: &T| identity(one).rsplit_once('/').map(|(pair, _)| pair);
    let live: BTreeSet<&str> = all.iter().filter(|one| !is_expired(one)).filter_map(pair).collect();
    let answers = |one: &T| !is_expired(one) || pair(one).is_none_or(|pair| !live.contains(pair));
    all.into_iter().filter(answers).collect()
}
