// Package metric keeps the values of metrics as CloudWatch does: one statistic set for each metric, unit and minute (or
// second, at high resolution), with what percentiles need, for a bounded time.
package metric
