//! Objects and arrays of a response, walked in place: what is in them is looked at once.

use super::DecodeError;
use super::cursor::Cursor;

impl<'de> Cursor<'de> {
    /// Stops at every member of an object that is not `null`, which is absence: with its name, and with the cursor on its
    /// value, past which `each` moves it.
    pub(crate) fn members(
        &mut self,
        each: &mut dyn FnMut(&str, &mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut first = true;
        self.enter(b'{')?;
        while self.more(&mut first, b'}')? {
            let (name, _) = self.key()?;
            if !self.take_absent()? {
                each(&name, self)?;
            }
        }
        Ok(())
    }

    /// Stops at every element of an array, past which `each` moves the cursor.
    pub(crate) fn elements(
        &mut self,
        each: &mut dyn FnMut(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut first = true;
        self.enter(b'[')?;
        while self.more(&mut first, b']')? {
            each(self)?;
        }
        Ok(())
    }

    /// The text of an object, such as an item.
    pub(crate) fn object(&mut self) -> Result<&'de str, DecodeError> {
        let text = self.value()?;
        if text.starts_with('{') {
            Ok(text)
        } else {
            Err(DecodeError::malformed(
                "an item in the response is not a JSON object",
            ))
        }
    }
}
