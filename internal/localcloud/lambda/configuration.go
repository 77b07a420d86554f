package lambda

import (
	"fmt"
	"hash/fnv"
	"time"
)

// configuration is FunctionConfiguration of the Lambda API.
type configuration struct {
	FunctionName, FunctionArn, Runtime, Role, Handler string
	CodeSize                                          int
	Description                                       string
	Timeout, MemorySize                               int
	LastModified, CodeSha256, Version                 string
	VpcConfig                                         *vpcConfig         `json:",omitempty"`
	Environment                                       *environmentConfig `json:",omitempty"`
	TracingConfig                                     map[string]string
	RevisionId                                        string //nolint:revive,staticcheck // AWS's spelling
	State, LastUpdateStatus, PackageType              string
	Architectures                                     []string
	EphemeralStorage                                  map[string]int
	LoggingConfig                                     map[string]string
}

type vpcConfig struct{ SubnetIds, SecurityGroupIds []string }

type environmentConfig struct{ Variables map[string]string }

func (d *deployment) configuration(options Options) configuration {
	f := d.function
	c := configuration{
		FunctionName: f.Name, FunctionArn: options.arn(f.Name), Runtime: f.Runtime, Role: f.Role, Handler: f.Handler,
		CodeSize: d.size, Description: f.Description, Timeout: int(f.Timeout / time.Second), MemorySize: f.MemorySize,
		LastModified: d.lastModified.UTC().Format("2006-01-02T15:04:05.000-0700"), CodeSha256: d.hash, Version: latest,
		TracingConfig: map[string]string{"Mode": "PassThrough"}, RevisionId: d.revision(),
		State: "Active", LastUpdateStatus: "Successful", PackageType: "Zip", Architectures: f.Architectures,
		EphemeralStorage: map[string]int{"Size": 512},
		LoggingConfig:    map[string]string{"LogFormat": f.LogFormat, "LogGroup": f.LogGroup},
	}
	if f.LogFormat == "JSON" {
		c.LoggingConfig["ApplicationLogLevel"] = orInfo(f.ApplicationLogLevel)
		c.LoggingConfig["SystemLogLevel"] = orInfo(f.SystemLogLevel)
	}
	if len(f.SubnetIDs) > 0 {
		c.VpcConfig = &vpcConfig{f.SubnetIDs, f.SecurityGroupIDs}
	}
	if len(f.Environment) > 0 {
		c.Environment = &environmentConfig{f.Environment}
	}
	return c
}

func orInfo(level string) string {
	if level == "" {
		return "INFO"
	}
	return level
}

// revision changes with every update.
func (d *deployment) revision() string {
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%s %d %d", d.hash, d.lastModified.UnixNano(), len(d.permissions))
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", sum.Sum64()&0xffffffffffff)
}
