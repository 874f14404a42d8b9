package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// AppendFilterPipeline appends the body of a filter pipeline message, version 2.
func AppendFilterPipeline(b []byte, filters []Filter) []byte {
	b = append(b, 2, byte(len(filters)))
	for _, f := range filters {
		b = cursor.AppendUint(b, uint64(f.ID), 2)
		name := ""
		if f.ID >= firstNamedFilter {
			if f.Name != "" {
				name = f.Name + "\x00"
			}
			b = cursor.AppendUint(b, uint64(len(name)), 2)
		}
		flags := uint64(0)
		if f.Optional {
			flags = 1
		}
		b = cursor.AppendUint(b, flags, 2)
		b = cursor.AppendUint(b, uint64(len(f.Params)), 2)
		b = append(b, name...)
		for _, p := range f.Params {
			b = cursor.AppendUint(b, uint64(p), 4)
		}
	}
	return b
}
