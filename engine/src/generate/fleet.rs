//! Generated fleets.
