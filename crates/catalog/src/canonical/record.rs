//! Macros that define a type together with its canonical encoding and its parts.

/// Defines a struct whose fields carry encoding tags.
///
/// A field of type `BTreeMap<String, T>` holds one part for each entry, a [`Remembered`](super::Remembered) field none,
/// any other field is one property (see [`crate::parts`]).
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* $tag:literal => $field:ident : $type:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )*
        }

        impl $crate::canonical::Canonical for $name {
            fn encode(&self, out: &mut Vec<u8>) {
                let _ = &out;
                $(
                    if !$crate::canonical::Canonical::is_default(&self.$field) {
                        $crate::canonical::put_unsigned(out, $tag);
                        $crate::canonical::put_item(out, |out| {
                            $crate::canonical::Canonical::encode(&self.$field, out);
                        });
                    }
                )*
            }

            fn decode(input: &[u8]) -> Result<Self, $crate::canonical::DecodeError> {
                #[allow(unused_mut)]
                let mut value = Self::default();
                let mut reader = $crate::canonical::Reader::new(input);
                while !reader.is_empty() {
                    let tag = reader.unsigned()?;
                    let item = reader.item()?;
                    match tag {
                        $( $tag => value.$field = $crate::canonical::Canonical::decode(item)?, )*
                        code => {
                            let _ = item;
                            return Err($crate::canonical::DecodeError::UnknownCode {
                                what: stringify!($name),
                                code,
                            });
                        }
                    }
                }
                Ok(value)
            }

            fn is_default(&self) -> bool {
                true $( && $crate::canonical::Canonical::is_default(&self.$field) )*
            }
        }

        impl $crate::parts::Parted for $name {
            fn each_part(&self, visit: &mut dyn FnMut($crate::address::Part, $crate::canonical::Bytes)) {
                let _ = &visit;
                $( $crate::parts::PartField::each_part(&self.$field, stringify!($field), visit); )*
            }

            fn set_part(
                &mut self,
                part: &$crate::address::Part,
                value: Option<&[u8]>,
            ) -> Result<bool, $crate::canonical::DecodeError> {
                let _ = value;
                $(
                    if $crate::parts::PartField::set_part(&mut self.$field, stringify!($field), part, value)? {
                        return Ok(true);
                    }
                )*
                let _ = part;
                Ok(false)
            }
        }
    };
}

/// Defines a field-less enum whose variants carry codes; the first variant is the default.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(#[$first_meta:meta])* $first_code:literal => $first:ident,
            $( $(#[$variant_meta:meta])* $code:literal => $variant:ident, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[$first_meta])* #[default] $first,
            $( $(#[$variant_meta])* $variant, )*
        }

        impl $crate::canonical::Canonical for $name {
            fn encode(&self, out: &mut Vec<u8>) {
                let code: u64 = match self {
                    Self::$first => $first_code,
                    $( Self::$variant => $code, )*
                };
                $crate::canonical::put_unsigned(out, code);
            }

            fn decode(input: &[u8]) -> Result<Self, $crate::canonical::DecodeError> {
                match <u64 as $crate::canonical::Canonical>::decode(input)? {
                    $first_code => Ok(Self::$first),
                    $( $code => Ok(Self::$variant), )*
                    code => Err($crate::canonical::DecodeError::UnknownCode { what: stringify!($name), code }),
                }
            }

            fn is_default(&self) -> bool {
                *self == Self::$first
            }
        }
    };
}

pub(crate) use {choice, record};
