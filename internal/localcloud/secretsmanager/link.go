package secretsmanager

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maximumState is more than 100 versions of the largest value, encoded, need.
const maximumState = 64 << 20

// PostReplica sends a state to the ReplicaHandler of another process. It returns the *Error that ApplyReplica answered
// there.
func PostReplica(ctx context.Context, client *http.Client, url string, state ReplicaState) error {
	content, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("encode state of %s: %w", state.ARN, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("send state of %s: %w", state.ARN, err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("send state of %s: %w", state.ARN, err)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	err = errors.Join(err, response.Body.Close())
	refusal := new(Error)
	switch {
	case err != nil:
		return fmt.Errorf("send state of %s: %w", state.ARN, err)
	case response.StatusCode == http.StatusNoContent:
		return nil
	case json.Unmarshal(answer, refusal) == nil && refusal.Code != "":
		return refusal
	}
	return fmt.Errorf("send state of %s: %s: %s", state.ARN, response.Status, answer)
}

// ReplicaHandler takes the states that PostReplica sends.
func (s *Service) ReplicaHandler() http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		var state ReplicaState
		content, err := io.ReadAll(http.MaxBytesReader(writer, request.Body, maximumState))
		if err == nil && json.Unmarshal(content, &state) != nil {
			err = errors.New("decode state: it is not a ReplicaState") // the decoder could quote a value
		}
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		var known *Error
		switch err := s.ApplyReplica(request.Context(), state); {
		case err == nil:
			writer.WriteHeader(http.StatusNoContent)
		case errors.As(err, &known):
			writer.Header().Set("Content-Type", "application/json")
			writer.WriteHeader(known.Status)
			_ = json.NewEncoder(writer).Encode(known) // the primary sends again what it got no answer for
		default:
			http.Error(writer, err.Error(), http.StatusInternalServerError)
		}
	})
}
