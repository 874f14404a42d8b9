package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// inspectScript writes files with all that h5ls has words for.
const inspectScript = `
import h5py, numpy as np
for libver in ("earliest", "v108", "v110", "latest"):
    for block in (0, 512):
        with h5py.File("%s-%d.h5" % (libver, block), "w", libver=libver, userblock_size=block) as f:
            f.attrs["title"] = "hello"
            f.attrs["n"] = np.arange(3)
            f.attrs["matrix"] = np.zeros((2, 3), "f4")
            f.attrs["null"] = h5py.Empty("f4")
            d = f.create_dataset("g/chunked", data=np.zeros((100, 200), "u2"), chunks=(10, 50), compression=4, shuffle=True, fletcher32=True, maxshape=(None, 200), fillvalue=7)
            d.attrs["units"] = 1.5
            f["hard"] = d
            f["g/again"] = f["g"]
            f["g/loop"] = f["/"]
            f["soft"] = h5py.SoftLink("/g/chunked")
            f["dangling"] = h5py.SoftLink("/x")
            f["outside"] = h5py.ExternalLink("b.h5", "/q")
            f["t"] = np.dtype([("a", "i4"), ("b", ">f8", (2,))])
            f.create_dataset("typed", (3,), dtype=f["t"])
            f["g"].attrs.create("typed", np.zeros(2, f["t"].dtype), dtype=f["t"])
            f.create_dataset("raw", (10,), "i4", external=[("x.raw", 8, 20), ("y.raw", 0, 20)])
            f["contiguous"] = np.arange(10.)
            f["scalar"] = 1
            f["null"] = h5py.Empty("i4")
            f.create_dataset("never", (5, 5), "f4")
            f.create_dataset("timed", data=np.arange(10), track_times=True)
            f.create_dataset("lzf", data=np.arange(1000), chunks=(100,), compression="lzf")
            f.create_dataset("scale", data=np.arange(1000), chunks=(100,), scaleoffset=0)
            s = f.create_dataset("sparse", (1000, 10), "u1", chunks=(10, 10), maxshape=(None, None))
            s[500] = 1
            plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plist.set_layout(h5py.h5d.COMPACT)
            h5py.Dataset(h5py.h5d.create(f.id, b"compact", h5py.h5t.NATIVE_INT16, h5py.h5s.create_simple((3, 5)), plist))[...] = 1
            l = h5py.VirtualLayout((4, 100), "i4")
            for n in range(4): l[n] = h5py.VirtualSource("%d.h5" % n, "data", (100,))
            f.create_virtual_dataset("virtual", l, fillvalue=-5)
            h5py.h5o.set_comment(f["g"].id, b"a comment")
            for i in range(20): f["many/%d" % i] = h5py.SoftLink("/t")
`

// inspected is the JSON form of inspect.
type inspected struct {
	fileNode
	Objects []node `json:"objects"`
	Errors  int    `json:"errors"`
}

func inspectJSON(t *testing.T, args ...string) (inspected, int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), append([]string{"inspect", "--json"}, args...), &stdout, &stderr)
	var d inspected
	if err := json.Unmarshal(stdout.Bytes(), &d); err != nil {
		t.Fatalf("%v\n%s%s", err, stderr.Bytes(), stdout.Bytes())
	}
	return d, status
}

// TestInspectAsH5ls holds every fact of "h5ls -rv" against the JSON form.
func TestInspectAsH5ls(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, inspectScript)
	files, err := filepath.Glob(filepath.Join(dir, "*.h5"))
	if err != nil || len(files) != 8 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		want := parseH5ls(string(oracle.Tool(t, dir, "h5ls", "-rv", file)))
		d, status := inspectJSON(t, file)
		if status != 0 || d.Errors != 0 {
			t.Errorf("%s: status %d, %d errors", file, status, d.Errors)
		}
		got := map[string]map[string]string{}
		for i := range d.Objects {
			got[d.Objects[i].Path] = asH5ls(t, &d.Objects[i])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: h5ls has -, inspect +:\n%s", filepath.Base(file), diff)
		}
		if info, err := os.Stat(file); err != nil || d.Size != info.Size() {
			t.Errorf("size %d, %v", d.Size, err)
		}
	}
}

