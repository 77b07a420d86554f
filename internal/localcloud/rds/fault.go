package rds

import "fmt"

// Fault is a refusal as RDS answers it.
type Fault struct {
	Code    string // the protocol's error code, which the SDK turns into a type
	Status  int    // HTTP status
	Message string
}

// Error names code and message.
func (f *Fault) Error() string { return f.Code + ": " + f.Message }

func fault(code, format string, values ...any) *Fault {
	return &Fault{Code: code, Status: 400, Message: fmt.Sprintf(format, values...)}
}

func notFound(code, format string, values ...any) *Fault {
	return &Fault{Code: code, Status: 404, Message: fmt.Sprintf(format, values...)}
}

func clusterMissing(name string) *Fault {
	return notFound("DBClusterNotFoundFault", "DBCluster %s not found.", name)
}

func instanceMissing(name string) *Fault {
	return notFound("DBInstanceNotFound", "DBInstance %s not found.", name)
}

func globalMissing(name string) *Fault {
	return notFound("GlobalClusterNotFoundFault", "Global cluster %s not found", name)
}

func invalidCluster(format string, values ...any) *Fault {
	return fault("InvalidDBClusterStateFault", format, values...)
}

func invalidGlobal(format string, values ...any) *Fault {
	return fault("InvalidGlobalClusterStateFault", format, values...)
}

// notModelled is the answer to what RDS has and this package has not.
func notModelled(format string, values ...any) *Fault {
	return fault("NotImplemented", "the local RDS does not model "+format, values...)
}
