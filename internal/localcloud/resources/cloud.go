package resources

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"sync"

	"github.com/paymentdr/paymentdr/internal/awsshape"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/topology"
)

// Regions are the processes of the Regions.
type Regions interface {
	// Put creates or replaces a resource of a Region. The address is unique in the whole cloud: root/type.name. The
	// attributes are all of the type's schema, arguments and computed ones, write-only ones too: keep them secret.
	Put(ctx context.Context, region, typeName, address string, attributes json.RawMessage) error
	// Delete removes it; one that does not exist is no error.
	Delete(ctx context.Context, region, typeName, address string) error
	// Invoke runs a function and waits. A function that failed is no error: functionError says so then ("Unhandled"), and
	// the answer describes it.
	Invoke(ctx context.Context, region, function string, payload []byte) (answer []byte, functionError string, err error)
}

// Options are what a Cloud stands on. All are required, except Code.
type Options struct {
	// Folder holds the roots: a relative path in a resource is relative to its root's folder.
	Folder string
	// Code is where the functions' zip files are kept as they were applied, so that a Region that is started again has the
	// code that runs and not what was built since; "" gives the Regions the paths of the files themselves.
	Code    string
	Regions Regions
	// Databases is *rds.Service, Names *route53.Service.
	Databases Databases
	Names     Names
	// Tables and Secrets are clients of a Region's own endpoints.
	Tables  func(region string) (Tables, error)
	Secrets func(region string) (Secrets, error)
	// Address is where a Region's APIs answer the internet.
	Address func(region string) (netip.Addr, error)
}

// Cloud knows what the handlers of different resources must know of each other. It is safe for concurrent use.
type Cloud struct {
	options   Options
	catalogue *awsshape.Catalogue
	network   topology.Network
	zones     zones

	mutex        sync.Mutex
	certificates map[string]certificate // by ARN
	secrets      map[string]secretValue // by the key of the secret version
}

// New makes a cloud without resources.
func New(options Options) (*Cloud, error) {
	if options.Folder == "" || options.Regions == nil || options.Databases == nil || options.Names == nil ||
		options.Tables == nil || options.Secrets == nil || options.Address == nil {
		return nil, errors.New("make cloud: Folder, Regions, Databases, Names, Tables, Secrets and Address are needed")
	}
	catalogue, err := awsshape.Open()
	if err != nil {
		return nil, err
	}
	return &Cloud{options: options, catalogue: catalogue, zones: zones{names: options.Names, zones: map[string]*hostedZone{}},
		certificates: map[string]certificate{}, secrets: map[string]secretValue{}}, nil
}

// Network says what reaches what.
func (c *Cloud) Network() *topology.Network { return &c.network }
