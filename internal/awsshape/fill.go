package awsshape

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
)

// faker fills the unknown attributes of one new resource. The same seed gives
// the same values.
type faker struct {
	typeName string
	region   string
	seed     string
	top      map[string]cty.Value // the resource's own attributes, filled as they are needed
}

// Fill replaces what is unknown in a planned resource of the type and Region.
func Fill(typeName, region, seed string, schema Schema, planned cty.Value) (cty.Value, error) {
	f := faker{typeName: typeName, region: region, seed: seed, top: planned.AsValueMap()}
	return schema.Rewrite(planned, func(path []string, attribute *tfjson.SchemaAttribute, element map[string]cty.Value) (cty.Value, error) {
		if len(path) == 1 {
			return f.topLevel(path[0], attribute.AttributeType), nil
		}
		return f.known(path, attribute.AttributeType, element), nil
	})
}

// topLevel gives the attribute of the resource itself and remembers it, so that
// templates see one value whoever asks first.
func (f *faker) topLevel(name string, valueType cty.Type) cty.Value {
	value, exists := f.top[name]
	if exists && !value.IsWhollyKnown() {
		value = f.known([]string{name}, valueType, f.top)
		f.top[name] = value
	}
	return value
}

// known gives the value at path with everything unknown in it replaced.
func (f *faker) known(path []string, valueType cty.Type, element map[string]cty.Value) cty.Value {
	value := element[path[len(path)-1]]
	switch {
	case value.IsWhollyKnown():
		return value
	case !value.IsKnown():
		return f.fake(path, valueType, element)
	case valueType.IsSetType() && valueType.ElementType().IsObjectType():
		elements := value.AsValueSlice()
		for i, inner := range elements {
			members := inner.AsValueMap()
			for _, name := range sortedKeys(members) {
				members[name] = f.known(extend(path, name), valueType.ElementType().AttributeType(name), members)
			}
			elements[i] = cty.ObjectVal(members)
		}
		return cty.SetVal(elements)
	}
	return f.fake(path, valueType, element)
}

// fake makes up the value at path. Collections of objects get one element, so
// that configurations can index them; other collections are empty.
func (f *faker) fake(path []string, valueType cty.Type, element map[string]cty.Value) cty.Value {
	if give := particular(f.typeName + "." + strings.Join(path, ".")); give != nil {
		return give(f)
	}
	switch {
	case valueType == cty.String:
		return cty.StringVal(f.expand(f.template(path), path, element))
	case valueType == cty.Number:
		return cty.NumberIntVal(0)
	case valueType == cty.Bool:
		return cty.False
	case valueType.IsObjectType():
		members := make(map[string]cty.Value)
		for _, name := range sortedKeys(valueType.AttributeTypes()) {
			members[name] = f.fake(extend(path, name), valueType.AttributeType(name), members)
		}
		return cty.ObjectVal(members)
	case valueType.IsListType() && valueType.ElementType().IsObjectType():
		return cty.ListVal([]cty.Value{f.fake(path, valueType.ElementType(), element)})
	case valueType.IsSetType() && valueType.ElementType().IsObjectType():
		return cty.SetVal([]cty.Value{f.fake(path, valueType.ElementType(), element)})
	case valueType.IsListType():
		return cty.ListValEmpty(valueType.ElementType())
	case valueType.IsSetType():
		return cty.SetValEmpty(valueType.ElementType())
	case valueType.IsMapType():
		return cty.MapValEmpty(valueType.ElementType())
	}
	return cty.NullVal(valueType)
}

// Known says whether a computed attribute has a shape of its own; others are made up from their name's ending.
func Known(typeName string, path []string) bool {
	full := strings.Join(path, ".")
	return identities[typeName][full] != "" || full == "name" || particular(typeName+"."+full) != nil
}

func (f *faker) template(path []string) string {
	if template, exists := identities[f.typeName][strings.Join(path, ".")]; exists {
		return template
	}
	name := path[len(path)-1]
	if prefix := Text(f.top[name+"_prefix"]); prefix != "" {
		return prefix + "{digits26}"
	}
	if name == "name" {
		return "terraform-{digits26}"
	}
	for _, generic := range suffixes {
		if strings.HasSuffix(name, generic.suffix) {
			return generic.template
		}
	}
	return ""
}

var (
	placeholder = regexp.MustCompile(`\{([a-z0-9_]+)\}`)
	random      = regexp.MustCompile(`^(hex|lower|upper|digits|alnum)([0-9]+)$`)
)

