package lambda

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Function is what a function's resource says. Zero values are AWS's defaults.
type Function struct {
	Name, Description, Role string
	Runtime                 string   // provided.al2023, the default and the only one
	Handler                 string   // said back, and given to the process as _HANDLER
	Architectures           []string // said back; what counts is the binary
	MemorySize              int      // MB, default 128
	Timeout                 time.Duration
	Environment             map[string]string
	// Reserved concurrency; nil is none, 0 throttles everything.
	Reserved *int
	// LogFormat is Text (default) or JSON, of Lambda's own lines; a function's lines stay as they are.
	LogFormat, ApplicationLogLevel, SystemLogLevel string
	LogGroup                                       string // default /aws/lambda/NAME
	SubnetIDs, SecurityGroupIDs                    []string
	Asynchronous                                   Asynchronous
	Tags                                           map[string]string
}

// Asynchronous is the event invoke configuration.
type Asynchronous struct {
	// MaximumRetries after a function error, 0 to 2; nil is 2.
	MaximumRetries *int
	// MaximumAge of an event before it is dropped, 1 minute to 6 hours, the default.
	MaximumAge time.Duration
	// OnFailure is the ARN of the destination of events that were given up; "" is none.
	OnFailure string
}

// The limits that AWS documents ("Lambda quotas", "CreateFunction").
const (
	defaultMemory, minimumMemory, maximumMemory = 128, 128, 10240
	defaultTimeout, maximumTimeout              = 3 * time.Second, 900 * time.Second
	defaultAge, minimumAge                      = 6 * time.Hour, time.Minute
	defaultRetries                              = 2
	maximumVariables                            = 4096 // bytes, keys and values
)

var (
	namePattern     = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	variablePattern = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]+$`)
)

// reservedVariables cannot be set by a function's configuration ("Defined runtime environment variables").
var reservedVariables = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
	"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}

// withDefaults returns a copy that shares nothing with f and has every default applied.
func (f Function) withDefaults() Function {
	if f.Runtime == "" {
		f.Runtime = "provided.al2023"
	}
	if f.Handler == "" {
		f.Handler = "bootstrap"
	}
	if len(f.Architectures) == 0 {
		f.Architectures = []string{"x86_64"}
	}
	if f.MemorySize == 0 {
		f.MemorySize = defaultMemory
	}
	if f.Timeout == 0 {
		f.Timeout = defaultTimeout
	}
	if f.LogFormat == "" {
		f.LogFormat = "Text"
	}
	if f.LogGroup == "" {
		f.LogGroup = "/aws/lambda/" + f.Name
	}
	if f.Asynchronous.MaximumAge == 0 {
		f.Asynchronous.MaximumAge = defaultAge
	}
	retries := defaultRetries
	if f.Asynchronous.MaximumRetries != nil {
		retries = *f.Asynchronous.MaximumRetries
	}
	f.Asynchronous.MaximumRetries = &retries
	if f.Reserved != nil {
		reserved := *f.Reserved
		f.Reserved = &reserved
	}
	f.Architectures, f.SubnetIDs, f.SecurityGroupIDs = slices.Clone(f.Architectures), slices.Clone(f.SubnetIDs), slices.Clone(f.SecurityGroupIDs)
	f.Environment, f.Tags = maps.Clone(f.Environment), maps.Clone(f.Tags)
	return f
}

// validate checks a function with defaults as CreateFunction does.
func (f Function) validate() error {
	switch {
	case !namePattern.MatchString(f.Name):
		return invalid("function name %q: 1 to 64 letters, digits, - and _ are allowed", f.Name)
	case f.Runtime != "provided.al2023":
		return invalid("function %s: runtime %q is not modelled, only provided.al2023 is", f.Name, f.Runtime)
	case f.MemorySize < minimumMemory || f.MemorySize > maximumMemory:
		return invalid("function %s: memory size %d MB is not between %d and %d", f.Name, f.MemorySize, minimumMemory, maximumMemory)
	case f.Timeout < time.Second || f.Timeout > maximumTimeout || f.Timeout%time.Second != 0:
		return invalid("function %s: timeout %s is not a whole number of seconds between 1 and %d", f.Name, f.Timeout, int(maximumTimeout/time.Second))
	case f.LogFormat != "Text" && f.LogFormat != "JSON":
		return invalid("function %s: log format %q is neither Text nor JSON", f.Name, f.LogFormat)
	case f.Reserved != nil && *f.Reserved < 0:
		return invalid("function %s: reserved concurrency %d is below 0", f.Name, *f.Reserved)
	case *f.Asynchronous.MaximumRetries < 0 || *f.Asynchronous.MaximumRetries > defaultRetries:
		return invalid("function %s: maximum retry attempts %d are not between 0 and %d", f.Name, *f.Asynchronous.MaximumRetries, defaultRetries)
	case f.Asynchronous.MaximumAge < minimumAge || f.Asynchronous.MaximumAge > defaultAge:
		return invalid("function %s: maximum event age %s is not between %s and %s", f.Name, f.Asynchronous.MaximumAge, minimumAge, defaultAge)
	}
	return f.validateVariables()
}

func (f Function) validateVariables() error {
	size := 0
	for _, name := range slices.Sorted(maps.Keys(f.Environment)) {
		if slices.Contains(reservedVariables, name) {
			return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", name)
		}
		if !variablePattern.MatchString(name) {
			return invalid("function %s: environment variable %q: a letter, then letters, digits and _ are allowed", f.Name, name)
		}
		size += len(name) + len(f.Environment[name])
	}
	if size > maximumVariables {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the %d KB limit.", maximumVariables>>10)
	}
	return nil
}

// arn is the function's Amazon resource name.
func (o Options) arn(name string) string {
	return fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", o.Region, o.Account, name)
}

// functionName takes a name, a partial ARN (account:function:name) or an ARN, each with or without :$LATEST, and
// returns the name. ARNs of other Regions or accounts name nothing here.
func (o Options) functionName(identifier string) (string, error) {
	name := strings.TrimSuffix(identifier, ":$LATEST")
	name = strings.TrimPrefix(name, o.arn(""))
	name = strings.TrimPrefix(name, o.Account+":function:")
	if !namePattern.MatchString(name) {
		return "", notFound(identifier, o)
	}
	return name, nil
}
