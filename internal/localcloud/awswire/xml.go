package awswire

import (
	"bytes"
	"encoding"
	"encoding/xml"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// xmlWriter writes a struct as the query protocol does: lists of member, maps of entry with key and value.
type xmlWriter struct{ buffer bytes.Buffer }

func (w *xmlWriter) open(name, namespace string) {
	w.buffer.WriteString("<" + name)
	if namespace != "" {
		w.buffer.WriteString(` xmlns="` + namespace + `"`)
	}
	w.buffer.WriteString(">")
}

func (w *xmlWriter) close(name string) { w.buffer.WriteString("</" + name + ">") }

func (w *xmlWriter) text(name, value string) {
	w.open(name, "")
	_ = xml.EscapeText(&w.buffer, []byte(value)) // a buffer takes everything
	w.close(name)
}

func (w *xmlWriter) fields(value reflect.Value) error {
	for i := range value.NumField() {
		name, omitEmpty := wireName(value.Type().Field(i))
		field := value.Field(i)
		if value.Type().Field(i).Anonymous { // its fields are those of the struct it is in, as in JSON
			if err := w.fields(field); err != nil {
				return err
			}
			continue
		}
		if omitEmpty && (field.IsZero() || field.Kind() == reflect.Slice && field.Len() == 0) {
			continue
		}
		if err := w.element(name, field); err != nil {
			return err
		}
	}
	return nil
}

func (w *xmlWriter) element(name string, value reflect.Value) error {
	if value.Kind() == reflect.Pointer {
		if value.IsNil() {
			return nil
		}
		value = value.Elem()
	}
	if marshaler, ok := value.Interface().(encoding.TextMarshaler); ok {
		text, err := marshaler.MarshalText()
		w.text(name, string(text))
		return err
	}
	switch value.Kind() {
	case reflect.Struct:
		w.open(name, "")
		err := w.fields(value)
		w.close(name)
		return err
	case reflect.Slice:
		w.open(name, "")
		for i := range value.Len() {
			if err := w.element("member", value.Index(i)); err != nil {
				return err
			}
		}
		w.close(name)
	case reflect.Map:
		return w.entries(name, value)
	case reflect.String:
		w.text(name, value.String())
	case reflect.Bool:
		w.text(name, strconv.FormatBool(value.Bool()))
	case reflect.Int, reflect.Int32, reflect.Int64:
		w.text(name, strconv.FormatInt(value.Int(), 10))
	case reflect.Float64:
		w.text(name, strconv.FormatFloat(value.Float(), 'g', -1, 64))
	default:
		return fmt.Errorf("encode %s: no rule for %s", name, value.Type())
	}
	return nil
}

// entries writes a map with strings as keys, in their order.
func (w *xmlWriter) entries(name string, value reflect.Value) error {
	byKey := map[string]reflect.Value{}
	for _, key := range value.MapKeys() {
		byKey[key.String()] = value.MapIndex(key)
	}
	w.open(name, "")
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		w.open("entry", "")
		w.text("key", key)
		if err := w.element("value", byKey[key]); err != nil {
			return err
		}
		w.close("entry")
	}
	w.close(name)
	return nil
}
