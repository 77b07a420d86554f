package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// fault is the body of an answer that is an error.
type fault struct {
	Error   string `json:"error"`
	Refused bool   `json:"refused,omitempty"`
}

// Handler serves a cloud to its callers.
func Handler(cloud Cloud) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, r *http.Request) { answer(w, cloud.Status(r.Context()), nil) })
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		var order Order
		if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
			answer(w, nil, err)
			return
		}
		answer(w, struct{}{}, cloud.Order(r.Context(), order))
	})
	mux.HandleFunc("GET /environment/{region}", func(w http.ResponseWriter, r *http.Request) {
		variables, err := cloud.Environment(r.PathValue("region"))
		answer(w, variables, err)
	})
	mux.HandleFunc("GET /token", func(w http.ResponseWriter, r *http.Request) {
		token, err := cloud.Token(r.URL.Query().Get("subject"))
		answer(w, token, err)
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) { follow(cloud, w, r) })
	mux.HandleFunc("POST /down", func(w http.ResponseWriter, _ *http.Request) {
		// The answer goes first: the end of the cloud ends this connection.
		answer(w, struct{}{}, nil)
		_ = http.NewResponseController(w).Flush() // a caller that hung up
		cloud.Down()
	})
	return mux
}

func answer(w http.ResponseWriter, value any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		var refusal interface{ Refused() bool }
		refused := errors.As(err, &refusal) && refusal.Refused()
		w.WriteHeader(http.StatusUnprocessableEntity)
		value = fault{Error: err.Error(), Refused: refused}
	}
	_ = json.NewEncoder(w).Encode(value) // a caller that hung up
}

// follow streams events, a line each.
func follow(cloud Cloud, w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	out, encoder := http.NewResponseController(w), json.NewEncoder(w)
	_ = out.Flush()
	cloud.Events(r.Context(), after, func(event Event) bool { return encoder.Encode(event) == nil && out.Flush() == nil })
}
