package supervisor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources"
)

// The credentials that every service accepts; they name the caller and guard nothing.
const (
	AccessKey = "LOCALOPERATOR0000000"
	SecretKey = "no-secret-signatures-are-accepted-on-this-machine"
)

// prepareEngine joins the handlers of resources to the cloud.
func (s *Supervisor) prepareEngine() error {
	client := s.apiClient()
	cloud, err := resources.New(resources.Options{
		Folder: s.options.Files, Code: filepath.Join(s.options.Folder, "code"), Regions: regions{s}, Databases: s.databases, Names: s.dns,
		Tables: func(region string) (resources.Tables, error) {
			return dynamodb.NewFromConfig(s.apiConfig(client, region)), nil
		},
		Secrets: func(region string) (resources.Secrets, error) {
			return secretsmanager.NewFromConfig(s.apiConfig(client, region)), nil
		},
		Address: func(region string) (netip.Addr, error) { return s.layout.Public(region).Addr(), nil },
	})
	if err != nil {
		return err
	}
	s.cloud = cloud
	s.engine = apply.New(apply.Options{Handlers: cloud.Handlers(), Progress: s.applied})
	return nil
}

// applied is told of each step of an apply.
func (s *Supervisor) applied(event apply.Event) {
	if !event.Done && (event.Type == "aws_rds_cluster" || event.Type == "aws_lambda_invocation") {
		s.progress("%s of %s/%s", event.Action, event.Root, event.Address)
	}
}

func (s *Supervisor) apiClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: s.authority.Pool(), MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 16,
	}}
}

func (s *Supervisor) apiConfig(client *http.Client, region string) aws.Config {
	return aws.Config{
		Region: region, HTTPClient: client, BaseEndpoint: aws.String(https(s.layout.API(region))),
		Credentials: credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
	}
}

// apply makes what the files say, and tells the Regions what changed for their functions.
func (s *Supervisor) apply(ctx context.Context) error {
	if s.engine == nil {
		if err := s.prepareEngine(); err != nil {
			return err
		}
	}
	report, err := s.engine.Apply(ctx, s.options.Files)
	if err != nil {
		return err
	}
	for _, region := range s.layout.Regions() {
		if err := s.findIssuers(region); err != nil {
			return err
		}
		if err := s.tellNetwork(ctx, region); err != nil {
			return err
		}
		if err := s.places[region].client.Settled(ctx); err != nil {
			return err
		}
	}
	s.log.Info("applied", "created", report.Created, "updated", report.Updated, "unchanged", report.Unchanged,
		"deleted", report.Deleted, "meaningless", report.Meaningless, "duration", report.Duration)
	for _, slow := range report.Resources[:min(len(report.Resources), 10)] {
		s.log.Debug("applied", "root", slow.Root, "address", slow.Address, "action", slow.Action, "duration", slow.Duration)
	}
	s.events.add(control.Applied, "", map[string]string{
		"created": fmt.Sprint(report.Created), "updated": fmt.Sprint(report.Updated), "unchanged": fmt.Sprint(report.Unchanged),
		"deleted": fmt.Sprint(report.Deleted), "meaningless": fmt.Sprint(report.Meaningless),
	})
	return nil
}

// findIssuers runs the issuers that the APIs' authorizers name.
func (s *Supervisor) findIssuers(region string) error {
	for _, each := range s.stock.ofType(region, "aws_apigatewayv2_authorizer") {
		var authorizer struct {
			JWT []struct {
				Issuer   string   `json:"issuer"`
				Audience []string `json:"audience"`
			} `json:"jwt_configuration"`
		}
		if err := json.Unmarshal(each.attributes, &authorizer); err != nil {
			return fmt.Errorf("read %s: %w", each.address, err)
		}
		for _, jwt := range authorizer.JWT {
			audience := ""
			if len(jwt.Audience) > 0 {
				audience = jwt.Audience[0]
			}
			if err := s.issuers.put(jwt.Issuer, audience); err != nil {
				return fmt.Errorf("%s: %w", each.address, err)
			}
		}
	}
	return nil
}

// awaitPayments waits until payers are served: the failover name leads to a Region whose health is good.
func (s *Supervisor) awaitPayments(ctx context.Context) error {
	s.progress("waiting for the first lease")
	ctx, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel()
	const pause = 20 * time.Millisecond
	looked := time.Now()
	for reason := "not asked yet"; ; {
		if time.Since(looked) > crashPatience {
			if err := s.crashing(); err != nil {
				return err
			}
			looked = time.Now()
		}
		answer := s.failoverAnswer()
		if answer.Region == "" {
			return fmt.Errorf("the files have no failover records that lead to a Region, so payers find nothing")
		}
		status, err := s.askHealth(ctx, answer)
		if err == nil && status == http.StatusOK {
			s.noteAnswer(answer)
			return nil
		}
		if err != nil {
			reason = err.Error()
		} else {
			reason = fmt.Sprintf("status %d", status)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s takes payments: /health of %s: %s: %w%s", answer.Name, answer.Region, reason, ctx.Err(), tail(s.places[answer.Region].log))
		case <-time.After(pause):
		}
	}
}

// askHealth asks as a health checker would.
func (s *Supervisor) askHealth(ctx context.Context, answer control.Answer) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+s.layout.Public(answer.Region).String()+"/health", nil)
	if err != nil {
		return 0, err
	}
	request.Host = answer.Name
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: s.authority.Pool(), ServerName: answer.Name, MinVersion: tls.VersionTLS12}}}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}
