/// Measurements of one quantity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    values: Vec<f64>,
}

impl Sample {
    pub(crate) fn add(&mut self, value: f64) {
        self.values.push(value);
        self.values.sort_by(f64::total_cmp);
    }

    /// The middle one; of an even number the mean of the middle two.
    pub(crate) fn median(&self) -> f64 {
        let upper = self.values.len() / 2;
        let lower = self.values.len().saturating_sub(1) / 2;
        (self.at(lower) + self.at(upper)) / 2.0
    }

    /// The median with as many digits behind the point.
    pub(crate) fn text(&self, digits: usize) -> String {
        format!("{:.digits$}", self.median())
    }

    /// The smallest and the largest.
    pub(crate) fn range(&self, digits: usize) -> String {
        let largest = self.at(self.values.len().saturating_sub(1));
        format!("{:.digits$} to {:.digits$}", self.at(0), largest)
    }

    fn at(&self, index: usize) -> f64 {
        self.values.get(index).copied().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let mut sample = Sample::default();
        [3.0, 1.0, 10.0]
            .into_iter()
            .for_each(|value| sample.add(value));

        assert_eq!(
            (sample.text(0), sample.range(1)),
            ("3".to_owned(), "1.0 to 10.0".to_owned())
        );
        sample.add(4.0);
        assert_eq!(sample.text(1), "3.5");
    }
}
