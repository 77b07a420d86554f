// Package items is the operations on items: their inputs, checks, effects and answers.
package items
