//! Decimal text: what DynamoDB accepts, how many bytes it takes, which integer it is.

/// The digits that remain of a decimal text without leading and trailing zeros, and their place.
#[derive(Clone, Copy)]
pub(crate) struct Decimal<'a> {
    negative: bool,
    /// Digits and at most one point.
    mantissa: &'a str,
    /// Leading zeros of the mantissa.
    skip: usize,
    /// Significant digits; none for zero.
    digits: usize,
    /// The power of ten of the last significant digit.
    exponent: i64,
}

/// Largest power of ten of the leading digit.
const MAX_MAGNITUDE: i64 = 125;
/// Smallest power of ten of the leading digit.
const MIN_MAGNITUDE: i64 = -130;
/// Most significant digits.
const MAX_DIGITS: usize = 38;

impl<'a> Decimal<'a> {
    /// Reads `-12.50`, `1E2`, `+.5e-3`; `None` for anything that is not a decimal number.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, i64::from(exponent.parse::<i32>().ok()?)),
            None => (unsigned, 0),
        };
        let (mut total, mut fraction, mut skip, mut trail, mut point) =
            (0_usize, 0_i64, 0, 0, false);
        for byte in mantissa.bytes() {
            match byte {
                b'.' if !point => point = true,
                b'0'..=b'9' => {
                    total += 1;
                    fraction += i64::from(point);
                    if byte == b'0' {
                        trail += 1;
                    } else {
                        if trail + 1 == total {
                            skip = trail;
                        }
                        trail = 0;
                    }
                }
                _ => return None,
            }
        }
        if total == 0 {
            return None;
        }
        if trail == total {
            return Some(Self {
                negative: false,
                mantissa,
                skip: total,
                digits: 0,
                exponent: 0,
            });
        }
        Some(Self {
            negative,
            mantissa,
            skip,
            digits: total - skip - trail,
            exponent: exponent - fraction + i64::try_from(trail).ok()?,
        })
    }

    fn significant(&self) -> impl Iterator<Item = u8> + 'a {
        self.mantissa
            .bytes()
            .filter(|&b| b != b'.')
            .skip(self.skip)
            .take(self.digits)
    }

    fn signed_digits(&self) -> i64 {
        i64::try_from(self.digits).unwrap_or(i64::MAX)
    }

    /// The rule of DynamoDB's number type that this number breaks, if any.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if self.digits == 0 {
            return None;
        }
        let magnitude = self.exponent + self.signed_digits() - 1;
        if self.digits > MAX_DIGITS {
            Some("a number holds at most 38 significant digits")
        } else if magnitude > MAX_MAGNITUDE {
            Some("a number's magnitude is at most 9.9999999999999999999999999999999999999E+125")
        } else if magnitude < MIN_MAGNITUDE {
            Some("a number other than zero has a magnitude of at least 1E-130")
        } else {
            None
        }
    }

    /// Stored size in bytes: 1, and 1 per two digits on each side of the point, and 1 for a sign.
    pub(crate) fn size(&self) -> usize {
        if self.digits == 0 {
            return 1;
        }
        let places = usize::try_from(-self.exponent).unwrap_or(0);
        let fraction = places.min(self.digits);
        let integer = self.digits - fraction;
        // Zeros between the point and the first digit cost nothing, zeros inside the digits do.
        1 + integer.div_ceil(2) + fraction.div_ceil(2) + usize::from(self.negative)
    }

    /// Sign and absolute value, if the number is an integer that fits.
    pub(crate) fn integer(&self) -> Option<(bool, u128)> {
        let zeros = u32::try_from(self.exponent).ok()?;
        let mut value = 0_u128;
        for digit in self.significant() {
            value = value
                .checked_mul(10)?
                .checked_add(u128::from(digit - b'0'))?;
        }
        if value == 0 {
            return Some((false, 0));
        }
        Some((
            self.negative,
            value.checked_mul(10_u128.checked_pow(zeros)?)?,
        ))
    }

    /// Plain notation without superfluous zeros, as DynamoDB returns it. Only for numbers without
    /// [`fault`](Self::fault): the text is as long as the magnitude.
    pub(crate) fn canonical(&self) -> String {
        if self.digits == 0 {
            return "0".to_owned();
        }
        let mut text = String::from(if self.negative { "-" } else { "" });
        let integer = self.signed_digits() + self.exponent;
        if integer <= 0 {
            text.push_str("0.");
            text.extend((integer..0).map(|_| '0'));
        }
        for (at, digit) in (0_i64..).zip(self.significant()) {
            if at == integer && at > 0 {
                text.push('.');
            }
            text.push(char::from(digit));
        }
        text.extend((0..self.exponent).map(|_| '0'));
        text
    }
}

