package gen

import (
	"errors"
	"fmt"
	"go/parser"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/vdsgen/vdsgen/gen/internal/emit"
	"github.com/vdsgen/vdsgen/gen/model"
)

// generated lists the files of the run whose code is to be written, in the order of their paths.
func (r *run) generated() []*source {
	var files []*source
	for _, f := range r.folders {
		for _, s := range f.sources {
			if s.asked && s.code != nil {
				files = append(files, s)
			}
		}
	}
	return files
}

// render makes the code of every layout file in memory.
func (r *run) render() error {
	var g errgroup.Group
	g.SetLimit(parallel())
	for _, f := range r.folders {
		documented := f.documented()
		compounds := map[string]*model.Compound{}
		for _, s := range f.sources {
			if len(s.layouts) == 0 {
				continue
			}
			file := emit.File{Package: f.pkg, Source: s.name, Layouts: s.layouts, Compounds: map[string]bool{}}
			if !documented && s.layouts[0].Form == model.FormYAML {
				file.PackageDoc, documented = true, true
			}
			for _, l := range s.layouts {
				for _, c := range l.Types {
					if known := compounds[c.Name]; known != nil && sameCompound(known, c) {
						file.Compounds[c.Name] = true
					}
				}
			}
			g.Go(func() error {
				code, err := emit.Render(file)
				if err != nil {
					return fmt.Errorf("%s: bug in vdsgen: %w", r.rel(filepath.Join(f.dir, s.name)), err)
				}
				s.code = code
				s.file, err = parser.ParseFile(f.fset, s.path, code, parser.SkipObjectResolution)
				return err
			})
			for _, l := range s.layouts {
				for _, c := range l.Types {
					if compounds[c.Name] == nil && !c.Declared {
						compounds[c.Name] = c
					}
				}
			}
		}
	}
	return g.Wait()
}

// sameCompound reports whether two declarations of a compound type are the same.
func sameCompound(a, b *model.Compound) bool {
	return model.TypeRef{Kind: model.CompoundType, Compound: a}.Same(model.TypeRef{Kind: model.CompoundType, Compound: b})
}

// documented reports whether a file that people wrote has a package comment.
func (f *folder) documented() bool {
	return slices.ContainsFunc(f.written, func(g *goFile) bool { return g.file.Doc != nil })
}

// orphans lists generated files whose layout is gone: files with our header whose
// name is the one that vdsgen gives to the code of the layout file in the header, in a folder that
// was generated as a whole, where that layout file is missing or holds no layout any more.
func (r *run) orphans() ([]string, error) {
	var orphans []string
	for _, f := range r.folders {
		if !f.whole {
			continue
		}
		for _, name := range f.ours {
			data, err := os.ReadFile(filepath.Join(f.dir, name))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			from, ok := emit.SourceOf(data)
			if !ok || outputName(from) != name || f.has(from) {
				continue
			}
			orphans = append(orphans, filepath.Join(f.dir, name))
		}
	}
	return orphans, nil
}

// has reports whether a layout file of that name is in the folder, well-formed or not, or
// another whose code has the same name.
func (f *folder) has(name string) bool {
	return slices.ContainsFunc(f.sources, func(s *source) bool { return outputName(s.name) == outputName(name) })
}
