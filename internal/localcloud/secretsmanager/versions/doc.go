// Package versions is the versions of one secret and their staging labels: how labels move, which versions are kept, and
// which value is meant. It is pure: no clock, no storage.
package versions
