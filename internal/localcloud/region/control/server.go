package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// requestLimit bounds what one order may hold, in bytes.
const requestLimit = 64 << 20

// headerFunctionError is set on the answer of a function that failed.
const headerFunctionError = "Function-Error"

// Handler serves a Region's orders.
func Handler(region Region) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /resources/{type}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, requestLimit))
		if err == nil {
			err = region.Put(r.Context(), r.PathValue("type"), r.URL.Query().Get("address"), body)
		}
		answer(w, err)
	})
	mux.HandleFunc("DELETE /resources/{type}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, region.Delete(r.Context(), r.PathValue("type"), r.URL.Query().Get("address")))
	})
	mux.HandleFunc("POST /functions/{name}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, requestLimit))
		if err != nil {
			answer(w, err)
			return
		}
		payload, functionError, err := region.Invoke(r.Context(), r.PathValue("name"), body)
		if err != nil {
			answer(w, err)
			return
		}
		w.Header().Set(headerFunctionError, functionError)
		_, _ = w.Write(payload) // a supervisor that hung up
	})
	mux.HandleFunc("PUT /network", func(w http.ResponseWriter, r *http.Request) {
		var variables map[string]map[string]string
		err := json.NewDecoder(r.Body).Decode(&variables)
		if err == nil {
			region.SetNetwork(variables)
		}
		answer(w, err)
	})
	mux.HandleFunc("POST /settled", func(w http.ResponseWriter, _ *http.Request) {
		region.Settled()
		answer(w, nil)
	})
	mux.HandleFunc("POST /metrics", func(w http.ResponseWriter, r *http.Request) {
		var metrics []Metric
		err := json.NewDecoder(r.Body).Decode(&metrics)
		if err == nil {
			region.Record(metrics)
		}
		answer(w, err)
	})
	mux.HandleFunc("POST /delays/{rule}", func(w http.ResponseWriter, r *http.Request) {
		by, err := time.ParseDuration(r.URL.Query().Get("by"))
		if err == nil {
			err = region.Delay(r.PathValue("rule"), by)
		}
		answer(w, err)
	})
	mux.HandleFunc("DELETE /processes/{function}", func(w http.ResponseWriter, r *http.Request) {
		killed, err := region.KillFunction(r.PathValue("function"))
		if err != nil {
			answer(w, err)
			return
		}
		_ = json.NewEncoder(w).Encode(killed) // a supervisor that hung up
	})
	mux.HandleFunc("GET /journal", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(region.Journal()) // a supervisor that hung up
	})
	mux.HandleFunc("POST /journal/leader", func(w http.ResponseWriter, r *http.Request) {
		answer(w, region.HandOver(r.Context(), r.URL.Query().Get("to")))
	})
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) { answer(w, region.Ready(r.Context())) })
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(region.Status()) // a supervisor that hung up
	})
	return mux
}

// answer says how an order went.
func answer(w http.ResponseWriter, err error) {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Error(w, err.Error(), http.StatusUnprocessableEntity)
}

// errorOf reads what answer wrote.
func errorOf(response *http.Response) error {
	if response.StatusCode < http.StatusBadRequest {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, requestLimit))
	if err != nil {
		return fmt.Errorf("status %d, and its reason could not be read: %w", response.StatusCode, err)
	}
	for len(text) > 0 && text[len(text)-1] == '\n' {
		text = text[:len(text)-1]
	}
	return errors.New(string(text))
}
