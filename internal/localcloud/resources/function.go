package resources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/bundle"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/topology"
)

// function handles aws_lambda_function: its Region runs it, the network says what it reaches.
func (c *Cloud) function() handler {
	return handler{cloud: c,
		put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
			if full.text("filename") == "" {
				return full, fmt.Errorf("%s has no filename: code from S3 and images are not modelled here", r.Type)
			}
			path := c.path(r, full.text("filename"))
			archive, err := os.ReadFile(path)
			if err != nil {
				return full, fmt.Errorf("read the function's zip file: %w", err)
			}
			hash := bundle.Hash(archive)
			full = full.with(map[string]cty.Value{
				"code_sha256": cty.StringVal(hash), "source_code_hash": cty.StringVal(hash), "source_code_size": cty.NumberIntVal(int64(len(archive))),
			})
			if path, err = c.keep(path, hash, archive); err != nil {
				return full, err
			}
			if err := c.send(ctx, full.replaced("filename", cty.StringVal(path)), r); err != nil {
				return full, err
			}
			network := full.block("vpc_config")
			c.network.Put(key(r), topology.Function{ARN: full.text("arn"), Name: full.text("function_name"), Region: r.Region,
				Subnets: network.texts("subnet_ids"), Groups: network.texts("security_group_ids")})
			return full, nil
		},
		delete: func(ctx context.Context, _ object, r apply.Resource) error {
			c.network.Delete(key(r))
			return c.withdraw(ctx, r)
		},
	}
}

// path is a path of the files as an absolute one.
func (c *Cloud) path(r apply.Resource, path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.options.Folder, r.Root, path)
	}
	if absolute, err := filepath.Abs(path); err == nil { // fails only without a working directory
		return absolute
	}
	return path
}

// keep copies a zip file, named by its content, to where it stays as it is.
func (c *Cloud) keep(path, hash string, archive []byte) (string, error) {
	if c.options.Code == "" {
		return path, nil
	}
	kept := filepath.Join(c.options.Code, fileName(hash)+".zip")
	if _, err := os.Stat(kept); err == nil {
		return kept, nil
	}
	if err := os.MkdirAll(c.options.Code, 0o700); err != nil {
		return "", fmt.Errorf("keep the code of %s: %w", path, err)
	}
	file, err := os.CreateTemp(c.options.Code, "*.part")
	if err != nil {
		return "", fmt.Errorf("keep the code of %s: %w", path, err)
	}
	_, err = file.Write(archive)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), kept)
	}
	if err != nil {
		return "", fmt.Errorf("keep the code of %s: %w", path, errors.Join(err, os.Remove(file.Name())))
	}
	return kept, nil
}

// invocation handles aws_lambda_invocation: the function runs when the resource is made, and made anew when its input,
// triggers or function change.
func (c *Cloud) invocation() handler {
	return handler{cloud: c, put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
		if scope := full.text("lifecycle_scope"); scope != "" && scope != "CREATE_ONLY" {
			return full, fmt.Errorf("lifecycle_scope %s is not modelled here, only CREATE_ONLY is", scope)
		}
		if r.Prior != cty.NilVal { // what changed does not matter to the function
			return full.with(map[string]cty.Value{"result": object{r.Prior}.get("result")}), nil
		}
		name := full.text("function_name")
		answer, failed, err := c.options.Regions.Invoke(ctx, r.Region, name, []byte(full.text("input")))
		if err != nil {
			return full, fmt.Errorf("invoke %s in %s: %w", name, r.Region, err)
		}
		if failed != "" {
			return full, fmt.Errorf("function %s in %s failed (%s): %s", name, r.Region, failed, failure(answer))
		}
		return full.with(map[string]cty.Value{"result": cty.StringVal(string(answer))}), nil
	}}
}

// failure is the message of a function's error, as its runtime describes it.
func failure(answer []byte) string {
	var described struct{ ErrorMessage, ErrorType string }
	if err := json.Unmarshal(answer, &described); err != nil || described.ErrorMessage == "" {
		return string(answer)
	}
	if described.ErrorType == "" {
		return described.ErrorMessage
	}
	return described.ErrorType + ": " + described.ErrorMessage
}
