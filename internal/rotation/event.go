package rotation

import (
	"encoding/json"
	"fmt"
)

// Step is one of the four calls that Secrets Manager makes for a rotation.
type Step string

// The steps in their order (Secrets Manager user guide, rotate-secrets_lambda-functions).
const (
	CreateSecret Step = "createSecret"
	SetSecret    Step = "setSecret"
	TestSecret   Step = "testSecret"
	FinishSecret Step = "finishSecret"
)

// Steps lists the steps in their order.
func Steps() []Step { return []Step{CreateSecret, SetSecret, TestSecret, FinishSecret} }

// Event is what Secrets Manager sends. The names of its fields are Secrets Manager's.
type Event struct {
	SecretID string `json:"SecretId"` // the secret's ARN
	Token    string `json:"ClientRequestToken"`
	Step     Step   `json:"Step"`
	// RotationToken is sent when the rotation runs under an assumed role, and must then be handed back with the value.
	RotationToken string `json:"RotationToken,omitempty"`
}

// decodeEvent reads an event and refuses an incomplete one or an unknown step.
func decodeEvent(data json.RawMessage) (Event, error) {
	var event Event
	if err := json.Unmarshal(data, &event); err != nil {
		return event, fmt.Errorf("read rotation event: %w", err)
	}
	switch {
	case event.SecretID == "":
		return event, fmt.Errorf("read rotation event: no SecretId")
	case event.Token == "":
		return event, fmt.Errorf("read rotation event: no ClientRequestToken")
	}
	switch event.Step {
	case CreateSecret, SetSecret, TestSecret, FinishSecret:
		return event, nil
	default:
		return event, fmt.Errorf("read rotation event: unknown step %q", event.Step)
	}
}
