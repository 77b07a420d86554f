package stubaws

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
)

// cloud is what Aurora knows beyond one state: the members of global clusters
// and who writes. It lives in files, because each root has a state of its own
// and each provider block a process of its own:
//
//	<file>                         {"writer": "us-west-2", "away": ["us-east-1"]}: a test says that the roles have
//	                               swapped, and which Regions' clusters are no members for now
//	<file>.d/<global>/<region>     one member, written when its cluster is applied
//
// As the real provider reads them: `global_cluster_identifier` is not filled,
// `replication_source_identifier` is the writer's ARN on every other member.
// Without a file the cloud remembers nothing and every member keeps its role.
type cloud struct {
	file string
}

// membership is one cluster's place in a global cluster; it is also kept as the
// resource's private state, since reads do not return it.
type membership struct {
	Global string `json:"global"` // identifier of the global cluster
	Region string `json:"region"`
	ARN    string `json:"arn"`
	Writer bool   `json:"writer"` // as applied: the member with a master user
}

// parseMembership reads private state; the zero value means no member.
func parseMembership(private []byte) membership {
	var m membership
	if len(private) == 0 {
		return m
	}
	if err := json.Unmarshal(private, &m); err != nil {
		return membership{} // private state of another shape belongs to another type
	}
	return m
}

// register notes an applied cluster and gives its private state.
func (c cloud) register(typeName string, applied cty.Value, private []byte) ([]byte, error) {
	if typeName != "aws_rds_cluster" {
		return private, nil
	}
	m := parseMembership(private)
	if global := awsshape.Text(awsshape.Member(applied, "global_cluster_identifier")); global != "" {
		m.Global = global
	}
	if m.Global == "" {
		return private, nil
	}
	if m.ARN == "" {
		m.Writer = !awsshape.Member(applied, "master_password").IsNull() || !awsshape.Member(applied, "master_password_wo_version").IsNull()
	}
	m.Region, m.ARN = awsshape.Text(awsshape.Member(applied, "region")), awsshape.Text(awsshape.Member(applied, "arn"))
	encoded, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode membership of %s: %w", m.ARN, err)
	}
	if c.file == "" {
		return encoded, nil
	}
	if err := os.MkdirAll(filepath.Dir(c.memberFile(m)), 0o755); err != nil {
		return nil, fmt.Errorf("register %s: %w", m.ARN, err)
	}
	if err := os.WriteFile(c.memberFile(m), encoded, 0o644); err != nil {
		return nil, fmt.Errorf("register %s: %w", m.ARN, err)
	}
	return encoded, nil
}

// forget removes a deleted cluster.
func (c cloud) forget(m membership) error {
	if c.file == "" || m.Global == "" {
		return nil
	}
	if err := os.Remove(c.memberFile(m)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget %s: %w", m.ARN, err)
	}
	return nil
}

func (c cloud) memberFile(m membership) string {
	return filepath.Join(c.file+".d", m.Global, m.Region)
}

// members gives the members of a global cluster with the roles of now.
func (c cloud) members(global string) ([]membership, error) {
	if c.file == "" || global == "" {
		return nil, nil
	}
	files, err := filepath.Glob(filepath.Join(c.file+".d", global, "*"))
	if err != nil {
		return nil, fmt.Errorf("list members of %s: %w", global, err)
	}
	roles, err := c.roles()
	if err != nil {
		return nil, err
	}
	members := make([]membership, 0, len(files))
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read member of %s: %w", global, err)
		}
		m := parseMembership(content)
		if roles.Writer != "" {
			m.Writer = m.Region == roles.Writer
		}
		if !slices.Contains(roles.Away, m.Region) {
			members = append(members, m)
		}
	}
	return members, nil
}

// Roles are what a test says of every global cluster; the zero value says nothing.
type Roles struct {
	// Writer is the Region of the writer.
	Writer string `json:"writer,omitempty"`
	// Away are Regions whose clusters are no members, as the one that a failover left behind until Aurora has made it anew.
	Away []string `json:"away,omitempty"`
}

// roles are those that the test names.
func (c cloud) roles() (Roles, error) {
	content, err := os.ReadFile(c.file)
	if errors.Is(err, fs.ErrNotExist) {
		return Roles{}, nil
	}
	if err != nil {
		return Roles{}, fmt.Errorf("read roles: %w", err)
	}
	var roles Roles
	if err := json.Unmarshal(content, &roles); err != nil {
		return Roles{}, fmt.Errorf("read roles from %s: %w", c.file, err)
	}
	return roles, nil
}

// read gives a state with the roles of now.
func (c cloud) read(typeName string, state cty.Value, m membership) (cty.Value, error) {
	if state.IsNull() {
		return state, nil
	}
	switch typeName {
	case "aws_rds_cluster":
		return c.readCluster(state, m)
	case "aws_rds_global_cluster":
		return c.readGlobalCluster(state)
	}
	return state, nil
}

func (c cloud) readCluster(state cty.Value, m membership) (cty.Value, error) {
	if m.Global == "" {
		return state, nil
	}
	members, err := c.members(m.Global)
	if err != nil {
		return cty.NilVal, err
	}
	replaced := map[string]cty.Value{"global_cluster_identifier": cty.NullVal(cty.String)}
	if len(members) > 0 && !slices.ContainsFunc(members, func(other membership) bool { return other.ARN == m.ARN }) {
		replaced["replication_source_identifier"] = cty.NullVal(cty.String)
		return awsshape.WithMembers(state, replaced), nil
	}
	for _, other := range members {
		switch {
		case other.ARN == m.ARN && other.Writer:
			replaced["replication_source_identifier"] = cty.NullVal(cty.String)
		case other.ARN != m.ARN && other.Writer:
			replaced["replication_source_identifier"] = cty.StringVal(other.ARN)
		}
	}
	return awsshape.WithMembers(state, replaced), nil
}

func (c cloud) readGlobalCluster(state cty.Value) (cty.Value, error) {
	members, err := c.members(awsshape.Text(awsshape.Member(state, "global_cluster_identifier")))
	if err != nil || len(members) == 0 {
		return state, err
	}
	listed := make([]cty.Value, 0, len(members))
	for _, m := range members {
		listed = append(listed, cty.ObjectVal(map[string]cty.Value{
			"db_cluster_arn": cty.StringVal(m.ARN), "is_writer": cty.BoolVal(m.Writer),
		}))
	}
	return awsshape.WithMembers(state, map[string]cty.Value{"global_cluster_members": cty.SetVal(listed)}), nil
}
