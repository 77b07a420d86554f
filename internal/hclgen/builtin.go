package hclgen

// What the engine itself defines: no provider's schema holds it. Source:
// https://opentofu.org/docs/language/ (resources, values, state/remote-state-data).

func optional(typ *valueType) *attributeSchema { return &attributeSchema{typ: typ, optional: true} }

// remoteState is the data source terraform_remote_state of the provider
// terraform.io/builtin/terraform.
func remoteState() *blockSchema {
	computed := &attributeSchema{computed: true}
	return &blockSchema{
		attributes: map[string]*attributeSchema{
			"backend":   {typ: stringType, required: true},
			"config":    optional(nil),
			"defaults":  optional(nil),
			"workspace": optional(stringType),
			"outputs":   computed,
		},
		required: []string{"backend"},
		implied: &valueType{kind: objectKind, fields: map[string]*valueType{
			"backend": stringType, "config": nil, "defaults": nil, "workspace": stringType, "outputs": nil}},
	}
}

func conditionSchema() *nestedSchema {
	return &nestedSchema{nesting: "list", block: &blockSchema{
		attributes: map[string]*attributeSchema{
			"condition":     {typ: boolType, required: true},
			"error_message": {typ: stringType, required: true},
		},
		required: []string{"condition", "error_message"}}}
}

func variableSchema() *blockSchema {
	return &blockSchema{
		attributes: map[string]*attributeSchema{
			"type": optional(nil), "default": optional(nil), "description": optional(stringType), "deprecated": optional(stringType),
			"sensitive": optional(boolType), "nullable": optional(boolType), "ephemeral": optional(boolType),
		},
		blocks: map[string]*nestedSchema{"validation": conditionSchema()},
	}
}

func outputSchema() *blockSchema {
	return &blockSchema{
		attributes: map[string]*attributeSchema{
			"value": {required: true}, "description": optional(stringType), "deprecated": optional(stringType),
			"sensitive": optional(boolType), "ephemeral": optional(boolType),
		},
		required: []string{"value"},
		blocks:   map[string]*nestedSchema{"precondition": conditionSchema()},
	}
}

func terraformSchema() *blockSchema {
	open := &blockSchema{open: true}
	single := &nestedSchema{nesting: "list", maxItems: 1, block: open}
	return &blockSchema{
		attributes: map[string]*attributeSchema{"required_version": optional(stringType), "experiments": optional(nil)},
		blocks: map[string]*nestedSchema{"required_providers": single, "backend": single, "cloud": single,
			"encryption": single, "provider_meta": {nesting: "list", block: open}},
	}
}

func lifecycleSchema() *blockSchema {
	return &blockSchema{
		attributes: map[string]*attributeSchema{
			"create_before_destroy": optional(boolType), "prevent_destroy": optional(boolType),
			"ignore_changes": optional(nil), "replace_triggered_by": optional(nil), "enabled": optional(boolType),
			"destroy": optional(boolType),
		},
		blocks: map[string]*nestedSchema{"precondition": conditionSchema(), "postcondition": conditionSchema()},
	}
}

// functions are the engine's functions with the type they return; nil is any.
// Source: https://opentofu.org/docs/language/functions/
var functions = functionTypes()

func functionTypes() map[string]*valueType {
	types := map[string]*valueType{}
	add := func(typ *valueType, names ...string) {
		for _, name := range names {
			types[name] = typ
		}
	}
	add(stringType, "base64decode", "base64encode", "base64gunzip", "base64gzip", "base64sha256", "base64sha512", "basename", "bcrypt",
		"chomp", "cidrhost", "cidrnetmask", "cidrsubnet", "dirname", "file", "filebase64", "filebase64sha256", "filebase64sha512",
		"filemd5", "filesha1", "filesha256", "filesha512", "format", "formatdate", "indent", "join", "jsonencode", "lower", "md5",
		"pathexpand", "abspath", "plantimestamp", "replace", "rsadecrypt", "sha1", "sha256", "sha512", "strrev", "substr",
		"templatefile", "templatestring", "textdecodebase64", "textencodebase64", "timeadd", "timestamp", "title", "tostring", "trim",
		"trimprefix", "trimspace", "trimsuffix", "upper", "urldecode", "urlencode", "uuid", "uuidv5", "yamlencode")
	add(numberType, "abs", "ceil", "floor", "length", "log", "max", "min", "parseint", "pow", "signum", "sum", "timecmp", "tonumber")
	add(boolType, "alltrue", "anytrue", "can", "cidrcontains", "contains", "endswith", "fileexists", "issensitive", "startswith",
		"strcontains", "tobool")
	add(listOf(stringType), "cidrsubnets", "formatlist", "sort", "split")
	add(&valueType{kind: setKind, elem: stringType}, "fileset")
	add(listOf(nil), "chunklist", "compact", "concat", "distinct", "flatten", "keys", "matchkeys", "range", "slice", "tolist", "values")
	add(&valueType{kind: setKind}, "setintersection", "setproduct", "setsubtract", "setunion", "toset")
	add(&valueType{kind: mapKind}, "tomap", "zipmap", "transpose")
	add(nil, "coalesce", "coalescelist", "csvdecode", "defaults", "element", "ephemeralasnull", "index", "jsondecode", "lookup", "merge",
		"nonsensitive", "one", "regex", "regexall", "reverse", "sensitive", "try", "type", "yamldecode")
	return types
}
