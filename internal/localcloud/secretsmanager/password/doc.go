// Package password makes random passwords as GetRandomPassword does.
package password
