package lambda

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// The credentials that a function signs with, unless Options.Variables gives others. No local service checks signatures;
// the session token names the caller.
const (
	placeholderKey    = "ASIAPAYMENTDRLOCAL00"
	placeholderSecret = "no-secret-signatures-are-accepted-on-this-machine"
)

// sessionPrefix starts the placeholder session token; the function's name follows.
const sessionPrefix = "local-function/"

// wholeCPU is the memory, in MB, with which a function has the equivalent of one processor ("Configure Lambda function
// memory", AWS Lambda Developer Guide). With less, a second thread that looks for work only takes it from others.
const wholeCPU = 1769

// variables are the environment of a function's process, sorted. Later layers win: what Lambda says of itself, the
// function's configuration, what the local network gives it, and what no layer may change.
func (s *Service) variables(f Function, stream, api, folder string) ([]string, error) {
	memory := strconv.Itoa(f.MemorySize)
	values := map[string]string{
		"AWS_ACCESS_KEY_ID":              placeholderKey,
		"AWS_SECRET_ACCESS_KEY":          placeholderSecret,
		"AWS_SESSION_TOKEN":              sessionPrefix + f.Name,
		"AWS_EC2_METADATA_DISABLED":      "true",
		"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
		"AWS_XRAY_CONTEXT_MISSING":       "LOG_ERROR",
		"GOMEMLIMIT":                     memory + "MiB",
		"LANG":                           "en_US.UTF-8",
		"LAMBDA_RUNTIME_DIR":             "/var/runtime",
		"PATH":                           "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"TZ":                             ":UTC",
		"HOME":                           folder,
		"TMPDIR":                         os.TempDir(),
	}
	if f.LogFormat == "JSON" {
		values["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
		if f.ApplicationLogLevel != "" {
			values["AWS_LAMBDA_LOG_LEVEL"] = f.ApplicationLogLevel
		}
	}
	if f.MemorySize < wholeCPU {
		values["GOMAXPROCS"] = "1"
	}
	maps.Copy(values, f.Environment)
	if s.options.Variables != nil {
		given, err := s.options.Variables(f)
		if err != nil {
			return nil, fmt.Errorf("decide what function %s may reach: %w", f.Name, err)
		}
		maps.Copy(values, given)
	}
	maps.Copy(values, map[string]string{
		"AWS_REGION":                      s.options.Region,
		"AWS_DEFAULT_REGION":              s.options.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        f.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     latest,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": memory,
		"AWS_LAMBDA_LOG_GROUP_NAME":       f.LogGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME":      stream,
		"AWS_LAMBDA_RUNTIME_API":          api,
		"LAMBDA_TASK_ROOT":                folder,
		"_HANDLER":                        f.Handler,
	})
	list := make([]string, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if strings.ContainsRune(values[name], 0) {
			return nil, fmt.Errorf("function %s: environment variable %s holds a zero byte", f.Name, name)
		}
		list = append(list, name+"="+values[name])
	}
	return list, nil
}
