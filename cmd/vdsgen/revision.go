package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// layoutSources are the endings of files that layouts are read from, and of those that say which module they are in.
var layoutSources = []string{".go", ".yaml", ".yml", ".mod", ".sum"}

// maxLayoutSource bounds one file of a revision.
const maxLayoutSource = 8 << 20

// checkout writes the files of a git revision that layouts can be in into a folder, and returns where below
// it the current folder is. The working tree and the index are not touched.
func checkout(ctx context.Context, revision, dir string) (below string, err error) {
	top, err := git(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return "", fmt.Errorf("%s is no file, and there is no git repository to look it up in: %w", revision, err)
	}
	if _, err := git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}"); err != nil {
		return "", fmt.Errorf("%s is neither a file nor a git revision", revision)
	}
	prefix, err := git(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return "", err
	}
	root := strings.TrimSpace(string(top))
	archive := exec.CommandContext(ctx, "git", "-C", root, "archive", "--format=tar", revision)
	var stderr bytes.Buffer
	archive.Stderr = &stderr
	out, err := archive.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := archive.Start(); err != nil {
		return "", err
	}
	extractErr := extract(out, dir)
	_, drainErr := io.Copy(io.Discard, out)
	if err := archive.Wait(); err != nil {
		return "", fmt.Errorf("git archive %s: %w: %s", revision, err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSpace(string(prefix)), errors.Join(extractErr, drainErr)
}

// git runs a git command in the current folder.
func git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && stderr.Len() > 0 {
		err = fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(stderr.String()))
	}
	return out, err
}

// extract writes the files of an archive that layouts can be in.
func extract(archive io.Reader, dir string) error {
	for r := tar.NewReader(archive); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || !slices.Contains(layoutSources, path.Ext(h.Name)) || h.Size > maxLayoutSource || !filepath.IsLocal(filepath.FromSlash(h.Name)) {
			continue
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o666); err != nil {
			return err
		}
	}
}
