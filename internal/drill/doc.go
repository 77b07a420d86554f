// Package drill puts a drill's parts together: what payers were told (receipt), what the stores have (check) and what
// happened (event) become measurements (outage, timeline), a verdict and a report. README.md defines every number.
package drill
