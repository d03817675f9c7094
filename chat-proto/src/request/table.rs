//! What is made of the table of requests.

use crate::RequestId;
use serde::Serialize;

macro_rules! requests {
    ($(
        $(#[doc = $about:literal])+
        $variant:ident $kind:literal {
            $( $(#[doc = $field_about:literal])+ $field:ident: $type:ty, )*
        }
    )*) => {
        $(
            $(#[doc = $about])+
            #[derive(Debug, Clone, PartialEq, Serialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            pub struct $variant {
                $(
                    $(#[doc = $field_about])+
                    #[serde(skip_serializing_if = "Field::is_absent")]
                    pub $field: $type,
                )*
            }

            impl From<$variant> for Request {
                fn from(request: $variant) -> Self {
                    Self::$variant(request)
                }
            }
        )*

        /// Everything that a client can ask.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Request {
            $( $(#[doc = $about])+ $variant($variant), )*
        }

        impl Request {
            /// Every request's `type`, in the order of the protocol.
            pub const KINDS: &[&str] = &[$($kind),*];

            /// The request's `type`.
            pub fn kind(&self) -> &'static str {
                match self { $( Self::$variant(_) => $kind, )* }
            }

            /// The schema of every request, by `type`.
            #[cfg(feature = "schema")]
            pub(crate) fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
                vec![$( ($kind, <$variant as schemars::JsonSchema>::json_schema(generator)), )*]
            }

            /// Where the request's `type` stands in [`Request::KINDS`].
            pub fn number(&self) -> usize {
                enum Number { $($variant),* }
                let number = match self { $( Self::$variant(_) => Number::$variant, )* };
                number as usize
            }

            /// What a request does, in words; `None` if there is none of that `type`.
            pub fn about(kind: &str) -> Option<&'static str> {
                match kind { $( $kind => Some(concat!($($about),+).trim_ascii()), )* _ => None }
            }

            /// Reads the fields of a request of a `type` in [`Request::KINDS`]; `None` for any other.
            pub(crate) fn read(kind: &str, fields: &Fields<'_>, limits: &Limits) -> Result<Option<Self>, ErrorReply> {
                Ok(Some(match kind {
                    $( $kind => Self::$variant($variant { $( $field: fields.read(stringify!($field), limits)?, )* }), )*
                    _ => return Ok(None),
                }))
            }

            /// The frame, as a client sends it.
            pub fn encode(&self, id: Option<&RequestId>) -> String {
                match self { $( Self::$variant(request) => table::write(self.kind(), id, request), )* }
            }
        }
    };
}

/// Writes `{"type":…,"id":…,` and then the request's own fields.
pub(super) fn write<T: Serialize>(kind: &str, id: Option<&RequestId>, request: &T) -> String {
    #[derive(Serialize)]
    struct Frame<'a, T> {
        r#type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a RequestId>,
        #[serde(flatten)]
        request: &'a T,
    }
    serde_json::to_string(&Frame {
        r#type: kind,
        id,
        request,
    })
    .expect("requests have string keys and no failing parts")
}
