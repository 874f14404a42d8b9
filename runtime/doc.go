// Package runtime builds and reads HDF5 virtual datasets (VDS). It is imported as vds:
//
//	import vds "github.com/vdsgen/vdsgen/runtime"
//
// A virtual dataset is an array whose elements lie in other datasets, its sources: mappings in its file say which part lies where. To
// the reader it is one array.
//
//	f, err := vds.Open(ctx, "run_vds.h5")
//	d, err := vds.OpenDataset[uint16](ctx, f, "/entry/data/data")
//	a, err := d.Read(ctx, vds.Range(0, 10), vds.All(), vds.Index(17))
//
// Any HDF5 dataset opens, virtual or not, whoever wrote it. Generated code calls this package; it is as usable by hand.
//
// # Coming from h5py
//
//	layout = h5py.VirtualLayout((4, 100), dtype='i4')       layout := vds.NewLayout[int32]([]int{4, 100})
//	  …, maxshape=(None, 100)                                 …, vds.MaxShape(vds.Unlimited, 100)
//	  …, dtype=f['x'].dtype                                 vds.NewLayoutOf(d.Datatype(), shape)
//	vs = h5py.VirtualSource('1.h5', 'data', shape=(100,))   vs := vds.NewSource("1.h5", "data", []int{100})
//	  …, maxshape=(None,)                                     …, vds.MaxShape(vds.Unlimited)
//	vs = h5py.VirtualSource(f['data'])                      vs := vds.SourceOf(d)
//	vs[3, 0:10:2, ...]                                      vs.Slice(vds.Index(3), vds.Range(0, 10).By(2), vds.Ellipsis)
//	vs[[0, 3, 4]], vs[mask]                                 vs.Slice(vds.Indices(0, 3, 4)), vs.Slice(vds.Mask(mask))
//	vs[h5py.MultiBlockSlice(0, 5, 10, 2)]                   vs.Slice(vds.Blocks(0, 5, 10, 2))    // start, stride, count, block
//	vs[0:h5py.UNLIMITED]                                    vs.Slice(vds.Blocks(0, 1, vds.Unlimited, 1))
//	layout[n] = vs                                          err := layout.Map([]vds.Slice{vds.Index(n)}, vs)
//	layout[...] = vs                                        err := layout.Map(nil, vs)
//	dcpl.set_virtual(vspace, b'1.h5', b'data', sspace)      err := layout.MapSelection(virtual, vs.Select(source))
//	h5py.VirtualSource('f-%b.h5', 'A', shape=(5,))          vds.NewTemplateSource("f-%b.h5", "A", []int{5})
//	h5py.VirtualSource('100%%.h5', …)                       vds.NewSource("100%.h5", …)          // literal names are escaped
//	with h5py.File('VDS.h5', 'w', libver='latest') as f:    b := vds.NewBuilder("VDS.h5")
//	  f.create_virtual_dataset('v', layout, fillvalue=-5)   b.Virtual("v", layout)               // vds.Fill(-5) of the layout
//	  with f.build_virtual_dataset('v', shape, dtype) as l: NewLayout, Map, b.Virtual
//	  f['v'].attrs['units'] = 'counts'                      b.Attribute("v", vds.A("units", "counts"))
//	                                                        err := b.Commit(ctx)
//	f = h5py.File('VDS.h5', 'r'); d = f['v']                f, err := vds.Open(ctx, "VDS.h5"); d, err := vds.OpenDataset[int32](ctx, f, "v")
//	d[0:10, :, 5], d[...]                                   d.Read(ctx, vds.Range(0, 10), vds.All(), vds.Index(5)), d.Read(ctx)
//	d[[0, 3, 4]], d[:, mask]                                d.Read(ctx, vds.Indices(0, 3, 4)), d.Read(ctx, vds.All(), vds.Mask(mask))
//	points, unions of hyperslabs (d.id.read with a space)   d.ReadPoints(ctx, points...), d.ReadSelection(ctx, selection)
//	d.read_direct(a, np.s_[0:10])                           d.ReadInto(ctx, a, vds.Range(0, 10))
//	for frame in d: …                                       for frame, err := range d.Each(ctx) { … }
//	d[5] = a, through the virtual dataset                   d.Write(ctx, a, vds.Index(5))
//	d.id.refresh()                                          d, err = d.Refresh(ctx)              // Follow yields what comes
//	h5py.File('VDS.h5', 'r+'), create_virtual_dataset       b := vds.Extend("VDS.h5"), b.Virtual, b.AddMappings
//	d.is_virtual, d.virtual_sources()                       d.Raw().IsVirtual(), d.Mappings(), d.Resolve(ctx)
//	f.create_dataset('v', …, virtual_prefix=p)              vds.Open(ctx, name, vds.WithPrefix(p))
//	dapl.set_virtual_view(VDS_FIRST_MISSING)                vds.WithView(vds.FirstMissing)
//	dapl.set_virtual_printf_gap(n)                          vds.WithPrintfGap(n)
//
// As in h5py a source that is not sliced is stored as ALL, and one that is, also by a mere ":", as a hyperslab; so is the virtual side, where no
// slices at all, or an ellipsis alone, are ALL. Two mappings in a row that are one hyperslab are stored as one; [SeparateMappings] keeps them apart.
//
// # Differences from libhdf5
//
// The values are those that libhdf5 reads, save where it reads something that nobody wrote:
//
//   - A source that is absent or cannot be read is a [*MissingSourceError], and not silently the fill value. [FillAbsent] fills what does not exist,
//     [FillMissing] everything that libhdf5 fills. What was filled is in [Array.Filled] either way, and told to [WithOnFilled]. Too many open files is never
//     taken for a missing source.
//   - Gaps between mappings are always filled, also where mappings overlap. Where they do, the last mapping wins, as it happens to do in libhdf5.
//   - A source that is smaller than its mapping is a [*SourceMismatchError], or filled with FillMissing; one of another rank, or of which all is mapped and
//     which has more elements, is the error. libhdf5 reads other elements, or crashes.
//   - A virtual dataset that is a source of itself is a [*CycleError].
//   - A virtual source that grows has the length that its own sources have, and not the one that was stored when it was made.
//   - A growing source that does not exist (yet) counts as empty when the length is found; reading what it should have is an error.
//   - A prefix given with WithPrefix is used also where the environment variable HDF5_VDS_PREFIX is set, after it.
//   - Members of compounds that a source lacks read as those of the fill value, or of an earlier mapping.
//
// docs/differences.md has all of them, with reasons and tests.
//
// # How it works
//
// slice.go and axis.go resolve slices, selection.go HDF5 selections; source.go, layout.go, correspondence.go and finish.go make and check layouts, builder.go writes them; open.go, search.go and node.go find
// and open files and datasets, grow.go the length of growing ones; read.go and gaps.go carry a read out: package plan computes which elements
// of which source are needed, package fetch reads them.
package runtime
