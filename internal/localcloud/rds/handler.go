package rds

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// version is the API's.
const version = "2014-10-31"

// action answers one operation in a Region. The rest, if any, goes on after the answer.
type action func(s *Service, region string, form url.Values) (result any, rest work, err error)

// actions are what the endpoint can do; every other operation answers InvalidAction.
var actions = map[string]action{
	"AddTagsToResource":             addTags,
	"CreateDBClusterSnapshot":       createSnapshot,
	"CreateDBInstance":              createInstance,
	"DeleteDBCluster":               deleteCluster,
	"DeleteDBClusterSnapshot":       deleteSnapshot,
	"DeleteDBInstance":              deleteInstance,
	"DescribeDBClusterSnapshots":    describeSnapshots,
	"DescribeDBClusters":            describeClusters,
	"DescribeDBInstances":           describeInstances,
	"DescribeGlobalClusters":        describeGlobals,
	"FailoverGlobalCluster":         failoverGlobal,
	"ListTagsForResource":           listTags,
	"RestoreDBClusterFromSnapshot":  restoreSnapshot,
	"RestoreDBClusterToPointInTime": restorePointInTime,
	"SwitchoverGlobalCluster":       switchoverGlobal,
}

// Handler is the RDS API of a Region. That of a killed Region drops connections, that of a suspended one hangs.
// Signatures are not checked.
func (s *Service) Handler(region string) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		s.await(region, request)
		body, err := io.ReadAll(http.MaxBytesReader(writer, request.Body, 1<<20))
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		for name, values := range request.URL.Query() {
			form[name] = values
		}
		s.answer(writer, region, form)
	})
}

// await returns when the Region may answer.
func (s *Service) await(name string, request *http.Request) {
	s.mu.Lock()
	at, ok := s.regions[name]
	down, suspended := !ok || at.down || s.closed, ok && at.suspended
	s.mu.Unlock()
	if suspended {
		select {
		case <-request.Context().Done():
		case <-s.ctx.Done():
		}
	}
	if down || suspended {
		panic(http.ErrAbortHandler)
	}
}

func (s *Service) answer(writer http.ResponseWriter, region string, form url.Values) {
	name := form.Get("Action")
	perform, ok := actions[name]
	if !ok || form.Get("Version") != version {
		refuse(writer, fault("InvalidAction", "Could not find operation %s for version %s", name, form.Get("Version")))
		return
	}
	result, rest, err := perform(s, region, form)
	if err != nil {
		refuse(writer, err)
		return
	}
	if rest != nil {
		s.background(name, rest)
	}
	writer.Header().Set("Content-Type", "text/xml")
	encoder := xml.NewEncoder(writer)
	outer := xml.StartElement{Name: xml.Name{Local: name + "Response"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: "http://rds.amazonaws.com/doc/" + version + "/"}}}
	err = errors.Join(encoder.EncodeToken(outer),
		encoder.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: name + "Result"}}),
		encoder.EncodeToken(outer.End()), encoder.Flush())
	if err != nil {
		s.config.Logger.Error("write rds answer", "operation", name, "error", err)
	}
}

// refuse answers with a fault; anything else is a failure of ours.
func refuse(writer http.ResponseWriter, err error) {
	var refused *Fault
	kind := "Sender"
	if !errors.As(err, &refused) {
		kind, refused = "Receiver", &Fault{Code: "InternalFailure", Status: http.StatusInternalServerError, Message: err.Error()}
	}
	type detail struct{ Type, Code, Message string }
	writer.Header().Set("Content-Type", "text/xml")
	writer.WriteHeader(refused.Status)
	// The status is sent; a client that is gone cannot be told more.
	_ = xml.NewEncoder(writer).Encode(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Error     detail
		RequestID string `xml:"RequestId"`
	}{Error: detail{kind, refused.Code, refused.Message}, RequestID: "local"})
}

// list reads a list of the query protocol: name.1, name.2, ...
func list(form url.Values, name string) []string {
	var values []string
	for i := 1; form.Has(fmt.Sprintf("%s.%d", name, i)); i++ {
		values = append(values, form.Get(fmt.Sprintf("%s.%d", name, i)))
	}
	return values
}

// tagsOf reads a request's tags.
func tagsOf(form url.Values) map[string]string {
	read := map[string]string{}
	for i := 1; form.Has(fmt.Sprintf("Tags.Tag.%d.Key", i)); i++ {
		prefix := fmt.Sprintf("Tags.Tag.%d.", i)
		read[form.Get(prefix+"Key")] = form.Get(prefix + "Value")
	}
	return read
}

func required(form url.Values, names ...string) error {
	for _, name := range names {
		if form.Get(name) == "" {
			return fault("MissingParameter", "The request must contain the parameter %s", name)
		}
	}
	return nil
}
