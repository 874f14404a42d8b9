package runtime

import (
	"iter"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Mapping is one mapping of a virtual dataset as its file has it.
type Mapping struct {
	Number   int
	Source   SourceName // unescaped; a template keeps its %b and %%
	Template bool       // Source is a numbered series
	Virtual  dataspace.Selection
	Select   dataspace.Selection // of the source
}

// Mappings yields the mappings in the order of the file; none for a dataset that is not virtual.
func (d *RawDataset) Mappings() iter.Seq[Mapping] {
	return func(yield func(Mapping) bool) {
		if d.node.virtual == nil {
			return
		}
		layout := d.node.virtual.layout
		for i := range layout.Len() {
			m := Mapping{Number: i, Virtual: layout.Virtual(i), Select: layout.Source(i)}
			m.Template = isTemplate(layout.File(i)) || isTemplate(layout.Path(i))
			m.Source = SourceName{layout.File(i), layout.Path(i)}
			if !m.Template {
				m.Source = d.node.virtual.sourceName(i, 0)
			}
			if !yield(m) {
				return
			}
		}
	}
}

// NumMappings is the number of mappings.
func (d *RawDataset) NumMappings() int {
	if d.node.virtual == nil {
		return 0
	}
	return d.node.virtual.layout.Len()
}

// Mappings yields the mappings in the order of the file.
func (d *Dataset[T]) Mappings() iter.Seq[Mapping] { return d.raw.Mappings() }
