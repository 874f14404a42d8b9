package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// compounds writes the compound types that the layout declares as Go structs. Types
// that are Go structs already, or that another file of the package has, are left out.
func (w *writer) compounds() {
	for _, c := range w.l.Types {
		if c.Declared || w.declared[c.Name] {
			continue
		}
		w.declared[c.Name] = true
		doc := sentence(c.Doc)
		if doc == "" {
			doc = "its members are stored under the names in the tags."
		}
		w.doc("%s is a compound element type of HDF5: %s", c.Name, doc)
		var fields []jen.Code
		for _, m := range c.Members {
			if m.Doc != "" {
				fields = append(fields, comment("%s", sentence(m.Doc)))
			}
			fields = append(fields, jen.Id(memberName(m)).Add(memberType(m)).Tag(map[string]string{"hdf5": m.Name}))
		}
		w.add(jen.Type().Id(c.Name).Struct(fields...))
	}
}

func memberName(m *model.Member) string {
	if m.GoName != "" {
		return m.GoName
	}
	return model.GoName(m.Name)
}

// memberType is the Go type of a member, arrays included.
func memberType(m *model.Member) *jen.Statement {
	t := jen.Null()
	for _, n := range m.Dims {
		t = t.Index(jen.Lit(n))
	}
	return t.Add(goType(m.Type))
}
