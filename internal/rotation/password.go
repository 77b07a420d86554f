package rotation

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

const (
	passwordLength = 40
	// excluded characters would need quoting in a connection string, in SQL or in a shell.
	excluded = "\"'`\\/@:?#%&$ "
)

// newPassword asks Secrets Manager for a password and checks that it is one that we can use.
func newPassword(ctx context.Context, secrets Secrets) (string, error) {
	output, err := secrets.GetRandomPassword(ctx, &secretsmanager.GetRandomPasswordInput{
		PasswordLength:          aws.Int64(passwordLength),
		ExcludeCharacters:       aws.String(excluded),
		RequireEachIncludedType: aws.Bool(true),
	})
	if err != nil {
		return "", fmt.Errorf("get random password: %w", err)
	}
	password := aws.ToString(output.RandomPassword)
	if len(password) != passwordLength {
		return "", fmt.Errorf("get random password: %d characters, want %d", len(password), passwordLength)
	}
	return password, checkPassword(password)
}

// checkPassword refuses what newPassword would never make; a value that someone put into the secret by hand may have
// anything in it. The message never quotes the password.
func checkPassword(password string) error {
	for i, character := range password {
		if character <= ' ' || character > '~' || strings.ContainsRune(`"'\`, character) {
			return fmt.Errorf("check password: character %d is a space, a quote, a backslash or not ASCII", i+1)
		}
	}
	return nil
}
