package vdssimple_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/vdssimple"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Four files hold a row each. Row 2 is not there yet when the virtual dataset is first read.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "vdssimple")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := vdssimple.NewSimpleParams()
	p.Length = 5
	name := filepath.Join(dir, vdssimple.SimpleFile)
	if err := vdssimple.BuildSimple(ctx, name, p); err != nil {
		log.Fatal(err)
	}
	for _, row := range []int{0, 1, 3} {
		w, err := vdssimple.CreateSimpleRow(ctx, dir, p, row)
		if err != nil {
			log.Fatal(err)
		}
		if err := w.Append([]int32{int32(row), 10, 20, 30, 40}); err != nil {
			log.Fatal(err)
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}

	r, err := vdssimple.OpenSimple(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	row, err := r.Data().Row(ctx, 3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("row 3:", row.Data)

	var missing *vds.MissingSourceError
	if _, err := r.Data().Row(ctx, 2); errors.As(err, &missing) {
		fmt.Println("row 2: missing", missing.Source.File)
	}

	// Who prefers made-up numbers asks for them, and is told of each.
	lenient, err := vdssimple.OpenSimple(ctx, name, vds.FillAbsent())
	if err != nil {
		log.Fatal(err)
	}
	defer lenient.Close()
	all, err := lenient.Data().Read(ctx, vdssimple.SimpleDataSlice{Column: vds.To(2)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("with fill:", all.Data)
	fmt.Println("filled:", all.Filled[0].Elements, "elements of", all.Filled[0].Source.File)
	// Output:
	// row 3: [3 10 20 30 40]
	// row 2: missing 2.h5
	// with fill: [0 10 1 10 -5 -5 3 10]
	// filled: 2 elements of 2.h5
}