var alphabets = map[string]string{
	"hex":    "0123456789abcdef",
	"lower":  "abcdefghijklmnopqrstuvwxyz0123456789",
	"upper":  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
	"digits": "0123456789",
	"alnum":  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
}

// expand replaces the {words} of a template, see identity.
func (f *faker) expand(template string, path []string, element map[string]cty.Value) string {
	return placeholder.ReplaceAllStringFunc(template, func(match string) string {
		word := match[1 : len(match)-1]
		if shape := random.FindStringSubmatch(word); shape != nil {
			length, _ := strconv.Atoi(shape[2]) // the pattern admits digits only
			return f.letters(path, alphabets[shape[1]], length)
		}
		switch word {
		case "uuid":
			digits := f.letters(path, alphabets["hex"], 32)
			return fmt.Sprintf("%s-%s-4%s-8%s-%s", digits[:8], digits[8:12], digits[13:16], digits[17:20], digits[20:])
		case "account":
			return Account
		case "region":
			return f.region
		}
		if value, exists := element[word]; exists && len(path) > 1 && Text(value) != "" {
			return Text(value)
		}
		if _, exists := f.top[word]; !exists || word == path[0] {
			return ""
		}
		return Text(f.topLevel(word, f.top[word].Type()))
	})
}

// letters is text that looks random and depends on seed and path only.
func (f *faker) letters(path []string, alphabet string, length int) string {
	sum := sha256.Sum256([]byte(f.seed + "\x00" + strings.Join(path, ".")))
	source := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16]))) //nolint:gosec // identifiers, not secrets
	letters := make([]byte, length)
	for i := range letters {
		letters[i] = alphabet[source.IntN(len(alphabet))]
	}
	return string(letters)
}

// particular gives the value of a computed attribute, by type and path, that a template cannot say; nil for others.
func particular(path string) func(f *faker) cty.Value {
	switch path {
	case "aws_kms_key.key_id":
		return (*faker).keyID
	case "aws_kms_replica_key.key_id":
		return (*faker).replicaKeyID
	case "aws_lambda_function.version":
		return (*faker).functionVersion
	case "aws_rds_cluster.port", "aws_rds_cluster_instance.port":
		return (*faker).databasePort
	case "aws_rds_global_cluster.global_cluster_members":
		return func(*faker) cty.Value {
			return cty.SetValEmpty(cty.Object(map[string]cty.Type{"db_cluster_arn": cty.String, "is_writer": cty.Bool}))
		}
	case "aws_route53_record.id":
		return (*faker).recordID
	case "aws_route53_zone.name_servers":
		return (*faker).nameServers
	}
	return nil
}

// keyID has the prefix that marks a multi-Region key.
func (f *faker) keyID() cty.Value {
	if IsTrue(f.top["multi_region"]) {
		return cty.StringVal("mrk-" + f.letters([]string{"key_id"}, alphabets["hex"], 32))
	}
	return cty.StringVal(f.expand("{uuid}", []string{"key_id"}, f.top))
}

// replicaKeyID is the primary key's: they share it across Regions.
func (f *faker) replicaKeyID() cty.Value {
	arn := Text(f.top["primary_key_arn"])
	return cty.StringVal(arn[strings.LastIndex(arn, "/")+1:])
}

func (f *faker) databasePort() cty.Value {
	if strings.Contains(Text(f.top["engine"]), "postgres") {
		return cty.NumberIntVal(5432)
	}
	return cty.NumberIntVal(3306)
}

func (f *faker) recordID() cty.Value {
	id := f.expand("{zone_id}_{name}_{type}", []string{"id"}, f.top)
	if set := Text(f.top["set_identifier"]); set != "" {
		id += "_" + set
	}
	return cty.StringVal(id)
}

func (f *faker) nameServers() cty.Value {
	servers := make([]cty.Value, 0, 4)
	for i, domain := range []string{"com", "net", "org", "co.uk"} {
		servers = append(servers, cty.StringVal(fmt.Sprintf("ns-%d.awsdns-%02d.%s", 100+i*512, 12+i, domain)))
	}
	return cty.ListVal(servers)
}

func (f *faker) functionVersion() cty.Value {
	if IsTrue(f.top["publish"]) {
		return cty.StringVal("1")
	}
	return cty.StringVal("$LATEST")
}
