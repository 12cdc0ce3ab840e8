//! G.711 (ITU-T, 1988): A-law and mu-law.

/// Which law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// A-law, payload type 8: China and Europe.
    A,
    /// mu-law, payload type 0: North America and Japan.
    Mu,
}

impl Law {
    /// The static payload type (RFC 3551, table 4).
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::A => 8,
            Self::Mu => 0,
        }
    }

    /// The law of a static payload type.
    pub const fn of_payload_type(number: u8) -> Option<Self> {
        match number {
            8 => Some(Self::A),
            0 => Some(Self::Mu),
            _ => None,
        }
    }

    /// The name in SDP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "PCMA",
            Self::Mu => "PCMU",
        }
    }

    /// One sample to its code.
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::A => a_encode(sample),
            Self::Mu => mu_encode(sample),
        }
    }

    /// One code to its sample.
    pub fn decode(self, code: u8) -> i16 {
        let table = match self {
            Self::A => &A_DECODED,
            Self::Mu => &MU_DECODED,
        };
        table.get(usize::from(code)).copied().unwrap_or_default()
    }
}

static A_DECODED: [i16; 256] = table(true);
static MU_DECODED: [i16; 256] = table(false);

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, over the whole range of the index")]
const fn table(a_law: bool) -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = if a_law { a_decode(code as u8) } else { mu_decode(code as u8) };
        code += 1;
    }
    table
}

const fn a_decode(code: u8) -> i16 {
    let code = code ^ 0x55;
    let exponent = (code >> 4) & 7;
    let mantissa = (code & 15) as i16;
    let magnitude =
        if exponent == 0 { (mantissa << 4) + 8 } else { ((mantissa << 4) + 0x108) << (exponent - 1) };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

const fn mu_decode(code: u8) -> i16 {
    let code = !code;
    let exponent = (code >> 4) & 7;
    let mantissa = (code & 15) as i16;
    let magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

fn a_encode(sample: i16) -> u8 {
    let (sign, magnitude) = if sample >= 0 { (0x80_u8, sample) } else { (0, !sample) };
    let magnitude = i32::from(magnitude) >> 3;
    let code = if magnitude < 32 {
        (magnitude >> 1) as u8
    } else {
        let exponent = 27 - magnitude.leading_zeros() as i32;
        ((exponent << 4) | ((magnitude >> exponent) & 15)) as u8
    };
    (code | sign) ^ 0x55
}

fn mu_encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80_u8 } else { 0 };
    let magnitude = i32::from(sample).abs().min(32_635) + 0x84;
    let exponent = 24 - magnitude.leading_zeros() as i32;
    let mantissa = (magnitude >> (exponent + 3)) & 15;
    !(sign | ((exponent << 4) as u8) | mantissa as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_comes_back_from_its_sample() {
        for law in [Law::A, Law::Mu] {
            for code in 0..=255_u8 {
                let sample = law.decode(code);
                assert_eq!(law.decode(law.encode(sample)), sample, "{law:?} {code:#x}");
            }
        }
    }

    #[test]
    fn known_values_of_the_standard() {
        assert_eq!(Law::A.encode(0), 0xD5);
        assert_eq!(Law::Mu.encode(0), 0xFF);
        assert_eq!(Law::A.decode(0xD5), 8);
        assert_eq!(Law::Mu.decode(0xFF), 0);
        assert_eq!(Law::A.decode(0xAA), 32_256);
        assert_eq!(Law::Mu.decode(0x80), 32_124);
    }

    #[test]
    fn the_error_stays_within_the_step() {
        for law in [Law::A, Law::Mu] {
            for sample in i16::MIN..=i16::MAX {
                let back = i32::from(law.decode(law.encode(sample)));
                let error = (back - i32::from(sample)).abs();
                let allowed = (i32::from(sample).abs() / 16).max(16) + 1;
                assert!(error <= allowed || i32::from(sample).abs() > 32_000, "{law:?} {sample} {back}");
            }
        }
    }
}
