package gen

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vdsgen/vdsgen/gen/model"
)

// LoadLayouts reads and checks the layouts that name stands for: those of a schema file,
// of a Go file, or of a folder or package. name is relative to dir, as are the files
// in positions. Findings are an error of type [Diagnostics], all of them
// together; warnings alone are no error.
func LoadLayouts(ctx context.Context, dir, name string) ([]*model.Layout, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	pattern, goFile := name, ""
	if strings.HasSuffix(name, ".go") {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(root, path)
		}
		if info, err := os.Stat(path); err != nil {
			return nil, err
		} else if !info.IsDir() {
			pattern, goFile = filepath.Dir(path), filepath.Base(path)
		}
	}
	r := &run{dir: root, config: Config{Dir: dir, Patterns: []string{pattern}}, layoutsOnly: true}
	places, err := r.discover(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.load(ctx, places); err != nil {
		return nil, err
	}
	r.diagnostics.Sort()
	if err := r.diagnostics.Err(); err != nil {
		return nil, err
	}
	var layouts []*model.Layout
	for _, f := range r.folders {
		for _, s := range f.sources {
			if s.asked && (goFile == "" || s.name == goFile) {
				layouts = append(layouts, s.layouts...)
			}
		}
	}
	if len(layouts) == 0 {
		return nil, fmt.Errorf("%s: no layout there", name)
	}
	return layouts, nil
}
