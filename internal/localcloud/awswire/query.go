package awswire

import (
	"encoding"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// queryProtocol is the query protocol: forms in, XML out.
type queryProtocol struct{ namespace string }

func (queryProtocol) unknown(operation string) *Fault {
	return Invalid("InvalidAction", "The local cloud does not model the operation %q", operation)
}

// node is a form's parameter: Dimensions.member.1.Name is a path of four.
type node struct {
	value    string
	children map[string]*node
}

func (n *node) child(name string) *node {
	if n.children == nil {
		n.children = map[string]*node{}
	}
	if n.children[name] == nil {
		n.children[name] = &node{}
	}
	return n.children[name]
}

// decodeForm fills a struct from a form.
func decodeForm(form url.Values, input any) error {
	root := &node{}
	for name, values := range form {
		at := root
		for part := range strings.SplitSeq(name, ".") {
			at = at.child(part)
		}
		at.value = values[0]
	}
	if err := decodeNode(root, reflect.ValueOf(input).Elem()); err != nil {
		return Invalid("MalformedInput", "%v", err)
	}
	return nil
}

func decodeNode(n *node, into reflect.Value) error {
	if text, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return text.UnmarshalText([]byte(n.value))
	}
	var err error
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return decodeNode(n, into.Elem())
	case reflect.Struct:
		return decodeStruct(n, into)
	case reflect.Slice:
		return decodeList(n, into)
	case reflect.String:
		into.SetString(n.value)
	case reflect.Bool:
		var value bool
		value, err = strconv.ParseBool(n.value)
		into.SetBool(value)
	case reflect.Int, reflect.Int32, reflect.Int64:
		var value int64
		value, err = strconv.ParseInt(n.value, 10, 64)
		into.SetInt(value)
	case reflect.Float64:
		var value float64
		value, err = strconv.ParseFloat(n.value, 64)
		into.SetFloat(value)
	default:
		return fmt.Errorf("decode form: no rule for %s", into.Type())
	}
	return err
}

func decodeStruct(n *node, into reflect.Value) error {
	for i := range into.NumField() {
		name, _ := wireName(into.Type().Field(i))
		child, given := n.children[name]
		if !given {
			continue
		}
		if err := decodeNode(child, into.Field(i)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// decodeList reads member.1, member.2, ... A list parameter without members is an empty list.
func decodeList(n *node, into reflect.Value) error {
	members, given := n.children["member"]
	if !given {
		return nil
	}
	for i := 1; ; i++ {
		member, given := members.children[strconv.Itoa(i)]
		if !given {
			return nil
		}
		element := reflect.New(into.Type().Elem()).Elem()
		if err := decodeNode(member, element); err != nil {
			return fmt.Errorf("member %d: %w", i, err)
		}
		into.Set(reflect.Append(into, element))
	}
}

// wireName is a field's name on the wire, and whether its zero value is left out.
func wireName(field reflect.StructField) (name string, omitEmpty bool) {
	name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	if name == "" {
		name = field.Name
	}
	return name, options == "omitempty"
}

func (p queryProtocol) refuse(_ http.Header, requestID string, fault *Fault) (string, []byte) {
	var w xmlWriter
	w.open("ErrorResponse", p.namespace)
	w.open("Error", "")
	w.text("Type", fault.side())
	w.text("Code", fault.code())
	w.text("Message", fault.Message)
	w.close("Error")
	w.text("RequestId", requestID)
	w.close("ErrorResponse")
	return "text/xml", w.buffer.Bytes()
}

func (p queryProtocol) answer(operation, requestID string, output any) (string, []byte, error) {
	var w xmlWriter
	w.open(operation+"Response", p.namespace)
	value := reflect.ValueOf(output)
	if value.Kind() == reflect.Struct && value.NumField() > 0 {
		w.open(operation+"Result", "")
		if err := w.fields(value); err != nil {
			return "", nil, err
		}
		w.close(operation + "Result")
	}
	w.open("ResponseMetadata", "")
	w.text("RequestId", requestID)
	w.close("ResponseMetadata")
	w.close(operation + "Response")
	return "text/xml", w.buffer.Bytes(), nil
}
