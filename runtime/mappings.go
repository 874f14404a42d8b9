package runtime

import (
	"iter"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Mapping is one mapping of a virtual dataset as its file has it.
type Mapping struct {
	Number          int
	Source          SourceName // unescaped; a template keeps its %b and %%
	Template        bool       // Source is a numbered series
	Virtual, Select dataspace.Selection
}

// Mappings yields the mappings in the order of the file; none for a dataset that is not virtual.
func (d *RawDataset) Mappings() iter.Seq[Mapping] { return func(yield func(Mapping) bool) {} }

// NumMappings is the number of mappings.
func (d *RawDataset) NumMappings() int { return 0 }

// Mappings yields the mappings in the order of the file.
func (d *Dataset[T]) Mappings() iter.Seq[Mapping] { return d.raw.Mappings() }
