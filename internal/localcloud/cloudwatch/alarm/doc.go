// Package alarm decides the states of metric alarms: Evaluate is a pure function of an alarm, its datapoints, its state
// and a moment.
package alarm
