package stubaws

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
)

// seedOf is the text that a resource's fake values come from: type, Region and
// planned content. The provider never learns a resource's address, so two
// resources of the same content need occurrence to differ.
func seedOf(typeName, region string, planned cty.Value, occurrence int) (string, error) {
	if typeName == "aws_secretsmanager_secret" {
		return typeName + awsshape.Text(awsshape.Member(planned, "name")), nil // replicas share the suffix
	}
	content, err := cty.Transform(planned, func(_ cty.Path, value cty.Value) (cty.Value, error) {
		if !value.IsKnown() {
			return cty.NullVal(value.Type()), nil
		}
		return value, nil
	})
	if err != nil {
		return "", fmt.Errorf("seed %s: %w", typeName, err)
	}
	encoded, err := encode(content, content.Type())
	if err != nil {
		return "", fmt.Errorf("seed %s: %w", typeName, err)
	}
	sum := sha256.Sum256(encoded.MsgPack)
	return fmt.Sprintf("%s/%s/%s/%d", typeName, region, hex.EncodeToString(sum[:]), occurrence), nil
}
