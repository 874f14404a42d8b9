package gen_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/vdsgen/vdsgen/gen/testdata/generate/endless"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/gapfill"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// TestFollow writes the next file of a series whenever the frames of those before have come.
func TestFollow(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	p := endless.FilesParams{Prefix: "run", N: 2}
	create := func(file int) {
		w, err := endless.CreateFilesS(ctx, dir, p, file)
		must(t, err)
		data := make([]float32, 2*8*9)
		for i := range data {
			data[i] = float32(2*file + i/(8*9))
		}
		must(t, w.Append(data))
		must(t, w.Close())
	}
	name := filepath.Join(dir, "series.h5")
	must(t, endless.BuildFiles(ctx, name, p))
	create(0)
	r, err := endless.OpenFiles(ctx, name, vds.WithPollInterval(time.Millisecond))
	must(t, err)
	defer r.Close()

	next := 1
	for frame, err := range r.Data().FollowFrames(ctx, endless.FilesDataSlice{Frame: vds.From(1), Y: vds.Index(0), X: vds.To(2)}) {
		same(t, "frame", frame, err, []int{2}, float32(next), float32(next))
		if next++; next == 6 {
			break
		}
		if next%2 == 0 {
			create(next / 2)
		}
	}
	now, err := r.Data().Refresh(ctx)
	must(t, err)
	if got := now.Shape(); got[0] != 6 {
		t.Errorf("after three files of two frames the shape is %v", got)
	}
	if got := r.Data().Shape(); got[0] != 2 {
		t.Errorf("Refresh changed the dataset that it was called on: its shape is %v", got)
	}
}

// TestWriteThrough changes a row of one chip, and what lies in a gap, which nothing holds.
func TestWriteThrough(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	p := gapfill.GapFillParams{Frames: 1, Size: 2}
	w, err := gapfill.CreateGapFillFrame(ctx, dir, p)
	must(t, err)
	must(t, w.Append(make([]uint16, 4*16)))
	must(t, w.Close())
	name := filepath.Join(dir, "gaps.h5")
	must(t, gapfill.BuildGapFill(ctx, name, p))
	r, err := gapfill.OpenGapFill(ctx, name)
	must(t, err)
	defer r.Close()

	d := r.Data()
	must(t, d.Write(ctx, []uint16{7, 8}, gapfill.GapFillDataSlice{Frame: vds.Index(0), Y: vds.Index(5), X: vds.Range(5, 7)}))
	row, err := d.Read(ctx, gapfill.GapFillDataSlice{Frame: vds.Index(0), Y: vds.Index(5), X: vds.To(8)})
	same(t, "the row", row, err, []int{8}, 0, 0, 0, 0, 0, 7, 8, 0)
	if err := d.Write(ctx, []uint16{1}, gapfill.GapFillDataSlice{Frame: vds.Index(0), Y: vds.Index(2), X: vds.Index(0)}); err == nil {
		t.Error("an element of a gap was written")
	}
}
