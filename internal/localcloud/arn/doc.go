// Package arn matches Amazon resource names as policies do.
package arn
