package cloudwatch

import (
	"context"
	"net/http"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/awswire"
)

type getDashboardInput struct{ DashboardName string }

type getDashboardOutput struct{ DashboardArn, DashboardBody, DashboardName string }

func (s *Service) getDashboard(_ context.Context, in getDashboardInput) (getDashboardOutput, error) {
	for _, d := range s.Dashboards() {
		if d.Name == in.DashboardName {
			return getDashboardOutput{s.dashboardARN(d.Name), d.Body, d.Name}, nil
		}
	}
	return getDashboardOutput{}, &awswire.Fault{Name: "DashboardNotFoundError", Code: "ResourceNotFound", Status: http.StatusNotFound,
		Message: "Dashboard " + in.DashboardName + " does not exist"}
}

type listDashboardsInput struct{ DashboardNamePrefix, NextToken string }

type listDashboardsOutput struct {
	DashboardEntries []dashboardEntry
	NextToken        string `json:",omitempty"`
}

type dashboardEntry struct {
	DashboardName, DashboardArn string
	LastModified                awswire.Time
	Size                        int
}

func (s *Service) listDashboards(_ context.Context, in listDashboardsInput) (listDashboardsOutput, error) {
	const pageSize = 1000
	entries := []dashboardEntry{}
	for _, d := range s.sortedDashboards() {
		if strings.HasPrefix(d.Name, in.DashboardNamePrefix) {
			entries = append(entries, dashboardEntry{d.Name, s.dashboardARN(d.Name), awswire.Time{Time: d.modified}, len(d.Body)})
		}
	}
	entries, token, err := page(entries, in.NextToken, pageSize, func(e dashboardEntry) string { return e.DashboardName })
	return listDashboardsOutput{entries, token}, err
}