/// Stored size in bytes of a number's text; text that is no number counts as its length.
pub(super) fn size(text: &str) -> usize {
    let bytes = text.as_bytes();
    // Most numbers are short plain integers.
    if let ([b'1'..=b'9', ..], [.., b'1'..=b'9']) = (bytes, bytes)
        && bytes.iter().all(u8::is_ascii_digit)
    {
        return 1 + bytes.len().div_ceil(2);
    }
    Decimal::parse(text).map_or(bytes.len(), |decimal| decimal.size())
}

/// Appends the digits of an integer; returns its stored size without a sign.
pub(super) fn push_integer(out: &mut String, value: u64) -> usize {
    if value == 0 {
        out.push('0');
        return 1;
    }
    let mut digits = [b'0'; 20];
    let (mut rest, mut start, mut zeros) = (value, digits.len(), 0);
    for (at, slot) in digits.iter_mut().enumerate().rev() {
        // The remainder is below ten.
        let digit = (rest % 10) as u8;
        *slot = b'0' + digit;
        if digit == 0 && zeros == digits_after(at) {
            zeros += 1;
        }
        rest /= 10;
        if rest == 0 {
            start = at;
            break;
        }
    }
    let text = digits.get(start..).unwrap_or_default();
    out.push_str(std::str::from_utf8(text).unwrap_or_default());
    1 + (text.len() - zeros).div_ceil(2)
}

/// Digits of a `u64` after the one at this place of twenty.
const fn digits_after(at: usize) -> usize {
    19 - at
}

/// The value of a text of plain digits that surely fits.
fn plain(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then_some(value * 10 + u64::from(digit))
    })
}

/// The value of the digits that a text begins with, and how many they are: one to eighteen, which fit, signed
/// or not.
#[inline]
pub(super) fn leading_digits(text: &[u8]) -> Option<(u64, usize)> {
    let (mut value, mut len) = (0_u64, 0);
    while let Some(digit) = text.get(len).map(|byte| byte.wrapping_sub(b'0'))
        && digit < 10
    {
        if len == 18 {
            return None;
        }
        value = value * 10 + u64::from(digit);
        len += 1;
    }
    (len > 0).then_some((value, len))
}

/// The text as an integer, also from `1E2` and `100.0`.
pub(super) fn to_u128(text: &str) -> Option<u128> {
    match plain(text.as_bytes()) {
        Some(value) => Some(value.into()),
        None => match Decimal::parse(text)?.integer()? {
            (true, _) => None,
            (false, value) => Some(value),
        },
    }
}

/// The text as an unsigned integer, also from `1E2` and `100.0`.
pub(super) fn to_u64(text: &str) -> Option<u64> {
    match plain(text.as_bytes()) {
        Some(value) => Some(value),
        None => to_u128(text)?.try_into().ok(),
    }
}

/// The text as a signed integer, also from `-1E2` and `100.0`.
pub(super) fn to_i128(text: &str) -> Option<i128> {
    if let Some(value) = plain(text.as_bytes()) {
        return Some(value.into());
    }
    let (negative, value) = Decimal::parse(text)?.integer()?;
    if negative {
        0_i128.checked_sub_unsigned(value)
    } else {
        value.try_into().ok()
    }
}

/// The text as a signed integer, also from `-1E2` and `100.0`.
pub(super) fn to_i64(text: &str) -> Option<i64> {
    to_i128(text)?.try_into().ok()
}

/// The text as a finite `f64`.
pub(super) fn to_f64(text: &str) -> Option<f64> {
    // `parse` knows `inf` and `nan`, and answers infinity when a number is too large.
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The text as a finite `f32`.
pub(super) fn to_f32(text: &str) -> Option<f32> {
    text.parse().ok().filter(|value: &f32| value.is_finite())
}

/// Whether the shortest decimal form of `value` is the number that `text` states.
pub(super) fn is_exactly(text: &str, value: f64) -> bool {
    let shortest = value.to_string();
    match (Decimal::parse(text), Decimal::parse(&shortest)) {
        (Some(a), Some(b)) => {
            a.negative == b.negative
                && a.exponent == b.exponent
                && a.digits == b.digits
                && a.significant().eq(b.significant())
        }
        _ => false,
    }
}
