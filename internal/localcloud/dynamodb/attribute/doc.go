// Package attribute is DynamoDB's data model: values of all ten types, numbers of 38 digits, sizes, the order of keys.
//
// Source of the rules: Amazon DynamoDB developer guide, "Supported data types and naming rules" and "Item sizes and
// formats". Where the guide gives a size only as "approximately", the comment at the rule says what is counted.
package attribute
