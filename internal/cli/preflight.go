package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/paymentdr/paymentdr/internal/engine"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// unavailableFunctions answer a typed "not available" error instead of doing their work. A test compares the list with
// the functions' source, so that it can neither forget a function nor keep one that has become real.
var unavailableFunctions []string

// preflight lists every reason not to apply these roots; it changes nothing and calls nothing but the engine's version.
// The driver is started as a side effect where that is possible.
func (d *driver) preflight(ctx context.Context, roots []stack.Root, confirmed bool) ([]reason, error) {
	reasons := configurationReasons(d.cfg)
	if len(unavailableFunctions) > 0 {
		reasons = append(reasons, newReason(reasonNoFunctions,
			"these functions are deployed but answer only that they are not available in this version: %s", strings.Join(unavailableFunctions, ", ")))
	}
	common, err := d.commonReasons(ctx, roots, confirmed)
	return append(reasons, common...), err
}

// commonReasons hold for bootstrap too.
func (d *driver) commonReasons(ctx context.Context, roots []stack.Root, confirmed bool) ([]reason, error) {
	reasons, err := d.folderReasons()
	if err != nil {
		return nil, err
	}
	if !findCredentials(d.app.process.Environment) {
		reasons = append(reasons, newReason(reasonNoCredentials,
			"no AWS credentials are in sight: neither AWS_PROFILE, AWS_ACCESS_KEY_ID nor another variable that names some, and no shared configuration file; log in (aws sso login), or accept this on a machine whose instance role has them"))
	}
	if !confirmed && !d.app.process.Interactive {
		reasons = append(reasons, newReason(reasonNotConfirmed, "standard input is not a terminal, so nobody can be asked: use --yes"))
	}
	if len(reasons) > 0 && hasReason(reasons, reasonOutOfDate) {
		// The folders may be missing: look for the engine only.
		_, err = engine.Find(ctx, d.options.engine, d.app.process.Environment)
	} else {
		err = d.start(ctx, roots)
	}
	found, err := engineReason(err)
	return append(reasons, found...), err
}

func hasReason(reasons []reason, name string) bool {
	for _, r := range reasons {
		if r.Name == name {
			return true
		}
	}
	return false
}

// engineReason turns an engine that cannot be used into a reason; other errors stay errors.
func engineReason(err error) ([]reason, error) {
	var missing *engine.MissingError
	var old *engine.OldError
	switch {
	case errors.As(err, &missing):
		return []reason{newReason(reasonNoEngine, "%s", err)}, nil
	case errors.As(err, &old):
		return []reason{newReason(reasonOldEngine, "%s", err)}, nil
	}
	return nil, err
}

func (d *driver) folderReasons() ([]reason, error) {
	stale, err := compareOut(d.system, d.options.out)
	if err != nil {
		return nil, err
	}
	var reasons []reason
	if difference := stale.describe(); difference != "" {
		reasons = append(reasons, newReason(reasonOutOfDate, "%s is not what the configuration gives (%s): run %s",
			filepath.Clean(d.options.out), difference, d.synthCommand()))
	}
	if len(stale.Added) > 0 {
		reasons = append(reasons, newReason(reasonAddedFiles, "files that this configuration does not generate, but the engine would read: %s",
			strings.Join(stale.Added, ", ")))
	}
	return reasons, nil
}

// credentialVariables each name credentials or where to get them; their values are never looked at.
var credentialVariables = []string{
	"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
}

// findCredentials says whether there is any trace of credentials. Whether they are valid only AWS can say.
func findCredentials(environment []string) bool {
	variables := map[string]string{}
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		variables[name] = value
	}
	for _, name := range credentialVariables {
		if variables[name] != "" {
			return true
		}
	}
	home := variables["HOME"]
	for variable, standard := range map[string]string{"AWS_SHARED_CREDENTIALS_FILE": "credentials", "AWS_CONFIG_FILE": "config"} {
		path := variables[variable]
		if path == "" && home != "" {
			path = filepath.Join(home, ".aws", standard)
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
			return true
		}
	}
	return false
}

// judge says what was accepted, and refuses for the rest; as JSON the refusal is a result too.
func (a *app) judge(what string, reasons []reason) error {
	for _, r := range reasons {
		if r.Accepted {
			fmt.Fprintf(a.process.Stderr, "paymentdr: accepted: %s: %s\n", r.Name, r.Text)
		}
	}
	no := refusal(what, reasons)
	if no != nil && a.output == outputJSON {
		if err := writeJSON(a.process.Stdout, map[string]any{"refused": true, "reasons": reasons}); err != nil {
			return errors.Join(no, err)
		}
	}
	return no
}
