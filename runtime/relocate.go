package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5"
)

// Relocation says where source files went.
type Relocation struct {
	// From is a folder, or a file, as the names of sources begin; whole parts of the path count, so that /data/run1 is not the
	// beginning of /data/run10. Empty stands for the folder of the virtual file: all relative names.
	From string
	// To takes the place of From. A relative name is looked for from the folder of the virtual file.
	To string
	// Copy is the file to write instead of changing the virtual file itself; relative names count from its folder then.
	Copy string
	// Links changes the files of external links, too.
	Links bool
	// DryRun only finds out what would change.
	DryRun bool
}

// Relocated is what Relocate changed, or would change.
type Relocated struct {
	Datasets []RelocatedDataset // virtual datasets of which a name changed
	Links    []RenamedFile      // files of external links that changed, a file once
}

// RelocatedDataset is one virtual dataset.
type RelocatedDataset struct {
	Path     string
	Mappings int           // of which the file name changed
	Files    []RenamedFile // each file once, in the order of the mappings
}

// RenamedFile is the old and the new name of a file, as they are stored but for the escaping of percent signs.
type RenamedFile struct{ Old, New string }

// Relocate gives sources new file names in all virtual datasets of a file: what is needed when folders were moved or copied. Sources are
// neither looked for nor opened; [File.Verify] does that.
//
// In place, each virtual dataset changes by one small write, so that a process that is killed leaves it with all old names or all new ones (see
// [hdf5.OpenReadWrite]); to call again completes the work. A copy appears under its name when it is whole.
func Relocate(ctx context.Context, name string, r Relocation, opts ...Option) (*Relocated, error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	r.From, r.To = filepath.ToSlash(r.From), filepath.ToSlash(r.To)
	if r.From == r.To {
		return nil, fmt.Errorf("%s: relocating: %q is where the sources are now, and where they shall be", name, r.From)
	}
	done, err := r.survey(ctx, name, opts)
	if err != nil || r.DryRun || r.Copy == "" && len(done.Datasets)+len(done.Links) == 0 {
		return done, err
	}
	if r.Copy == "" {
		return done, r.apply(ctx, name, done)
	}
	return done, r.writeCopy(ctx, name, done, &o)
}

// survey finds out what changes.
func (r *Relocation) survey(ctx context.Context, name string, opts []Option) (*Relocated, error) {
	f, err := Open(ctx, name, opts...)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	done := &Relocated{}
	links := map[string]bool{}
	for object, err := range f.own.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		switch o := object.(type) {
		case *hdf5.Dataset:
			if o.Layout() != hdf5.Virtual {
				continue
			}
			d, err := r.surveyDataset(o)
			if err != nil {
				return nil, err
			}
			if d.Mappings > 0 {
				done.Datasets = append(done.Datasets, d)
			}
		case *hdf5.Group:
			if !r.Links {
				continue
			}
			for link, err := range o.Links() {
				if err != nil {
					return nil, err
				}
				if renamed, changed := r.link(link); changed && !links[link.TargetFile] {
					links[link.TargetFile] = true
					done.Links = append(done.Links, RenamedFile{link.TargetFile, renamed})
				}
			}
		}
	}
	return done, nil
}

func (r *Relocation) surveyDataset(o *hdf5.Dataset) (RelocatedDataset, error) {
	d := RelocatedDataset{Path: o.Path()}
	v, err := o.VirtualMappings()
	if err != nil {
		return d, err
	}
	seen := map[string]bool{}
	for i := range v.Len() {
		stored := v.File(i)
		renamed, changed := r.stored(stored)
		if !changed {
			continue
		}
		d.Mappings++
		if !seen[stored] {
			seen[stored] = true
			d.Files = append(d.Files, RenamedFile{unescapeName(stored), unescapeName(renamed)})
		}
	}
	return d, nil
}

// stored is the new name for the stored name of a source's file.
func (r *Relocation) stored(name string) (string, bool) {
	if name == "." {
		return name, false
	}
	return rebase(name, escapeName(r.From), escapeName(r.To))
}

func (r *Relocation) link(l hdf5.Link) (string, bool) {
	if l.Kind != hdf5.ExternalLink {
		return "", false
	}
	return rebase(l.TargetFile, r.From, r.To)
}

// rebase replaces the beginning from of a name by to.
func rebase(name, from, to string) (string, bool) {
	slashed := filepath.ToSlash(name)
	clean := path.Clean(slashed)
	if from == "" {
		if path.IsAbs(slashed) || filepath.IsAbs(name) {
			return name, false
		}
		return path.Join(to, clean), true
	}
	switch from = path.Clean(from); {
	case clean == from:
		return to, to != ""
	case from == "/" && strings.HasPrefix(clean, "/"):
		return path.Join(to, clean[1:]), true
	case strings.HasPrefix(clean, from+"/"):
		return path.Join(to, clean[len(from)+1:]), true
	}
	return name, false
}

// unescapeName is the name that a stored name without a block number stands for; with one, the number stays %b.
func unescapeName(name string) string { return strings.ReplaceAll(name, "%%", "%") }

// apply changes the names in a file.
func (r *Relocation) apply(ctx context.Context, name string, done *Relocated) error {
	w, err := hdf5.OpenReadWrite(name)
	if err != nil {
		return err
	}
	if err := r.change(ctx, name, w, done); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close()
}

func (r *Relocation) change(ctx context.Context, name string, w *hdf5.Writer, done *Relocated) error {
	for _, d := range done.Datasets {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := w.RenameSources(d.Path, func(file, dataset string) (string, string) {
			renamed, _ := r.stored(file)
			return renamed, dataset
		})
		if err != nil {
			return err
		}
	}
	if len(done.Links) == 0 {
		return nil
	}
	f, err := hdf5.Open(name, hdf5.WithUnfinished()) // the lock is our own
	if err != nil {
		return err
	}
	defer f.Close()
	for object, err := range f.All() {
		if err != nil {
			return err
		}
		g, ok := object.(*hdf5.Group)
		if !ok {
			continue
		}
		for link, err := range g.Links() {
			if err != nil {
				return err
			}
			renamed, changed := r.link(link)
			if !changed {
				continue
			}
			at := path.Join(g.Path(), link.Name)
			if err := w.Unlink(at); err != nil {
				return err
			}
			if err := w.ExternalLink(at, renamed, link.Target); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeCopy copies the file under a temporary name, changes the copy, and gives it its name.
func (r *Relocation) writeCopy(ctx context.Context, name string, done *Relocated, o *options) (err error) {
	fail := func(err error) error { return fmt.Errorf("%s: copying %s: %w", r.Copy, name, err) }
	if _, err := os.Lstat(r.Copy); o.noClobber && !errors.Is(err, fs.ErrNotExist) {
		return fail(fmt.Errorf("%w; remove it or write to another name", fs.ErrExist))
	}
	from, err := os.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(r.Copy), "."+filepath.Base(r.Copy)+".*.tmp")
	if err != nil {
		return fail(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(draft.Name()))
		}
	}()
	_, err = io.Copy(draft, from)
	if err == nil {
		err = errors.Join(draft.Chmod(info.Mode().Perm()), draft.Sync())
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return fail(err)
	}
	if len(done.Datasets)+len(done.Links) > 0 {
		if err := r.apply(ctx, draft.Name(), done); err != nil {
			return err
		}
	}
	if err := os.Rename(draft.Name(), r.Copy); err != nil {
		return fail(err)
	}
	return nil
}
