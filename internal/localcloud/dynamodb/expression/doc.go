// Package expression is DynamoDB's expression language: condition, filter, key condition, projection and update
// expressions, from text to effect.
//
// A text is cut into tokens (lexer.go), parsed by recursive descent into a tree (parser*.go), checked while it is
// parsed, and evaluated against an item. Placeholders are those of one request, shared by its expressions, so that
// unused ones can be refused. Sources of the rules: developer guide, "Using expressions in DynamoDB"; the texts of
// errors are the service's.
package expression
