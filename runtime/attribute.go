package runtime

import "github.com/vdsgen/vdsgen/hdf5"

// Attr is an attribute to be written. A string becomes a variable-length UTF-8 string, an integer an int64, a float a
// float64, a slice of these one dimension; an [AttributeValue] says it exactly.
type Attr struct {
	Name  string
	Value any
}

// AttributeValue is the value of an attribute with its type and shape spelled out.
type AttributeValue = hdf5.AttributeValue

// A is an attribute.
func A(name string, value any) Attr { return Attr{name, value} }
