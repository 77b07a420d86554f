package cloudwatch

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"
)

// Dashboard is a dashboard. Its JSON is a resource aws_cloudwatch_dashboard as the provider's schema names it.
type Dashboard struct {
	Name string `json:"dashboard_name"`
	Body string `json:"dashboard_body"` // JSON
}

// dashboard is a dashboard and when it was put.
type dashboard struct {
	Dashboard
	modified time.Time
}

var dashboardName = regexp.MustCompile(`^[0-9A-Za-z_-]{1,255}$`)

// PutDashboard creates a dashboard or replaces it. Its body must be an object with a list of widgets, each with a type and
// properties.
func (s *Service) PutDashboard(d Dashboard) error {
	if !dashboardName.MatchString(d.Name) {
		return fmt.Errorf("put dashboard %q: the name must have 1 to 255 of A-Z, a-z, 0-9, - and _", d.Name)
	}
	if err := checkBody(d.Body); err != nil {
		return fmt.Errorf("put dashboard %s: %w", d.Name, err)
	}
	now := s.options.Now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.dashboards[d.Name].Dashboard != d {
		s.dashboards[d.Name] = dashboard{d, now}
	}
	return nil
}

func checkBody(body string) error {
	var content struct {
		Widgets []struct {
			Type       string          `json:"type"`
			Properties json.RawMessage `json:"properties"`
		} `json:"widgets"`
	}
	if err := json.Unmarshal([]byte(body), &content); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	if content.Widgets == nil {
		return errors.New("the body has no widgets")
	}
	for i, widget := range content.Widgets {
		if widget.Type == "" || len(widget.Properties) == 0 || widget.Properties[0] != '{' {
			return fmt.Errorf("widget %d needs a type and properties", i)
		}
	}
	return nil
}

// DeleteDashboard removes a dashboard. It is an error if there is none.
func (s *Service) DeleteDashboard(name string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, exists := s.dashboards[name]; !exists {
		return fmt.Errorf("delete dashboard %s: %w", name, ErrNotFound)
	}
	delete(s.dashboards, name)
	return nil
}

// Dashboards lists the dashboards by name.
func (s *Service) Dashboards() []Dashboard {
	var list []Dashboard
	for _, d := range s.sortedDashboards() {
		list = append(list, d.Dashboard)
	}
	return list
}

func (s *Service) sortedDashboards() []dashboard {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var list []dashboard
	for _, name := range slices.Sorted(maps.Keys(s.dashboards)) {
		list = append(list, s.dashboards[name])
	}
	return list
}

func (s *Service) dashboardARN(name string) string {
	return fmt.Sprintf("arn:aws:cloudwatch::%s:dashboard/%s", s.options.Account, name)
}
