//! Typed identifiers. Each is a string that sorts by the time it was made (like UUIDv7), so that keys cluster in both
//! databases and a newer row never has a smaller id on one node.

use crate::{Micros, Rng};

/// Builds the text of an identifier: 10 hexadecimal digits of milliseconds, then 14 of randomness.
pub fn fresh(now: Micros, rng: &mut Rng) -> String {
    let millis = (now.0 / 1000).max(0) as u64 & 0xff_ffff_ffff;
    let noise = rng.next_u64() >> 8;
    format!("{millis:010x}{noise:014x}")
}

/// Declares a newtype identifier over text: `id! { /// A contact. ContactId }`.
#[macro_export]
macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// A fresh identifier.
            pub fn fresh(now: $crate::Micros, rng: &mut $crate::Rng) -> Self {
                Self($crate::id::fresh(now, rng))
            }

            /// The text of the identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+};
}

id! {
    /// One conversation of one citizen, by whatever channel.
    ContactId,
    /// A member of staff.
    StaffId,
    /// A ticket's internal identifier (citizens see its number).
    TicketId,
    /// A knowledge entry.
    EntryId,
    /// A queue that contacts wait in.
    QueueId,
    /// A hotline merged behind the number.
    LineId,
    /// A unit that handles tickets.
    UnitId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_identifiers_sort_after_earlier_ones() {
        let mut rng = Rng::seeded(1);
        let early = ContactId::fresh(Micros(1_000_000), &mut rng);
        let late = ContactId::fresh(Micros(2_000_000), &mut rng);
        assert!(early < late);
        assert_eq!(early.as_str().len(), 24);
    }
}
