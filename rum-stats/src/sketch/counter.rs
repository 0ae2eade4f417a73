//! What a bucket may hold: `u32` and `u16` counts, and `f32` weights.

/// A bucket's content as a weight. Sealed: `u16`, `u32` and `f32`.
pub trait Mass: Copy + Default + PartialEq + sealed::Sealed {
    /// The weight.
    fn mass(self) -> f64;
}

/// A whole number that saturates and then stays saturated. Sealed: `u16` and `u32`.
pub trait Counter: Mass + Eq + Into<u64> {
    /// The saturated value: "this many or more".
    const SATURATED: Self;

    /// One more sample.
    #[must_use]
    fn increment(self) -> Self;

    /// `more` samples more.
    #[must_use]
    fn add(self, more: Self) -> Self;

    /// `fewer` samples fewer, not below 0. A saturated counter stays saturated.
    #[must_use]
    fn subtract(self, fewer: Self) -> Self;

    /// The count; `u32::MAX` when saturated, whatever the width.
    fn to_u32(self) -> u32;

    /// A count, saturated when it does not fit.
    fn from_u32(count: u32) -> Self;
}

impl Mass for u32 {
    fn mass(self) -> f64 {
        f64::from(self)
    }
}

impl Counter for u32 {
    const SATURATED: Self = Self::MAX;

    fn increment(self) -> Self {
        self.saturating_add(1)
    }

    fn add(self, more: Self) -> Self {
        self.saturating_add(more)
    }

    fn subtract(self, fewer: Self) -> Self {
        if self == Self::SATURATED { self } else { self.saturating_sub(fewer) }
    }

    fn to_u32(self) -> u32 {
        self
    }

    fn from_u32(count: u32) -> Self {
        count
    }
}

impl Mass for u16 {
    fn mass(self) -> f64 {
        f64::from(self)
    }
}

impl Counter for u16 {
    const SATURATED: Self = Self::MAX;

    fn increment(self) -> Self {
        self.saturating_add(1)
    }

    fn add(self, more: Self) -> Self {
        self.saturating_add(more)
    }

    fn subtract(self, fewer: Self) -> Self {
        if self == Self::SATURATED { self } else { self.saturating_sub(fewer) }
    }

    fn to_u32(self) -> u32 {
        if self == Self::SATURATED { u32::MAX } else { u32::from(self) }
    }

    fn from_u32(count: u32) -> Self {
        Self::try_from(count).unwrap_or(Self::SATURATED)
    }
}

impl Mass for f32 {
    fn mass(self) -> f64 {
        f64::from(self)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u16 {}
    impl Sealed for u32 {}
    impl Sealed for f32 {}
}
