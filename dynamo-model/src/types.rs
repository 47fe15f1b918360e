//! placeholder
#[derive(Clone,Debug,PartialEq,PartialOrd)] pub struct Number(String);
impl Number { pub fn as_str(&self)->&str{&self.0} }
impl std::str::FromStr for Number { type Err=(); fn from_str(s:&str)->Result<Self,()>{Ok(Number(s.into()))} }
#[derive(Clone,Debug,PartialEq)] pub struct Binary(pub Vec<u8>);
impl std::ops::Deref for Binary { type Target=[u8]; fn deref(&self)->&[u8]{&self.0} }
impl From<Vec<u8>> for Binary { fn from(v:Vec<u8>)->Self{Binary(v)} }
