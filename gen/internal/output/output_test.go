package output

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o640); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestCommit(t *testing.T) {
	dir := t.TempDir()
	same, stale, missing, orphan := filepath.Join(dir, "same"), filepath.Join(dir, "stale"), filepath.Join(dir, "missing"), filepath.Join(dir, "orphan")
	write(t, same, "same\n")
	write(t, stale, "old\n")
	write(t, orphan, "orphan\n")
	past := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(same, past, past); err != nil {
		t.Fatal(err)
	}

	changes, err := Compare([]File{{same, []byte("same\n")}, {stale, []byte("new\n")}, {missing, []byte("first\n")}}, []string{orphan})
	if err != nil {
		t.Fatal(err)
	}
	want := []Change{
		{Path: missing, Kind: Missing, New: []byte("first\n")},
		{Path: orphan, Kind: Orphan, Old: []byte("orphan\n")},
		{Path: stale, Kind: Stale, Old: []byte("old\n"), New: []byte("new\n")},
	}
	if d := cmp.Diff(want, changes); d != "" {
		t.Fatalf("changes (-want +got):\n%s", d)
	}
	if err := Commit(changes); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"missing", "same", "stale"}, names(t, dir)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if data, _ := os.ReadFile(stale); string(data) != "new\n" {
		t.Errorf("stale holds %q", data)
	}
	if info, _ := os.Stat(stale); info.Mode().Perm() != 0o640 {
		t.Errorf("the permissions of a replaced file became %v", info.Mode())
	}
	if info, _ := os.Stat(same); !info.ModTime().Equal(past) {
		t.Errorf("a file that did not change was written")
	}
	changes, err = Compare([]File{{same, []byte("same\n")}, {stale, []byte("new\n")}}, nil)
	if err != nil || len(changes) != 0 {
		t.Errorf("after Commit: %v, %v", changes, err)
	}
}

// TestCommitNothingOnFailure has one file that cannot be written among several.
func TestCommitNothingOnFailure(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "old\n")
	changes := []Change{
		{Path: filepath.Join(dir, "a"), Kind: Stale, Old: []byte("old\n"), New: []byte("new\n")},
		{Path: filepath.Join(dir, "nofolder", "b"), Kind: Missing, New: []byte("new\n")},
	}
	err := Commit(changes)
	if err == nil {
		t.Fatal("writing into a folder that does not exist succeeded")
	}
	if !strings.Contains(err.Error(), filepath.Join(dir, "nofolder", "b")+" cannot be written") || strings.Contains(err.Error(), ".tmp") {
		t.Errorf("the error does not name the file that was to be written: %v", err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "a")); string(data) != "old\n" {
		t.Errorf("a holds %q after a failure elsewhere", data)
	}
	if d := cmp.Diff([]string{"a"}, names(t, dir)); d != "" {
		t.Errorf("left behind (-want +got):\n%s", d)
	}
}

func TestCommitSymlink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("symbolic links need a privilege on Windows")
		return
	}
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	write(t, file, "old\n")
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	if err := Commit([]Change{{Path: link, Kind: Stale, New: []byte("new\n")}}); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(file); string(data) != "new\n" {
		t.Errorf("the file behind the link holds %q", data)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
}

func TestDiff(t *testing.T) {
	c := Change{Kind: Stale, Old: []byte("a\nb\n"), New: []byte("a\nc\n")}
	got := string(c.Diff("x_vds.go"))
	for _, want := range []string{"--- x_vds.go\n", "+++ x_vds.go\n", "\n-b\n", "\n+c\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("diff lacks %q:\n%s", want, got)
		}
	}
	if got := string(Change{Kind: Missing, New: []byte("a\n")}.Diff("x")); !strings.Contains(got, "--- "+os.DevNull) {
		t.Errorf("diff of a missing file:\n%s", got)
	}
}
