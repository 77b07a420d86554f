package secretsmanager

import (
	"errors"
	"testing"
)

// TestPutIsIdempotentForResources: what a supervisor sends again after a Region was killed changes nothing, and what a
// rotation made stays.
func TestPutIsIdempotentForResources(t *testing.T) {
	l := &lambda{}
	p := startPair(t, Options{Rotate: l.rotate}, Options{})
	l.service = p.east
	secret := Secret{Name: "s", Description: "d", KMSKeyID: "k", Tags: map[string]string{"a": "b"}, RecoveryDays: 0, Replicas: []Replica{{"us-west-2", "w"}}}
	rotation := Rotation{SecretID: "s", FunctionARN: function, Rules: Rules{AutomaticallyAfterDays: 30}, Immediately: true}
	put := func() string {
		t.Helper()
		arn := must[string](t)(p.east.Put(t.Context(), secret))
		must[string](t)(p.east.PutValue(t.Context(), arn, Value{String: "first"}))
		if err := p.east.PutRotation(t.Context(), rotation); err != nil {
			t.Fatal(err)
		}
		return arn
	}
	arn := put()
	eventually(t, "it has rotated", func() bool { return value(t, p.east, "s", "") != "first" })
	eventually(t, "the run has ended", func() bool { return must[*record](t)(p.east.find("s")).Rotation.Token == "" })
	rotated, sequence := value(t, p.east, "s", ""), must[*record](t)(p.east.find("s")).Sequence
	if again := put(); again != arn {
		t.Errorf("ARN %s, then %s", arn, again)
	}
	if got := must[*record](t)(p.east.find("s")).Sequence; got != sequence || value(t, p.east, "s", "") != rotated {
		t.Errorf("the same resources again changed the secret: %d, then %d", sequence, got)
	}
}

func TestPutChanges(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	put := func(secret Secret) *record {
		t.Helper()
		secret.Name = "s"
		must[string](t)(p.east.Put(t.Context(), secret))
		return must[*record](t)(p.east.find("s"))
	}
	put(Secret{KMSKeyID: "one", Tags: map[string]string{"a": "1"}})
	must[string](t)(p.east.PutValue(t.Context(), "s", Value{String: "first"}))
	found := put(Secret{KMSKeyID: "two", Description: "d", Tags: map[string]string{"b": "2"}, RecoveryDays: 7, Replicas: []Replica{{"us-west-2", "w"}}})
	if found.KMSKeyID != "two" || found.Versions[0].KMSKeyID != "two" || found.Description != "d" || len(found.Tags) != 1 || found.Tags["b"] != "2" || found.RecoveryDays != 7 {
		t.Errorf("%+v", found)
	}
	p.inSync(t, "s")
	put(Secret{KMSKeyID: "two", Replicas: []Replica{{"us-west-2", "other"}}})
	p.inSync(t, "s")
	eventually(t, "the replica has its new key", func() bool { found, err := p.west.find("s"); return err == nil && found.KMSKeyID == "other" })
	put(Secret{KMSKeyID: "two"})
	eventually(t, "the replica is gone", func() bool { _, err := p.west.find("s"); return err != nil })
}

func TestDeleteResources(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	for _, days := range []int{0, 7} {
		must[string](t)(p.east.Put(t.Context(), Secret{Name: "s", RecoveryDays: days, Replicas: []Replica{{Region: "us-west-2"}}}))
		p.inSync(t, "s")
		if err := errors.Join(p.east.Delete(t.Context(), "s"), p.east.Delete(t.Context(), "s")); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the replica is gone", func() bool { _, err := p.west.find("s"); return err != nil })
	}
	_, err := p.east.Put(t.Context(), Secret{Name: "s"})
	refused(t, "a name that is scheduled for deletion", err, "InvalidRequestException", "already scheduled for deletion")
}

func TestResourcesAreChecked(t *testing.T) {
	s := start(t, Options{})
	for name, secret := range map[string]Secret{
		"name": {Name: "a b"}, "window": {Name: "a", RecoveryDays: 3}, "replica": {Name: "a", Replicas: []Replica{{Region: "us-west-2"}}}, "tag": {Name: "a", Tags: map[string]string{"aws:a": ""}},
	} {
		if _, err := s.Put(t.Context(), secret); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	_, err := s.PutValue(t.Context(), "nobody", Value{String: "x"})
	refused(t, "value of nobody", err, "ResourceNotFoundException", "find the specified secret")
	_, err = s.GetValue(t.Context(), "nobody", "")
	refused(t, "read of nobody", err, "ResourceNotFoundException", "find the specified secret")
	refused(t, "rotation of nobody", s.PutRotation(t.Context(), Rotation{SecretID: "nobody"}), "ResourceNotFoundException", "find the specified secret")
	if err := s.Delete(t.Context(), "nobody"); err != nil {
		t.Errorf("delete nobody: %v", err)
	}
}