var (
	h5lsObject = regexp.MustCompile(`^(/\S*)\s+(.*)$`)
	h5lsFact   = regexp.MustCompile(`^    ([A-Z][-A-Za-z0-9]*): +(.*)$`)
	h5lsExtern = regexp.MustCompile(`^ *#\d+ +\d+ +(\d+) +(\d+) (.*)$`)
	h5lsSource = regexp.MustCompile(`^ {22}(\S+) +(\S+)$`)
)

// parseH5ls gives the facts of each object of what "h5ls -rv" prints, but for types of which only the committed are kept.
func parseH5ls(text string) map[string]map[string]string {
	all := map[string]map[string]string{}
	var now map[string]string
	for line := range strings.SplitSeq(text, "\n") {
		if m := h5lsObject.FindStringSubmatch(line); m != nil {
			now = map[string]string{"": strings.TrimSpace(m[2])}
			all[m[1]] = now
			continue
		}
		m := h5lsFact.FindStringSubmatch(line)
		switch {
		case now == nil:
		case m != nil && m[1] == "Attribute":
			now["Attributes"] += strings.TrimSpace(m[2]) + "; "
		case m != nil && m[1] == "Type":
			if shared, _, ok := strings.Cut(m[2], " "); ok && strings.HasPrefix(shared, "shared-") {
				now["Type"] = shared
			}
		case m != nil && m[1] == "Maps":
		case m != nil && strings.HasPrefix(m[1], "Filter"):
			now[m[1]] = strings.Join(strings.Fields(m[2]), " ")
		case m != nil:
			now[m[1]] = strings.TrimSpace(m[2])
		default:
			if m := h5lsExtern.FindStringSubmatch(line); m != nil {
				now["Extern"] += fmt.Sprintf("; %s+%s %s", m[1], m[2], m[3])
			}
			if m := h5lsSource.FindStringSubmatch(line); m != nil {
				now["Sources"] += m[1] + ":" + m[2] + "; "
			}
		}
	}
	return all
}

// asH5ls puts what inspect says of an object as h5ls does.
func asH5ls(t *testing.T, n *node) map[string]string {
	facts := map[string]string{"": h5lsLine(n)}
	if n.SameAs != "" {
		return facts
	}
	for _, a := range n.Attributes {
		space := a.Space
		if space == "" {
			space = h5lsList(a.Shape)
		}
		facts["Attributes"] += a.Name + " " + space + "; "
	}
	if n.Address != nil {
		facts["Location"] = fmt.Sprintf("1:%d", *n.Address)
		facts["Links"] = strconv.FormatUint(n.Links, 10)
	}
	if n.Modified != "" && n.HeaderVersion > 1 { // h5ls leaves out what is in a message
		when, err := time.Parse(time.RFC3339, n.Modified)
		if err != nil {
			t.Error(err)
		}
		facts["Modified"] = when.Format("2006-01-02 15:04:05 UTC")
	}
	if n.Comment != "" {
		facts["Comment"] = strconv.Quote(n.Comment)
	}
	switch {
	case n.Committed != nil:
		facts["Type"] = fmt.Sprintf("shared-1:%d", n.Committed.Address)
	case n.Kind == "type":
		facts["Type"] = "shared-" + facts["Location"]
	}
	if s := n.Storage; s != nil {
		facts["Storage"] = fmt.Sprintf("%d logical bytes, %d allocated bytes", s.Logical, s.Allocated)
		if percent, ok := s.utilization(); ok {
			facts["Storage"] += fmt.Sprintf(", %.2f%% utilization", percent)
		}
		if s.ChunkShape != nil {
			facts["Chunks"] = fmt.Sprintf("%s %d bytes", h5lsList(s.ChunkShape), s.ChunkBytes)
		}
	}
	for i, f := range n.Filters {
		optional := ""
		if f.Optional {
			optional = "OPT "
		}
		params := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(f.Params)), ", "), "[]")
		facts[fmt.Sprintf("Filter-%d", i)] = fmt.Sprintf("%s-%d %s{%s}", f.Name, f.ID, optional, params)
	}
	if n.External != nil {
		facts["Extern"] = fmt.Sprintf("%d external files", len(n.External))
		for _, x := range n.External {
			facts["Extern"] += fmt.Sprintf("; %d+%d %s", x.Offset, *x.Size, x.File)
		}
	}
	for _, m := range n.Mappings {
		facts["Sources"] += m.File + ":" + m.Path + "; "
	}
	return facts
}

