package infer

import (
	"fmt"
	"testing"

	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// FuzzLayout makes mappings of bytes. Whatever they are, finding their layout ends without a panic, and a layout that
// is found builds the same mappings, which Layout itself checks.
func FuzzLayout(f *testing.F) {
	f.Add(byte(2), byte(3), []byte{0, 0, 4, 1, 0, 0, 4, 1, 1, 4, 4, 1, 0, 0, 4, 1, 2, 8, 4, 1, 0, 0, 4, 1})
	f.Add(byte(3), byte(4), []byte{0, 0, 1, 4, 0, 0, 9, 1, 1, 1, 1, 4, 0, 0, 9, 1, 2, 2, 1, 4, 0, 0, 9, 1})
	f.Add(byte(1), byte(0), []byte{7, 3, 200, 2})
	f.Fuzz(func(t *testing.T, rank, form byte, data []byte) {
		n := int(rank)%3 + 1
		d := Dataset{Path: "/data", Type: "int16"}
		for range n {
			d.Shape = append(d.Shape, 64)
		}
		d.MaxShape = d.Shape
		if len(data) > 400 {
			data = data[:400]
		}
		for len(data) >= 1+3*n {
			m := model.Mapping{File: fmt.Sprintf("f%d_%d.h5", data[0]%8, data[0]/8%4), Path: "/d", Source: dataspace.All()}
			if form&1 == 1 {
				m.File = "one.h5"
			}
			v, s := make([]dataspace.Dim, n), make([]dataspace.Dim, n)
			for k := range n {
				start, count, block := uint64(data[1+3*k]), uint64(data[2+3*k]%9)+1, uint64(data[3+3*k]%5)+1
				v[k] = dataspace.Dim{Start: start, Stride: block * (1 + start%3), Count: count, Block: block}
				s[k] = dataspace.Range(start%4, start%4+count*block)
			}
			data = data[1+3*n:]
			var err error
			if m.Virtual, err = dataspace.Regular(v...); err != nil {
				continue
			}
			if form&2 == 2 {
				if m.Source, err = dataspace.Regular(s...); err != nil {
					continue
				}
			}
			d.Mappings = append(d.Mappings, m)
			for k := range n {
				d.Shape[k] = max(d.Shape[k], v[k].Start+(v[k].Count-1)*v[k].Stride+v[k].Block)
			}
		}
		text, err := Layout(&File{Layout: "Found", Datasets: []Dataset{d}})
		if (err == nil) != (len(text) > 0) {
			t.Errorf("%q, %v", text, err)
		}
	})
}