func h5lsLine(n *node) string {
	kind := map[string]string{"group": "Group", "dataset": "Dataset", "type": "Type"}[n.Kind]
	switch {
	case n.SameAs != "":
		return kind + ", same as " + n.SameAs
	case n.Kind == "soft link":
		return "Soft Link {" + n.Target + "}"
	case n.Kind == "external link":
		return "External Link {" + n.TargetFile + "/" + n.Target + "}"
	case n.Kind != "dataset":
		return kind
	case n.Space != "":
		return kind + " {" + strings.ToUpper(n.Space) + "}"
	}
	extents := make([]string, len(n.Shape))
	for i, extent := range n.Shape {
		limit := strconv.FormatUint(extent, 10)
		if n.MaxShape != nil {
			limit = strings.Replace(strconv.FormatInt(n.MaxShape[i], 10), "-1", "Inf", 1)
		}
		extents[i] = fmt.Sprintf("%d/%s", extent, limit)
	}
	return kind + " {" + strings.Join(extents, ", ") + "}"
}

func h5lsList(extents []uint64) string {
	return "{" + strings.Join(strings.Fields(strings.Trim(fmt.Sprint(extents), "[]")), ", ") + "}"
}

// A damaged part is marked at its place, everything else is shown, and the status is 1 with one line of message.
func TestInspectDamaged(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py, numpy as np
with h5py.File("f.h5", "w", libver="latest") as f:
    for name in "abc": f[name] = np.arange(10)
    f["b"].attrs["units"] = "m"
    f["c"].attrs["units"] = "m"
    f["g/inner"] = 1
    print({name: h5py.h5o.get_info(f[name].id).addr for name in f})`)
	file := filepath.Join(dir, "f.h5")
	whole, status := inspectJSON(t, file)
	if status != 0 {
		t.Fatal("the file is whole")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range whole.Objects {
		if n.Path == "/b" || n.Path == "/g" {
			b[*n.Address+8] ^= 0xff
		}
	}
	if err := os.WriteFile(file, b, 0o666); err != nil {
		t.Fatal(err)
	}
	d, status := inspectJSON(t, file)
	got := map[string]bool{}
	for _, n := range d.Objects {
		got[n.Path] = n.Error != ""
	}
	if want := map[string]bool{"/": false, "/a": false, "/b": true, "/c": false, "/g": true}; status != 1 || d.Errors != 2 || !maps.Equal(got, want) {
		t.Errorf("status %d, %d errors, broken are %v", status, d.Errors, got)
	}
	var stdout, stderr bytes.Buffer
	status = run(context.Background(), []string{"inspect", file}, &stdout, &stderr)
	if lines := strings.Count(stderr.String(), "\n"); status != 1 || lines != 1 {
		t.Errorf("status %d, %d lines of message: %s", status, lines, &stderr)
	}
	marked := slices.Collect(func(yield func(string) bool) {
		for line := range strings.Lines(stdout.String()) {
			if strings.Contains(line, "(error: ") && !yield(strings.Fields(line)[0]) {
				return
			}
		}
	})
	if !slices.Equal(marked, []string{"/b", "/g"}) || !strings.Contains(stdout.String(), "@units = m") {
		t.Errorf("marked are %q in\n%s", marked, &stdout)
	}
}

// Names and values cannot break a line, or a terminal.
func TestInspectPrintable(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py
with h5py.File("f.h5", "w") as f:
    f["a\nb\x1b[31m"] = 1
    f.attrs["x\ry"] = "one\ntwo\x07 größe"`)
	var stdout, stderr bytes.Buffer
	if status := run(context.Background(), []string{"inspect", filepath.Join(dir, "f.h5")}, &stdout, &stderr); status != 0 {
		t.Fatal(stderr.String())
	}
	for _, want := range []string{`/a\nb\x1b[31m  int64 scalar`, `@x\ry = one\ntwo\a größe`} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("%q is not in\n%s", want, &stdout)
		}
	}
	if strings.ContainsAny(stdout.String(), "\x1b\r\x07") {
		t.Errorf("control characters are in %q", &stdout)
	}
}
